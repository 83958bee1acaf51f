"""Getting flat on the venue as a process of its own, whatever stands in the way."""

import json
import signal
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
AtTheClose = Callable[[str], AbstractContextManager[tuple[Venue, Path, int]]]

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

IMPATIENT = {
    "read_timeout_seconds": 0.7,
    "total_timeout_seconds": 1,
    "retry_spacing_seconds": [0.2, 0.6],
}
"""Timeouts are of the machine's time, which the venue's outruns thirty times."""


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


def refusals(events: list[Json], purpose: str) -> list[str]:
    """Give the words with which orders of a purpose were refused."""
    sent = coded(events, "SUBMIT_ORDER")
    names = {order["client_order_id"] for order in sent if order["purpose"] == purpose}
    refused = coded(events, "ORDER_REJECTED")
    return [order["reason"] for order in refused if order["client_order_id"] in names]


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
    def start(
        symbols: tuple[str, ...] = ("AAPL",),
        **sections: object,
    ) -> Iterator[tuple[Path, RunningEngine]]:
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
    assert_flat(venue, home)


def test_a_stop_of_somebody_else_that_holds_40_of_100_shares(
    venue: Venue, home_with: HomeWith
) -> None:
    venue.clear()
    bought = venue.submit(symbol="KO", qty=100, side="buy")
    venue.wait_until_filled(bought["id"])
    stop = {"type": "stop", "stop_price": "20", "time_in_force": "gtc"}
    venue.submit(symbol="KO", qty=40, side="sell", **stop)
    home = home_with("BuyOnce", ("AAPL",))
    with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
        running.wait_for("POSITION_CHANGED")
        venue.wait_for_orders(1, side="sell", qty="60")
        running.stop(signal.SIGINT)
        events = running.events()

    found = assert_flat(venue, home)
    assert found["symbols"]["KO"]["start_quantity"] == "100"
    assert refusals(events, "flatten") == []


def test_a_cancel_that_gets_stuck_is_asked_for_again(venue: Venue, holding: Trading) -> None:
    with holding() as (home, running):
        venue.fault(fault="stuck_cancel")
        running.stop(signal.SIGINT)
        events = running.events()

    assert_flat(venue, home)
    stops = {
        o["client_order_id"] for o in coded(events, "SUBMIT_ORDER") if o["purpose"] == "protect"
    }
    asked = [c for c in coded(events, "CANCEL_ORDER") if c["client_order_id"] in stops]
    assert len(asked) >= 2


@pytest.mark.parametrize(
    "hole",
    [
        {"fault": "refuse_connections", "seconds": 20.0},
        {"fault": "too_many_requests", "times": 8},
        {"fault": "bad_gateway", "times": 8},
    ],
    ids=["connections refused", "429 and nothing left", "502"],
)
def test_a_broker_that_refuses_everything_for_a_while(
    venue: Venue, holding: Trading, hole: Json
) -> None:
    with holding(("AAPL", "JPM", "KO"), broker=IMPATIENT) as (home, running):
        venue.fault(**hole)
        running.stop(signal.SIGINT)

    assert_flat(venue, home)


def test_a_black_hole_that_comes_back(venue: Venue, holding: Trading) -> None:
    with holding(("AAPL", "JPM", "KO"), broker=IMPATIENT) as (home, running):
        venue.fault(fault="delay_answer", times=1000, hold=3600.0)
        running.process.send_signal(signal.SIGINT)
        silence = running.wait_for("BROKER_UNREACHABLE")["message"]
        venue.fault(fault="clear")
        assert running.process.wait(timeout=60) == 0

    assert "nothing came" in str(silence)
    assert_flat(venue, home)


def test_an_open_buy_of_somebody_else_is_cancelled_before_the_sale(
    venue: Venue, home_with: HomeWith
) -> None:
    venue.clear()
    venue.wait_until_filled(venue.submit(symbol="AAPL", qty=10, side="buy")["id"])
    venue.submit(symbol="AAPL", qty=5, side="buy", type="limit", limit_price="100")
    home = home_with("BuyOnce", ("AAPL",))
    with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
        refused = running.wait_for("ORDER_REJECTED")["fields"]["reason"]  # type: ignore[index]  # JSON
        running.stop(signal.SIGINT)
        events = running.events()

    assert_flat(venue, home)
    assert "wash trade" in refused
    assert refusals(events, "flatten") == []


