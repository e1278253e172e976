"""Who may open the room."""

from __future__ import annotations

from typing import Any

from psyroom.commands.opening import Answer, open_room, secret


def people_add(options: Any) -> Answer:
    from psyroom.services import people

    new = secret("PSYROOM_NEW_PASSWORD", "新密码：")
    with open_room(options) as room:
        made = people.add(room, options.name, options.role, new)
    return 0, {"id": made, "name": options.name, "role": options.role}, f"已添加{options.name}。"
