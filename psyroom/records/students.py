"""Students: what the desk may know in desk.db, what only counsellors may know in case.db."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import CASES, Fields, declare
from psyroom.records.ids import new_id

SEXES = {"": "", "m": "男", "f": "女"}
STATUSES = {"present": "在读", "suspended": "休学", "moved": "转出", "graduated": "毕业", "removed": "误录"}
STUDENT_STAGES = {"primary": "小学", "junior": "初中", "senior": "高中", "vocational": "中职"}
LABELS = {
    "left_behind": "留守",
    "single_parent": "单亲",
    "poor": "家庭经济困难",
    "disabled": "残疾",
    "orphan": "孤儿",
    "divorced": "父母离异",
    "remarried": "重组家庭",
    "grandparents": "隔代抚养",
    "bereaved": "亲人亡故",
    "moved_in": "转学插班",
    "inclusive": "随班就读",
    "migrant": "流动",
    "facing_exam": "毕业年级",
    "returned": "休学复学",
}
"""Focus labels: circumstances a duty document names (渭教基〔2022〕57号 二(二)1; 教育部十条措施 2025); never a judgement."""


class StudentFields(Fields):
    name: str = declare(label="姓名", min_length=1, max_length=40)
    sex: str = declare("", label="性别", private=False, choices=SEXES)
    stage: str = declare(label="学段", private=False, choices=STUDENT_STAGES)
    cohort: int = declare(label="入学年份", private=False, ge=1990, le=2100, help="进入本学段的年份，年级由它推出")
    class_no: int = declare(label="班", private=False, ge=0, le=99)
    number: str = declare("", label="学号", max_length=30)
    status: str = declare("present", label="状态", private=False, choices=STATUSES)
    status_since: date | None = declare(None, label="状态起始", private=False)


class Student(StudentFields, table=True):
    """desk.db. The grade is derived from the year of entry, so promotion changes no record."""

    id: str = Field(default_factory=new_id, primary_key=True)


class StudentDetailFields(Fields):
    born: date | None = declare(None, label="出生日期")
    id_number: str = declare("", label="身份证号", max_length=18)
    id_doubtful: bool = declare(False, label="身份证号待核实")
    registry_number: str = declare("", label="学籍号", max_length=19)
    guardian: str = declare("", label="监护人", max_length=40)
    guardian_relation: str = declare("", label="关系", max_length=10)
    guardian_phone: str = declare("", label="监护人电话", max_length=30)
    phone: str = declare("", label="学生电话", max_length=30)
    address: str = declare("", label="住址", max_length=120)
    ethnicity: str = declare("", label="民族", max_length=20)
    boarding: bool | None = declare(None, label="住校")
    only_child: bool | None = declare(None, label="独生子女")
    remark: str = declare("", label="备注", max_length=200)


class StudentDetail(StudentDetailFields, table=True):
    """case.db. Same id as the student."""

    __tablename__ = "student_detail"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)


class StudentLabel(Fields, table=True):
    """case.db: a focus label a student carries; several at once."""

    __tablename__ = "student_label"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = Field(index=True)
    label: str = declare(label="关注类别", choices=LABELS)
    detail: str = declare("", label="说明", max_length=20)
    since: date | None = declare(None, label="自")


FAMILIES = {
    "": "",
    "nuclear": "核心家庭",
    "extended": "大家庭",
    "single": "单亲",
    "remarried": "重组",
    "grandparents": "隔代抚养",
    "relatives": "亲友代养",
    "other": "其他",
}
UPBRINGING = {
    "": "",
    "democratic": "民主商量",
    "strict": "要求严格",
    "indulgent": "迁就溺爱",
    "hands_off": "较少过问",
    "mixed": "前后不一",
}


class StudentBackgroundFields(Fields):
    """The file a counsellor keeps of a student: 成长信息记录's family and state (national guide; facts 4.2)."""

    case_no: str = declare("", label="个案编号", max_length=20)
    family: str = declare("", label="家庭结构", choices=FAMILIES)
    upbringing: str = declare("", label="教养方式", choices=UPBRINGING)
    household: str = declare("", label="家庭情况", max_length=1000, help="同住的人、父母工作、照料情况")
    events: str = declare("", label="重大生活事件", max_length=1000)
    growth: str = declare("", label="成长经历", max_length=1000)
    health: str = declare("", label="健康情况", max_length=1000, help="就医和服药只写本人或家长告知的，注明来源")
    at_school: str = declare("", label="在校表现", max_length=1000)
    mind: str = declare("", label="心理状况", max_length=1000, help="写看到和听到的，不下结论")
    strengths: str = declare("", label="优势与支持", max_length=1000)


class StudentBackground(StudentBackgroundFields, table=True):
    """case.db. Same id as the student."""

    __tablename__ = "student_background"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)


class StudentQuestion(Fields, table=True):
    """case.db: something of a student's entry that the school should still verify."""

    __tablename__ = "student_question"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = Field(index=True)
    field: str = declare(label="栏目")
    reason: str = declare(label="问题", max_length=120)
    settled: bool = declare(False, label="已核实")


class ColumnMap(Fields, table=True):
    """case.db: which columns of a kind of file mean what, as the person corrected it once (id: digest of the header)."""

    __tablename__ = "column_map"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    kind: str = declare(label="文件种类")
    mapping: str = declare(label="对应关系（JSON）")
