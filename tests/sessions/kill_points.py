"""
The named points of an order's life at which a process may end.

Nobody writes this list. It is read off the code: the vocabulary, the requests that
the broker's edge can write, the files that are replaced whole, and the store's
statements about a lock. A new message, request, file or statement is a new point,
and the tests fail until it has a scenario or a reason to have none.

There is no hook in the engine for this. A seam in the product would be a second list
to keep, on the path of every order, and names a crash only where somebody thought of
one. The points lie where the state outside the process changes, and these places are
few: between two of them a kill finds the same disk and the same broker. A step of the
core has no await, so all that follows from an input dies with it or is written with it.
"""

import ast
from collections.abc import Iterator
from enum import StrEnum
from inspect import getmembers, getsource, isfunction
from pathlib import Path
from typing import NamedTuple, get_args, get_type_hints

import tradeengine
from tradeengine.broker import requests
from tradeengine.bus.records import message_types
from tradeengine.model.commands import (
    AskBroker,
    CancelOrder,
    Command,
    KeepBaseline,
    LockTrading,
    OrderIntent,
    ReplaceOrder,
    SubmitOrder,
)
from tradeengine.model.events import (
    BrokerUnreachable,
    HoldingsDiffer,
    NakedLimitReached,
    PositionSplit,
    RunOpened,
    StateChanged,
    TimerFired,
    TradingStatus,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import Purpose
from tradeengine.store.locks import Locks

PACKAGE = Path(tradeengine.__file__).parent
OF_THE_DESK = ("quant", "edgar", "bars")


class Moment(StrEnum):
    """What has been done when the process ends, and what has not."""

    UNWRITTEN = "unwritten"  # the step is done, in memory; nothing of it is on the disk
    TORN = "torn"  # half of the batch that holds it is on the disk
    WRITTEN = "written"  # all of it is; nobody has been told so
    SENT = "sent"  # the request has left; nobody reads its answer
    ANSWERED = "answered"  # the answer is here; nobody has heard it
    UNCOMMITTED = "uncommitted"  # the statement is done, not committed
    COMMITTED = "committed"  # it is; nothing that waits for it has happened
    BESIDE = "beside"  # the file is whole, under another name
    IN_PLACE = "in place"  # it has its name


class Point(NamedTuple):
    """A moment of a message, a request, a statement or a file."""

    what: str
    moment: Moment

    def __str__(self) -> str:
        return f"{self.what} {self.moment}"


HEARD_BY_THE_ROUTER = frozenset(
    {
        RunOpened,
        TimerFired,
        StateChanged,
        TradingStatus,
        BrokerUnreachable,
        HoldingsDiffer,
        NakedLimitReached,
        PositionSplit,
    }
)
"""Messages that speak of no order and may move one. A test holds this against the wiring."""

LEAVE_THE_CORE = frozenset(
    {SubmitOrder, CancelOrder, ReplaceOrder, AskBroker, LockTrading, KeepBaseline}
)
"""Commands that are carried out outside. A test holds this against the wiring."""


def points() -> tuple[Point, ...]:
    """List every point."""
    return (*_of_messages(), *_of_requests(), *_of_statements(), *_of_files())


def concerns_orders(kind: type[Message]) -> bool:
    """Tell whether a message is a command, speaks of an order or may move one."""
    hints = get_type_hints(kind)
    speaks = any("order" in name for name in hints)
    means = {part for hint in hints.values() for part in (hint, *get_args(hint))}
    known = issubclass(kind, Command) or kind in HEARD_BY_THE_ROUTER
    return known or speaks or not means.isdisjoint({OrderIntent, Purpose})


def request_writers() -> list[str]:
    """List the functions that write a request to the broker."""
    return [
        name
        for name, function in getmembers(requests, isfunction)
        if get_type_hints(function).get("return") is requests.Request and name != "look"
    ]


def lock_statements() -> list[str]:
    """List the methods of the store that change what it knows of locks."""
    return [name for name, f in getmembers(Locks, isfunction) if "_database.write(" in getsource(f)]


def whole_files() -> list[str]:
    """
    List the files that are replaced whole, by their names in `layout.py`.

    Those of the quant desk are left out: no order hangs on them, and tests of its own kill it.
    """
    calls = (
        node
        for module in PACKAGE.rglob("*.py")
        if not any(module.is_relative_to(PACKAGE / room) for room in OF_THE_DESK)
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("write_atomically")
    )
    return sorted({ast.unparse(call.args[0]).rpartition(".")[2] for call in calls})


def _of_messages() -> Iterator[Point]:
    """
    Give an input before it is written, and a command that leaves after it is.

    Then the broker knows what the journal does not, and the other way round. An input
    that is written is what every later point finds; all that else follows from an input
    is lost with it or written with it.
    """
    for kind in filter(concerns_orders, message_types()):
        if "received_at" in kind.__struct_fields__:
            yield Point(kind.__name__, Moment.UNWRITTEN)
        if kind is SubmitOrder:
            yield Point(kind.__name__, Moment.TORN)
        if kind in LEAVE_THE_CORE:
            yield Point(kind.__name__, Moment.WRITTEN)


def _of_requests() -> Iterator[Point]:
    for name in request_writers():
        asks = "look(" in getsource(getattr(requests, name))  # which changes nothing over there
        for variant in [f"{name} {p}" for p in Purpose] if name == "submit" else [name]:
            if not asks:
                yield Point(variant, Moment.SENT)
            yield Point(variant, Moment.ANSWERED)


def _of_statements() -> Iterator[Point]:
    for name in lock_statements():
        yield from (Point(f"locks.{name}", m) for m in (Moment.UNCOMMITTED, Moment.COMMITTED))


def _of_files() -> Iterator[Point]:
    for name in whole_files():
        yield from (Point(name, moment) for moment in (Moment.BESIDE, Moment.IN_PLACE))
