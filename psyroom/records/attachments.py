"""Attachments: the picture of a sand tray, a scanned signed slip. The contents lie in files/, each under a key of its own."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

LARGEST = 20 * 1024 * 1024
"""Bytes of one attachment."""
PICTURE = 400 * 1024
"""Bytes a photograph is made to fit in, unless the original is asked for."""
ATTACHED = {
    "sand_tray": "沙盘照片",
    "drawing": "绘画作品",
    "signed": "签字件扫描",
    "letter": "信件",
    "other": "其他材料",
}


class AttachmentFields(Fields):
    student: str = declare("", label="学生", pattern=ID)
    note: str = declare("", label="记录", pattern=ID)
    kind: str = declare("other", label="种类", private=False, choices=ATTACHED)
    caption: str = declare("", label="说明", max_length=60)
    name: str = declare(label="文件名", max_length=120)
    day: date = declare(label="日期", private=False)


class Attachment(AttachmentFields, table=True):
    """`file`: its name in files/; `key`: hex; `sha256` of the plain contents; `media`: image/jpeg, image/png, application/pdf …"""

    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare("", label="学生", index=True, pattern=ID)
    note: str = declare("", label="记录", index=True, pattern=ID)
    media: str = declare(label="格式", private=False, max_length=60)
    size: int = declare(label="大小（字节）", private=False, ge=0)
    sha256: str = declare(label="摘要")
    file: str = declare(label="存放")
    key: str = declare(label="密钥")
    person: str = declare(label="添加人", private=False, pattern=ID)
    at: str = declare(label="添加时间", private=False)
