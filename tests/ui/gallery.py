"""Every widget of the kit on one sheet, for looking at."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.school import SchoolFields, TermFields
from psyroom.ui import kit
from psyroom.ui.kit import Card, Column, Field, Form, Found, Row

PUPILS = [
    Found("1", "张晓雨", "七年级3班"),
    Found("2", "张欣怡", "八年级1班"),
    Found("3", "曾雪莹", "九年级12班"),
]


def pieces() -> QWidget:
    whole = QWidget()
    whole.setObjectName("paper")
    column = QVBoxLayout(whole)
    column.setContentsMargins(32, 24, 32, 24)
    column.setSpacing(16)
    column.addWidget(kit.PageHeader("今日", "现在要做什么？", kit.button("打印明日名单", icon_name="printer"),
                                    kit.primary("新预约", icon_name="plus", shortcut="Ctrl+N")))  # fmt: skip
    grid = QGridLayout()
    grid.setSpacing(16)
    hours = Card("本周开放", "课外时间每周不少于 15 小时")
    bar = kit.HoursBar("第 12 周")
    bar.set(690, 900, "周五 12:10–13:40 和 18:30–20:30 再开就够了")
    hours.add(bar)
    full = kit.HoursBar("第 11 周")
    full.set(930, 900)
    hours.add(full)
    hours.add(kit.WeekBars([
        kit.WeekBar(w, 300 + w * 45 % 700, 500 + w * 60 % 800, 900 if w > 3 else 600, now=w == 12, doubtful=w == 18)
        for w in range(1, 21)
    ]))  # fmt: skip
    grid.addWidget(hours, 0, 0)
    rows = Card("今天的预约")
    rows.add(kit.RowList([
        Row("张晓雨", "七年级3班 · 个别 · 面谈 · 王老师", lead="12:10", stripe="accent", tags=[("已到", "good")],
            action=("结束", lambda: None), open=lambda: None),
        Row("李想", "八年级1班 · 个别 · 电话 · 王老师", lead="16:40", stripe="amber", tags=[("快到了", "amber")],
            action=("到了", lambda: None), more=[("未到", lambda: None)], open=lambda: None),
        Row("九年级备考减压小组", "团体 · 12 人 · 团体活动室 · 一个特别长的说明会在这里被省略号截断而不会撑破", lead="17:30",
            stripe="brick", tags=[("时间冲突", "brick")], action=("处理", lambda: None)),
    ]))  # fmt: skip
    rows.add(kit.StepLine(["选文件", "认栏目", "预览", "导入"], 2))
    rows.add(kit.Progress("正在读名册", lambda: None))
    grid.addWidget(rows, 0, 1)
    form = Form(SchoolFields)
    form.add("name", "campus", stretch=(2, 1))
    form.add("stage")
    form.add("system", "region")
    form.set_values({"name": "襄垣县第三中学", "stage": "junior"})
    form.show_problems(NotValid({"campus": "校区太长，最多 30 个字"}))
    box = Card("学校")
    box.add(form)
    term = Form(TermFields)
    term.add("starts", "weeks")
    term.set_values({"starts": date(2026, 8, 31), "weeks": 20})
    box.add(term)
    line = QHBoxLayout()
    for made in (kit.primary("保存"), kit.button("取消"), kit.quiet("更多"), kit.danger("移除"), kit.button("不可用")):
        line.addWidget(made)
    made.setEnabled(False)
    line.addStretch(1)
    box.body.addLayout(line)
    grid.addWidget(box, 1, 0)
    right = Card("学生")
    picker = kit.Picker(lambda words: PUPILS)
    right.add(Field("来访者", picker, "输入姓名或拼音首字母"))
    times = QHBoxLayout()
    clock = kit.TimeField()
    clock.set_value(870)
    times.addWidget(Field("开始", clock))
    times.addWidget(Field("来过几次", kit.NumberField()))
    right.body.addLayout(times)
    right.add(kit.Check("同时提醒班主任"))
    table = kit.Table([
        Column("姓名", lambda r: r[0], width=100),
        Column("班级", lambda r: r[1], width=120),
        Column("状态", lambda r: r[2], width=100, tone=lambda r: "good" if r[2] == "在读" else "amber"),
        Column("次数", lambda r: str(r[3]), sort=lambda r: r[3], width=70, right=True),
        Column("说明", lambda r: r[4]),
    ])  # fmt: skip
    table.set_rows([(p.name, p.detail, "在读" if i else "休学", 11 * i, "") for i, p in enumerate(PUPILS)])
    right.add(table)
    grid.addWidget(right, 1, 1)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid, 1)
    return whole
