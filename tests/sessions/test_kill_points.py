"""The engine is killed at every point of an order's life; the next run is never wrong."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.runs import Nowhere, make_home, options_for
from tests.sessions.conftest import MANY_SHARES
from tests.sessions.kill_points import (
    HEARD_BY_THE_ROUTER,
    LEAVE_THE_CORE,
    Point,
    concerns_orders,
    points,
)
from tests.sessions.programs import (
    PATIENCE_SECONDS,
    RunningEngine,
    Venue,
    engine,
    engine_running,
    environment,
    newest_run,
    run_folders,
    venue_running,
)
from tradeengine.bus.records import JournalFile
from tradeengine.errors import ExitCode
from tradeengine.layout import Home
from tradeengine.model.commands import SubmitOrder
from tradeengine.model.events import BrokerSnapshot, OrderFilled, RunOpened, StateChanged
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Purpose
from tradeengine.options import build_inputs
from tradeengine.store.database import open_database
from tradeengine.store.locks import Locks
from tradeengine.wiring import NowhereOutbox, build

pytestmark = pytest.mark.usefixtures("unmeasured")

HomeWith = Callable[..., Path]
Fault = dict[str, object]
Event = dict[str, Any]

DIFFERENCE = "DIFFERENCE_FOUND"

SYMBOLS = ("KO", "PFE")
KNOWN_WITHIN_SECONDS = 35.0
UNCOUNTED = {"trading_requests_per_minute": 100_000, "data_requests_per_minute": 100_000}
SPEED = 5
"""Venue seconds in a second: 35 of them are time enough for a busy machine."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What the engine lives through until it passes the point."""

    strategy: str = "BuyNow"
    since: str = "SubmitOrder"
    """The message from which the point counts."""
    before: str = ""
    """A point at which an engine was killed before this one began."""
    faults: tuple[Fault, ...] = ()
    stop_after: str = ""
    """The event after which the engine is asked to stop."""
    dip: Fault | None = None
    """A fault that begins when something is held: only then can it cost anything."""
    sections: dict[str, dict[str, object]] = field(default_factory=dict)
    risk: dict[str, object] = field(default_factory=dict)
    symbols: tuple[str, ...] = SYMBOLS
    wanted: Decimal = Decimal(10)
    """Shares of a symbol that the strategy wants to hold."""
    locks: bool = False
    busts: bool = False
    """A fill is taken back: what cannot be explained is named, and its symbol frozen."""


BUY = Scenario()
REST = Scenario(strategy="RestNow")
EXIT = Scenario(strategy="BuyThenSell")
STOP = Scenario(stop_after="POSITION_CHANGED", since="RequestStop")
AGAIN = Scenario(before="submit protect answered", since="")
OPENING = Scenario(since="")
SWEEP = Scenario(sections={"broker": {"sweep_interval_seconds": 3}})
REFUSED = Scenario(faults=({"fault": "reject_next_order"},))
NO_ANSWER = Scenario(faults=({"fault": "next_order_504_after_accept"},))
BAD_POST: Fault = {"fault": "bad_gateway", "method": "POST", "path": "/v2/orders"}
BAD_CANCEL: Fault = {"fault": "bad_gateway", "method": "DELETE", "path": "/v2/orders", "times": 8}
BAD_LOOK: Fault = {"fault": "bad_gateway", "method": "GET", "path": "/v2/positions", "times": 4}
NEVER_CAME = Scenario(faults=(BAD_POST,))
CANCEL_FAILS = Scenario(strategy="RestNow", faults=(BAD_CANCEL,))
UNREACHABLE = Scenario(before="submit protect answered", since="", faults=(BAD_LOOK,))
BUST = Scenario(faults=({"fault": "bust_next_fill"},), busts=True)
# The spread alone may not do: the market can rise meanwhile.
DIP: Fault = {"fault": "price_spike", "symbol": "F", "percent": -3, "seconds": 60}
LOCK = Scenario(
    strategy="BuyMuchNow",
    symbols=("F",),
    dip=DIP,
    risk={**MANY_SHARES, "spread_max_bps": 50},
    wanted=Decimal(2_000),
    locks=True,
)

