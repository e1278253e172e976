"""Files from outside into rows, and pictures made fit to keep: sniffing, a child process, column guessing.

- No store, no Qt: bytes in, rows (or a picture) with plain reasons out.
- A hostile file may end the child process, never this one.
- Imports `rules`, `records`, `errors`, `paths`.
"""
