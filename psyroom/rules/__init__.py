"""What a region asks, and school time: pure functions over plain values.

- No clock, no store, no Qt: the caller brings the day and the facts.
- Imports only `records`, `errors`, and `paths` for the regions' files.
- A rule or figure names its source (document and clause).
"""
