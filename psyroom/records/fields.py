"""How a field is declared, once: label, help, limits, choices and privacy; and how typed values are checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlmodel import Field, SQLModel

from psyroom.errors import NotValid

DESK = None  # schema of desk.db, the connection's main file
CASES = "cases"  # schema of case.db, attached in a counsellor's connection


def declare(
    default: Any = ...,
    *,
    label: str,
    help: str = "",
    private: bool = True,
    choices: Mapping[str, str] | None = None,
    pattern: str | None = None,
    parents: bool = False,
    **limits: Any,
) -> Any:
    """A record's field. `private` fields never enter a return without names; `choices` maps stored code to label.
    Of a confidential record only `parents` fields may stand on a paper for parents."""
    shown = {"private": private, "choices": dict(choices) if choices is not None else None, "parents": parents}
    extra: dict[str, Any] = {"json_schema_extra": shown}
    if pattern is not None:
        extra["pattern"] = pattern
    return Field(default, title=label, description=help or None, schema_extra=extra, **limits)


ID = r"^([0-9a-f]{32})?$"
"""What a field that names another record may hold: its id or nothing. Never words: the desk's side has no free text."""


class Fields(SQLModel):
    """Base of every set of fields. A `…Fields` model validates; its `table=True` child stores."""

    model_config = {"hide_input_in_errors": True, "str_strip_whitespace": True}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__

    def __repr_args__(self) -> list[tuple[str, Any]]:  # record text must never reach a log
        return []


def about(model: type[SQLModel], name: str) -> dict[str, Any]:
    """What was declared of a field: label, help, private, choices, parents, limit (of characters)."""
    info = model.model_fields[name]
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    limit = next((m.max_length for m in info.metadata if getattr(m, "max_length", None)), None)
    return {
        "label": info.title or name,
        "help": info.description or "",
        "private": extra.get("private", True),
        "choices": extra.get("choices"),
        "parents": extra.get("parents", False),
        "limit": limit,
    }


def label_of(model: type[SQLModel], name: str) -> str:
    return str(about(model, name)["label"])


_SENTENCES = {
    "missing": "请填写{label}",
    "string_pattern_mismatch": "{label}请从列表里选",
    "string_too_short": "请填写{label}",
    "string_too_long": "{label}太长，最多 {max_length} 个字",
    "int_parsing": "{label}要填数字",
    "int_type": "{label}要填数字",
    "int_from_float": "{label}要填整数",
    "greater_than_equal": "{label}不能小于 {ge}",
    "less_than_equal": "{label}不能大于 {le}",
    "date_from_datetime_parsing": "{label}不是有效的日期",
    "date_parsing": "{label}不是有效的日期",
    "date_type": "{label}不是有效的日期",
}

Model = TypeVar("Model", bound=SQLModel)


def checked(model: type[Model], values: Mapping[str, Any]) -> Model:
    """The values as a validated model; raises `NotValid` with one Chinese sentence per field."""
    problems: dict[str, str] = {}
    found: Model | None = None
    try:
        found = model.model_validate(dict(values))
    except ValidationError as error:
        for item in error.errors(include_input=False, include_url=False):
            name = str(item["loc"][0]) if item["loc"] else ""
            label = label_of(model, name) if name in model.model_fields else ""
            if item["type"] == "value_error":
                sentence = str(item.get("ctx", {}).get("error", ""))
            else:
                sentence = _SENTENCES.get(item["type"], "{label}没有填对").format(label=label, **item.get("ctx", {}))
            problems.setdefault(name, sentence)
    for name in model.model_fields:
        choices = about(model, name)["choices"]
        value = getattr(found, name, None) if found is not None else values.get(name)
        if choices is not None and value is not None and value not in choices and name not in problems:
            problems[name] = f"{label_of(model, name)}没有“{value}”这一项，请从列表里选"
    if problems or found is None:
        raise NotValid(problems)
    return found
