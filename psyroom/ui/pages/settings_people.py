"""设置 · 人员 and 我的密码: who may unlock the room, and one's own password."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid, Tell
from psyroom.records.people import ROLES
from psyroom.services import backups, people, private_notes
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import Card, Choice, Field, Progress, Row, RowList, TextField, button, primary, quiet, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.settings_base import InPlace, Place, Section
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

ROLE_WORDS = {
    "counsellor": "看得到全部资料和记录",
    "duty": "看得到姓名、班级和时间；打不开个案资料",
    "none": "只列在值班表上，不能登录",
}

REMOVED = (
    "他能打开的资料会换上新钥匙，以后用他的密码再也打不开。做完要一点时间，不能撤销。"
    "以前的备份仍能用旧密码打开：请把旧备份收好或销毁，再做一份新的。"
)
RESET = "旧密码立刻不能用了。请让本人来输新密码。"
RESET_PRIVATE = "他以前的私密手记会一直封着，连他自己也要等用恢复单进来一次，才能再打开；新写的不受影响。"
NOT_ON_SHEET = "换过恢复单以后还没有登录过：请尽快登录一次，不然忘了密码，以前的私密手记就打不开了"
RESET_LOST = (
    "注意：换过恢复单以后他还没有登录过。现在重设，他以前的私密手记就再也打不开了，连新的恢复单也不行；"
    "能等他想起旧密码就先等一等。"
)
LOST = "密码重设时还没有封给新的恢复单：以前的私密手记只有旧备份和旧恢复单能打开"
STRANDED = "这台电脑没有可用的密钥环，他原来的密码在这里用不了：请按“重设密码”，让本人来输"
SEALED_AWAY = "密码重设过：以前的私密手记封着，用恢复单进来一次才能再打开"


def password_fields(least: int, *, own: bool) -> tuple[Field, Field]:
    """The new password, and once more."""
    hint = f"至少 {least} 个字符；不要用人名、校名、日期或键盘上连着的键。"
    first = Field("新密码" if own else "密码", TextField(secret=True), hint)
    return first, Field("再输一遍", TextField(secret=True))


def agree(values: dict[str, object]) -> None:
    """Raise NotValid unless both are filled and the same."""
    if not values["password"]:
        raise NotValid({"password": "请填写密码"})
    if values["password"] != values["again"]:
        raise NotValid({"again": "两次输入的不一样，请再输一遍"})


class PeopleSection(Section):
    help_topic = "people"

    KEY = "people"
    KINDS = frozenset({"person"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "人员", "谁可以用自己的密码打开这间辅导室。")
        self.manages = people.may_manage(room)
        self.rows = RowList()
        self.add(self.rows)
        self._after = QVBoxLayout()
        self.body.addLayout(self._after)
        self.progress = Progress()
        self.progress.hide()
        self.add(self.progress)
        self.place = Place()
        self.add(self.place)
        self.add_button = button("添加人员", self._open, icon_name="user-plus")
        if self.manages:
            self.put_row(self.add_button)
        else:
            self.add(text("人员由建立辅导室的心理教师来添加和移除。", "soft"))

    def show_school(self, now: SchoolContext) -> None:
        rows = []
        behind, away = people.not_on_sheet(self.room), people.sealed_away(self.room)
        stranded = people.stranded(self.room)
        for person, name, role, active in people.listed(self.room):
            if not active:
                continue
            me = person == self.room.person.id
            counts = role == "counsellor"
            words = {(True, True): LOST, (True, False): NOT_ON_SHEET, (False, True): SEALED_AWAY}
            word = words.get((name in behind, name in away), "") if counts else ""
            word = STRANDED if name in stranded else word
            more: tuple[tuple[str, Callable[[], object]], ...] = ()
            if self.manages and not me and role != "none":
                more = (
                    ("重设密码", partial(self._open_reset, person, name, role)),
                    ("移除", partial(self._remove, person, name)),
                )
            tags = [(ROLES[role], "accent" if role == "counsellor" else "")] + ([("我", "good")] if me else [])
            rows.append(
                Row(
                    name, word or ROLE_WORDS[role], icon="user", tags=tags, more=more,
                    stripe="amber" if word else "", whole=bool(word),
                )
            )  # fmt: skip
        self.rows.set_rows(rows)

    def _open(self) -> None:
        form = InPlace("添加人员", "添加", lambda: self._add(form))
        role = Choice({"duty": ROLES["duty"], "counsellor": ROLES["counsellor"]})
        role_field = Field("角色", role, ROLE_WORDS["duty"])
        role.edited.connect(lambda: role_field.set_hint(ROLE_WORDS[role.value()]))
        form.row(("name", Field("姓名", TextField(limit=20))), ("role", role_field))
        first, again = password_fields(people.least_password(self.room), own=False)
        form.row(("password", first), ("again", again))
        form.put(text("请让本人来输密码；以后可以在这一页自己改。", "soft"))
        self.place.open(form)

    def _add(self, form: InPlace) -> None:
        form.clear_problems()
        values = form.values()

        def deed() -> None:
            agree(values)
            people.add(self.room, values["name"], values["role"], values["password"])

        if self.shell.attempt(deed, form=form, kinds=("person",)):  # type: ignore[arg-type]
            self.place.shut()
            self.shell.toast(f"已添加{values['name']}，可以用自己的密码登录了")

    def _open_reset(self, person: str, name: str, role: str) -> None:
        form = InPlace(f"给{name}重设密码", "重设", lambda: self._reset(form, person, name))
        first, again = password_fields(people.least_password(self.room), own=False)
        form.row(("password", first), ("again", again))
        lost = name in people.not_on_sheet(self.room)
        form.put(text(RESET + (RESET_PRIVATE if role == "counsellor" and not lost else ""), "soft"))
        if lost:
            form.put(text(RESET_LOST, "warning"))
        self.place.open(form)

    def _reset(self, form: InPlace, person: str, name: str) -> None:
        form.clear_problems()
        values = form.values()

        def deed() -> None:
            agree(values)
            people.reset_password(self.room, person, values["password"])

        if self.shell.attempt(deed, form=form, kinds=("person",)):  # type: ignore[arg-type]
            self.place.shut()
            self.shell.toast(f"{name}的密码已重设，旧密码不能再用")

    def _remove(self, person: str, name: str) -> None:
        if not ask.confirm(self, f"移除{name}？", REMOVED, yes=f"移除{name}", no="不移除", grave=True):
            return
        self.progress.begin("正在换钥匙，请不要关电脑……")
        self.progress.show()

        def done(answer: tuple[people.Removed, int]) -> None:
            self.progress.hide()
            self.shell.tell_changed("person")
            card = AfterRemoval(*answer, remake=self._remake)
            card.gone.connect(lambda: empty_layout(self._after))
            self._say_after(card)
            card.focus_first()

        def failed(tell: Tell) -> None:
            self.progress.hide()
            self.shell.trouble(tell)

        def work() -> tuple[people.Removed, int]:
            gone = people.remove(self.room, person)
            return gone, len(backups.sealed_before(self.room))

        self.shell.run(self, work, done=done, failed=failed)

    def _say_after(self, widget: QWidget) -> None:
        empty_layout(self._after)
        self._after.addWidget(widget)

    def _remake(self) -> None:
        """A fresh backup under the new keys; once it is verified, the ones of before go."""
        empty_layout(self._after)
        self.progress.begin("正在做新备份……")
        self.progress.show()

        def done(went: int) -> None:
            self.progress.hide()
            self.shell.tell_changed("desk_state")
            words = f"新备份做好并核对过了，旧的 {went} 份已销毁。" if went else "新备份做好并核对过了。"
            self._say_after(text(f"{words}别处（别的 U 盘、网盘、旧电脑）要是还有旧备份，请自己收好或销毁。"))

        def failed(tell: Tell) -> None:
            self.progress.hide()
            self._say_after(text(f"没有做成，旧备份都还在：{tell}", "error"))

        self.shell.run(
            self, backups.remake(self.room), done=done, failed=failed,
            progress=lambda of_done, total: self.progress.set(of_done, total, "步"),
        )  # fmt: skip


class AfterRemoval(Card):
    """What follows when somebody has left: said once, with the way to a fresh backup."""

    gone = Signal()

    def __init__(self, gone: people.Removed, old_copies: int, *, remake: Callable[[], object]) -> None:
        super().__init__(tone="amber")
        self.add(text(f"{gone.name}已移除，能打开的资料都换了新钥匙", "strong"))
        self.add(text("从现在起写下的内容，用他的旧密码和任何旧文件都打不开。"))
        if old_copies:
            told = f"以前的 {old_copies} 份备份仍能用旧密码打开。做一份新的，核对好以后，可以把旧的销毁。"
        else:
            told = "现在做一份新备份；别处要是还有旧备份，仍能用旧密码打开，请收好或销毁。"
        self.add(text(told))
        if gone.private_notes:
            self.add(text(f"他留下 {gone.private_notes} 条私密手记，会一直封着，只有恢复单能打开。"))
        self.backup_button = primary(f"做新备份，销毁旧的 {old_copies} 份" if old_copies else "做一份新备份", remake)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self.backup_button)
        row.addWidget(quiet("知道了", self.gone.emit, tip="知道了（Esc）"))
        row.addStretch(1)
        self.body.addLayout(row)

    def focus_first(self) -> None:
        self.backup_button.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        else:
            super().keyPressEvent(event)


class PasswordSection(Section):
    help_topic = "passwords"

    KEY = "password"
    KINDS = frozenset()

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "我的密码", "改过以后，下次打开就用新密码；恢复单不受影响。")
        self.place = Place()
        self.add(self.place)
        self.change_button = button("修改密码", self.open, icon_name="key")
        self.put_row(self.change_button)
        if room.has_cases and private_notes.is_away(room):
            card = Card(tone="amber")
            card.add(text(private_notes.AWAY))
            self.add(card)

    def open(self) -> None:
        form = InPlace("", "改密码", lambda: self._save(form))
        form.row(("old", Field("现在的密码", TextField(secret=True))))
        first, again = password_fields(people.least_password(self.room), own=True)
        form.row(("password", first), ("again", again))
        self.place.open(form)

    def _save(self, form: InPlace) -> None:
        form.clear_problems()
        values = form.values()

        def deed() -> None:
            agree(values)
            people.change_password(self.room, values["old"], values["password"])

        if self.shell.attempt(deed, form=form):  # type: ignore[arg-type]
            self.place.shut()
            self.shell.toast("密码已改")
