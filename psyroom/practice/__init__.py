"""A practice school: a semester and a half of lived-in, made-up data. Nothing imports this package but the command line and tests."""
