"""设置 · 备份与恢复: how the backups stand, a second place, and the list of them, each to be looked at and brought back."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from psyroom.errors import Tell
from psyroom.rules.time import day_name
from psyroom.services import backups, backups_back
from psyroom.services.backups import Kept
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui import ask, backing, leave
from psyroom.ui.kit import Card, Glyph, Progress, Row, RowList, button, link, primary, quiet, text
from psyroom.ui.kit.flow import beside, empty_layout
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.pages.settings_backups_preview import PreviewCard
from psyroom.ui.pages.settings_base import Section, answer
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

SHOWN = 6
BRING_BACK = (
    "现在的样子会先另存一份，随时可以换回来。人员和密码保持现在的，不回到从前。做完要重新登录，"
    "自动备份会先停下，等你看过内容再继续。"
)


def moment(at: datetime) -> str:
    local = at.astimezone()
    return f"{day_name(local.date())} {local:%H:%M}"


def size_words(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"


class BackupsSection(Section):
    help_topic = "backups"
    KEY = "backups"
    KINDS = frozenset({"desk_state"})

    def __init__(self, room: Room, shell: Shell) -> None:
        hint = "每次锁定时、工作中每半小时，只要有改动，程序自己备份一次，备好就打开核对。"
        super().__init__(room, shell, "备份与恢复", hint)
        self._pause = QVBoxLayout()
        self.body.addLayout(self._pause)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE * 2)
        self._facts.setVerticalSpacing(SPACE + 2)
        self._facts.setColumnStretch(2, 1)
        self.body.addLayout(self._facts)
        self.make_button = primary("立即备份", self.make, icon_name="copy")
        self.place_button = button("选第二处…", self.choose_place, icon_name="hard-drive")
        self.other_button = quiet("另存一份到…", self.make_elsewhere, tip="只这一次，存到别的文件夹")
        self.put_row(self.make_button, self.place_button, self.other_button)
        self.progress = Progress(cancel=self._cancel)
        self.progress.hide()
        self.add(self.progress)
        self._result = QVBoxLayout()
        self.body.addLayout(self._result)
        self.add(text("已有的备份", "strong"))
        self.rows = RowList()
        self.add(self.rows)
        self.more_button = quiet("", self._show_all, small=True)
        self.more_button.hide()
        self.body.addLayout(beside(self.more_button, link("用别处的一份备份…", self.look_elsewhere)))
        self.preview: PreviewCard | None = None
        self._here = QVBoxLayout()
        self.body.addLayout(self._here)
        self._kept: list[Kept] = []
        self._all = False
        self._job: Any = None

    # ---- how it stands

    def show_school(self, now: SchoolContext) -> None:
        self._say_state()
        self.shell.run(self, backing.until_closed(self.room, self._look_through()), done=self._list)

    def _look_through(self) -> Generator[tuple[int, int], None, list[Kept]]:
        yield 0, 1
        return backups.listed(self.room)

    def _say_state(self) -> None:
        stands, chosen = backups.status(self.room, self.room.now()), backups.second(self.room)
        empty_layout(self._facts)
        tone = {"": "accent", "amber": "amber", "brick": "brick"}[stands.level]
        facts = [
            ("check-circle" if stands.last else "warning", "accent" if stands.last else "amber", "这台电脑上",
             f"上次备份 {moment(stands.last)}" if stands.last else "还没有备份过"),
            ("hard-drive" if not stands.level else "warning", tone, "第二处", self._second_words(stands, chosen)),
        ]  # fmt: skip
        if self.shell.keeper.trouble:
            facts.append(("warning", "brick", "自动备份", self.shell.keeper.trouble))
        for row, (icon, role, label, words) in enumerate(facts):
            self._facts.addWidget(Glyph(icon, role=role), row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(text(label, "soft", wrap=False), row, 1, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(text(words, "error" if role == "brick" else "", tabular=True), row, 2)
        self.place_button.setText("换第二处…" if chosen else "选第二处…")
        empty_layout(self._pause)
        if stands.paused:
            self._pause.addWidget(self._pause_card())

    def _second_words(self, stands: backups.Status, chosen: backups.Second | None) -> str:
        if self.room.practice:
            return "练习学校不用备份，可以在这里试一试。"
        if chosen is None:
            why = "电脑坏了或丢了，只有放在别处的备份能找回资料。请选一个 U 盘或另一块磁盘。"
            return f"{stands.second}。{why}" if stands.level else f"还没有选。{why}"
        when = f"上次 {moment(chosen.last)}" if chosen.last else "还没有备份过去"
        if stands.level:
            return f"{chosen.path}：{stands.second}，插上后程序自己会备份。"
        return f"{chosen.path}：{when}。插上时程序自己会备份过去。"

    def _pause_card(self) -> Card:
        card = Card(tone="amber")
        card.add(text("备份恢复好了，请看看内容对不对", "strong"))
        card.add(text("看的时候自动备份停着。恢复前的样子在下面的列表里留着，不对可以再换回去。", "soft"))
        card.body.addLayout(beside(primary("内容没问题，继续自动备份", self.content)))
        return card

    def content(self) -> None:
        if self.shell.attempt(lambda: backups_back.content(self.room), kinds=("desk_state",)):
            self.shell.toast("自动备份继续了")
            self.shell.say_backup()
            self.shell.keeper.make()

    # ---- the list

    def _list(self, kept: list[Kept] | None) -> None:
        if kept is None:
            return
        self._kept = kept
        groups = [list(same) for _, same in groupby(kept, key=lambda copy: (copy.made_at, copy.bytes))]
        shown = groups if self._all else groups[:SHOWN]
        self.rows.set_rows([self._row(*same) for same in shown])
        self.rows.setVisible(bool(kept))
        self.more_button.setText(f"还有 {len(groups) - len(shown)} 份")
        self.more_button.setVisible(len(groups) > len(shown))

    def _show_all(self) -> None:
        self._all = True
        self._list(self._kept)

    def _row(self, *same: Kept) -> Row:
        """One backup, which may lie in both places; a whole one speaks for it."""
        copy = min(same, key=lambda one: (bool(one.trouble), one.place != self.room.folder / "backups"))
        here = {one.place == self.room.folder / "backups" for one in same}
        parts = ["这台电脑和第二处" if len(here) > 1 else "这台电脑" if True in here else "第二处"]
        for table, word, unit in (("main.student", "学生", "名"), ("cases.note", "辅导记录", "条")):
            if copy.rows.get(table):
                parts.append(f"{word} {copy.rows[table]} {unit}")
        parts.append(size_words(copy.bytes))
        tags: list[tuple[str, str]] = []
        if copy.trouble:
            tags.append(("损坏", "brick"))
        elif copy.fits is False:
            tags.append(("换钥匙以前的", "amber"))
        elif copy.verified:
            tags.append(("已核对", "good"))
        else:
            tags.append(("未验证", "amber"))
        if copy.pinned:
            tags.append(("恢复前的样子", ""))
        detail = copy.trouble if copy.trouble else " · ".join(parts)
        action = None if copy.trouble or copy.fits is False else ("看看差别", partial(self.look, copy.path))
        icon = "warning" if copy.trouble else "archive"
        return Row(moment(copy.made_at), detail, icon=icon, tags=tags, action=action, key=copy.path)

    # ---- slow work

    def _begin(self, words: str) -> None:
        empty_layout(self._result)
        self.progress.begin(words)
        self.progress.show()
        for one in (self.make_button, self.place_button, self.other_button):
            one.setEnabled(False)

    def _end(self) -> None:
        self._job = None
        self.progress.hide()
        for one in (self.make_button, self.place_button, self.other_button):
            one.setEnabled(True)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._end()

    def _step(self, done: int, of: int) -> None:
        self.progress.set(done * 100 // max(of, 1), 100, "%")

    def _say(self, tone: str, heading: str, *lines: str) -> None:
        empty_layout(self._result)
        self._result.addWidget(answer(tone, heading, *lines))

    def _failed(self, tell: Tell) -> None:
        self._end()
        self._say("brick", "没有做成", str(tell))

    # ---- making

    def make(self, to: Path | None = None) -> None:
        self._begin("正在备份……")

        def done(made: backups.BackupMade) -> None:
            self._end()
            self.shell.keeper.trouble = made.trouble
            self.shell.tell_changed("desk_state")
            self.shell.say_backup()
            counted = "、".join(
                f"{word} {made.rows[table]} {unit}"
                for table, word, unit in (
                    ("student", "学生", "名"),
                    ("booking", "预约", "个"),
                    ("note", "辅导记录", "条"),
                )
                if made.rows.get(table)
            )
            heading = "备份好了，打开核对过，与现在的资料一致。" if made.verified else "备份好了，还没有打开核对。"
            lines = [f"里面有{counted}。"] if counted else []
            lines.append(f"在 {made.path}" + (f"，第二处也有了：{made.second}" if made.second else ""))
            if made.trouble:
                lines.append(f"第二处没有备份成：{made.trouble}")
            self._say("amber" if made.trouble else "accent", heading, *lines)

        self._job = self.shell.run(
            self, backups.make(self.room, to), done=done, failed=self._failed, progress=self._step
        )

    def make_elsewhere(self) -> None:
        folder = ask.folder(self, "备份到哪里（选 U 盘或另一块硬盘上的文件夹）")
        if folder is not None:
            self.make(folder)

    def choose_place(self) -> None:
        folder = ask.folder(self, "第二处备份放在哪里（选 U 盘或另一块硬盘上的文件夹）")
        if folder is None:
            return
        chosen = self.shell.attempt(lambda: backups.choose_second(self.room, folder), kinds=("desk_state",))
        if chosen:
            self.make()
            if chosen.result:
                self.shell.toast(chosen.result)

    # ---- looking and bringing back

    def look_elsewhere(self) -> None:
        folder = ask.folder(self, "选一份备份，或备份所在的文件夹")
        if folder is not None:
            self.look(folder)

    def look(self, copy: Path) -> None:
        """What bringing this copy back would change."""
        self._shut()
        self._begin("正在和现在的资料比较……")

        def done(seen: backups_back.Differences) -> None:
            self._end()
            self._shut()
            self.preview = PreviewCard(seen, moment(seen.made_at), partial(self.bring_back, copy, seen), self._shut)
            self._here.addWidget(self.preview)
            self.preview.show()
            self.preview.focus_first()
            QTimer.singleShot(0, self.preview, partial(into_sight, self.preview))

        self._job = self.shell.run(self, lambda: backups_back.preview(self.room, copy), done=done, failed=self._failed)

    def _shut(self) -> None:
        empty_layout(self._here)
        self.preview = None

    def bring_back(self, copy: Path, seen: backups_back.Differences) -> None:
        sure = ask.confirm(self, f"恢复到 {moment(seen.made_at)}？", BRING_BACK, yes="恢复", grave=True)
        if not sure:
            return
        self._shut()
        self._begin("正在恢复，请不要关机……")

        def done(_kept: Path) -> None:
            ask.tell(self, "恢复好了", "请重新登录，看看内容对不对。恢复前的样子在“备份与恢复”里留着。")
            leave.leave(self.room)

        self._job = self.shell.run(
            self, backups_back.bring_back(self.room, copy), done=done, failed=self._failed, progress=self._step
        )
