"""The first run: from a fresh machine to a room, in six short pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from psyroom.errors import FolderNotWritable, FolderTaken, FolderUnsafe, Tell, WeakPassword
from psyroom.services.rooms import RoomSetup, make_room
from psyroom.store.room import Room
from psyroom.ui import ask, worker
from psyroom.ui.wizard.frame import Wizard
from psyroom.ui.wizard.room_steps import PersonStep, PlaceStep
from psyroom.ui.wizard.school_steps import LessonsStep, RegionStep, SchoolStep
from psyroom.ui.wizard.sheet_step import SheetStep


class FirstRun(Wizard):
    """学校 · 作息 · 地区 · 存放 · 登录 · 恢复单."""

    def __init__(self, today: date | None = None) -> None:
        self.today = today or date.today()
        self.school = SchoolStep(self.today)
        self.lessons = LessonsStep(self.school)
        self.region = RegionStep(self.school)
        self.place = PlaceStep()
        self.person = PersonStep(self.place, self.school.fields["name"].control)
        self.sheet = SheetStep()
        self.room: Room | None = None
        steps = [self.school, self.lessons, self.region, self.place, self.person, self.sheet]
        super().__init__("建一间辅导室", steps)

    def setup(self) -> RoomSetup:
        """What was answered."""
        values = self.school.values()
        return RoomSetup(
            school_name=values["name"],
            campus=values["campus"],
            stage=values["stage"],
            system=values["system"],
            term_starts=values["starts"],
            weeks=values["weeks"],
            lessons=self.lessons.for_all(),
            lessons_by_stage=dict(self.lessons.by_stage()),
            study=self.lessons.study.value(),
            region=self.region.value(),
            counsellor=self.person.person.value(),
            password=self.person.password.value(),
            use_keyring=self.place.use_keyring(),
        )

    def between(self, at: int) -> tuple[worker.Work, Callable[[Any], object], str] | None:
        if self.steps[at] is not self.person:
            return None
        folder, setup = self.place.path(), self.setup()
        return lambda: make_room(folder, setup), self._made, "正在建辅导室…"

    def _made(self, answer: tuple[Room, str]) -> None:
        self.room, code = answer
        self.sheet.take(self.room, code, self.school.values()["name"], self.today)
        self.person.password.first.control.clear()
        self.person.password.again.control.clear()
        self.advance()

    def place_of(self, tell: Tell) -> dict[str, str]:
        if isinstance(tell, FolderTaken | FolderUnsafe | FolderNotWritable):
            return {"folder": str(tell)}
        if isinstance(tell, WeakPassword):
            return {"password": str(tell)}
        return super().place_of(tell)

    def finish(self) -> None:
        self.sheet.code = ""
        self.done.emit(self.room)

    def may_close(self) -> bool:
        if self.room is None:
            return super().may_close()
        sure = ask.confirm(
            self,
            "恢复单留好了吗？",
            "辅导室已经建好。没有恢复单，忘了密码就再也打不开了。",
            yes="留好了，关闭",
            grave=True,
        )
        if sure:
            self.room.close()
        return sure