SCENARIOS: dict[str, Scenario] = {
    "SubmitOrder": BUY,
    "CancelOrder": REST,
    "AskBroker": STOP,
    "LockTrading": LOCK,
    "KeepBaseline": OPENING,
    "RequestStop": STOP,
    "OrderAccepted": BUY,
    "OrderRejected": REFUSED,
    "OrderFilled": BUY,
    "OrderCancelled": REST,
    "OrderUnresolved": NO_ANSWER,
    "OrderNotFound": NEVER_CAME,
    "CancelRejected": CANCEL_FAILS,
    "FillBusted": BUST,
    "BrokerSnapshot": STOP,
    "BrokerUnreachable": UNREACHABLE,
    "RunOpened": AGAIN,
    "TimerFired": BUY,
    "account": STOP,
    "calendar": AGAIN,
    "cash_flows": AGAIN,
    "cancel": REST,
    "fills": SWEEP,
    "look_up": NO_ANSWER,
    "orders": STOP,
    "positions": STOP,
    "submit entry": BUY,
    "submit exit": EXIT,
    "submit protect": BUY,
    "submit flatten": STOP,
    "locks.write": LOCK,
    "receipt": STOP,
    "status_file": BUY,
    "summary": STOP,
}

NOBODY_PASSES = {
    "clock": "no part of a run asks the broker for the time",
    "ReplaceOrder": "no part of the engine replaces an order",
    "OrderReplaced": "no part of the engine replaces an order",
    "ReplaceRejected": "no part of the engine replaces an order",
    "replace": "no part of the engine replaces an order",
    "TradingStatus": "no halt here: it moves no order, and a flatten that reads it dies with it",
    "OrderExpired": "a run ends before the close, and its stops are good till cancelled",
    "asset": "asked before a short sale, and nobody sells short here",
    "order": "only for a fill of an order that is older than all that a sweep reads",
    "locks.lift": "`tradeengine review` lifts a lock, when no engine runs",
    "locks.ramp": "counted before a run begins, and again by the next",
    "halt_file": "`tradeengine halt` writes it, or a lock that the disk refuses",
}
"""Points that no run passes here, and why."""


@pytest.fixture(scope="module")
def lasting_venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """One venue for all kills of a worker; nobody waits for what others have asked it."""
    home = tmp_path_factory.mktemp("venue")
    (home / "config").mkdir()
    (home / "config" / "config.yaml").write_text(yaml.safe_dump({"venue": {"server": UNCOUNTED}}))
    with venue_running("--start", "10:30", "--speed", str(SPEED), home=home) as running:
        yield running


