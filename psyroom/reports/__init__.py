"""Rows into paper: xlsx and pdf.

- No store, no Qt: plain values in, bytes out; nothing is written to a temporary file.
- A sheet is data in `resources/returns`; a private field in a return is refused.
- Imports `rules`, `records`, `errors`, `paths`.

A paper about a student (`note_papers`, `timeline_paper`) is marked 内部资料; `sealing` puts a file under a password.
"""
