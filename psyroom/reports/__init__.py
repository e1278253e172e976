"""Rows into paper: xlsx and pdf.

- No store, no Qt: plain values in, bytes out; nothing is written to a temporary file.
- A sheet is data in `resources/returns`; a private field in a return is refused.
- Imports `rules`, `records`, `errors`, `paths`.
"""
