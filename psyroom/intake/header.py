"""Recognising columns: which header words mean which field.

A field's code is the record's own name (records/students.py), or one of a few that only files have: `sex_m`, `sex_f` (two
tick columns), `grade`, `class`, `second` (another guardian, kept in the remark), `serial`, `ignored`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

FIELDS = {
    "name": "姓名",
    "sex": "性别",
    "sex_m": "性别（男，打勾）",
    "sex_f": "性别（女，打勾）",
    "born": "出生日期",
    "grade": "年级",
    "class": "班级",
    "number": "学号",
    "registry_number": "学籍号",
    "id_number": "身份证号",
    "guardian": "监护人",
    "guardian_relation": "监护人关系",
    "guardian_phone": "监护人电话",
    "phone": "学生电话",
    "address": "住址",
    "ethnicity": "民族",
    "boarding": "住校",
    "only_child": "独生子女",
    "left_behind": "留守",
    "orphan": "孤儿",
    "disabled": "残疾",
    "single_parent": "单亲",
    "poor": "家庭经济困难",
    "remark": "备注",
    "entered": "入学年份",
    "stage": "学段",
    "id_kind": "证件类型",
    "second": "另一位监护人",
    "serial": "序号",
    "ignored": "不导入",
}
"""Field codes a column may carry, with the name the mapping page shows."""

CHOOSABLE = tuple(code for code in FIELDS if code not in ("serial", "id_kind"))

# Exact words first: (field, words). The header is compared without blanks, stars, brackets and punctuation.
_EXACT: dict[str, str] = {}
for _field, _words in {
    "name": "姓名 学生姓名 名字 学生 学生名字 中文姓名 学员姓名 幼儿姓名 生名 姓名学生 学生姓名必填",
    "sex": "性别 学生性别 男女 性別",
    "sex_m": "男 男生 性别男",
    "sex_f": "女 女生 性别女",
    "born": "出生日期 出生年月 出生年月日 生日 出生 出生时间 出生日 学生出生日期 出生日期年月日 公历生日",
    "grade": "年级 所在年级 年级名称 就读年级 入学年级 级别 现年级 年级级 届别 级 年級 所属年级",
    "class": "班级 班 班别 班级名称 所在班级 现班级 行政班 行政班级 就读班级 班次 班号 所属班级 年级班级 年级班 "
    "年班 班級 专业班级 所在班 现所在班级 班级代码 班级全称 所读班级",
    "number": "学号 班内学号 学生学号 校内学号 学生编号 编号 座号 学籍辅号 校园卡号 座位号",
    "registry_number": "学籍号 全国学籍号 学籍号码 全国学籍号码 学生学籍号 国网学籍号 学籍编号 国家学籍号 学籍",
    "id_number": "身份证号 身份证 身份证号码 身份证件号 身份证件号码 证件号 证件号码 公民身份号码 居民身份证号 公民身份证号码 "
    "身份号码 学生身份证号 学生身份证号码 学生身份证 居民身份证号码 公民身份证号 证件编号",
    "entered": "入学年份 入学年月 入学时间 入学日期 入学年 入校年份 入校时间",
    "stage": "学段 所属学段 就读学段 所在学段 学部",
    "id_kind": "身份证件类型 证件类型 身份证类型 学生身份证件类型",
    "guardian": "监护人 监护人姓名 家长 家长姓名 父母姓名 联系人 联系人姓名 家长名字 第一监护人 家长或监护人 法定监护人 "
    "监护人或家长 家长监护人 紧急联系人 主要监护人 第一监护人姓名",
    "guardian_relation": "关系 与学生关系 监护人关系 家长关系 与本人关系 与监护人关系 称谓 与孩子关系 与家长关系",
    "guardian_phone": "监护人电话 监护人联系电话 家长电话 家长联系电话 家长手机 家长手机号 家长手机号码 监护人手机 监护人手机号 "
    "家长联系方式 监护人联系方式 家庭电话 联系人电话 父母电话 家庭联系电话 紧急联系电话 监护人电话号码 家长电话号码 "
    "第一监护人电话 紧急联系人电话 家庭联系方式 监护人手机号码 家长微信电话",
    "phone": "学生电话 本人电话 学生手机 学生手机号 学生联系电话 本人手机 学生联系方式 本人联系电话 学生本人电话 本人手机号",
    "contact": "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 移动电话 联系手机 联系号码",
    "address": "住址 家庭住址 家庭地址 地址 现住址 居住地址 详细地址 通讯地址 现居住地 家庭详细地址 现家庭住址 居住地 常住地址",
    "ethnicity": "民族 学生民族",
    "boarding": "就读方式 住校 是否住校 寄宿 是否寄宿 是否寄宿生 住宿 是否住宿 住读走读 走读住校 走读住宿 是否住宿生 寄宿走读 "
    "是否内宿 内宿 住宿情况 就读形式 走读 是否走读 走读生 住校走读 住校生 寄宿生",
    "only_child": "是否独生子女 独生子女 独生 是否独生",
    "left_behind": "是否留守儿童 留守儿童 留守 是否留守 留守情况 留守类型 是否农村留守儿童 留守学生 留守儿童类型 是否留守学生",
    "orphan": "是否孤儿 孤儿 是否孤儿事实无人抚养儿童",
    "disabled": "残疾类型 是否残疾 残疾 残疾情况 残疾类别 残疾学生 是否残疾学生",
    "single_parent": "是否单亲 单亲 单亲家庭 是否单亲家庭",
    "poor": "贫困 是否贫困 贫困生 是否贫困生 家庭经济困难 是否家庭经济困难 建档立卡 是否建档立卡 低保 是否低保 困难学生 "
    "是否困难学生 家庭经济困难学生 是否建档立卡户 贫困户 是否贫困户 困难类型 家庭经济困难类型 脱贫户 是否脱贫户 是否需要申请资助",
    "remark": "备注 说明 备注说明 特殊情况 情况说明 备 注释 其他 其它 特殊情况说明 备注情况 家庭情况 学生类别 特殊群体 关注类别 "
    "特殊类别 类别 特殊学生类别",
    "serial": "序号 序 序列 行号 no 编 项",
}.items():
    for _word in _words.split():
        _EXACT.setdefault(_word, _field)

_PARENT = re.compile(
    r"^(?:学生)?(父亲|母亲|父|母|爸爸|妈妈|爷爷|奶奶)(?:的)?(姓名|名字|电话|手机号?码?|联系电话|联系方式|电话号码)?$"
)
_MEMBER = re.compile(
    r"^(?:家庭)?(?:成员或监护人|监护人|家庭成员|成员|家长|联系人)([1-4一二三])(?:的)?(姓名|名字|电话|手机号?码?|联系电话|关系|与学生关系|联系方式)?$"
)
_FAMILY = re.compile(r"家长|监护人|父|母|家庭成员|成员|联系人")
GROUPS = re.compile(
    r"^(学生)?(基本|本人|个人|身份)?(信息|情况|资料)$|^学生$|^性别$|家长|监护人|父亲|母亲|家庭成员|成员|联系人|班级|学籍"
)


STAFF = re.compile(r"任教.*|任课.*|.*职称.*|教龄|学科|所教学科|教师.*|工号|教工号|教师资格.*")
"""Headers that only lists of teachers have."""


@dataclass(frozen=True)
class Guess:
    """What a header means: a field's code, how sure (0 to 1), and whose it is where two guardians stand side by side."""

    field: str
    sure: float
    whose: str = ""


