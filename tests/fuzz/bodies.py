"""
Bodies of REST answers, through every reader of broker and feed.

A list with one bad row gives all of its good ones. Whatever is read fits into the
journal; what cannot be read is one of the declared errors.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from random import Random
from typing import TypeVar, cast

import msgspec
from msgspec import Struct

from tests.fuzz import accounts
from tests.fuzz.journal import JournalingInbox
from tests.fuzz.mutations import JSON, Json, damaged, spoilt
from tradeengine.broker import requests
from tradeengine.broker.amend import Amender
from tradeengine.broker.answers import Answers
from tradeengine.broker.line import Line
from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.news import News
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.requests import Request
from tradeengine.broker.rest import sort_answer
from tradeengine.broker.session_hours import read_session, read_time
from tradeengine.broker.snapshot import read_holdings, rejected, snapshot_of
from tradeengine.broker.submit import Submitter
from tradeengine.broker.sweep import Sweep
from tradeengine.broker.updates import Report
from tradeengine.clock import SimulatedClock
from tradeengine.errors import (
    BadConfiguration,
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.feed.channels import Channel
from tradeengine.feed.history import minute_bars
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.probe import ask
from tradeengine.feed.rest import DataRest
from tradeengine.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.worlds.asking import read_account_number, read_clock

DECLARED = (
    RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation, BadConfiguration,
)  # fmt: skip
NOW = accounts.NOW
NAME = "te-fuzz-test-KO-000001-e"
T = TypeVar("T")

_BAR: Json = {
    "t": "2019-02-13T14:31:00Z", "o": 1, "h": 2, "l": 1, "c": 2, "v": 100, "n": 3, "vw": 1.5,
}  # fmt: skip
_TRADES: Json = {"trades": {"SPY": {"t": "2019-02-13T14:31:07.123456789Z", "p": 1}, "A": {"t": ""}}}
_CLOCK: Json = {"timestamp": "2026-10-08T11:10:18.909428548-04:00", "is_open": True}
_CALENDAR: Json = {"date": "2026-10-08", "open": "09:30", "close": "16:00", "session_open": "0400"}
_ERROR: Json = {"code": 40310000, "message": "insufficient qty available"}
_STATUSES = (200, 204, 207, 301, 400, 401, 403, 404, 408, 422, 425, 429, 500, 503, 504)

_SUBMIT = SubmitOrder(
    at=NOW, client_order_id=NAME, symbol="KO", side=Side.BUY, purpose=Purpose.ENTRY,
    quantity=Decimal(10), order_type=OrderType.LIMIT,
    time_in_force=TimeInForce.DAY, limit_price=Decimal("78.19"),
)  # fmt: skip
_REPLACE = ReplaceOrder(
    at=NOW, client_order_id=NAME, order_id="order-1", symbol="KO", new_client_order_id="te-2-e"
)
_CANCEL = CancelOrder(at=NOW, client_order_id=NAME, order_id="", symbol="KO")


class FakeLine:
    """A line that has its answers already: the bodies given, then good ones."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        self._bodies = {path: deque([body]) for path, body in bodies.items()}

    async def once(self, request: Request) -> bytes:
        path = request.target.partition("?")[0]
        waiting = self._bodies.get(path)
        return waiting.popleft() if waiting else _usual(path)

    ask = call = once

    async def make_room(self, _: Request) -> None:
        """There is room."""

    async def pause(self, seconds: float) -> None:
        """Time does not pass here."""

    def distrust(self) -> None:
        """There is no connection."""


class FakeRest:
    """The data host, with one answer and then an empty page."""

    def __init__(self, body: bytes) -> None:
        self._bodies = [b'{"bars":{}}', body]

    async def get(self, *_: object, **__: object) -> bytes:
        return self._bodies.pop()


def _usual(path: str) -> bytes:
    if path == "/v2/account":
        return JSON.encode(accounts.account_row())
    if path.startswith(("/v2/orders/", "/v2/orders:")):
        return JSON.encode(accounts.order_row(1))
    return b"[]"


class Spoilt(Struct):
    """A body, and how many good rows are in it beside the bad one (0: it is no list)."""

    body: bytes
    rows: int


