"""Benchmarks: `python -m psyroom.bench`. Nothing imports this package."""
