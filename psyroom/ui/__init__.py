"""The window: the only package that may import PySide6.

- `pages/` holds one file per page of the sidebar; own widgets are built once and used on every page.
- A page calls services, never the store; slow work goes through the one worker, questions through `ask`.
- Colours, spacing, type come from named tokens; a person's texts are Chinese and live where they are shown.
"""
