"""What a person calls each kind of record: for previews of a copy, the recycle bin, 体检. Every watched table has a word."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # the desk's file
    "attendance": "团体到场情况",
    "booking": "预约",
    "calendar_day": "校历上的特殊日子",
    "calendar_year": "已确认的年度校历",
    "counselling_group": "团体",
    "duty_turn": "值班班次",
    "event": "日程",
    "filing": "上报记录",
    "grade_naming": "年级叫法",
    "group_member": "团体成员",
    "handover": "交班",
    "opening": "开放记录",
    "opening_exception": "临时加开或停开",
    "opening_slot": "每周固定开放时段",
    "period": "作息时间",
    "person": "人员",
    "place": "房间",
    "room_rules": "预约规则",
    "school": "学校资料",
    "slip": "密封便条",
    "student": "学生",
    "target": "每周开放目标",
    "term": "学期",
    "timetable": "教师自己的课表",
    "visit": "来访",
    "waiting": "候补",
    "waiting_window": "候补的合适时间",
    "week_amendment": "签字后的更正",
    "week_reason": "开放不足的原因",
    "week_signature": "每周签字",
    # the counsellors' file
    "addendum": "补记",
    "attachment": "附件",
    "booking_urgency": "破例预约的原因",
    "column_map": "导入时的列对应",
    "desk_word": "收进档案的值班便条",
    "export": "外出登记",
    "group_topic": "团体主题",
    "holder": "可看个案资料的人",
    "inbox": "便条收件钥匙",
    "next_step": "下一步",
    "no_note": "不写记录的来访",
    "note": "辅导记录",
    "note_category": "记录的问题类别",
    "note_rules": "记录锁定规则",
    "note_student": "记录涉及的学生",
    "note_unlock": "记录解锁",
    "phrase": "常用语",
    "private_key": "私密手记的钥匙",
    "private_note": "私密手记",
    "problem_category": "问题类别",
    "reading": "谁看过的登记",
    "student_background": "学生成长信息",
    "student_detail": "学生的保密资料",
    "student_label": "关注类别",
    "student_question": "名册里要核实的地方",
    "waiting_first": "候补优先",
    # both
    "erasure": "依法删除的登记",
}
"""Watched table → what a person calls its records."""


def word(kind: str) -> str:
    """What a person calls this kind; its own name where nobody has said."""
    return WORDS.get(kind, kind)
