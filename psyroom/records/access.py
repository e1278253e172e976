"""Who read what, and what left the room. In case.db, part of the chain."""

from __future__ import annotations

from sqlmodel import Field

from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

READ = {
    "record": "打开学生档案",
    "note": "打开他人的记录",
    "search": "查找记录",
    "attachment": "打开附件",
    "print": "打印",
    "history": "查看修改历史",
    "backup": "从备份恢复",
}


class Reading(Fields, table=True):
    """One opening of somebody's record. `reason`: asked for where the record is another counsellor's."""

    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    at: str = declare(label="时间", private=False)
    person: str = declare(label="谁", private=False, index=True, pattern=ID)
    what: str = declare(label="做了什么", private=False, choices=READ)
    student: str = declare("", label="学生", index=True, pattern=ID)
    note: str = declare("", label="记录", index=True, pattern=ID)
    reason: str = declare("", label="原因", max_length=100)


class Export(Fields, table=True):
    """Something with names in it that left the room: what, about whom, why, to whom, sealed or not."""

    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    at: str = declare(label="时间", private=False)
    person: str = declare(label="经手人", private=False, pattern=ID)
    kind: str = declare(label="内容")
    students: str = declare("[]", label="涉及的学生（JSON）")
    reason: str = declare(label="原因", min_length=2, max_length=100)
    receiver: str = declare(label="交给", min_length=1, max_length=60)
    how: str = declare("file", label="方式", private=False, choices={"file": "文件", "paper": "打印"})
    has_password: bool = declare(False, label="加了密码", private=False)
    files: str = declare("[]", label="文件与摘要（JSON）")
    head: str = declare("", label="记录链摘要", private=False)
