"""A venue of ours in another process has a day of its own, and every command goes by it."""

import json
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from tests.quant.test_universe_files import keep
from tests.sessions.programs import engine, venue_running
from tradeengine.broker.access import AlpacaAccess
from tradeengine.layout import Home
from tradeengine.model.instants import NANOS, instant_of
from tradeengine.options import Flags, read_options
from tradeengine.quant import venue_time
from tradeengine.quant.desk_day import DeskFlags
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.venue_time import clock_of, now_of
from tradeengine.worlds.asking import BrokerClock


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    keep(UniverseFiles(made.desk("embedded")))
    return made


def test_commands_go_by_the_clock_of_a_venue_at_a_url(home: Home) -> None:
    with venue_running(
        "--date", "2010-07-06", "--start", "12:00", "--speed", "1", home=home.root
    ) as venue:
        at = ("--venue", venue.urls["trading_url"])
        jobs = engine("jobs", *at, "--json", home=home.root)
        accepted = engine("universe", "accept", "--who", "Ann", *at, "--json", home=home.root)
        regime = engine("regime", *at, home=home.root)

    found = {row["name"]: row["next_due"] for row in json.loads(jobs.stdout)}
    assert found["bars"] == "2010-07-07T11:00:00Z"
    assert accepted.returncode == 0, accepted.stderr
    told = json.loads(accepted.stdout)
    # The session of the 6th is on: the list is that of the next.
    assert told["effective"] == "2010-07-07"
    assert 0 < told["accepted_at"] - 1_278_432_000_000_000_000 < 120_000_000_000
    assert "has no closes of the market up to 2010-07-02" in regime.stderr


def test_the_clock_of_a_venue_at_a_url_runs_at_its_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = instant_of(date(2010, 7, 6), time(12))

    async def told(access: AlpacaAccess) -> BrokerClock:
        assert access.trading_url == "http://127.0.0.1:9"
        return BrokerClock(at=noon, speed=60.0)

    monkeypatch.setattr(venue_time, "ask_clock", told)
    flags = DeskFlags(
        home=Home(tmp_path),
        config=None,
        environ={},
        venue="http://127.0.0.1:9",
        day=None,
        json=False,
    )
    options = read_options(Flags(venue=flags.venue), flags.home, None, {}, json=False)

    assert 0 <= now_of(options) - noon < 3600 * NANOS
    assert clock_of(options.settings, options.choice, options.seed).speed == 60.0  # type: ignore[attr-defined]  # a venue's clock has one
    _, _, day = flags.open()
    assert (day.origin, day.day) == ("embedded", date(2010, 7, 6))
    named = replace(flags, day=date(2010, 7, 1)).open()[2]
    assert named.day == date(2010, 7, 1)


def test_a_venue_that_does_not_answer_ends_a_command_in_words(home: Home) -> None:
    for typed in (("jobs",), ("universe", "show"), ("regime",), ("value", "AAPL")):
        ended = engine(*typed, "--venue", "http://127.0.0.1:9", home=home.root)

        assert ended.returncode == 1, typed
        assert "http://127.0.0.1:9 does not answer" in ended.stderr
        assert "Traceback" not in ended.stderr