class Bodies:
    """The REST answers."""

    name = "REST bodies"

    def __init__(self) -> None:
        self._inbox = JournalingInbox()
        self._clock = SimulatedClock(NOW)
        parameters = self._parameters = BrokerParameters()
        self._answers = Answers(self._inbox, self._clock)
        self._submitter = Submitter(parameters, self._clock, self._answers, lambda _: False)
        self._amender = Amender(parameters, self._clock, self._answers)
        self._readers: tuple[Callable[[Random], None], ...] = (
            self._orders, self._positions, self._account, self._fills, self._swept_orders,
            self._clock_of_broker, self._calendar, self._bars, self._newest, self._error,
            self._submit, self._replace, self._cancel, self._first_clock, self._first_account,
        )  # fmt: skip

    def strike(self, random: Random) -> None:
        random.choice(self._readers)(random)
        self._inbox.taken()

    def _object(self, random: Random, good: Json) -> bytes:
        match random.randrange(6):
            case 0:
                return damaged(random, JSON.encode(good))
            case 1:
                whole = JSON.encode(good)
                return whole[: random.randrange(len(whole))]
            case 2:
                return JSON.encode(random.choice(JSON.odd))
            case _:
                return JSON.encode(spoilt(random, good, JSON))

    def _list(self, random: Random, make: Callable[[int], Json]) -> Spoilt:
        """Make a list with one bad row. Damage to the list itself may cost all of it."""
        count = random.randrange(1, 4)
        rows = [JSON.encode(make(number)) for number in range(1, count + 1)]
        bad = self._object(random, make(9))
        rows.insert(random.randrange(count + 1), bad)
        body = b"[" + b",".join(rows) + b"]"
        match random.randrange(6):
            case 0:
                return Spoilt(damaged(random, body), 0)
            case 1:
                return Spoilt(body[: random.randrange(len(body))], 0)
            case _:
                return Spoilt(body, count if _is_json(bad) else 0)

    def _holdings(self, **bodies: bytes) -> tuple[int, int, int]:
        """Read a snapshot; give its positions, orders, and rows that were not readable."""
        line = FakeLine({f"/v2/{name}": body for name, body in bodies.items()})
        holdings = done(read_holdings(cast(Line, line), self._parameters.orders_page_size))
        told = snapshot_of(holdings, "start", NOW)
        self._inbox.put_many(told)
        return len(holdings.positions), len(holdings.orders), len(told) - 1

    def _orders(self, random: Random) -> None:
        legs = random.randrange(3)
        made = self._list(random, lambda number: accounts.order_row(number, legs=legs))
        try:
            _, orders, _ = self._holdings(orders=made.body)
        except DECLARED:
            assert not made.rows, made.body
            return
        assert orders >= made.rows * (1 + legs), made.body

    def _positions(self, random: Random) -> None:
        made = self._list(random, accounts.position_row)
        try:
            positions, _, unreadable = self._holdings(positions=made.body)
        except DECLARED:
            assert not made.rows, made.body
            return
        assert positions >= made.rows, made.body
        seen, all_rows = positions + unreadable, made.rows + 1
        # A row that says that nothing is held of it may be passed over.
        assert not made.rows or seen in {all_rows, all_rows - _of_nothing(made.body)}, made.body

    def _account(self, random: Random) -> None:
        body = self._object(random, accounts.account_row())
        tried(lambda: self._holdings(account=body))

    def _fills(self, random: Random) -> None:
        made = self._list(random, accounts.fill_row)
        self._sweep(made, {"/v2/account/activities/FILL": made.body})

    def _swept_orders(self, random: Random) -> None:
        status = random.choice(("new", "canceled", "expired", "rejected", "replaced"))
        made = self._list(random, lambda number: accounts.order_row(number, status))
        self._sweep(made, {"/v2/orders": made.body})

    def _sweep(self, made: Spoilt, bodies: Mapping[str, bytes]) -> None:
        memory = OrderMemory(100)
        clock = SimulatedClock(accounts.CREATED - NANOS)
        sweep = Sweep(self._parameters, memory, clock)
        sweep.start()
        clock.advance_to(NOW)
        try:
            swept = done(sweep.read(cast(Line, FakeLine(bodies)), 0.0))
        except DECLARED:
            assert not made.rows, made.body
            return
        assert len(swept.reports) >= made.rows, made.body
        self._inbox.put_many(rejected(row, "sweep", NOW) for row in swept.unreadable)
        news = News(self._parameters, memory, self._inbox, clock)
        reports: list[Report] = swept.reports
        news.tell(reports)
        news.tell(reports)

    def _clock_of_broker(self, random: Random) -> None:
        line = FakeLine({"/v2/clock": self._object(random, _CLOCK)})
        tried(lambda: done(read_time(cast(Line, line))))

    def _calendar(self, random: Random) -> None:
        made = self._list(random, lambda _: _CALENDAR)
        line = FakeLine({"/v2/calendar": made.body})
        tried(lambda: done(read_session(cast(Line, line), date(2026, 10, 8))))

    def _bars(self, random: Random) -> None:
        good: Json = {"bars": {"A": [_BAR, _BAR], "SPY": [_BAR]}, "next_page_token": None}
        if random.random() < 0.5:
            row = msgspec.Raw(self._object(random, _BAR))
            good = {"bars": {"A": [_BAR, row, _BAR], "SPY": [_BAR]}, "next_page_token": None}
            body = JSON.encode(good)
        else:
            body = self._object(random, good)
        tried(lambda: done(self._pages(body)))

    async def _pages(self, body: bytes) -> None:
        rest = cast(DataRest, FakeRest(body))
        async for page in minute_bars(rest, FeedParameters(), ("A", "SPY"), 0, NOW, NOW):
            self._inbox.put_many(page.rejections)
            self._inbox.put_many(page.bars)

    def _newest(self, random: Random) -> None:
        rest = cast(DataRest, FakeRest(self._object(random, _TRADES)))
        _LOOP.run(ask(rest, FeedParameters(), ("A",), random.choice(tuple(Channel))))

    def _error(self, random: Random) -> None:
        body = self._object(random, _ERROR)
        problem = sort_answer(requests.account(), random.choice(_STATUSES), body)
        if isinstance(problem, RefusedByBroker):
            self._answers.rejected(_SUBMIT, problem.status, problem.code, problem.message)

    def _submit(self, random: Random) -> None:
        line = FakeLine({"/v2/orders": self._object(random, accounts.order_row(1))})
        done(self._submitter.submit(_SUBMIT, cast(Line, line)))
        assert self._inbox.messages, "nothing was told of an order that was sent"

    def _replace(self, random: Random) -> None:
        line = FakeLine({"/v2/orders/order-1": self._object(random, accounts.order_row(1))})
        done(self._amender.replace(_REPLACE, cast(Line, line)))

    def _cancel(self, random: Random) -> None:
        body = self._object(random, accounts.order_row(1))
        line = FakeLine({"/v2/orders:by_client_order_id": body})
        done(self._amender.cancel(_CANCEL, cast(Line, line)))

    def _first_clock(self, random: Random) -> None:
        body = self._object(random, _CLOCK)
        speed = random.choice(("1", "60.0", "nan", "inf", "-1", "", "9" * 400, "\u0661"))
        tried(lambda: read_clock(body, speed, "the clock"))

    def _first_account(self, random: Random) -> None:
        body = self._object(random, accounts.account_row())
        tried(lambda: read_account_number(body, "the account"))


_LOOP = asyncio.Runner()
"""For what sets itself a deadline, and so wants a loop to be there."""


def done(work: Coroutine[object, object, T]) -> T:
    """Run what has nothing to wait for."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast(T, end.value)
    work.close()
    raise AssertionError("it waits")


def tried(work: Callable[[], object]) -> None:
    """Do it; a declared error is an answer too."""
    with suppress(*DECLARED):
        work()


def _is_json(data: bytes) -> bool:
    """Tell whether a piece stands by itself, as the list's decoder sees it."""
    try:
        msgspec.json.Decoder(list[msgspec.Raw]).decode(b"[" + data + b"]")
    except (msgspec.MsgspecError, RecursionError):
        return False
    return bool(data.strip()) and (b"," not in data or data[:1] in b"{[")


def _of_nothing(body: bytes) -> int:
    """Count the rows of positions that say that no share is held."""
    found = 0
    for row in msgspec.json.decode(body, type=list[msgspec.Raw]):
        with suppress(ValueError, RecursionError, ArithmeticError, AttributeError):
            found += not Decimal(str(msgspec.json.decode(row).get("qty", 1)))
    return found