def plain(header: str) -> str:
    """A header without blanks, stars, marks and remarks in brackets: `身份证件号★（必填）` is 身份证件号."""
    said = unicodedata.normalize("NFKC", header)
    said = re.sub(
        r"\((必填|选填|可不填|打[勾√]|填写?.*?|请.*?|格式.*?|文本.*?|如.*?|例.*?|与.*?|须.*?|应.*?|按.*?|[^()]*?一致|[^()]*?为准|\d+位[^()]*?|.{12,})\)",
        "",
        said,
    )
    said = re.sub(r"[\s★*☆●※:：()\[\]【】<>《》、,，.。/\\|_\-—+&?？!！\"'“”]", "", said)
    return said.lower()


def guess(header: str, group: str = "") -> Guess | None:
    """The field a header means, beneath the group head above it (`监护人` over `姓名`)."""
    said, over = plain(header), plain(group)
    if not said:
        return None
    if over and over != said and (found := _under(said, over)):
        return found
    if found := _one(said):
        return found
    for ending in (r"必填$", r"^学生(?=.{2})", r"^(是否|有无)", r"情况$"):
        shorter = re.sub(ending, "", said)
        if shorter != said and (found := _one(shorter)):
            return Guess(found.field, found.sure * 0.9, found.whose)
    return _by_part(said)


