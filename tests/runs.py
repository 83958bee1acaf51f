"""Runs in this process: a home, options as a person would type them, parts of a run."""

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import yaml

from tradeengine.build_inputs import BuildInputs
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SimulatedClock
from tradeengine.layout import Home, RunFiles
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    FlattenEnded,
    RunOpened,
)
from tradeengine.model.instants import instant_of, parse_instant
from tradeengine.model.message import Message
from tradeengine.model.orders import StopTrigger
from tradeengine.model.sessions import Session, session_on
from tradeengine.options import Flags, Options, build_inputs, read_options
from tradeengine.run.edges import Durable, Edges, World
from tradeengine.run.picture import Subject
from tradeengine.run.tally import Tally
from tradeengine.wiring import Core, NowhereOutbox, build

D = Decimal
DAY = datetime.date(2019, 2, 13)
NOON = parse_instant("2019-02-13T17:00:00Z")
SYMBOLS = ("AAPL", "JPM")

PERMISSIVE = {
    "entry_window_after_open_minutes": 0,
    "entry_window_before_close_minutes": 0,
    "quote_max_age_seconds": 30,
    "max_order_notional_fraction": 1,
    "portfolio_beta_max": 4,
}
"""Risk limits under which a small test strategy may trade at once."""


NO_JOBS = dict.fromkeys(("bars", "fundamentals", "universe", "plan"), False)
"""A timetable without entries: the desk's work takes seconds, and tests have their plan."""


def make_home(
    path: Path,
    strategy: str = "BuyOnce",
    venue: Mapping[str, object] = MappingProxyType({"symbols": ["SPY", *SYMBOLS]}),
    **sections: object,
) -> Home:
    """Make a home whose only strategy is a class of `tests/sessions/strategies.py`."""
    folder = path / "config"
    folder.mkdir()
    settings = {
        "strategy": [{"name": "test", "class": f"tests.sessions.strategies:{strategy}"}],
        "risk": PERMISSIVE,
        "run": {"plan": "session_plan.yaml"},
        "schedule": NO_JOBS,
        "venue": {"date": DAY, **venue},
    } | sections
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    share = {
        "p_undervalued": 0.9,
        "valued_on": "2019-02-12",
        "adv20_shares": 10_000_000,
        "atr_percent": 2.0,
        "beta": 0.2,
    }
    plan = {
        "source": "a test",
        "regime": "HV-bear",
        "vix": 15.0,
        "symbols": {symbol: dict(share) for symbol in SYMBOLS},
    }
    (folder / "session_plan.yaml").write_text(yaml.safe_dump(plan))
    return Home(path)


def options_for(
    home: Home,
    *,
    venue: str = "simulated",
    start: str | None = "10:30",
    until: str | None = "10:35",
    speed: str | None = "max",
    json: bool = False,
    **environ: str,
) -> Options:
    """Read the options of a run under a home."""
    flags = Flags(venue=venue, start=start, until=until, speed=speed)
    return read_options(flags, home, None, environ, json=json)


class Nowhere:
    """A recorder that forgets."""

    def take_input(self, message: Message) -> None:
        del message

    def take_effect(self, message: Message) -> None:
        del message


def a_core(inputs: BuildInputs) -> Core:
    """Build a core that records nothing and sends nowhere."""
    return build(inputs, Nowhere(), NowhereOutbox())


def no_edges(inbox: Inbox, durable: Durable) -> Edges:
    raise AssertionError("this world is only looked at", inbox, durable)


def session() -> Session:
    found = session_on(DAY)
    assert found is not None
    return found


def a_world(
    now: int = NOON,
    *,
    connect: Callable[[Inbox, Durable], Edges] = no_edges,
    fresh_account: bool = False,
) -> World:
    """Give a world that stands still at `now`."""
    return World(
        venue="a test",
        run_tag="t1",
        clock=SimulatedClock(now),
        session=session(),
        symbols=("SPY", *SYMBOLS),
        quiescence=None,
        speed=60.0,
        connect=connect,
        fresh_account=fresh_account,
    )


def a_run(home: Home, now: int = NOON) -> Subject:
    """Give the parts of a run under a home, before anything happened."""
    home.prepare()
    core = a_core(build_inputs(options_for(home)))
    plan = options_for(home).plan
    return Subject(core, Tally(), a_world(now), home.new_run("test", now), Inbox(), plan)


def opened(tag: str = "t1") -> RunOpened:
    day = session()
    return RunOpened(
        at=NOON,
        received_at=NOON,
        run_tag=tag,
        session_open=day.open_at,
        session_close=day.close_at,
        until=instant_of(DAY, datetime.time(15, 55)),
        until_trigger=StopTrigger.CLOSE,
    )


def held(symbol: str, quantity: str, price: str = "100") -> BrokerPosition:
    return BrokerPosition(
        symbol=symbol,
        quantity=D(quantity),
        available=D(quantity),
        average_price=D(price),
        current_price=D(price),
    )


def snapshot(
    *positions: BrokerPosition,
    orders: tuple[BrokerOrder, ...] = (),
    account: str = "PA1",
    why: str = "start",
    unreadable: int = 0,
) -> BrokerSnapshot:
    return BrokerSnapshot(
        at=NOON,
        received_at=NOON,
        why=why,
        account_number=account,
        equity=D(100_000),
        last_equity=D(100_000),
        cash=D(99_000),
        buying_power=D(400_000),
        positions=positions,
        orders=orders,
        unreadable_rows=unreadable,
    )


def receipt(*, flat: bool = True, trigger: StopTrigger = StopTrigger.UNTIL) -> FlattenEnded:
    return FlattenEnded(
        at=NOON,
        trigger=trigger,
        flat=flat,
        rounds=1,
        seconds=2.5,
        symbols=(),
        positions_left=() if flat else ("AAPL 10",),
        orders_left=(),
    )


def run_folder(home: Home) -> RunFiles:
    """Give the only run under a home."""
    (folder,) = home.logs.iterdir()
    return RunFiles(folder)
