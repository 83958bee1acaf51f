"""The venue misbehaves while the engine trades on it; both agree again soon after."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.sessions.meddler import meddling
from tests.sessions.programs import RunningEngine, Venue, engine_running, venue_running

HomeWith = Callable[..., Path]
Event = dict[str, Any]
Trading = Callable[..., AbstractContextManager[RunningEngine]]

SWEPT_WITHIN_SECONDS = 35.0


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """One venue for all: each test leaves the account flat."""
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "30", home=home) as running:
        yield running


@pytest.fixture
def trading(venue: Venue, home_with: HomeWith) -> Trading:
    """Start an engine on the venue, with a fault that waits for its first order if named."""

    def start(
        strategy: str, fault: str = "clear", **sections: object
    ) -> AbstractContextManager[RunningEngine]:
        venue.clear()
        venue.fault(fault=fault)
        home = home_with(strategy, logs={"level": "debug"}, **sections)
        return engine_running("--venue", venue.urls["trading_url"], home=home)

    return start


def between(events: list[Event], lost: str, back: str) -> list[Event]:
    """Give the events from the first `lost` to the first `back` after it."""
    codes = [event["event_code"] for event in events]
    first = codes.index(lost)
    return events[first : codes.index(back, first)]


def coded(events: list[Event], code: str) -> list[Event]:
    return [event for event in events if event["event_code"] == code]


def entries(events: list[Event]) -> list[str]:
    """Give the symbols of the entries that were sent."""
    sent = [event["fields"] for event in coded(events, "SUBMIT_ORDER")]
    return sorted(order["symbol"] for order in sent if order["client_order_id"].endswith("-e"))


def assert_refused(events: list[Event]) -> None:
    """Check that entries were wanted, denied for the engine's state, and that none was sent."""
    reasons = {event["fields"]["reason"] for event in coded(events, "ORDER_DENIED")}
    assert "the engine's state does not allow entries" in reasons
    assert entries(events) == []


def stop_flat(running: RunningEngine, venue: Venue) -> list[Event]:
    """Ctrl-C; then nothing is held, nothing was sent twice, and no bug was met."""
    running.stop(signal.SIGINT)
    events: list[Event] = running.events()
    assert venue.positions() == {}
    names = [row["client_order_id"] for row in venue.orders()]
    sent = [event["fields"]["client_order_id"] for event in coded(events, "SUBMIT_ORDER")]
    assert len(names) == len(set(names))
    assert len(sent) == len(set(sent))
    assert coded(events, "INTERNAL_ERROR") == []
    return events


def test_a_mute_feed_is_noticed_stops_entries_and_is_refilled(
    venue: Venue, trading: Trading
) -> None:
    feed = {"mute_threshold_seconds": 20, "stable_intervals": 2}
    with trading("Restless", feed=feed, risk={"quote_max_age_seconds": 600}) as running:
        running.wait_for("WARM_UP_ENDED")
        running.wait_for_record(b"DecisionMade|OrderDenied|ApprovedOrder")
        venue.fault(fault="mute_data", seconds=120)
        muted = running.wait_for("FEED_MUTED")
        running.wait_for("FEED_STABLE")
        running.wait_for("FEED_GAP")
        running.wait_for("POSITION_CHANGED")
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)

    silence = between(events, "FEED_MUTED", "FEED_STABLE")
    assert muted["fields"]["silent_seconds"] >= 20  # type: ignore[index]  # JSON
    assert sum(event["fields"]["refilled"] for event in coded(events, "FEED_GAP")) > 0
    assert_refused(silence)
    assert "TRADING -> REDUCING" in str(coded(silence, "STATE_CHANGED"))


def test_a_dropped_data_connection_stops_entries_until_it_is_back_and_refilled(
    venue: Venue, trading: Trading
) -> None:
    with trading("Restless", risk={"quote_max_age_seconds": 600}) as running:
        running.wait_for("POSITION_CHANGED")
        venue.fault(fault="data_406", seconds=60)
        venue.fault(fault="drop_connection", stream="data")
        running.wait_for("FEED_CONNECTED", times=2)
        gap = running.wait_for("FEED_GAP")
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)

    away = between(events, "FEED_LOST", "FEED_CONNECTED")
    reasons = " | ".join(event["message"] for event in coded(away, "FEED_LOST"))
    assert "1006" in reasons
    assert "406" in reasons
    assert_refused(away)
    assert gap["fields"]["refilled"] > 0  # type: ignore[index]  # JSON
    assert gap["fields"]["problem"] == ""  # type: ignore[index]  # JSON


