"""Made-up names: usual surnames and given names, and a few that programs stumble over."""

from __future__ import annotations

from random import Random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
    "邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN_F = (
    "雨桐 欣怡 梓涵 诗涵 可馨 思琪 佳怡 晓雨 雅婷 梦瑶 静怡 婉清 若曦 语嫣 紫萱 心怡 依诺 海燕 春梅 小芳 丽娟 慧敏 玉兰 秋月 "
    "芷若 安琪 乐瑶 昕妤 沐晴 锦瑟 芳 静 敏 婷 雪 颖 玥 琳 倩 蕾"
)
_GIVEN_M = (
    "子轩 浩然 宇航 俊杰 博文 梓豪 天佑 志强 建国 文博 嘉豪 明辉 晨阳 泽宇 一鸣 浩宇 俊熙 思源 家乐 铭轩 海涛 小龙 永强 光明 "
    "沐阳 睿哲 承志 新宇 国庆 立群 伟 强 磊 洋 勇 杰 涛 鹏 超 鑫"
)
_TRIPPING = (
    ("欧阳雪晴", "f"),
    ("司马睿", "m"),
    ("单于成", "m"),
    ("仇小满", "f"),
    ("解雨桐", "f"),
    ("阿依古丽·买买提", "f"),
    ("迪力夏提·艾尔肯", "m"),
    ("彭䶮", "m"),
    ("刘𬱖", "f"),
    ("覃圩珺", "f"),
    ("曾乐乐", "m"),
    ("朴贤珠", "f"),
)
"""Double surnames, readings that differ as a surname, a middle dot, characters beyond the usual fonts."""


def tripping() -> tuple[tuple[str, str], ...]:
    """(name, sex) of those every list should hold."""
    return _TRIPPING


def name_of(chance: Random, sex: str) -> str:
    """A usual name for a girl (`f`) or a boy (`m`); the more common surnames come first in the list and more often."""
    surname = _SURNAMES[min(int(chance.expovariate(1 / 22)), len(_SURNAMES) - 1)]
    return surname + chance.choice((_GIVEN_F if sex == "f" else _GIVEN_M).split())
