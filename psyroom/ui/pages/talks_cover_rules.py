"""Who is on the list and what counts, as the page tells it: each rule in a sentence, with where it comes from."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.records.talks import DENOMINATORS, OWED
from psyroom.rules.time import day_span, short_day
from psyroom.services.coverage import Coverage
from psyroom.ui.kit import button, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


def told(found: Coverage) -> list[tuple[str, str, str]]:
    """(what, the rule, its source; empty: the program's own)"""
    rules = found.rules
    holiday = f"{day_span(found.first, found.last)}谈的都算这学期" if found.last.year < 9000 else "谈话算在当时的学期"
    return [
        (
            "名单",
            f"{short_day(found.day)}在读的学生。休学的离开期间不算，转出、毕业的从那天起不算，转来的从入学起算。",
            "",
        ),
        ("谈过", f"登记了谈话就算，一人谈几次都算一次。{holiday}。只写了辅导记录不算，可以从记录转成一次谈话。", ""),
        ("有原因", "写明原因的单独列出，不再催，但不算谈过；后来谈了就算谈过。", ""),
        ("完成率", f"分母是{DENOMINATORS[rules.denominator]}；不到一百不会显示成一百。", ""),
        ("目标", f"{rules.target} %", rules.target_source),
        ("谈完", f"第 {rules.finish_week} 周以前；还剩 {found.weeks} 个上课的周。", ""),
        ("方案", "标记了重点关爱的学生都要有；五项填全才算，这学期制定或回顾过，或回顾日期还没到。", ""),
        ("反馈", f"{OWED[rules.feedback_for]}；送达或签回才算，只打印不算。", rules.feedback_source),
    ]


class RulesTold(QWidget):
    """In the side sheet."""

    help_topic = "talk-rules"

    def __init__(self, found: Coverage, shell: Shell) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for what, words, source in told(found):
            column.addWidget(text(what, "part"))
            column.addWidget(text(words))
            if source:
                column.addWidget(text(source, "small"))
            column.addSpacing(SPACE)
        self.change = button("改这些规则", lambda: shell.go("settings", section="talks"), icon_name="gear-six")
        column.addWidget(self.change)
