"""The fault suite: kills, moved folders, damaged files. Nothing imports this package but tests."""
