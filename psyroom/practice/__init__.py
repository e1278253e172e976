"""A practice school: a semester and a half of lived-in, made-up data.

- `making.make_practice` is the one door; the other files bring rows for it, from a seed, the same every time.
- Nobody in it exists: identity numbers lie in an area code that was never given out, telephones end in zeros.
- Imported by the command line (`demo`) and by the first window (练习模式), both only when asked; never by anything below.
"""
