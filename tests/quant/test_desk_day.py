"""Whose data, which session, and what is known before it."""

from datetime import date
from pathlib import Path

import pytest

from tests.quant.small_market import flags
from tradeengine.clock import SimulatedClock
from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import parse_instant
from tradeengine.quant.desk_day import DeskDay, desk_day
from tradeengine.settings import Settings, choose_venue
from tradeengine.settings.secrets import Secrets

SETTINGS = Settings()
CLOCK = SimulatedClock(parse_instant("2024-07-05T21:00:00Z"))


def test_our_own_venue_has_a_day_of_its_own() -> None:
    found = desk_day(choose_venue("embedded", SETTINGS), None, SETTINGS, CLOCK)

    assert (found.origin, found.day) == ("embedded", SETTINGS.venue.date)


def test_elsewhere_it_is_the_next_session() -> None:
    keys = Secrets.model_validate({"alpaca_api_key": "K", "alpaca_secret_key": "S"})
    settings = SETTINGS.completed(keys, {}, "")

    # Friday evening: Monday is next, and Friday's bars are known.
    expected = DeskDay(origin="alpaca", day=date(2024, 7, 8), through=date(2024, 7, 5))
    assert desk_day(choose_venue("paper", settings), None, settings, CLOCK) == expected


def test_the_day_before_the_session_is_the_last_that_is_known() -> None:
    found = desk_day(choose_venue("embedded", SETTINGS), date(2010, 7, 6), SETTINGS, CLOCK)

    assert found.through == date(2010, 7, 2)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2010, 7, 4), "the exchange is closed on"),
        (date(1950, 1, 3), "the exchange calendar covers"),
    ],
)
def test_a_day_that_is_no_session_is_refused(day: date, words: str) -> None:
    with pytest.raises(BadConfiguration, match=words):
        desk_day(choose_venue("embedded", SETTINGS), day, SETTINGS, CLOCK)


def test_flags_open_the_folders_of_their_origin(tmp_path: Path) -> None:
    _, desk, day = flags(tmp_path).open()

    assert desk.regime == tmp_path / "data" / "regime" / "embedded"
    assert day.through == date(2010, 6, 30)
