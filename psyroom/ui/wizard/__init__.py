"""Short pages, one question each: the first run, bringing back a copy, going in with the recovery sheet, the practice school.

- A wizard is a `Wizard` (frame.py) with a list of `Step`s; it holds what was typed until the last step does the deed.
- Enter goes on, Esc goes back; nothing typed is lost on the way.
- What a step refuses stands under its field.
"""
