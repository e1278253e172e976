"""Every select of the program, one file per subject.

- `f(session, …)` returns plain tuples, dataclasses or rows; nothing here writes.
- Services call these; no other package spells a select.
"""
