"""What the backups leave to be done: a second place that has waited for days, what was brought back and not looked at."""

from __future__ import annotations

from psyroom.services import backups
from psyroom.services.due import Ground, Task


def second_place(ground: Ground) -> list[Task]:
    if not ground.room.has_cases:
        return []
    now = backups.status(ground.room, ground.now)
    target = {"section": "backups"}
    if now.paused:
        words = "备份恢复好了，请看看内容对不对"
        return [
            Task("brought_back", words, "看过以后在设置里按“内容没问题”，自动备份才会继续", "amber", "settings", target)
        ]
    if not now.level:
        return []
    return [
        Task("second_place", now.second, "电脑坏了或丢了，只有它能找回资料；插上后程序自己会备份", now.level, "settings", target)
    ]  # fmt: skip
