"""Benchmarks: `python -m psyroom.bench [--json FILE]`. Nothing imports this package.

- Figures, medians and ratios; no threshold, because a noisy machine would trip it.
- Each measurement runs in a process of its own: `launch` (start), `desk` (the window), `bulk` (import and return), `notes`,
  `backup`, and the pages of booking and opening.
- It stands outside the house and measures the window, so it may import Qt.
"""
