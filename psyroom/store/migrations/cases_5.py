"""Step 5, case.db: talks of a semester and class teachers' sheets, care, growth plans, feedback, home visits, their filings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_NEW = (
    "CREATE TABLE cases.care ( since DATE NOT NULL, ground VARCHAR(200) NOT NULL, until DATE, id VARCHAR NOT "
    "NULL, student VARCHAR NOT NULL, person VARCHAR NOT NULL, lifted DATE, lifted_why VARCHAR(100) NOT NULL, "
    "PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_care_student ON care (student)",
    "CREATE TABLE cases.case_filing ( kind VARCHAR NOT NULL, span VARCHAR NOT NULL, made_on DATE NOT NULL, at"
    " VARCHAR NOT NULL, person VARCHAR NOT NULL, files VARCHAR NOT NULL, figures VARCHAR NOT NULL, head "
    "VARCHAR NOT NULL, id VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE TABLE cases.class_teacher ( id VARCHAR NOT NULL, stage VARCHAR NOT NULL, cohort INTEGER NOT NULL,"
    " class_no INTEGER NOT NULL, name VARCHAR(20) NOT NULL, PRIMARY KEY (id) )",
    'CREATE TABLE cases.feedback ( day DATE NOT NULL, way VARCHAR NOT NULL, "by" VARCHAR(20) NOT NULL, parent'
    " VARCHAR(20) NOT NULL, relation VARCHAR(10) NOT NULL, study VARCHAR(300) NOT NULL, life VARCHAR(300) NOT"
    " NULL, advice VARCHAR(300) NOT NULL, reply VARCHAR(500) NOT NULL, remark VARCHAR(300) NOT NULL, id "
    "VARCHAR NOT NULL, student VARCHAR NOT NULL, term VARCHAR(8) NOT NULL, state VARCHAR NOT NULL, printed "
    "INTEGER NOT NULL, printed_on DATE, delivered_on DATE, signed_on DATE, refused_on DATE, refused_why "
    "VARCHAR(100) NOT NULL, scan VARCHAR NOT NULL, home_visit VARCHAR NOT NULL, person VARCHAR NOT NULL, "
    "made_at VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_feedback_home_visit ON feedback (home_visit)",
    "CREATE INDEX cases.ix_cases_feedback_student ON feedback (student)",
    "CREATE INDEX cases.ix_cases_feedback_term ON feedback (term)",
    "CREATE TABLE cases.growth_plan ( kind VARCHAR NOT NULL, made_on DATE NOT NULL, maker VARCHAR(20) NOT "
    "NULL, present VARCHAR(2000) NOT NULL, difficulty VARCHAR(2000) NOT NULL, study VARCHAR(2000) NOT NULL, "
    "advice VARCHAR(2000) NOT NULL, path VARCHAR(2000) NOT NULL, review_on DATE, summary VARCHAR(2000) NOT "
    "NULL, id VARCHAR NOT NULL, student VARCHAR NOT NULL, version INTEGER NOT NULL, person VARCHAR NOT NULL, "
    "made_at VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_growth_plan_student ON growth_plan (student)",
    "CREATE TABLE cases.home_visit ( day DATE NOT NULL, starts INTEGER, ends INTEGER, way VARCHAR NOT NULL, "
    "teachers VARCHAR(60) NOT NULL, place VARCHAR(40) NOT NULL, present VARCHAR(60) NOT NULL, purpose "
    "VARCHAR(200) NOT NULL, family VARCHAR(1000) NOT NULL, at_school VARCHAR(1000) NOT NULL, at_home "
    "VARCHAR(1000) NOT NULL, parents_say VARCHAR(1000) NOT NULL, found VARCHAR(1000) NOT NULL, next "
    "VARCHAR(500) NOT NULL, next_on DATE, id VARCHAR NOT NULL, student VARCHAR NOT NULL, next_done DATE, "
    "person VARCHAR NOT NULL, made_at VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_home_visit_student ON home_visit (student)",
    'CREATE TABLE cases.plan_review ( id VARCHAR NOT NULL, "plan" VARCHAR NOT NULL, day DATE NOT NULL, words '
    "VARCHAR(1000) NOT NULL, next_on DATE, person VARCHAR NOT NULL, PRIMARY KEY (id) )",
    'CREATE INDEX cases.ix_cases_plan_review_plan ON plan_review ("plan")',
    'CREATE TABLE cases.plan_step ( id VARCHAR NOT NULL, "plan" VARCHAR NOT NULL, place INTEGER NOT NULL, '
    "goal VARCHAR(100) NOT NULL, step VARCHAR(200) NOT NULL, who VARCHAR(20) NOT NULL, due DATE, reached "
    "VARCHAR NOT NULL, result VARCHAR(200) NOT NULL, done_on DATE, PRIMARY KEY (id) )",
    'CREATE INDEX cases.ix_cases_plan_step_plan ON plan_step ("plan")',
    "CREATE TABLE cases.talk ( day DATE NOT NULL, starts INTEGER, minutes INTEGER, place VARCHAR(20) NOT "
    "NULL, talker VARCHAR(20) NOT NULL, way VARCHAR NOT NULL, theme VARCHAR(20) NOT NULL, points "
    "VARCHAR(2000) NOT NULL, judged VARCHAR(1000) NOT NULL, measures VARCHAR(1000) NOT NULL, follow_up "
    "BOOLEAN NOT NULL, follow_day DATE, id VARCHAR NOT NULL, student VARCHAR NOT NULL, followed_on DATE, "
    "followed VARCHAR(500) NOT NULL, origin VARCHAR NOT NULL, sheet VARCHAR NOT NULL, note VARCHAR NOT NULL, "
    "person VARCHAR NOT NULL, made_at VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_talk_coverage ON talk (day, student, talker, way)",
    "CREATE INDEX cases.ix_cases_talk_note ON talk (note)",
    "CREATE INDEX cases.ix_cases_talk_sheet ON talk (sheet)",
    "CREATE INDEX cases.ix_cases_talk_student ON talk (student)",
    "CREATE TABLE cases.talk_attempt ( id VARCHAR NOT NULL, student VARCHAR NOT NULL, day DATE NOT NULL, who "
    "VARCHAR(20) NOT NULL, what VARCHAR NOT NULL, words VARCHAR(60) NOT NULL, person VARCHAR NOT NULL, "
    "PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_talk_attempt_student ON talk_attempt (student)",
    "CREATE TABLE cases.talk_excuse ( id VARCHAR NOT NULL, student VARCHAR NOT NULL, term VARCHAR(8) NOT "
    "NULL, reason VARCHAR(60) NOT NULL, day DATE NOT NULL, sheet VARCHAR NOT NULL, person VARCHAR NOT NULL, "
    "PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_talk_excuse_student ON talk_excuse (student)",
    "CREATE INDEX cases.ix_cases_talk_excuse_term ON talk_excuse (term)",
    "CREATE TABLE cases.talk_receipt ( id VARCHAR NOT NULL, sheet VARCHAR NOT NULL, term VARCHAR(8) NOT NULL,"
    " stage VARCHAR NOT NULL, cohort INTEGER NOT NULL, class_no INTEGER NOT NULL, name VARCHAR(200) NOT NULL,"
    " sha256 VARCHAR NOT NULL, new INTEGER NOT NULL, changed INTEGER NOT NULL, unchanged INTEGER NOT NULL, "
    "problems INTEGER NOT NULL, destroyed BOOLEAN NOT NULL, at VARCHAR NOT NULL, person VARCHAR NOT NULL, "
    "PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_talk_receipt_sheet ON talk_receipt (sheet)",
    "CREATE INDEX cases.ix_cases_talk_receipt_term ON talk_receipt (term)",
    "CREATE TABLE cases.talk_rules ( target INTEGER, denominator VARCHAR NOT NULL, feedback_for VARCHAR NOT "
    "NULL, hide_days INTEGER NOT NULL, finish_week INTEGER NOT NULL, teachers INTEGER, id VARCHAR NOT NULL, "
    "PRIMARY KEY (id) )",
    "CREATE TABLE cases.talk_sheet ( id VARCHAR NOT NULL, term VARCHAR(8) NOT NULL, stage VARCHAR NOT NULL, "
    "cohort INTEGER NOT NULL, class_no INTEGER NOT NULL, password VARCHAR(40) NOT NULL, students VARCHAR NOT "
    "NULL, at VARCHAR NOT NULL, person VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_talk_sheet_term ON talk_sheet (term)",
)


def run(execute: Callable[..., Any]) -> None:
    for statement in _NEW:
        execute(statement)
