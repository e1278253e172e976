"""psyroom: an offline desktop application for one school's psychological counselling room."""

__version__ = "0.1.0"
