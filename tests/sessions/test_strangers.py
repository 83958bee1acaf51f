"""Somebody else trades in the account, or news is lost: the books follow the broker."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.sessions.programs import RunningEngine, Venue, engine_running, venue_running

HomeWith = Callable[..., Path]
Trading = Callable[..., AbstractContextManager[RunningEngine]]

NOTICED_WITHIN_SECONDS = 35.0


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """One venue for all: each test leaves the account flat."""
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "30", home=home) as running:
        yield running


@pytest.fixture
def trading(venue: Venue, home_with: HomeWith) -> Trading:
    """Start an engine that buys once, with a policy for what others do."""

    def start(strategy: str, **sections: object) -> AbstractContextManager[RunningEngine]:
        venue.clear()
        home = home_with(strategy, logs={"level": "debug"}, **sections)
        return engine_running("--venue", venue.urls["trading_url"], home=home)

    return start


def test_positions_that_somebody_else_closes_are_noticed_and_never_sold_again(
    venue: Venue, trading: Trading
) -> None:
    with trading("BuyOnce") as running:
        running.wait_for("POSITION_CHANGED", times=3)
        running.wait_until_agreed(venue)
        venue.clear()
        running.wait_for("STRANGER_SEEN", times=3)
        assert running.wait_until_agreed(venue) == {}
        running.wait_for("HOLDINGS_AGREE")
        running.stop(signal.SIGINT)
        events: list[dict[str, Any]] = running.events()

    frozen = {e["fields"]["symbol"] for e in events if e["event_code"] == "SYMBOL_FROZEN"}
    assert frozen == {"AAPL", "JPM", "MSFT"}
    states = [str(e["message"]) for e in events if e["event_code"] == "STATE_CHANGED"]
    assert any("TRADING -> REDUCING" in words for words in states)
    assert any("REDUCING -> TRADING: broker and books are alike" in words for words in states)
    sold = [
        event["fields"]
        for event in events
        if event["event_code"] == "SUBMIT_ORDER" and event["fields"]["side"] == "sell"
    ]
    frozen_at = min(e["fields"]["at"] for e in events if e["event_code"] == "SYMBOL_FROZEN")
    assert [order for order in sold if order["at"] > frozen_at] == []
    assert venue.positions() == {}


def test_what_the_stream_never_told_of_others_is_found_and_closed(
    venue: Venue, trading: Trading
) -> None:
    with trading("BuyOnce", symbols=("AAPL", "JPM")) as running:
        running.wait_for("POSITION_CHANGED", times=2)
        venue.fault(fault="mute_orders", seconds=90)
        venue.fault(fault="stranger_trades", symbol="MSFT", side="buy", qty="7")
        stranger = running.wait_for("STRANGER_SEEN")
        running.wait_until_agreed(venue)
        running.stop(signal.SIGINT)

    assert stranger["fields"]["symbol"] == "MSFT"  # type: ignore[index]  # JSON
    assert venue.positions() == {}


@pytest.mark.parametrize(("policy", "code"), [("adopt", "FOREIGN"), ("ignore", "FOREIGN")])
def test_by_policy_what_others_do_freezes_nothing(
    venue: Venue, trading: Trading, policy: str, code: str
) -> None:
    with trading("BuyOnce", symbols=("AAPL", "JPM"), ledger={"foreign": policy}) as running:
        running.wait_for("POSITION_CHANGED", times=2)
        venue.fault(fault="stranger_trades", symbol="MSFT", side="buy", qty="7")
        running.wait_for("ALERT_RAISED")
        if policy == "adopt":
            running.wait_until_agreed(venue)
        ours = running.positions() or {}
        running.stop(signal.SIGINT)
        events: list[dict[str, Any]] = running.events()

    alerts = [event["fields"] for event in events if event["event_code"] == "ALERT_RAISED"]
    assert code in {alert["code"] for alert in alerts}
    assert [event for event in events if event["event_code"] == "SYMBOL_FROZEN"] == []
    assert ("MSFT" in ours) == (policy == "adopt")
    assert venue.positions() == {}


def test_a_fill_that_is_taken_back_without_a_word_is_noticed(
    venue: Venue, trading: Trading
) -> None:
    with trading("BuyOnce", symbols=("AAPL",)) as running:
        running.wait_for("POSITION_CHANGED")
        running.wait_until_agreed(venue)
        venue.fault(fault="drop_frame", stream="orders")
        venue.fault(fault="bust_last_fill", symbol="AAPL")
        differs = running.wait_for("HOLDINGS_DIFFER")
        running.wait_until_agreed(venue)
        running.stop(signal.SIGINT)
        events: list[dict[str, Any]] = running.events()

    told = differs["fields"]
    assert (told["symbol"], told["recorded"], told["held"]) == ("AAPL", "10", "0")  # type: ignore[index]  # JSON
    assert [e for e in events if e["event_code"] == "INTERNAL_ERROR"] == []
    assert venue.positions() == {}


def test_a_cancel_that_the_broker_forgets_is_asked_for_again(
    venue: Venue, trading: Trading
) -> None:
    with trading("RestBelow", symbols=("AAPL",)) as running:
        venue.fault(fault="stuck_cancel")
        running.wait_for("CANCEL_ORDER", times=2)
        ended = running.wait_for("ORDER_CANCELLED")
        running.stop(signal.SIGINT)

    assert ended["fields"]["symbol"] == "AAPL"  # type: ignore[index]  # JSON
    assert venue.positions() == {}
