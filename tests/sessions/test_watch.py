"""The watch over the feed, by real processes, measured by the venue's own books."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.sessions.programs import (
    RunningEngine,
    Venue,
    engine,
    engine_running,
    newest_run,
    read_events,
    venue_running,
)
from tradeengine.model.instants import NANOS, parse_instant

HomeWith = Callable[..., Path]
Fields = dict[str, Any]

THRESHOLD_SECONDS = 20


def fields_of(events: list[dict[str, object]], code: str) -> list[Fields]:
    return [event["fields"] for event in events if event["event_code"] == code]  # type: ignore[misc]  # JSON


def log_of(venue: Venue) -> dict[str, Any]:
    """Read the venue's own record of faults and connections."""
    answer = requests.get(venue.urls["control_url"] + "/log", timeout=10)
    answer.raise_for_status()
    log: dict[str, Any] = answer.json()
    return log


def began(venue: Venue, fault: str) -> int:
    """Give the instant at which a fault struck."""
    times = [row["begins_at"] for row in log_of(venue)["faults"] if row["fault"] == fault]
    return parse_instant(times[-1])


def wait_for_move(running: RunningEngine, after: str, times: int = 1) -> int:
    """Wait until the engine has come into a state so often; give when it did."""
    seen = 1
    while True:
        running.wait_for("STATE_CHANGED", times=seen)
        moves = [f for f in fields_of(running.events(), "STATE_CHANGED") if f["after"] == after]
        if len(moves) >= times:
            at: int = moves[times - 1]["at"]
            return at
        seen = len(fields_of(running.events(), "STATE_CHANGED")) + 1


def test_a_feed_mute_at_ten_is_noticed_in_time_and_the_evidence_of_its_return_is_logged(
    tmp_path: Path, home_with: HomeWith
) -> None:
    feed = {"mute_threshold_seconds": THRESHOLD_SECONDS, "stable_intervals": 3}
    home = home_with("Restless", feed=feed, risk={"cooldown_seconds": 0})
    with (
        venue_running("--start", "09:59", "--speed", "5", home=tmp_path / "venue") as venue,
        engine_running("--venue", venue.urls["trading_url"], home=home) as running,
    ):
        venue.fault(fault="mute_data", at="10:00:00", seconds=30)
        strike = began(venue, "mute_data")
        assert strike == parse_instant("2019-02-13T15:00:00Z")
        running.wait_for("POSITION_CHANGED")
        safe = wait_for_move(running, "SAFETY")
        running.wait_for("FLATTEN_ENDED")
        assert venue.positions() == {}
        wait_for_move(running, "TRADING", times=2)
        running.stop(signal.SIGINT)
        events = running.events()
    assert THRESHOLD_SECONDS - 15 < (safe - strike) / NANOS <= THRESHOLD_SECONDS + 1

    [muted] = fields_of(events, "FEED_MUTED")
    assert strike - 15 * NANOS < muted["last_event_at"] <= strike
    assert muted["last_event"].split(" of ")[0].split(" ")[0] in {"quote", "trade", "bar"}
    assert muted["probe"].startswith("REST knows a ")
    assert fields_of(events, "FLATTEN_ENDED")[0]["flat"] is True
    [stable] = fields_of(events, "FEED_STABLE")
    assert stable["at"] > strike + 30 * NANOS
    assert stable["evidence"].startswith("3 intervals of ")
    assert "of market time in a row brought data, 10:00:" in stable["evidence"]
    resumed = next(f for f in fields_of(events, "STATE_CHANGED") if f["before"] == "SAFETY")
    assert (resumed["after"], resumed["at"] >= stable["at"]) == ("TRADING", True)


def test_bars_that_stay_away_among_quotes_and_trades_close_everything(
    tmp_path: Path, home_with: HomeWith
) -> None:
    feed = {"mute_threshold_seconds": THRESHOLD_SECONDS, "stable_intervals": 3}
    home = home_with("BuyOnce", feed=feed, risk={"cooldown_seconds": 0})
    with (
        venue_running("--start", "10:00", "--speed", "30", home=tmp_path / "venue") as venue,
        engine_running("--venue", venue.urls["trading_url"], home=home) as running,
    ):
        running.wait_for("POSITION_CHANGED")
        venue.fault(fault="mute_data", channel="bars", seconds=180)
        running.wait_for("FLATTEN_ENDED")
        assert venue.positions() == {}
        wait_for_move(running, "TRADING", times=2)
        running.stop(signal.SIGINT)
        events = running.events()
    muted = fields_of(events, "FEED_MUTED")[0]
    assert muted["channel"] == "bars"
    assert 60 + THRESHOLD_SECONDS <= muted["silent_seconds"] < 60 + THRESHOLD_SECONDS + 5
    assert muted["last_event"].startswith("bar of ")
    assert fields_of(events, "FEED_STABLE")[-1]["evidence"].endswith("; bars came again")


