"""Private process notes: sealed under their writer's own key, which is sealed to the writer and to the recovery sheet."""

from __future__ import annotations

from sqlmodel import Field

from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

LONGEST = 6000
"""Characters of one private note."""


class PrivateKey(Fields, table=True):
    """A counsellor's own key (id: the person's; a further one carries a number behind it, `<id>.1`): sealed to the own
    public key and to the sheet's, in hex. `own_public`, `sheet_public`: to which, so that a change of either is seen and
    made good. While the sheet changes there are two seals and two public keys, with a space between."""

    __tablename__ = "private_key"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    own: str = declare(label="封给本人")
    own_public: str = declare(label="本人公钥")
    sheet: str = declare("", label="封给恢复单")
    sheet_public: str = declare("", label="恢复单公钥")


class PrivateNote(Fields, table=True):
    """What only its writer reads. `sealed`: hex; filled up to whole blocks, so that its length says little."""

    __tablename__ = "private_note"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    person: str = declare(label="写的人", private=False, index=True, pattern=ID)
    student: str = declare("", label="学生", index=True, pattern=ID)
    note: str = declare("", label="记录", index=True, pattern=ID)
    at: str = declare(label="时间", private=False)
    sealed: str = declare(label="密封内容")
