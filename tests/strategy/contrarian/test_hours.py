from tests.strategy.messages import on, opened
from tradeengine.model.instants import parse_instant
from tradeengine.strategy.contrarian.hours import Hours, is_regular
from tradeengine.strategy.parameters import ContrarianParameters


def test_the_instants_of_a_full_day() -> None:
    hours = Hours.of(opened(), ContrarianParameters())
    assert hours.entry_from == on("10:00:00")
    assert hours.entry_until == on("15:30:00")
    assert hours.leave_at == on("15:50:00")
    assert hours.window == "10:00 to 15:30"


def test_on_a_half_day_all_is_counted_from_its_own_close() -> None:
    opens = parse_instant("2019-07-03T13:30:00Z")
    closes = parse_instant("2019-07-03T17:00:00Z")
    hours = Hours.of(opened(opens, closes), ContrarianParameters())
    assert hours.window == "10:00 to 12:30"
    assert hours.leave_at == parse_instant("2019-07-03T16:50:00Z")


def test_a_session_holds_its_open_and_not_its_close() -> None:
    hours = Hours.of(opened(), ContrarianParameters())
    assert not hours.holds(on("09:29:59"))
    assert hours.holds(on("09:30:00"))
    assert hours.holds(on("15:59:59"))
    assert not hours.holds(on("16:00:00"))


def test_regular_hours_follow_the_clocks_of_new_york() -> None:
    assert is_regular(parse_instant("2019-02-12T14:30:00Z"))
    assert not is_regular(parse_instant("2019-02-12T14:29:00Z"))
    # Daylight saving time began on 2019-03-10.
    assert is_regular(parse_instant("2019-03-11T13:30:00Z"))
    assert not is_regular(parse_instant("2019-03-11T20:00:00Z"))


def test_a_half_day_ends_at_one() -> None:
    assert is_regular(parse_instant("2019-07-03T16:59:00Z"))
    assert not is_regular(parse_instant("2019-07-03T17:00:00Z"))


def test_there_are_no_regular_hours_on_a_sunday_or_outside_the_calendar() -> None:
    assert not is_regular(parse_instant("2019-02-10T15:00:00Z"))
    assert not is_regular(parse_instant("1975-02-12T15:00:00Z"))
