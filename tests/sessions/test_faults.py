"""The venue misbehaves while the engine trades on it; both agree again soon after."""

import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.sessions.programs import RunningEngine, Venue, engine_running, venue_running

HomeWith = Callable[..., Path]
Event = dict[str, object]

SWEPT_WITHIN_SECONDS = 35.0


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """One venue for all: each test leaves the account flat."""
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "30", home=home) as running:
        yield running


@pytest.fixture
def trading(venue: Venue, home_with: HomeWith) -> Callable[..., object]:
    """Start an engine on the venue; its log has every denial."""

    def start(strategy: str, **sections: object) -> object:
        venue.fault(fault="clear")
        home = home_with(strategy, logs={"level": "debug"}, **sections)
        return engine_running("--venue", venue.urls["trading_url"], home=home)

    return start


def between(events: list[Event], lost: str, back: str) -> list[Event]:
    """Give the events from the first `lost` to the first `back` after it."""
    codes = [str(event["event_code"]) for event in events]
    first = codes.index(lost)
    return events[first : codes.index(back, first)]


def entries(events: list[Event]) -> list[str]:
    """Give the words of the entries that were sent."""
    return [
        str(event["message"])
        for event in events
        if event["event_code"] == "SUBMIT_ORDER" and "entry" in str(event["message"])
    ]


def denials(events: list[Event]) -> list[Event]:
    return [event for event in events if event["event_code"] == "ORDER_DENIED"]


def stop_flat(running: RunningEngine, venue: Venue) -> list[Event]:
    """Ctrl-C; then nothing is held, nothing was sent twice, and no bug was met."""
    running.stop(signal.SIGINT)
    assert venue.positions() == {}
    names = [row["client_order_id"] for row in venue.orders()]
    assert len(names) == len(set(names))
    events = running.events()
    assert "INTERNAL_ERROR" not in {event["event_code"] for event in events}
    return events


def sent_names(events: list[Event]) -> list[str]:
    """Give the names of the orders that were sent."""
    return [
        str(event["fields"]["client_order_id"])  # type: ignore[index]  # JSON
        for event in events
        if event["event_code"] == "SUBMIT_ORDER"
    ]


def test_a_mute_feed_is_noticed_stops_entries_and_is_refilled(
    venue: Venue, trading: Callable[..., object]
) -> None:
    feed = {"mute_threshold_seconds": 20, "stable_intervals": 2}
    risk = {"quote_max_age_seconds": 600, "entry_window_after_open_minutes": 0}
    with trading("BuyOnce", feed=feed, risk=risk) as running:  # type: ignore[attr-defined]  # a context manager
        running.wait_for("WARM_UP_ENDED")
        venue.fault(fault="mute_data", seconds=120)
        muted = running.wait_for("FEED_MUTED")
        running.wait_for("FEED_STABLE")
        running.wait_for("FEED_GAP")
        running.wait_for("POSITION_CHANGED")
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)

    gaps = [event["fields"] for event in events if event["event_code"] == "FEED_GAP"]
    assert muted["fields"]["silent_seconds"] >= 20
    assert sum(gap["refilled"] for gap in gaps) > 0  # type: ignore[index]  # JSON
    assert entries(between(events, "FEED_MUTED", "FEED_STABLE")) == []
