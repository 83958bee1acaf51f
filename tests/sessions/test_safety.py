"""SAFETY by real processes: danger closes everything, and only stability opens it again."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sessions.programs import RunningEngine, Venue, engine_running, venue_running
from tradeengine.model.instants import NANOS

HomeWith = Callable[..., Path]
Event = dict[str, Any]

THRESHOLD_SECONDS = 20


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:00", "--speed", "20", home=home) as running:
        yield running


def moves(running: RunningEngine) -> list[tuple[str, str, int]]:
    """Give the changes of state: from, to, and when."""
    fields = [
        event["fields"] for event in running.events() if event["event_code"] == "STATE_CHANGED"
    ]
    return [(f["before"], f["after"], f["at"]) for f in fields]  # type: ignore[index]  # JSON


def move_to(running: RunningEngine, state: str) -> int:
    return next(at for _, after, at in moves(running) if after == state)


def events_of(running: RunningEngine, code: str) -> list[Event]:
    return [event["fields"] for event in running.events() if event["event_code"] == code]  # type: ignore[misc]  # JSON


def entries_after(running: RunningEngine, at: int, until: int) -> list[str]:
    """Name the entries that were sent in a span."""
    sent = events_of(running, "SUBMIT_ORDER")
    return [
        order["symbol"]
        for order in sent
        if at <= order["at"] < until and order["purpose"] == "entry"
    ]


def test_a_mute_feed_closes_everything_and_only_a_stable_heartbeat_opens_it_again(
    venue: Venue, home_with: HomeWith
) -> None:
    feed = {"mute_threshold_seconds": THRESHOLD_SECONDS, "stable_intervals": 3}
    home = home_with("BuyOnce", feed=feed, risk={"cooldown_seconds": 0})
    with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
        running.wait_for("POSITION_CHANGED", times=3)
        venue.fault(fault="mute_data", seconds=60)
        muted = running.wait_for("FEED_MUTED")["fields"]
        running.wait_for("FLATTEN_ENDED")
        assert venue.positions() == {}
        stable = running.wait_for("FEED_STABLE")["fields"]
        while moves(running)[-1][1] != "TRADING":
            running.wait_for("STATE_CHANGED", times=len(moves(running)) + 1)
        changes = moves(running)
        running.stop(signal.SIGINT)
        assert muted["silent_seconds"] <= THRESHOLD_SECONDS + 2  # type: ignore[index]  # JSON
        states = [after for _, after, _ in changes]
        assert states[-4:] == ["TRADING", "REDUCING", "SAFETY", "TRADING"]
        safe, resumed = changes[-2][2], changes[-1][2]
        assert safe - muted["at"] <= NANOS  # type: ignore[index]  # JSON
        assert stable["at"] <= resumed  # type: ignore[index]  # JSON
        assert entries_after(running, safe, resumed) == []
        ended = events_of(running, "FLATTEN_ENDED")
        assert (ended[0]["trigger"], ended[0]["flat"]) == ("safety", True)
    assert venue.positions() == {}


def test_an_order_stream_that_stays_lost_closes_everything_all_the_same(
    venue: Venue, home_with: HomeWith
) -> None:
    broker = {"backoff_base_seconds": 60, "backoff_cap_seconds": 60, "backoff_seed": 3}
    home = home_with("BuyOnce", broker=broker, risk={"cooldown_seconds": 0})
    with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
        running.wait_for("POSITION_CHANGED", times=3)
        venue.fault(fault="drop_connection", stream="orders")
        running.wait_for("FLATTEN_ENDED")
        assert venue.positions() == {}
        ended = events_of(running, "FLATTEN_ENDED")[0]
        safe = move_to(running, "SAFETY")
        running.stop(signal.SIGINT)
        assert (ended["trigger"], ended["flat"]) == ("safety", True)
        lost = events_of(running, "ORDER_STREAM_LOST")[0]["at"]
        assert safe - lost <= 7 * NANOS  # the grace of five seconds, and a heartbeat
    assert venue.positions() == {}