def _one(said: str) -> Guess | None:
    if said in _EXACT:
        return Guess(_EXACT[said], 1.0)
    if found := _PARENT.match(said):
        whose = {"父": "父亲", "母": "母亲", "爸爸": "父亲", "妈妈": "母亲"}.get(found[1], found[1])
        return Guess(_part_of_guardian(found[2] or ""), 0.95, whose)
    if found := _MEMBER.match(said):
        number = {"一": "1", "二": "2", "三": "3"}.get(found[1], found[1])
        return Guess(_part_of_guardian(found[2] or ""), 0.95, number)
    return None


def _part_of_guardian(part: str) -> str:
    if "关系" in part:
        return "guardian_relation"
    if part in ("", "姓名", "名字"):
        return "guardian"
    return "guardian_phone"


def _under(said: str, over: str) -> Guess | None:
    if over in ("性别",) and said in ("男", "女"):
        return Guess("sex_m" if said == "男" else "sex_f", 1.0)
    if _FAMILY.search(over):
        if joined := _one(over + said):
            return joined
        if re.fullmatch(r"姓名|名字|.{0,2}电话.{0,2}|手机.{0,2}|联系.{2}|关系|.*关系|称谓", said):
            base = _one(over)
            return Guess(_part_of_guardian("关系" if said == "称谓" else said), 0.95, base.whose if base else "")
        if re.search(r"身份证|证件|单位|职业|年龄|学历", said):
            return Guess("ignored", 0.9)
    return None


def _by_part(said: str) -> Guess | None:
    """A longer header that holds a known word; surely enough to propose, not enough to be silent about."""
    if len(said) > 24:
        return None
    family = bool(_FAMILY.search(said))
    if family and re.search(r"身份证|证件|单位|职业|年龄|学历|政治|户口|性别|民族|地址|住址|国籍|职务", said):
        return Guess("ignored", 0.9)
    if re.search(
        r"班主任|教师|老师|任课|辅导员|填表|学校|户口|户籍|籍贯|出生地|入学|健康|政治|国籍|血型|港澳|专业", said
    ):
        return Guess("ignored", 0.8)
    for pattern, field in (
        (r"学籍号|学籍编", "registry_number"),
        (r"身份证|证件号", "id_number"),
        (r"出生(日期|年月)|生日", "born"),
        (r"关系", "guardian_relation"),
        (r"电话|手机|联系方式", "guardian_phone" if family else "contact"),
        (r"独生", "only_child"),
        (r"留守", "left_behind"),
        (r"孤儿", "orphan"),
        (r"残疾", "disabled"),
        (r"单亲", "single_parent"),
        (r"贫困|困难|低保|建档立卡|脱贫", "poor"),
        (r"住校|寄宿|住宿|走读", "boarding"),
        (r"住址|地址", "address"),
        (r"民族", "ethnicity"),
        (r"学号", "number"),
        (r"姓名", "guardian" if family else "name"),
        (r"性别", "sex"),
        (r"年级", "grade"),
        (r"班级|班别", "class"),
        (r"备注", "remark"),
    ):
        if re.search(pattern, said):
            return Guess(field, 0.6)
    return None
