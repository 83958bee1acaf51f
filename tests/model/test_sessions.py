"""The exchange calendar: every day compared with another source, and the facts by name."""

from datetime import date, timedelta

import pytest

from tradeengine.model.instants import parse_instant
from tradeengine.model.sessions import (
    OutsideCalendar,
    Session,
    is_open,
    next_session,
    previous_session,
    session_days,
    session_on,
    sessions_between,
    settlement_date,
)


def on(day: date) -> Session:
    session = session_on(day)
    assert session is not None
    return session


# Its own use of pandas is out of fashion; that is not what we test.
@pytest.mark.filterwarnings("ignore:Series.values:DeprecationWarning")
def test_every_day_from_1993_to_2028_agrees_with_exchange_calendars() -> None:
    # Its default calendar ends a year from today; asked for an end, it goes by its rules.
    calendars = pytest.importorskip("exchange_calendars")
    schedule = calendars.get_calendar("XNYS", start="1993-01-01", end="2028-12-31").schedule
    theirs = {
        day.date(): (hours.open.value, hours.close.value) for day, hours in schedule.iterrows()
    }
    day, ours = date(1993, 1, 1), {}
    while day <= date(2028, 12, 31):
        session = session_on(day)
        if session is not None:
            ours[day] = (session.open_at, session.close_at)
        day += timedelta(days=1)

    assert len(ours) == 9060
    assert ours == theirs


def test_a_winter_session_has_four_instants() -> None:
    assert session_on(date(2019, 2, 13)) == Session(
        date=date(2019, 2, 13),
        open_at=parse_instant("2019-02-13T14:30:00Z"),
        close_at=parse_instant("2019-02-13T21:00:00Z"),
        pre_open_at=parse_instant("2019-02-13T09:00:00Z"),
        post_close_at=parse_instant("2019-02-14T01:00:00Z"),
    )


def test_summer_time_moves_the_session() -> None:
    assert on(date(2019, 3, 8)).open_at == parse_instant("2019-03-08T14:30:00Z")
    assert on(date(2019, 3, 11)).open_at == parse_instant("2019-03-11T13:30:00Z")
    assert on(date(2019, 11, 1)).close_at == parse_instant("2019-11-01T20:00:00Z")
    assert on(date(2019, 11, 4)).close_at == parse_instant("2019-11-04T21:00:00Z")


def test_an_early_close_is_at_one_and_its_evening_ends_at_five() -> None:
    session = on(date(2019, 11, 29))

    assert session.closes_early
    assert session.close_at == parse_instant("2019-11-29T18:00:00Z")
    assert session.post_close_at == parse_instant("2019-11-29T22:00:00Z")
    assert not on(date(2019, 11, 27)).closes_early


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2019, 2, 16), id="Saturday"),
        pytest.param(date(2019, 2, 17), id="Sunday"),
        pytest.param(date(2019, 2, 18), id="Washington's Birthday"),
        pytest.param(date(2019, 4, 19), id="Good Friday"),
        pytest.param(date(2022, 6, 20), id="Juneteenth, observed"),
        pytest.param(date(1994, 4, 27), id="Nixon's funeral"),
        pytest.param(date(2001, 9, 11), id="the attacks"),
        pytest.param(date(2004, 6, 11), id="Reagan's funeral"),
        pytest.param(date(2007, 1, 2), id="Ford's funeral"),
        pytest.param(date(2012, 10, 29), id="hurricane Sandy"),
        pytest.param(date(2018, 12, 5), id="Bush's funeral"),
        pytest.param(date(2025, 1, 9), id="Carter's funeral"),
    ],
)
def test_the_exchange_is_closed(day: date) -> None:
    assert session_on(day) is None


@pytest.mark.parametrize("day", [date(1992, 12, 31), date(2029, 1, 2)])
def test_outside_the_table_is_an_error_and_not_a_guess(day: date) -> None:
    with pytest.raises(OutsideCalendar, match=f"covers 1993 to 2028, not {day}"):
        session_on(day)


def test_the_next_session_is_the_one_that_opens_after_an_instant() -> None:
    opening = parse_instant("2019-02-15T14:30:00Z")

    assert next_session(opening - 1).date == date(2019, 2, 15)
    assert next_session(opening).date == date(2019, 2, 19)
    assert next_session(parse_instant("2019-02-18T15:00:00Z")).date == date(2019, 2, 19)


def test_late_in_the_evening_the_date_is_still_new_yorks() -> None:
    assert next_session(parse_instant("2019-02-14T02:00:00Z")).date == date(2019, 2, 14)


def test_the_previous_session_skips_weekends_and_holidays() -> None:
    assert previous_session(date(2019, 2, 19)).date == date(2019, 2, 15)
    assert previous_session(date(2019, 2, 17)).date == date(2019, 2, 15)


def test_beyond_the_ends_there_is_no_next_and_no_previous_session() -> None:
    with pytest.raises(OutsideCalendar):
        next_session(parse_instant("2028-12-29T15:00:00Z"))
    with pytest.raises(OutsideCalendar):
        previous_session(date(1993, 1, 4))


def test_sessions_between_includes_both_ends() -> None:
    sessions = sessions_between(date(2019, 2, 15), date(2019, 2, 20))

    assert [session.date.day for session in sessions] == [15, 19, 20]
    assert sessions_between(date(2019, 2, 20), date(2019, 2, 15)) == []


def test_the_days_of_sessions_are_those_of_the_sessions() -> None:
    first, last = date(1998, 12, 20), date(2003, 1, 5)

    assert session_days(first, last) == [s.date for s in sessions_between(first, last)]
    assert session_days(last, first) == []
    with pytest.raises(OutsideCalendar):
        session_days(date(1992, 12, 31), date(1993, 1, 4))


def test_the_market_is_open_from_the_open_until_before_the_close() -> None:
    session = on(date(2019, 2, 13))

    assert not is_open(session.open_at - 1)
    assert is_open(session.open_at)
    assert is_open(session.close_at - 1)
    assert not is_open(session.close_at)
    assert not is_open(parse_instant("2019-02-18T15:00:00Z"))


@pytest.mark.parametrize(
    ("traded", "settles"),
    [
        pytest.param(date(1995, 6, 6), date(1995, 6, 13), id="five days before June 1995"),
        pytest.param(date(1995, 6, 7), date(1995, 6, 12), id="three from then on"),
        pytest.param(date(2017, 9, 1), date(2017, 9, 7), id="three, over Labor Day"),
        pytest.param(date(2017, 9, 5), date(2017, 9, 7), id="two from September 2017"),
        pytest.param(date(2019, 2, 14), date(2019, 2, 19), id="two, over a holiday"),
        pytest.param(date(2024, 5, 24), date(2024, 5, 29), id="the last of two"),
        pytest.param(date(2024, 5, 28), date(2024, 5, 29), id="one from May 2024"),
        pytest.param(date(2024, 10, 11), date(2024, 10, 15), id="Columbus Day does not count"),
        pytest.param(date(2024, 11, 8), date(2024, 11, 12), id="Veterans Day does not count"),
        pytest.param(date(2023, 11, 9), date(2023, 11, 13), id="Veterans Day on a Saturday"),
        pytest.param(date(2017, 11, 9), date(2017, 11, 13), id="the Monday after it counts"),
        pytest.param(date(2018, 11, 9), date(2018, 11, 14), id="after a Sunday it does not"),
    ],
)
def test_trades_settle_some_banking_days_later(traded: date, settles: date) -> None:
    assert settlement_date(traded) == settles