def test_a_minute_of_406_takes_few_connects_one_socket_an_alert_and_one_step_back(
    tmp_path: Path, home_with: HomeWith
) -> None:
    # The venue drops who stays unauthenticated for ten of its seconds, as Alpaca does.
    folder = tmp_path / "venue" / "config"
    folder.mkdir()
    settings = {"venue": {"server": {"auth_timeout_seconds": 1}}}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    with (
        venue_running("--start", "10:00", "--speed", "10", home=tmp_path / "venue") as venue,
        engine_running("--venue", venue.urls["trading_url"], home=home_with("BuyOnce")) as running,
    ):
        running.wait_for("FEED_CONNECTED")
        venue.fault(fault="data_406", seconds=60)
        venue.fault(fault="drop_connection", stream="data")
        running.wait_for("FEED_CONNECTED", times=2)
        back = fields_of(running.events(), "FEED_CONNECTED")[1]["at"]
        start, data = began(venue, "data_406"), log_of(venue)["streams"]["data"]
        running.stop(signal.SIGINT)
        events = running.events()
    assert told_after(events, start) <= 10
    asked = [parse_instant(text) for text in data["asked_at"]]
    assert 2 <= sum(start <= at < start + 60 * NANOS for at in asked) <= 12
    assert data["most_open"] == 1
    assert 60 <= (back - start) / NANOS <= 60 + 5 + 2


def told_after(events: list[dict[str, object]], start: int) -> float:
    """Give how many seconds after `start` a person was told in plain words."""
    told = [
        alert["at"]
        for alert in fields_of(events, "ALERT_RAISED")
        if "another program holds the slot" in alert["text"]
    ]
    assert told
    return float(told[0] - start) / NANOS


def test_a_half_day_is_traded_to_its_early_close_without_a_false_alarm(
    home_with: HomeWith,
) -> None:
    home = home_with("BuyOnce", symbols=("AAPL", "DFS", "COST"), valued_on="2018-11-21")
    flags = ("--venue", "embedded", "--date", "2018-11-23", "--speed", "max", "--json")
    result = engine("run", *flags, "--until", "close", home=home)
    assert result.returncode == 0, result.stderr
    events = read_events(newest_run(home))
    assert fields_of(events, "FEED_MUTED") == []
    assert fields_of(events, "SYMBOL_QUIET") == []
    states = [move["after"] for move in fields_of(events, "STATE_CHANGED")]
    assert "TRADING" in states
    assert {"SAFETY", "REDUCING"}.isdisjoint(states)
    [ended] = fields_of(events, "FLATTEN_ENDED")
    assert (ended["trigger"], ended["flat"]) == ("close", True)
    assert ended["at"] < parse_instant("2018-11-23T18:00:00Z")


def test_a_strategy_that_blocks_the_loop_is_named_and_takes_no_entries_meanwhile(
    tmp_path: Path, home_with: HomeWith
) -> None:
    home = home_with("Slow", engine={"loop_lag_window_seconds": 4})
    with (
        venue_running("--start", "10:00", "--speed", "10", home=tmp_path / "venue") as venue,
        engine_running("--venue", venue.urls["trading_url"], home=home) as running,
    ):
        running.wait_for("POSITION_CHANGED")
        wait_for_move(running, "REDUCING")
        running.wait_for("LOOP_STEADY")
        wait_for_move(running, "TRADING", times=2)
        running.stop(signal.SIGINT)
        events = running.events()
    told = [alert["text"] for alert in fields_of(events, "ALERT_RAISED")]
    [lagging] = [text for text in told if text.startswith("no entries: event loop late 3 times")]
    assert "Slow.on_timer" in lagging
    assert any(
        "Slow.on_timer" in fields["culprit"] for fields in fields_of(events, "LOOP_FELL_BEHIND")
    )


@pytest.fixture(autouse=True)
def _venue_home(tmp_path: Path) -> None:
    (tmp_path / "venue").mkdir()
