"""Every kind of record has a word for people."""

from __future__ import annotations

from psyroom.services import kinds
from psyroom.store.tables import is_watched, metadata


def test_every_watched_table_has_a_chinese_word_and_none_is_left_over() -> None:
    watched = {table.name for table in metadata().sorted_tables if is_watched(table)}
    assert watched == set(kinds.WORDS)
    assert all(word and not word.isascii() for word in kinds.WORDS.values())
    assert len(set(kinds.WORDS.values())) == len(kinds.WORDS)
