"""A venue of ours in another process has a day of its own, and every command goes by it."""

import json
from pathlib import Path

import pytest

from tests.quant.test_universe_files import keep
from tests.sessions.programs import engine, venue_running
from tradeengine.layout import Home
from tradeengine.quant.universe_files import UniverseFiles


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


def test_a_venue_that_does_not_answer_ends_a_command_in_words(home: Home) -> None:
    for typed in (("jobs",), ("universe", "show"), ("regime",), ("value", "AAPL")):
        ended = engine(*typed, "--venue", "http://127.0.0.1:9", home=home.root)

        assert ended.returncode == 1, typed
        assert "http://127.0.0.1:9 does not answer" in ended.stderr
        assert "Traceback" not in ended.stderr
