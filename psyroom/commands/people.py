"""Who may open the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psyroom.commands.opening import Answer, note, open_room, secret
from psyroom.errors import Refused

if TYPE_CHECKING:
    from psyroom.store.room import Room

OLD_COPIES = "以前的备份仍能用旧密码打开：请做一份新备份，再把旧的收好或销毁。"
SEALED_AWAY = "这位老师以前的私密手记要等用恢复单进来一次，本人才能再打开。"


def people_add(options: Any) -> Answer:
    from psyroom.services import people

    new = secret("PSYROOM_NEW_PASSWORD", "新密码：")
    with open_room(options) as room:
        made = people.add(room, options.name, options.role, new)
    return 0, {"id": made, "name": options.name, "role": options.role}, f"已添加{options.name}。"


def people_remove(options: Any) -> Answer:
    from psyroom.services import people

    with open_room(options) as room:
        gone = people.remove(room, _one(room, options.name))
    answer = {"name": gone.name, "role": gone.role, "private_notes": gone.private_notes}
    note(OLD_COPIES)
    if gone.private_notes:
        note(f"{gone.name}有 {gone.private_notes} 条私密手记，一直封着；只有恢复单能打开。")
    return 0, answer, f"已移除{gone.name}，能打开的资料都换了新钥匙。"


def people_password(options: Any) -> Answer:
    """One's own: the present one is what the room was opened with. A colleague's: set anew by who manages the people."""
    from psyroom.services import people

    new = secret("PSYROOM_NEW_PASSWORD", "新密码：")
    with open_room(options) as room:
        id = _one(room, options.name)
        own = id == room.person.id
        if own:
            people.change_password(room, secret("PSYROOM_PASSWORD", "现在的密码："), new)
        else:
            people.reset_password(room, id, new)
            if options.name in people.sealed_away(room):
                note(SEALED_AWAY)
    return 0, {"id": id, "name": options.name, "own": own}, f"{options.name}的密码已改。"


def _one(room: Room, text: str) -> str:
    """The id of the one person of that name (or id) on the list. Where several are meant they are listed."""
    from psyroom.records.people import ROLES
    from psyroom.services import people

    there = [(id, name, role) for id, name, role, active in people.listed(room) if active]
    found = [each for each in there if text in each[:2]]
    if not found:
        raise Refused(why=f"没有叫“{text}”的人员，现有：{'、'.join(name for _, name, _ in there)}。")
    if len(found) > 1:
        each = "、".join(f"{name}（{ROLES[role]}，编号 {id}）" for id, name, role in found)
        raise Refused(why=f"有 {len(found)} 位都叫“{text}”：{each}；请改写编号。")
    return found[0][0]
