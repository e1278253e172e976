"""What the room keeps: fields, limits, labels, privacy.

- No Qt, no I/O, no clock; imports only `errors`.
- A field is declared once, private by default; forms, sheets, returns and importers name fields, none re-declares them.
- Validate with the plain `…Fields` model, store with the table model; text never appears in a `repr`.
"""
