"""Known facts of the index: announcements of S&P Dow Jones Indices, by the day they took effect."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.errors import BadConfiguration
from tradeengine.reference import membership
from tradeengine.reference.membership import FIRST_DAY, LAST_DAY, members_on


def test_the_index_has_about_five_hundred_members() -> None:
    assert len(members_on(date(2010, 6, 30))) == 499
    assert all(495 <= len(members_on(date(year, 6, 30))) <= 507 for year in range(2005, 2027))


@pytest.mark.parametrize(
    ("symbol", "last_day_out", "first_day_in"),
    [
        ("BRK.B", date(2010, 2, 15), date(2010, 2, 16)),
        ("FB", date(2013, 12, 22), date(2013, 12, 23)),
        ("TSLA", date(2020, 12, 20), date(2020, 12, 21)),
    ],
)
def test_who_was_added_is_a_member_from_that_day(
    symbol: str, last_day_out: date, first_day_in: date
) -> None:
    assert symbol not in members_on(last_day_out)
    assert symbol in members_on(first_day_in)


def test_who_went_bankrupt_was_a_member_until_then() -> None:
    assert "LEH" in members_on(date(2008, 9, 14))
    assert "LEH" not in members_on(date(2008, 9, 16))
    assert "MTLQQ" in members_on(date(2009, 6, 2))  # General Motors, as it was called after
    assert not {"MTLQQ", "GM"} & members_on(date(2009, 6, 3))


def test_a_new_ticker_takes_the_place_of_the_old_one() -> None:
    assert {"FB", "META"} & members_on(date(2022, 6, 8)) == {"FB"}
    assert {"FB", "META"} & members_on(date(2022, 6, 9)) == {"META"}


def test_big_companies_of_2010_are_in_and_later_ones_are_not() -> None:
    members = members_on(date(2010, 6, 30))

    assert {"AAPL", "XOM", "MSFT", "JPM", "PG", "GE", "IBM"} <= members
    assert not {"TSLA", "META", "ABBV", "PYPL", "LEH"} & members


def test_before_the_first_day_nobody_knows() -> None:
    assert len(members_on(FIRST_DAY)) == 495

    with pytest.raises(BadConfiguration, match="from 2004-12-30 on, not of 2004-12-29"):
        members_on(FIRST_DAY - timedelta(days=1))


def test_after_the_last_change_the_members_stay() -> None:
    assert members_on(LAST_DAY + timedelta(days=150)) == members_on(LAST_DAY)


CHANGES = st.tuples(
    st.integers(1, 1000), st.booleans(), st.sampled_from(["ZZZ", "AAPL", "XOM", "TSLA"])
)


@given(day=st.dates(FIRST_DAY, LAST_DAY), later=st.lists(CHANGES))
def test_changes_after_a_day_change_nothing_on_it(
    day: date, later: list[tuple[int, bool, str]]
) -> None:
    before = members_on(day)
    known = tuple(change for change in membership._changes() if change[0] <= day)
    future = sorted((day + timedelta(days=days), added, who) for days, added, who in later)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(membership, "_changes", lambda: (*known, *future))
        assert members_on(day) == before
