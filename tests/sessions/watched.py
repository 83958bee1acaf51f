"""A run on the embedded venue, in this process and in lock-step, and what the venue's books say."""

from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple, cast

import msgspec
import pytest

from tests.runs import options_for, run_folder
from tests.sessions.programs import read_events
from tradeengine.errors import ExitCode
from tradeengine.layout import Home
from tradeengine.model.instants import NANOS
from tradeengine.trading import trade
from tradeengine.venue.records import AccountUpdate
from tradeengine.venue.server.faults import AnyFault, World
from tradeengine.venue.server.faults.fault import Fault
from tradeengine.venue.server.server import VenueServer
from tradeengine.worlds import embedded

ZERO = Decimal(0)


class Books(Fault, kw_only=True):
    """All that the venue told of the account; as a fault, because those hear it first."""

    updates: list[AccountUpdate] = msgspec.field(default_factory=list)

    def on_told(self, update: AccountUpdate, world: World) -> None:
        del world
        self.updates.append(update)


class Stretch(NamedTuple):
    """From the instant at which shares had no stop to the one at which all had."""

    symbol: str
    began_at: int
    seconds: float
    because: str


class Watched:
    """A finished run."""

    def __init__(self, home: Home, exit_code: ExitCode, updates: list[AccountUpdate]) -> None:
        self.home, self.exit_code, self.updates = home, exit_code, updates

    def events(self, code: str) -> list[dict[str, Any]]:
        log = cast("list[dict[str, Any]]", read_events(run_folder(self.home).folder))
        return [event for event in log if event["event_code"] == code]

    def alerts(self) -> list[str]:
        return [event["fields"]["code"] for event in self.events("ALERT_RAISED")]

    def fills(self, side: str) -> list[AccountUpdate]:
        return [u for u in self.updates if u.execution_id and u.qty and u.order.side == side]

    def uncovered(self) -> list[Stretch]:
        """List the stretches in which more was held than working stops covered."""
        return _stretches(self.updates)


def _stretches(updates: list[AccountUpdate]) -> list[Stretch]:
    found: list[Stretch] = []
    held: dict[str, Decimal] = defaultdict(Decimal)
    stops: dict[str, dict[str, Decimal]] = defaultdict(dict)
    since: dict[str, tuple[int, str]] = {}
    for update in updates:
        order, symbol = update.order, update.order.symbol
        if update.position_qty is not None:
            held[symbol] = update.position_qty
        if order.type == "stop":
            working = order.status in {"new", "partially_filled", "pending_cancel"}
            left = (order.qty or ZERO) - order.filled_qty if working else ZERO
            stops[symbol][order.id] = left
        naked = abs(held[symbol]) > sum(stops[symbol].values(), ZERO)
        if naked:
            since.setdefault(symbol, (update.at, f"{update.event} of {order.client_order_id}"))
        elif symbol in since:
            at, why = since.pop(symbol)
            found.append(Stretch(symbol, at, (update.at - at) / NANOS, why))
    found += [Stretch(symbol, at, float("inf"), why) for symbol, (at, why) in since.items()]
    return found


def watch(
    monkeypatch: pytest.MonkeyPatch,
    home: Home,
    *faults: Fault,
    start: str = "10:30",
    until: str = "10:40",
) -> Watched:
    """Run on the embedded venue with faults armed beforehand."""
    books = Books()

    class WatchedServer(VenueServer):
        def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - passed on
            super().__init__(*arguments, **more)
            desk = self.publisher
            now = desk.clock.now()
            for fault in (books, *faults):
                desk.faults.arm(cast("AnyFault", fault), now, desk)

    monkeypatch.setattr(embedded, "VenueServer", WatchedServer)
    exit_code = trade(options_for(home, venue="embedded", start=start, until=until))
    return Watched(home, exit_code, books.updates)
