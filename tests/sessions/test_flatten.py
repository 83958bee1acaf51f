"""Getting flat on the venue as a process of its own, whatever stands in the way."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.sessions.programs import (
    RunningEngine,
    Venue,
    engine,
    engine_running,
    newest_run,
    venue_running,
)

HomeWith = Callable[..., Path]
Json = dict[str, Any]
Trading = Callable[..., AbstractContextManager[tuple[Path, RunningEngine]]]

MANY = ("AAPL", "AMZN", "BAC", "JPM", "KO", "MSFT", "NVDA", "PFE", "T", "XOM")
SPAM = {
    "cooldown_seconds": 0,
    "entries_per_symbol_per_hour": 1000,
    "entries_per_symbol_per_session": 10_000,
    "entries_per_hour": 10_000,
    "orders_per_minute": 10_000,
    "max_positions": 20,
    "gross_exposure_max_fraction": 4,
    "net_exposure_max_fraction": 4,
    "sector_exposure_max_fraction": 4,
}
"""Limits that let a strategy go on for ever; its wishes are cut short only by their number."""

MOST_UNDER_WAY = 6
"""Entries that may be on the wire at once: places of the turnstile less the reserved ones."""


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """One venue for all: each test leaves the account flat."""
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "30", home=home) as running:
        yield running


def receipt(home: Path) -> Json:
    found: Json = json.loads((newest_run(home) / "receipt.json").read_text())
    return found


def coded(events: list[Json], code: str) -> list[Json]:
    return [event["fields"] for event in events if event["event_code"] == code]


def stop_by(means: str, running: RunningEngine, home: Path) -> None:
    """Stop an engine by a signal or the halt file, and wait for exit code 0."""
    if means == "halt_file":
        assert engine("halt", "--reason", "a test", home=home).returncode == 0
        assert running.process.wait(timeout=60) == 0
    else:
        running.stop(signal.SIGINT if means == "interrupt" else signal.SIGTERM)


def assert_nothing_after_the_gate(events: list[Json], venue: Venue) -> None:
    """Check by journal and venue that no entry was sent after the gate had closed."""
    codes = [(event["event_code"], event["fields"].get("after")) for event in events]
    gate = codes.index(("STATE_CHANGED", "HALTING"))
    sent = coded(events[:gate], "SUBMIT_ORDER")
    before = {order["client_order_id"] for order in sent if order["purpose"] == "entry"}
    late = coded(events[gate:], "SUBMIT_ORDER")
    assert [order for order in late if order["purpose"] == "entry"] == []
    names = {order["client_order_id"] for order in coded(events, "SUBMIT_ORDER")}
    accepted = {order["client_order_id"] for order in venue.orders()} & names
    entries = {name for name in accepted if name.endswith("-e")}
    assert entries
    assert entries <= before


@pytest.fixture
def spamming(venue: Venue, home_with: HomeWith) -> Trading:
    """Start an engine whose strategy submits on every tick, and wait until it is in full swing."""

    @contextmanager
    def start() -> Iterator[tuple[Path, RunningEngine]]:
        venue.clear()
        home = home_with("SpamAll", MANY, risk=SPAM, router={"entry_patience_seconds": 1})
        with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
            running.wait_for("POSITION_CHANGED", times=5)
            running.wait_for("ORDER_CANCELLED", times=8)
            yield home, running

    return start


@pytest.fixture
def holding(venue: Venue, home_with: HomeWith) -> Trading:
    """Start an engine and wait until it holds 10 shares of each symbol, with their stops."""

    @contextmanager
    def start(symbols: tuple[str, ...] = ("AAPL",), **sections: Any) -> Iterator[Any]:
        venue.clear()
        home = home_with("BuyOnce", symbols, **sections)
        with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
            running.wait_for("POSITION_CHANGED", times=len(symbols))
            venue.wait_for_orders(len(symbols), type="stop")
            yield home, running

    return start


def assert_flat(venue: Venue, home: Path, most_rounds: int = 3) -> Json:
    """Check that venue and receipt say flat, in a few rounds; give the receipt."""
    found = receipt(home)
    assert venue.positions() == {}
    assert venue.open_orders() == []
    assert (found["flat"], found["positions_left"], found["orders_left"]) == (True, [], [])
    assert found["rounds"] <= most_rounds
    return found


@pytest.mark.parametrize("means", ["interrupt", "terminate", "halt_file"])
def test_a_strategy_that_submits_on_every_tick_gets_nothing_in_after_the_gate(
    venue: Venue, spamming: Trading, means: str
) -> None:
    with spamming() as (home, running):
        stop_by(means, running, home)
        events = running.events()

    assert_nothing_after_the_gate(events, venue)
    assert assert_flat(venue, home)["trigger"] == means


@pytest.mark.parametrize(
    "death",
    [
        [{"fault": "mute_orders"}],
        [
            {"fault": "handshake_429", "stream": "orders", "times": 1000},
            {"fault": "drop_connection", "stream": "orders"},
        ],
    ],
    ids=["mute", "gone"],
)
def test_the_same_with_a_dead_order_stream(
    venue: Venue, spamming: Trading, death: list[Json]
) -> None:
    with spamming() as (home, running):
        for fault in death:
            venue.fault(**fault)
        stop_by("interrupt", running, home)
        events = running.events()
    venue.fault(fault="clear")

    assert_nothing_after_the_gate(events, venue)
    found = assert_flat(venue, home)
    print(death, found["rounds"], found["seconds"])


def test_a_stop_of_somebody_else_that_holds_40_of_100_shares(
    venue: Venue, home_with: HomeWith
) -> None:
    venue.clear()
    bought = venue.submit(symbol="KO", qty=100, side="buy")
    venue.wait_until_filled(bought["id"])
    price = float(venue.get("/v2/positions/KO")["current_price"])  # type: ignore[call-overload]  # JSON
    venue.submit(
        symbol="KO", qty=40, side="sell", type="stop", stop_price=round(price * 0.9, 2),
        time_in_force="gtc",
    )  # fmt: skip
    home = home_with("BuyOnce", ("AAPL",))
    with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
        running.wait_for("POSITION_CHANGED", times=2)
        running.stop(signal.SIGINT)
        events = running.events()

    found = assert_flat(venue, home)
    assert found["symbols"]["KO"]["start_quantity"] == "100"
    print(found)
    assert len(coded(events, "ORDER_REJECTED")) <= 3
    print(coded(events, "ORDER_REJECTED"))


def test_a_cancel_that_gets_stuck_is_asked_for_again(venue: Venue, holding: Trading) -> None:
    with holding() as (home, running):
        venue.fault(fault="stuck_cancel")
        running.stop(signal.SIGINT)
        events = running.events()

    found = assert_flat(venue, home)
    print(found)
    stops = {o["client_order_id"] for o in coded(events, "SUBMIT_ORDER") if o["purpose"] == "protect"}
    asked = [c for c in coded(events, "CANCEL_ORDER") if c["client_order_id"] in stops]
    assert len(asked) >= 2


@pytest.mark.parametrize(
    "hole",
    [
        {"fault": "delay_answer", "times": 100, "hold": 60.0},
        {"fault": "refuse_connections", "seconds": 30.0},
        {"fault": "too_many_requests", "times": 8, "headers": True},
        {"fault": "bad_gateway", "times": 8},
    ],
    ids=["black hole", "connections refused", "429", "502"],
)
def test_a_broker_that_does_not_answer_for_a_while(
    venue: Venue, holding: Trading, hole: Json
) -> None:
    with holding(("AAPL", "JPM", "KO")) as (home, running):
        venue.fault(**hole)
        running.process.send_signal(signal.SIGINT)
        if hole["fault"] == "delay_answer":
            running.wait_for("FLATTEN_ALL")
            time.sleep(3)
            venue.fault(fault="clear")
        assert running.process.wait(timeout=60) == 0
        events = running.events()

    found = assert_flat(venue, home)
    print(found["rounds"], found["seconds"], [f["text"] for f in coded(events, "ALERT_RAISED")], [f["reason"] for f in coded(events, "BROKER_UNREACHABLE")])


def test_an_opposite_order_of_somebody_else_is_cancelled_before_the_sale(
    venue: Venue, holding: Trading
) -> None:
    with holding() as (home, running):
        venue.fault(fault="reject_next_order", message="potential wash trade detected. use complex orders")
        venue.fault(fault="stranger_trades", symbol="AAPL", side="buy", qty="5", limit_price="100")
        venue.wait_for_orders(1, side="buy", status="new")
        running.stop(signal.SIGINT)
        events = running.events()

    found = assert_flat(venue, home)
    print(found)
    assert "wash trade" in str(found["symbols"]["AAPL"]["steps"])
    assert len(coded(events, "ORDER_REJECTED")) == 1


def test_a_halted_symbol_at_the_deadline_keeps_its_stop(
    venue: Venue, holding: Trading
) -> None:
    router = {"flatten_deadline_seconds": 30}
    with holding(("AAPL", "JPM"), router=router) as (home, running):
        venue.fault(fault="halt", symbol="AAPL")
        running.wait_for("TRADING_STATUS") if 0 else None
        running.stop(signal.SIGINT, exit_code=3)
        events = running.events()

    found = receipt(home)
    print(json.dumps(found, indent=1), len(coded(events, "SUBMIT_ORDER")))
    assert venue.positions() == {"AAPL": "10"}
    resting = venue.open_orders()
    assert [(o["symbol"], o["type"], o["qty"]) for o in resting] == [("AAPL", "stop", "10")]
    assert (found["flat"], found["positions_left"]) == (False, ["AAPL"])
    assert found["symbols"]["AAPL"]["why"] == "trading is halted (H)"
    assert "stop back at the broker" in str(found["symbols"]["AAPL"]["steps"][-1])
    venue.fault(fault="resume", symbol="AAPL")
