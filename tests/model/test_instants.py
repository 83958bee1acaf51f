"""Instants keep all nine digits, both ways."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.model.instants import (
    BadInstant,
    format_instant,
    instant_of,
    new_york,
    parse_instant,
)

BASE = 1_550_068_200_000_000_000
"""2019-02-13T14:30:00Z."""


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2019-02-13T14:30:00Z", BASE),
        ("2019-02-13T14:30:00.123456789Z", BASE + 123_456_789),
        ("2019-02-13T14:30:00.1Z", BASE + 100_000_000),
        ("2019-02-13T14:30:00.000000001Z", BASE + 1),
        ("2019-02-13T09:30:00-05:00", BASE),
        ("2019-02-13T09:30:00.5-05:00", BASE + 500_000_000),
        ("2019-02-13T20:00:00.25+05:30", BASE + 250_000_000),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
    ],
)
def test_rfc_3339_is_read_to_the_nanosecond(text: str, at: int) -> None:
    assert parse_instant(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z",
        "2019-02-13",
        "2019-02-13T14:30:00",
        "2019-02-13T14:30Z",
        "2019-02-13T14:30:00.Z",
        "2019-02-13T14:30:00.1234567890Z",
        "2019-02-13T14:30:00,5Z",
        "2019-02-13T14:30:00.12a4Z",
        "2019-02-13T14:30:00.\u0661Z",
        "2019-02-13T14:30:00.\u00b2Z",
        "2019-13-13T14:30:00Z",
        "2019-02-30T14:30:00Z",
        "2019-02-13T25:30:00Z",
        "2019-02-13T14:30:00+5:00",
        "2019-02-13T14:30:00 05:00",
        "2019-02-13x14:30:00Z",
        "2019-W07-3T14:30:00Z",
        "tomorrow at about noon",
        "0001-01-01T00:00:00Z",  # Go's zero time
        "9999-12-31T23:59:59Z",
    ],
)
def test_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInstant, match="not an RFC 3339 instant") as refusal:
        parse_instant(text)
    assert refusal.value.text == text


def test_what_is_not_text_is_refused_too() -> None:
    with pytest.raises(BadInstant, match="None"):
        parse_instant(None)  # type: ignore[arg-type]  # a JSON null where text belongs


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (BASE, "2019-02-13T14:30:00Z"),
        (BASE + 95_216_400, "2019-02-13T14:30:00.0952164Z"),
        (BASE + 1, "2019-02-13T14:30:00.000000001Z"),
        (BASE + 500_000_000, "2019-02-13T14:30:00.5Z"),
        (0, "1970-01-01T00:00:00Z"),
        (-500_000_000, "1969-12-31T23:59:59.5Z"),
    ],
)
def test_an_instant_is_written_without_trailing_zeros(at: int, text: str) -> None:
    assert format_instant(at) == text


@given(st.integers(-(10**18), 4 * 10**18))
def test_what_is_written_is_read_back(at: int) -> None:
    assert parse_instant(format_instant(at)) == at


def test_new_york_has_winter_and_summer() -> None:
    winter = new_york(BASE + 123_456_789)
    summer = new_york(parse_instant("2019-07-01T13:30:00Z"))

    assert winter.isoformat() == "2019-02-13T09:30:00.123456-05:00"
    assert summer.isoformat() == "2019-07-01T09:30:00-04:00"


def test_a_wall_clock_time_has_an_instant() -> None:
    assert instant_of(date(2019, 2, 13), time(9, 30)) == BASE
    assert instant_of(date(2019, 2, 13), time(9, 30, 0, 5)) == BASE + 5_000
    assert instant_of(date(2019, 2, 13), time(14, 30), ZoneInfo("UTC")) == BASE


def test_an_hour_that_comes_twice_means_the_first() -> None:
    first = instant_of(date(2019, 11, 3), time(1, 30))

    assert datetime.fromtimestamp(first / 1e9, UTC).hour == 5


def test_times_before_the_epoch_have_negative_instants() -> None:
    assert instant_of(date(1969, 12, 31), time(18, 59, 59, 500_000)) == -500_000_000