@pytest.fixture
def venue(lasting_venue: Venue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Venue:
    """Give that venue with nothing in its account, and as if no home had ever traded it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    lasting_venue.clear()
    return lasting_venue


def test_every_point_has_a_scenario_or_a_reason() -> None:
    found = {point.what for point in points()}

    assert SCENARIOS.keys() | NOBODY_PASSES.keys() == found
    assert SCENARIOS.keys() & NOBODY_PASSES.keys() == set()


def test_the_points_are_of_all_messages_that_orders_hang_on(tmp_path: Path) -> None:
    """By the wiring: what the router's room hears, and what leaves the core."""
    outbox = NowhereOutbox()
    inputs = build_inputs(options_for(make_home(tmp_path)))
    routes = build(inputs, Nowhere(), outbox).routes
    parts = {kind: [getattr(h, "__self__", None) for h in row] for kind, row in routes.items()}
    heard = {
        kind
        for kind, row in parts.items()
        if any(type(part).__module__.startswith("tradeengine.router.") for part in row)
    }

    assert {kind for kind in heard if not concerns_orders(kind)} == set()
    assert heard >= HEARD_BY_THE_ROUTER
    assert {kind for kind, row in parts.items() if outbox in row} == LEAVE_THE_CORE


@pytest.mark.parametrize("point", [p for p in points() if p.what in SCENARIOS], ids=str)
def test_an_engine_killed_there_is_followed_by_one_that_is_right(
    point: Point, venue: Venue, home_with: HomeWith
) -> None:
    scenario = SCENARIOS[point.what]
    home = home_with(
        scenario.strategy,
        symbols=scenario.symbols,
        risk=scenario.risk | (limit_of(venue) if scenario.locks else {}),
        module="kill_strategies",
        **scenario.sections,
    )
    if scenario.before:
        die_at(scenario.before, BUY, venue, home)
    for fault in scenario.faults:
        venue.fault(**fault)

    die_at(str(point), scenario, venue, home)

    if point.what.startswith("submit "):
        assert_has_left(point.what.removeprefix("submit "), venue, home)
    venue.fault(fault="clear")
    if scenario.locks:
        assert_locked_and_closed(venue, home)
    else:
        assert_right_again(scenario, venue, home)
    assert_never_wrong(scenario, venue, home)


def test_a_stop_that_fills_while_no_engine_runs_explains_what_is_gone(
    venue: Venue, home_with: HomeWith
) -> None:
    home = home_with("BuyNow", symbols=SYMBOLS, module="kill_strategies")
    die_at("submit protect answered", BUY, venue, home)
    (stop,) = [row for row in venue.orders() if row["status"] == "new" and row["type"] == "stop"]
    venue.fault(fault="price_spike", symbol=stop["symbol"], percent=-15, seconds=3)
    venue.wait_until_filled(stop["id"])

    events = assert_right_again(BUY, venue, home)

    assert_never_wrong(BUY, venue, home)
    told = {e["fields"]["symbol"]: e["message"] for e in events if e["event_code"] == DIFFERENCE}
    assert f"{stop['client_order_id']} was filled 10 more" in told[stop["symbol"]]


def test_a_difference_that_nobody_explained_is_named_again_after_a_kill(
    venue: Venue, home_with: HomeWith
) -> None:
    home = home_with("BuyNow", symbols=SYMBOLS, module="kill_strategies")
    url = venue.urls["trading_url"]
    venue.wait_until_filled(venue.submit(symbol="KO", qty=5, side="buy")["id"])
    with engine_running("--venue", url, home=home) as running:
        running.wait_for_record(b"DifferenceFound.*Reconciled")
        running.kill()

    with engine_running("--venue", url, home=home) as running:
        frozen = running.wait_for("SYMBOL_FROZEN")
        running.wait_for("WARM_UP_ENDED")
        running.stop(signal.SIGINT)

    assert "KO is frozen: broker holds 5, the record says 0" in str(frozen["message"])
    assert venue.positions() == {}


def limit_of(venue: Venue) -> dict[str, object]:
    """Give a drawdown limit just beyond what the account has lost so far in this test."""
    for _ in range(5):
        if (lost := lost_in(venue)) > 0:
            break
        # Earlier tests have won: pay some spread, so that the limit can be above nothing.
        for side in ("buy", "sell"):
            order = venue.submit(symbol="F", qty=4_000, side=side)
            venue.wait_until_filled(order["id"])
    return {"drawdown_max_fraction": round(lost + 0.00005, 6)}


def lost_in(venue: Venue) -> float:
    account = venue.account()
    return 1 - float(account["equity"]) / float(account["last_equity"])


def die_at(point: str, scenario: Scenario, venue: Venue, home: Path) -> None:
    """Run an engine until it kills itself at the point."""
    with doomed(point, scenario.since, venue, home) as running:
        if scenario.dip:
            running.wait_for("POSITION_CHANGED", or_end=True)
            venue.fault(**scenario.dip)
        if scenario.stop_after:
            running.wait_for(scenario.stop_after)
            running.process.send_signal(signal.SIGINT)
        try:
            out, err = running.process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{point} was not passed") from None
    assert running.process.returncode == -signal.SIGKILL, f"{point} was not passed: {out}{err}"


@contextmanager
def doomed(point: str, since: str, venue: Venue, home: Path) -> Iterator[RunningEngine]:
    before = run_folders(home)
    program = [sys.executable, "-m", "tests.sessions.killed_engine", point, since]
    process = subprocess.Popen(
        [*program, "run", "--venue", venue.urls["trading_url"], "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment(),
    )
    try:
        yield RunningEngine(process, home, before)
    finally:
        process.kill()
        process.communicate()


def assert_has_left(purpose: str, venue: Venue, home: Path) -> None:
    """The point is what it says: the broker has an order whose answer no journal holds."""
    journal = read_journal(newest_run(home) / "journal")
    sent = [m for m in journal if type(m) is SubmitOrder and m.purpose == purpose]
    assert {m.client_order_id for m in sent} & {r["client_order_id"] for r in venue.orders()}


def assert_right_again(scenario: Scenario, venue: Venue, home: Path) -> list[Event]:
    """Start normally: broker and engine agree, what is not explained is frozen; then flat."""
    with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
        running.wait_for("WARM_UP_ENDED")
        running.wait_until_agreed(venue)
        running.stop(signal.SIGINT)
        events: list[Event] = running.events()
        assert running.positions() == {}
    frozen = {e["fields"]["symbol"] for e in events if e["event_code"] == "SYMBOL_FROZEN"}
    unexplained = {
        e["fields"]["symbol"]
        for e in events
        if e["event_code"] == DIFFERENCE and not e["fields"]["explained"]
    }
    assert frozen == unexplained
    assert scenario.busts or not unexplained
    assert [e for e in events if e["event_code"] == "INTERNAL_ERROR"] == []
    assert venue.positions() == {}
    assert (newest_run(home) / "receipt.json").exists()
    return events


def assert_locked_and_closed(venue: Venue, home: Path) -> None:
    """The account is locked once; whatever is still held is closed by whoever may."""
    with open_database(Home(home).state_file) as database:
        is_locked = bool(Locks(database).active())
    if not is_locked:
        # The loss may be gone when the next run looks, and then nothing is to lock.
        venue.fault(**DIP)
    again = engine("run", "--venue", venue.urls["trading_url"], home=home)
    assert again.returncode == ExitCode.LOCKED, again.stderr
    with open_database(Home(home).state_file) as database:
        assert len(Locks(database).active()) == 1
    if venue.positions():
        assert "trading is locked" in again.stderr
        closed = engine("halt", "--at-broker", "--venue", venue.urls["trading_url"], home=home)
        assert closed.returncode == ExitCode.CLEAN, closed.stderr
    assert venue.positions() == {}
    venue.wait_until_faultless()


def assert_never_wrong(scenario: Scenario, venue: Venue, home: Path) -> None:
    """Hold the venue's books against the journals of all runs of this home."""
    journals = [read_journal(path) for path in sorted(home.glob("logs/*/journal"))]
    sent = [m.client_order_id for journal in journals for m in journal if type(m) is SubmitOrder]
    tags = {m.run_tag for journal in journals for m in journal if type(m) is RunOpened}
    orders = [r for r in venue.orders() if r["client_order_id"].startswith(prefixes_of(tags))]
    names = {row["id"]: row["client_order_id"] for row in orders}
    assert len(sent) == len(set(sent)), "an order was sent twice"
    assert set(names.values()) <= set(sent), "an order left that no journal knows"
    assert {row["status"] for row in orders} <= {"canceled", "filled", "rejected"}
    fills = [row for row in venue.fills() if row["order_id"] in names]
    assert_never_beyond(scenario.wanted, fills)
    filled = {row["client_order_id"]: Decimal(row["filled_qty"]) for row in orders}
    if (newest_run(home) / "receipt.json").exists():  # Not when a lock refuses the next run.
        assert_all_told(journals[-1], filled)
    for journal in journals:
        told = shares_told(journal)
        assert scenario.busts or all(told[name] <= filled[name] for name in told)
        assert_entries_were_allowed(journal)
        assert_known_soon(journal)


def prefixes_of(tags: set[str]) -> tuple[str, ...]:
    return tuple(f"te-{tag}-" for tag in tags)


def read_journal(path: Path) -> list[Message]:
    """Read all that is whole; nothing when the process ended before anything was written."""
    if not path.stat().st_size:
        return []
    return [record.message() for record in JournalFile(path).records()]


def assert_never_beyond(wanted: Decimal, fills: list[dict[str, str]]) -> None:
    """Never more was held than was wanted, and never was a share sold that was not there."""
    held: dict[str, Decimal] = {}
    for fill in fills:
        sign = 1 if fill["side"] == "buy" else -1
        held[fill["symbol"]] = held.get(fill["symbol"], Decimal(0)) + sign * Decimal(fill["qty"])
        assert 0 <= held[fill["symbol"]] <= wanted, fill


def assert_all_told(journal: list[Message], filled: dict[str, Decimal]) -> None:
    """The run that ended in order heard of every share of its own orders, once."""
    own = {m.client_order_id for m in journal if type(m) is SubmitOrder}
    told = shares_told(journal)
    assert {name: told.get(name, 0) for name in own} == {name: filled.get(name, 0) for name in own}


def shares_told(journal: list[Message]) -> dict[str, Decimal]:
    told: dict[str, Decimal] = {}
    for fill in journal:
        if type(fill) is OrderFilled:
            before = told.get(fill.client_order_id, Decimal(0))
            told[fill.client_order_id] = before + fill.quantity
    return told


def assert_entries_were_allowed(journal: list[Message]) -> None:
    """No entry left in a state that forbids entries."""
    state = EngineState.STARTING
    for message in journal:
        if type(message) is StateChanged:
            state = message.after
        elif type(message) is SubmitOrder and message.purpose is Purpose.ENTRY:
            assert state is EngineState.TRADING


def assert_known_soon(journal: list[Message]) -> None:
    """The broker's positions are taken over soon after the start, and each fill soon after it."""
    opened = [m.at for m in journal if type(m) is RunOpened]
    adopted = [m.received_at for m in journal if type(m) is BrokerSnapshot and m.why == "start"]
    waits = [b - a for a, b in zip(opened, adopted, strict=False)]
    waits += [m.received_at - m.at for m in journal if type(m) is OrderFilled]
    assert max(waits, default=0) <= KNOWN_WITHIN_SECONDS * NANOS