def test_refused_closing_orders_are_made_again_without_a_storm(
    venue: Venue, holding: Trading
) -> None:
    words = "potential wash trade detected. use complex orders"
    with holding() as (home, running):
        venue.fault(fault="reject_next_order", times=2, message=words)
        running.stop(signal.SIGINT)
        events = running.events()

    found = assert_flat(venue, home)
    assert refusals(events, "flatten") == [words, words]
    assert found["symbols"]["AAPL"]["steps"].count(f"refused: {words}") == 2
    assert found["seconds"] >= 2 + 4  # the waits after the refusals, of the venue's time


def test_a_halted_symbol_at_the_deadline_keeps_its_stop(venue: Venue, holding: Trading) -> None:
    router = {"flatten_deadline_seconds": 30}
    with holding(("AAPL", "JPM"), router=router) as (home, running):
        venue.fault(fault="halt", symbol="AAPL", seconds=90)
        running.stop(signal.SIGINT, exit_code=3)
        sent = [order["symbol"] for order in coded(running.events(), "SUBMIT_ORDER")]

    found = receipt(home)
    assert venue.positions() == {"AAPL": "10"}
    resting = venue.open_orders()
    assert [(o["symbol"], o["type"], o["qty"]) for o in resting] == [("AAPL", "stop", "10")]
    assert (found["flat"], found["positions_left"]) == (False, ["AAPL"])
    assert found["symbols"]["AAPL"]["why_left"] == "trading is halted (H)"
    assert found["symbols"]["AAPL"]["steps"][-1] == "stop back at the broker for 10"
    assert sent.count("AAPL") == 4  # bought, its stop, one order to close it, its stop again


def test_stops_stay_where_the_broker_does_not_say_what_it_holds(
    venue: Venue, holding: Trading
) -> None:
    router = {"flatten_deadline_seconds": 30}
    with holding(("AAPL", "JPM"), router=router, broker=IMPATIENT) as (home, running):
        stops = {order["id"] for order in venue.open_orders()}
        venue.fault(fault="bad_gateway", method="GET", path="/v2/positions", times=1000)
        running.stop(signal.SIGINT, exit_code=3)

    found = receipt(home)
    venue.fault(fault="clear")
    assert venue.positions() == {"AAPL": "10", "JPM": "10"}
    assert {order["id"] for order in venue.open_orders()} == stops
    assert len(stops) == 2
    assert (found["flat"], sorted(found["positions_left"])) == (False, ["AAPL", "JPM"])
    assert "no answer from the broker" in found["symbols"]["JPM"]["why_left"]


@pytest.fixture
def held_at_the_close(tmp_path_factory: pytest.TempPathFactory, home_with: HomeWith) -> AtTheClose:
    """Hold positions until the close and end the run there; give venue, home and exit code."""

    @contextmanager
    def end(policy: str) -> Iterator[tuple[Venue, Path, int]]:
        home = home_with(
            "BuyOnce",
            ("AAPL", "JPM"),
            router={"flatten_after_hours": policy},
            engine={"flatten_before_close_minutes": 0},
        )
        place = tmp_path_factory.mktemp("venue")
        with (
            venue_running("--start", "15:52", "--speed", "30", home=place) as venue,
            engine_running("--venue", venue.urls["trading_url"], home=home) as running,
        ):
            yield venue, home, running.process.wait(timeout=60)

    return end


def test_after_the_close_positions_are_queued_for_the_open(held_at_the_close: AtTheClose) -> None:
    with held_at_the_close("queue") as (venue, home, exit_code):
        queued = [(o["symbol"], o["type"], o["status"]) for o in venue.open_orders()]
        held = venue.positions()
        by_hand = engine("halt", "--at-broker", "--venue", venue.urls["trading_url"], home=home)
        still_queued = [order["symbol"] for order in venue.open_orders()]

    found = receipt(home)
    assert (exit_code, by_hand.returncode) == (3, 3)
    assert "closing orders wait at the broker for the open" in by_hand.stdout
    assert sorted(still_queued) == ["AAPL", "JPM"]
    assert sorted(queued) == [("AAPL", "market", "accepted"), ("JPM", "market", "accepted")]
    assert held == {"AAPL": "10", "JPM": "10"}
    assert found["symbols"]["JPM"]["why_left"] == "the market is closed, queued for the open"
    assert found["seconds"] < 60  # it does not wait for the deadline: the open is tomorrow


def test_after_the_close_limit_orders_for_extended_hours_close(
    held_at_the_close: AtTheClose,
) -> None:
    with held_at_the_close("extended") as (venue, home, exit_code):
        found = assert_flat(venue, home)

    assert exit_code == 0
    assert "round 1: sell 10 limit for extended hours" in found["symbols"]["AAPL"]["steps"]
