"""What regions ask of the opening, and identity numbers."""

from __future__ import annotations

from datetime import date

import pytest

from psyroom.records.school import REGIONS
from psyroom.rules.identity import born_of, check_digit_ok, sex_of
from psyroom.rules.policy import region, target_on, target_sentence


@pytest.mark.parametrize("code", sorted(REGIONS))
def test_every_region_is_a_file_with_its_source(code: str) -> None:
    place = region(code)
    assert (place.code, place.name) == (code, REGIONS[code])
    assert place.opening is not None and place.opening.words
    assert "湘教发" in place.opening.source if code == "hunan-vocational" else place.targets == []
    assert len({duty.id for duty in place.duties}) == len(place.duties)


def test_fifteen_hours_in_hunan_from_a_date_on() -> None:
    hunan = region("hunan-vocational")
    target = target_on(hunan, [], date(2026, 9, 6))
    assert (target.minutes, target.source) == (900, "湘教发〔2024〕23号 二(一)2")
    assert target_sentence(target) == "每周课外开放不少于 15 小时（湘教发〔2024〕23号 二(一)2）"
    assert target_on(hunan, [], date(2023, 9, 6)).minutes is None


def test_the_school_s_own_target_stands_above_and_past_weeks_keep_theirs() -> None:
    hunan = region("hunan-vocational")
    own = [(date(2026, 10, 12), 600), (date(2026, 11, 2), None)]
    days = [date(2026, 10, 11), date(2026, 10, 12), date(2026, 11, 1), date(2026, 11, 2)]
    assert [target_on(hunan, own, day).minutes for day in days] == [900, 600, 600, None]
    assert target_on(region("weinan"), [], days[0]).minutes is None


def test_a_region_that_does_not_fit_is_said() -> None:
    assert region("hunan-vocational").warning("vocational") == ""
    assert "本校是初中" in region("hunan-vocational").warning("junior")
    assert region("weinan").warning("nine") == "" and region("weinan").warning("vocational")
    assert all(region("national").warning(stage) == "" for stage in ("primary", "complete", "vocational"))


def test_unknown_region() -> None:
    with pytest.raises(KeyError):
        region("../school")


def test_identity_numbers() -> None:
    assert check_digit_ok("99906120101106460X") and check_digit_ok("99906120101106460x")
    assert not check_digit_ok("999061201011064601") and not check_digit_ok("9.99061201011e17")
    assert born_of("99906120101106460X") == date(2010, 11, 6)
    assert born_of("999061201013324608") is None and born_of("1") is None
    assert sex_of("99906120101106460X") == "f" and sex_of("") == ""