def test_a_dropped_order_stream_stops_entries_and_tells_what_was_missed(
    venue: Venue, trading: Trading
) -> None:
    broker = {"backoff_base_seconds": 30, "backoff_cap_seconds": 60, "backoff_seed": 3}
    limits = {"cooldown_seconds": 0, "max_positions": 2}
    with trading("Restless", broker=broker, risk=limits) as running:
        running.wait_for("SUBMIT_ORDER")
        venue.fault(fault="drop_connection", stream="orders")
        running.wait_for("ORDER_STREAM_READY", times=2)
        running.wait_for("POSITION_CHANGED")
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)

    away = between(events, "ORDER_STREAM_LOST", "ORDER_STREAM_READY")
    assert_refused(away)
    assert "TRADING -> REDUCING: order stream lost" in str(coded(away, "STATE_CHANGED"))


def test_a_timeout_after_the_order_was_taken_sends_no_second_one(
    venue: Venue, trading: Trading
) -> None:
    with trading("BuyOnce", fault="next_order_504_after_accept") as running:
        unresolved = running.wait_for("ORDER_UNRESOLVED")
        running.wait_for("POSITION_CHANGED", times=3)
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)

    assert "504" in unresolved["message"]  # type: ignore[operator]  # JSON
    assert entries(events) == ["AAPL", "JPM", "MSFT"]


def test_a_lost_fill_frame_is_found_within_half_a_minute(venue: Venue, trading: Trading) -> None:
    with trading("BuyOnce", fault="drop_fill_frame") as running:
        running.wait_for("POSITION_CHANGED", times=3)
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)

    fills = [event["fields"] for event in coded(events, "ORDER_FILLED")]
    latest = max(fill["received_at"] - fill["at"] for fill in fills) / 1e9
    assert 1 < latest < SWEPT_WITHIN_SECONDS


def test_a_rejected_order_is_named_and_trading_goes_on(venue: Venue, trading: Trading) -> None:
    with trading("BuyOnce", fault="reject_next_order") as running:
        rejected = running.wait_for("ORDER_REJECTED")
        running.wait_for("POSITION_CHANGED", times=2)
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)

    assert "rejected by fault injection" in str(rejected["message"])
    assert entries(events) == ["AAPL", "JPM", "MSFT"]
    bought = {event["fields"]["symbol"] for event in coded(events, "POSITION_CHANGED")}
    assert rejected["fields"]["symbol"] not in bought  # type: ignore[index]  # JSON


NONSENSE_DATA = (
    "<html>502 Bad Gateway</html>",
    b"\xc1\xff\x00",
    "null",
    '[{"T":"q","S":null}]',
    '[{"T":"levitation","S":"AAPL"}]',
    '[{"T":"t","S":"AAPL","p":"a lot","s":1,"t":"2019-02-13T15:30:00Z"}]',
    '[{"T":"b","S":"AAPL","o":1,"h":1,"l":1,"c":1,"v":1,"t":"yesterday","n":1,"vw":1}]',
    '[{"T":"error","code":999,"msg":"a code of tomorrow"}]',
)
NONSENSE_ORDERS = (
    "<html>502 Bad Gateway</html>",
    b"\xc1\xff\x00",
    '{"stream":"trade_updates","data":null}',
    '{"stream":"a stream of tomorrow","data":{}}',
    '{"stream":"trade_updates","data":{"event":"teleported","order":{"id":"1","symbol":"KO"}}}',
    '{"stream":"trade_updates","data":{"event":"fill","order":null}}',
)


def test_frames_that_make_no_sense_are_named_and_nothing_else_is_lost(
    venue: Venue, home_with: HomeWith
) -> None:
    venue.clear()
    home = home_with("BuyOnce")
    with (
        meddling(venue.urls["trading_url"]) as meddler,
        engine_running("--venue", meddler.url, home=home) as running,
    ):
        running.wait_for("WARM_UP_ENDED")
        meddler.slip("/v2/iex", NONSENSE_DATA)
        meddler.slip("/stream", NONSENSE_ORDERS)
        running.wait_for("MESSAGE_REJECTED", times=8)
        running.wait_for("POSITION_CHANGED", times=3)
        running.wait_until_agreed(venue)
        events = stop_flat(running, venue)
        assert running.process.stderr is not None
        assert "Traceback" not in running.process.stderr.read()

    rejected = " | ".join(event["message"] for event in coded(events, "MESSAGE_REJECTED"))
    assert "502 Bad Gateway" in rejected
    assert "teleported" in rejected
    assert entries(events) == ["AAPL", "JPM", "MSFT"]
