"""What the check at opening found: said on 今日 until it is looked at in 体检 and gone."""

from __future__ import annotations

from psyroom.services.due import Ground, Task


def found_at_opening(ground: Ground) -> list[Task]:
    """One line for each finding; the sentence itself stands in it, whoever opened the room."""
    target = {"section": "safety"} if ground.room.has_cases else {}
    words = "打开时发现一处不对，请做一次体检" if ground.room.has_cases else "打开时发现一处不对，请告诉心理教师"
    page = "settings" if ground.room.has_cases else "today"
    sentences = dict.fromkeys(finding.sentence for finding in ground.room.findings)
    return [Task("finding", words, sentence, "brick", page, target) for sentence in sentences]
