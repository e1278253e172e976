"""The small forms of the opening page: a band of the template, a one-off change, an opening written down afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from psyroom.records.opening import ExceptionFields, OpeningFields, SlotFields
from psyroom.rules.time import WEEKDAYS
from psyroom.ui.kit import Choice, DayField, Form

WEEKDAY_CHOICES = {at: f"周{name}" for at, name in enumerate(WEEKDAYS, 1)}
EVERY = 0
"""Monday to Friday at once, for a new band."""


def _people(people: Mapping[str, str]) -> Choice:
    return Choice({**people, "": ""}, empty="不定", as_list=True)


def _places(places: Mapping[str, str]) -> Choice:
    return Choice({**places, "": ""}, empty="不定", as_list=True)


def slot_form(people: Mapping[str, str], places: Mapping[str, str], since: date, values: Mapping[str, Any]) -> Form:
    """A band that comes back every week; without values a new one, on every school day unless another is chosen."""
    days = WEEKDAY_CHOICES if "weekday" in values else {EVERY: "周一至周五", **WEEKDAY_CHOICES}
    form = Form(SlotFields, labels={"since": "从哪天起"})
    form.section("每周固定开放", "从启用日期起生效；以前的周保持原样。")
    form.add("weekday", controls={"weekday": Choice(days, as_list=True)})
    form.add("starts", "ends")
    form.add("person", "place", controls={"person": _people(people), "place": _places(places)})
    form.add("since", controls={"since": DayField()})
    form.set_values({"since": since, **values})
    return form


def exception_form(people: Mapping[str, str], places: Mapping[str, str], values: Mapping[str, Any]) -> Form:
    """One day is different: open additionally, or closed."""
    form = Form(ExceptionFields, labels={"opens": "这一天"})
    form.section("临时加开或停开", "只改这一天，每周的固定时段不变。")
    form.add("opens", controls={"opens": Choice({True: "加开", False: "停开"})})
    form.add("day", controls={"day": DayField()})
    form.add("starts", "ends")
    form.add("person", "place", controls={"person": _people(people), "place": _places(places)})
    form.add("why")
    form.set_values(values)
    return form


def make_up_form(people: Mapping[str, str], places: Mapping[str, str], values: Mapping[str, Any], left: str) -> Form:
    """Open once more, for a week that fell short."""
    form = Form(ExceptionFields)
    form.section("", f"{left}。补开的时间算在开门的那一周里，两周都会写明补的是哪一周。")
    form.add("day", controls={"day": DayField()})
    form.add("starts", "ends")
    form.add("person", "place", controls={"person": _people(people), "place": _places(places)})
    form.set_values(values)
    return form


def opening_form(people: Mapping[str, str], places: Mapping[str, str], values: Mapping[str, Any]) -> Form:
    """The room was open and nobody signed in: written down afterwards, or corrected."""
    form = Form(OpeningFields)
    form.section("实际开放", "几个人同时值班也只按一间房计算，不会重复计时。")
    form.add("day", controls={"day": DayField()})
    form.add("starts", "ends")
    form.add("person", "place", controls={"person": _people(people), "place": _places(places)})
    form.add("received")
    form.set_values(values)
    return form


def typed_again(kept: dict[str, Any]) -> dict[str, Any]:
    """A draft's values as the controls take them: days were kept as text."""
    again = dict(kept)
    for name in ("day", "since", "until"):
        try:
            again[name] = date.fromisoformat(str(again.get(name)))
        except ValueError:
            again.pop(name, None)
    return again
