"""What was said in the practice school: notes of past visits, signed and unsigned, steps to take, a background. Made up from
a few ordinary cases; no child is meant, nothing grave happens here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from psyroom.practice.blanks import Row, Rows, blank, stamp
from psyroom.records.ids import new_id
from psyroom.records.notes import Addendum, NextStep, Note, NoteCategory, NoteFields, NoteStudent
from psyroom.records.students import StudentBackground, StudentBackgroundFields
from psyroom.rules.notes import number

FRESH = 3
"""The last visits of the one who practises that nobody has written down yet, so that there is something to write."""
SIGNED_AFTER = 2
"""Days after which a note of the practice school is signed."""


@dataclass(frozen=True)
class Case:
    """One ordinary case: which category, who sent the child, and the parts in their words."""

    category: str
    source: str
    words: str
    state: str
    problem: str
    measures: str
    effect: str
    next: str


CASES = (
    Case("study", "class_teacher", "“一到考试前我就睡不好，脑子里全是万一考砸了怎么办。”", "情绪紧张，说话快，手心出汗；能说清自己担心什么。近一周入睡要一个多小时。", "期中前对成绩担心过多，影响睡眠和听课。依据：本人讲述，班主任说上课走神增多。程度：中等，作息基本正常。", "一起列出担心的事，分成能做的和做不了的；练习腹式呼吸三遍；商定睡前半小时不看手机、不刷题。", "离开时说“好像没那么堵了”。愿意试一周。", "看看睡得怎么样"),
    Case("peers", "self", "“她们中午吃饭不叫我，我坐哪儿都不对。”", "说到一半流泪，后来平静。胃口一般，睡眠正常。", "与同宿舍两名同学因分组的事疏远两周，感到被排斥。尚有其他朋友可以说话。", "先听她把经过讲完；练习用“我”开头的话说出自己的感受；约定先找其中一位单独聊。", "主动说出了打算怎么开口，神情放松一些。", "问问谈得怎样"),
    Case("family", "class_teacher", "“我爸一周打一次电话，就问成绩。”", "语气平，低着头，问到妈妈时沉默。到校情况正常。", "父母外出务工，由祖母照料，希望父亲多关心成绩以外的事。", "写一封不一定寄出的信；商量下次通话先说一件高兴的事。征得同意后与父亲沟通一次。", "把信带走了，说想想要不要寄。", "与父亲通话"),
    Case("mood", "self", "“也没发生什么事，就是提不起劲。”", "精神不足，能正常交谈，否认有伤害自己的想法。饮食可，周末睡得多。", "换班后一个月兴趣减少，作业拖延。程度：轻到中。需要继续观察。", "安排每天一件小事（操场走两圈、给老同学发一句话）；做一周心情记录。", "答应记录，下次带来。", "看心情记录，必要时联系家长"),
    Case("self", "self", "“我讲话别人都会笑，我就干脆不讲了。”", "声音小，目光回避，后半程自然许多。", "自我评价偏低，课堂发言前紧张明显。", "回忆三次讲得不错的经历；先在小组里说一句，再在全班说一句。", "给自己打分从 3 分到 5 分。", "小组发言试得如何"),
    Case("career", "follow_up", "“我妈要我升学，我想先去厂里实习。”", "情绪平稳，想法清楚，有些委屈。", "升学与就业的选择和母亲意见不一致。", "画出两条路各自的好处、难处和要准备的事；约母亲一起谈一次。", "觉得能和妈妈坐下来说了。", "约母亲来校"),
    Case("online", "parent", "“就打两把，一看都一点了。”", "困倦，配合。承认周末玩到凌晨。", "周末夜间上网时间过长，周一精神差。", "一起定周末的时间表，手机晚上十点半交给奶奶；找一件可以替代的事：打球。", "愿意先试两个周末。", "看两个周末的记录"),
    Case("conduct", "teacher", "“他先碰我的，我没忍住。”", "情绪激动，十分钟后平静，能复述经过。", "课间与同学争执推搡，冲动时难停下来。", "练习“停—想—做”；商定觉得要发火时先去找班主任。", "向对方写了一张纸条道歉。", "一周内有没有再起争执"),
    Case("life", "observed", "“晚上宿舍熄灯以后特别想家。”", "眼圈红，说话清楚。胃口变小，体重无明显变化。", "新生住校第三周，适应困难，晚间想家明显。", "与宿管老师约好熄灯后可以说话十分钟；和两名老乡一起参加社团。", "说今天晚上想先试试。", "两周后再谈"),
    Case("growing", "letter", "“他不理我了，我上课老往那边看。”", "害羞，说话断断续续，睡眠尚可。", "与一名男生的往来中断，影响听课。", "把注意力放回到这周最要紧的三件事；谈了谈怎样的相处让双方都舒服。", "笑了，说先把月考考完。", "月考后再聊"),
)  # fmt: skip
PARENTS = (
    ("母亲", "孩子回家不说话，作业拖到很晚。", "介绍了学校看到的情况，不作评价；建议每天固定十分钟只听不评。", "同意先试两周，并把手机交接时间写下来。"),
    ("父亲", "成绩下滑，想知道孩子在学校怎么样。", "说明保密的范围；建议先肯定一件做到的事，再谈成绩。", "愿意每周多打一次电话，暂不提排名。"),
    ("祖母", "孩子周末只玩手机，说不动。", "一起列出周末的安排，由孩子自己选两项。", "商定手机晚上由祖母保管。"),
)  # fmt: skip
GROUPS = (
    ("认识新同学", "两人一组采访，再介绍对方；起初拘谨，第二轮笑声多了。", "多数投入，两人话少。", "优点接力、共画一张班级地图。", "结束时每人写了一句给同桌的话。"),
    ("考试前的一周", "分享“我最担心的一件事”，发现彼此相似。", "紧张但愿意说。", "把担心放进纸盒，练习呼吸和时间表。", "七成成员说比来时轻松。"),
    ("说出来与听得懂", "角色扮演两个争执的场景。", "气氛热闹，能轮流发言。", "练习“我”开头的句子和复述。", "成员约定一周里各用一次。"),
)  # fmt: skip
TEACHERS = (
    ("疲惫，语速快，近来睡得少。", "带毕业班压力大，与一名家长沟通不顺。", "一起整理哪些事可以交出去；准备了与家长谈话的三句开场。", "说有人听一听就好多了。"),
    ("担心，焦急。", "班里一名学生情绪波动，不知道怎么开口。", "商量先由班主任关心起居，再约学生来谈；说明保密的范围。", "明确了今天先做哪一步。"),
)  # fmt: skip
LATER = "班主任反馈：这一周听课好了一些，主动交了两次作业。"


_SOURCES = ("self", "class_teacher", "teacher", "parent", "observed", "follow_up")


def make_notes(visits: Sequence[Row], practises: str, today: date, times: int) -> Rows:
    """Notes of past visits, in the order of their days. The last ones of `practises` are still to be written, one of them
    is only begun; colleagues share half of theirs."""
    said = _Said(Random(f"practice notes {times}"), today)
    past = [v for v in visits if v["day"] < today and v["ends"] is not None]
    past.sort(key=lambda visit: (visit["day"], visit["starts"]))
    fresh = [visit["id"] for visit in past if visit["person"] == practises][-FRESH:]
    for visit in past:
        if visit["id"] not in fresh[1:]:
            said.note(visit, mine=visit["person"] == practises, begun=visit["id"] in fresh)
    known = list(dict.fromkeys(visit["student"] for visit in past if visit["person"] == practises))
    return [
        (Note, said.notes), (NoteStudent, said.students), (NoteCategory, said.categories), (NextStep, said.steps),
        (Addendum, said.later), (StudentBackground, [said.background(student) for student in known[-6:]]),
    ]  # fmt: skip


class _Said:
    """The rows as they gather, numbered on within each year."""

    def __init__(self, chance: Random, today: date) -> None:
        self.chance, self.today = chance, today
        self.notes: list[Row] = []
        self.students: list[Row] = []
        self.categories: list[Row] = []
        self.steps: list[Row] = []
        self.later: list[Row] = []
        self._running: Counter[int] = Counter()

    def note(self, visit: Row, *, mine: bool, begun: bool) -> None:
        day: date = visit["day"]
        self._running[day.year] += 1
        row = blank(NoteFields) | {name: visit[name] for name in ("day", "starts", "ends", "place", "channel")}
        row |= {"id": new_id(), "visit": visit["id"], "number": number(day.year, self._running[day.year])}
        row |= {"writer": visit["person"], "made_at": stamp(day, 13), "signed_at": "", "signed_by": ""}
        signed = not begun and (self.today - day).days > SIGNED_AFTER
        if signed:
            row |= {"signed_at": stamp(day + timedelta(days=1), 9), "signed_by": visit["person"]}
        row["shared"] = not mine and self.chance.random() < 0.5
        self.notes.append(row)
        if visit["student"]:
            self.students.append({"id": new_id(), "note": row["id"], "student": visit["student"]})
        if visit["client"] == "student":
            self._with_child(row, begun=begun)
        elif visit["client"] == "parent":
            self._with_parent(row)
        elif visit["client"] == "group":
            self._with_group(row)
        else:
            self._with_teacher(row, visit["name"])
        if signed and self.chance.random() < 0.06:
            at = stamp(day + timedelta(days=6), 8)
            self.later.append({"id": new_id(), "note": row["id"], "at": at, "person": visit["person"], "text": LATER})

    def _with_child(self, row: Row, *, begun: bool) -> None:
        case = self.chance.choice(CASES)
        source = case.source if case.source in _SOURCES else "other"
        row |= {"source": source, "words": case.words, "state": case.state}
        if begun:  # the bell rang
            return
        row |= {"problem": case.problem, "measures": case.measures, "effect": case.effect}
        self.categories.append({"id": new_id(), "note": row["id"], "category": case.category})
        if self.chance.random() < 0.4:
            self._step(row, case.next)

    def _with_parent(self, row: Row) -> None:
        whom, problem, measures, outcome = self.chance.choice(PARENTS)
        row |= {"kind": "parent", "with_whom": whom, "problem": problem, "measures": measures, "outcome": outcome}
        self.categories.append({"id": new_id(), "note": row["id"], "category": "family"})

    def _with_group(self, row: Row) -> None:
        topic, observed, state, measures, effect = self.chance.choice(GROUPS)
        row |= {"kind": "group", "topic": topic, "observed": observed, "state": state, "measures": measures}
        row |= {"effect": effect}

    def _with_teacher(self, row: Row, name: str) -> None:
        state, problem, measures, effect = self.chance.choice(TEACHERS)
        row |= {"kind": "teacher", "with_whom": name, "state": state, "problem": problem, "measures": measures}
        row |= {"effect": effect}

    def _step(self, row: Row, text: str) -> None:
        due = row["day"] + timedelta(days=self.chance.choice((7, 7, 14)))
        done = "" if due >= self.today - timedelta(days=1) else stamp(due, 8)
        step = {"id": new_id(), "note": row["id"], "person": row["writer"], "text": text, "due": due, "done_at": done}
        self.steps.append(step)

    def background(self, student: str) -> Row:
        row = blank(StudentBackgroundFields) | {
            "id": student,
            "family": self.chance.choice(("nuclear", "grandparents")),
        }
        return row | {
            "household": "父母在外地工作，平时与祖母同住，父亲每周来电话一次。",
            "at_school": "到校正常，作业能交，课间喜欢打球。",
            "mind": "愿意说话，遇事先闷着，熟了以后很有主意。",
            "strengths": "画画好；与同桌关系稳定；祖母支持。",
        }
