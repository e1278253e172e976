"""Make the sample room of today's shape: `python tests/store/samples/make.py`. Only before that shape has gone out to
schools; afterwards a sample stays as it is for ever, and a change of shape is a step of `psyroom.store.migrations`."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from psyroom.records.booking import Booking, Visit
from psyroom.records.care import Care, Feedback, HomeVisit, Plan, PlanReview, PlanStep
from psyroom.records.notes import Addendum, NextStep, Note, NoteCategory, NoteStudent
from psyroom.records.opening import OpeningException
from psyroom.records.school import School, Term
from psyroom.records.students import Student, StudentBackground, StudentDetail, StudentLabel
from psyroom.records.talks import ClassTeacher, Talk, TalkAttempt, TalkExcuse
from psyroom.store import keys
from psyroom.store.making import make_room
from psyroom.store.migrations import LATEST

HERE = Path(__file__).parent
COUNSELLOR, DUTY = "样本教师", "样本值班"
PASSWORDS = {COUNSELLOR: "樟树下的长椅坐着两个人呀", DUTY: "图书馆三楼靠窗的那个座位"}


def make(folder: Path) -> str:
    """A small room with something in every corner; returns its recovery code."""
    keys.UNBOUND = keys.PRACTICE  # nobody's data; the suite opens it often
    people = [(COUNSELLOR, "counsellor", PASSWORDS[COUNSELLOR]), (DUTY, "duty", PASSWORDS[DUTY])]
    room, code = make_room(folder, people=people, school_name="样本中学", use_keyring=False)
    with room:
        with room.write("新建辅导室") as deed:
            deed.session.add(School(name="样本中学", stage="junior"))
            deed.session.add(Term(year=2026, half=1, starts=date(2026, 8, 31), weeks=20))
        with room.write("导入名册") as deed:
            for number in range(3):
                student = Student(name=f"学生{number}", stage="junior", cohort=2025, class_no=number + 1)
                deed.session.add(student)
                deed.session.add(StudentDetail(id=student.id, guardian=f"家长{number}", born=date(2012, 3, 5)))
                deed.session.add(StudentLabel(student=student.id, label="poor"))
        with room.write("新增预约") as deed:
            booking = Booking(day=date(2026, 9, 8), starts=740, ends=780, person=room.person.id, student=student.id)
            extra = OpeningException(day=date(2026, 9, 5), starts=540, ends=600, opens=True, why="make_up")
            deed.session.add_all([booking, extra])
        with room.write("写辅导记录") as deed:
            note = Note(
                day=date(2026, 9, 1),
                starts=740,
                ends=780,
                number="2026-001",
                writer=room.person.id,
                problem="说不想住校",
            )
            belongs = (NoteStudent(note=note.id, student=student.id), NoteCategory(note=note.id, category="life"))
            later = (NextStep(note=note.id, person=room.person.id, text="下周再谈"), StudentBackground(id=student.id))
            deed.session.add_all([note, *belongs, *later])
            deed.session.add(
                Addendum(note=note.id, at="2026-09-02T04:00:00+00:00", person=room.person.id, text="已回家")
            )
        with room.write("登记谈话与方案") as deed:
            day, who, of = date(2026, 9, 3), room.person.id, student.id
            plan = Plan(student=of, made_on=day, present="与奶奶同住", person=who)
            deed.session.add_all([plan, PlanStep(plan=plan.id, goal="按时交作业"), PlanReview(plan=plan.id, day=day)])
            deed.session.add_all([Talk(student=of, day=day, talker="赵老师"), TalkAttempt(student=of, day=day)])
            deed.session.add_all([TalkExcuse(student=of, term="2026-1", reason="长期请假", day=day)])
            deed.session.add(Care(student=of, since=day, ground="班主任提出", person=who))
            deed.session.add(Feedback(student=of, day=day, term="2026-1", study="上课认真"))
            deed.session.add(HomeVisit(student=of, day=day, teachers="赵老师", present="奶奶"))
            deed.session.add(ClassTeacher(stage="junior", cohort=2025, class_no=9, name="赵老师"))
        with room.write("登记来访") as deed:
            deed.session.add(
                Visit(day=date(2026, 9, 1), starts=740, ends=780, person=room.person.id, student=student.id)
            )
            student.class_no = 9
            deed.session.add(student)
    return code


if __name__ == "__main__":
    goal = HERE / f"shape{LATEST}"
    shutil.rmtree(goal, ignore_errors=True)
    code = make(goal)
    for left in (*goal.glob("*-journal"), goal / "room.lock", goal / "room.json.before"):
        left.unlink(missing_ok=True)
    (goal / "recovery.txt").write_text(code + "\n", "utf-8")
