"""What a 备注 column says, word by word: focus labels, boarding, and whatever else is kept as it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SPLIT = re.compile(r"[、，,；;。\s/+＋|｜]+")
_TRIM = re.compile(r"^(?:农村|城市|家庭|属于|该生|系|为)|(?:儿童|家庭|学生|生|户|子女|人员|困难户|情况)$")
_NOTHING = {"", "无", "否", "正常", "非留守", "非留守儿童", "-", "—", "/", "没有", "普通", "一般"}

# (words that mean it exactly once trimmed, a pattern that suggests it inside a longer word)
_LABELS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("left_behind", frozenset({"留守", "单亲留守", "双亲留守", "父母外出", "父母在外务工", "父母务工"}), r"留守"),
    ("single_parent", frozenset({"单亲"}), r"单亲(?!留守)"),
    ("divorced", frozenset({"离异", "父母离异", "离婚", "父母离婚"}), r"离异|离婚"),
    ("remarried", frozenset({"重组", "再婚"}), r"重组|再婚"),
    (
        "poor",
        frozenset(
            {"贫困", "困难", "家庭困难", "经济困难", "家庭经济困难", "建档立卡", "低保", "特困", "脱贫", "边缘易致贫"}
        ),
        r"贫困|困难|建档立卡|低保|特困|脱贫",
    ),
    (
        "disabled",
        frozenset({"残疾", "残", "肢体残疾", "听力残疾", "视力残疾", "智力残疾", "言语残疾", "精神残疾", "多重残疾"}),
        r"残疾",
    ),
    ("orphan", frozenset({"孤儿", "孤", "事实孤儿", "事实无人抚养"}), r"孤儿|无人抚养"),
    ("grandparents", frozenset({"隔代", "隔代抚养", "隔代监护"}), r"隔代"),
    (
        "bereaved",
        frozenset({"丧亲", "父亡", "母亡", "父母双亡", "父亲去世", "母亲去世", "父故", "母故", "亲人亡故"}),
        r"去世|亡故|病故|丧父|丧母|双亡",
    ),
    ("moved_in", frozenset({"转学", "插班", "转入", "转学插班"}), r"转入|插班"),
    ("inclusive", frozenset({"随班就读"}), r"随班就读"),
    ("migrant", frozenset({"流动", "随迁", "进城务工随迁", "外来务工"}), r"随迁|流动"),
    ("returned", frozenset({"复学", "休学复学"}), r"复学"),
)
_DETAILS = {
    "单亲留守": "单亲留守",
    "双亲留守": "双亲留守",
    "建档立卡": "建档立卡",
    "低保": "低保",
    "特困": "特困",
    "脱贫": "脱贫户",
    "父亡": "父亡",
    "母亡": "母亡",
    "父母双亡": "父母双亡",
    "父亲去世": "父亲去世",
    "母亲去世": "母亲去世",
    "事实孤儿": "事实孤儿",
    "事实无人抚养": "事实无人抚养",
}
_BOARDING = {"住校": True, "寄宿": True, "住宿": True, "内宿": True, "走读": False, "通校": False, "外宿": False}


@dataclass
class Remark:
    """Labels with their detail, whether boarding is said, and the rest of the text."""

    labels: dict[str, str] = field(default_factory=dict)
    boarding: bool | None = None
    rest: str = ""


def read_remark(said: str) -> Remark:
    """A remark read word by word. A word that is known whole becomes a label; a longer one gives a label and is kept too."""
    found = Remark()
    rest: list[str] = []
    for word in _SPLIT.split(said):
        core = _TRIM.sub("", _TRIM.sub("", word)) or word
        if word in _NOTHING or word.startswith(("非", "不是")):
            continue
        if word in _BOARDING or core in _BOARDING:
            found.boarding = _BOARDING.get(word, _BOARDING.get(core))
            continue
        known = [label for label, whole, _ in _LABELS if word in whole or core in whole]
        for label in known:
            detail = (
                _DETAILS.get(word) or _DETAILS.get(core) or (core if core.endswith("残疾") and core != "残疾" else "")
            )
            found.labels[label] = detail or found.labels.get(label, "")
        if known:
            continue
        if not re.search(r"非|不是|不属|无", word):
            for label, _, part in _LABELS:
                if re.search(part, word):
                    found.labels.setdefault(label, "")
        rest.append(word)
    # What is kept, is kept as written, not as cut up.
    found.rest = said if rest and len(rest) == len([w for w in _SPLIT.split(said) if w]) else "、".join(rest)
    return found
