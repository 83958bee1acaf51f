"""Asking what the broker holds."""

from decimal import Decimal

import pytest

from tests.broker.fakes import START, Bench, running
from tests.broker.scripted import ACCOUNT, Answer, Json, as_json, order_json, scripted
from tradeengine.model.commands import AskBroker
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    BrokerUnreachable,
    MessageRejected,
)
from tradeengine.model.orders import OrderType, Side

ASK = AskBroker(at=START, why="flatten")

LONG: Json = {
    "symbol": "KO",
    "qty": "10",
    "qty_available": "6",
    "avg_entry_price": "86.870000",
    "current_price": "87",
}
SHORT: Json = {"symbol": "SPY", "qty": "-3", "avg_entry_price": 737.91}


async def test_account_positions_and_open_orders_come_as_one_message() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([order_json(filled_qty="4", status="new")]))
        server.script("GET", "/v2/positions", as_json([LONG, SHORT]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        snapshot = bench.inbox.of(BrokerSnapshot)[0]
        assert snapshot.why == "flatten"
        assert snapshot.account_number == "PA3TEST"
        assert (snapshot.equity, snapshot.last_equity) == (Decimal("100000.5"), Decimal(99000))
        assert (snapshot.cash, snapshot.buying_power) == (Decimal(100000), Decimal(400000))
        assert snapshot.unreadable_rows == 0
        assert snapshot.positions == (
            BrokerPosition(
                symbol="KO",
                quantity=Decimal(10),
                available=Decimal(6),
                average_price=Decimal("86.87"),
                current_price=Decimal(87),
            ),
            BrokerPosition(
                symbol="SPY",
                quantity=Decimal(-3),
                available=Decimal(-3),
                average_price=Decimal("737.91"),
            ),
        )
        assert snapshot.orders == (
            BrokerOrder(
                client_order_id="c-1",
                order_id="o-1",
                symbol="KO",
                side=Side.BUY,
                order_type=OrderType.LIMIT,
                quantity=Decimal(10),
                filled=Decimal(4),
                status="new",
                limit_price=Decimal("86.88"),
            ),
        )


async def test_a_position_without_shares_is_none() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([]))
        server.script("GET", "/v2/positions", as_json([LONG | {"qty": "0"}, SHORT]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        snapshot = bench.inbox.of(BrokerSnapshot)[0]
        assert [position.symbol for position in snapshot.positions] == ["SPY"]


async def test_orders_are_read_before_positions_so_that_a_fill_between_cannot_hide() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        assert [a.path for a in server.asked] == ["/v2/orders", "/v2/positions", "/v2/account"]


async def test_legs_are_orders_of_their_own_and_ended_ones_are_left_out() -> None:
    legs = [order_json(id="l1", status="held"), order_json(id="l2", status="canceled")]
    parent = order_json(id="p", status="filled", legs=legs)
    entry = order_json(id="e", status="new", legs=[order_json(id="l3", status="held")])
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([parent, entry]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        orders = bench.inbox.of(BrokerSnapshot)[0].orders
        assert [(order.order_id, order.legs) for order in orders] == [
            ("l1", ()),
            ("e", ("l3",)),
            ("l3", ()),
        ]


async def test_an_order_that_works_again_tomorrow_is_open() -> None:
    done = [
        order_json(id=lasts, status="done_for_day", time_in_force=lasts) for lasts in ("day", "gtc")
    ]
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json(done))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        orders = bench.inbox.of(BrokerSnapshot)[0].orders
        assert [order.order_id for order in orders] == ["gtc"]


async def test_odd_orders_are_read_in_the_most_careful_way() -> None:
    notional = order_json(id="n", qty=None, filled_qty="0.057436865", type="peg", limit_price=None)
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([notional]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        order = bench.inbox.of(BrokerSnapshot)[0].orders[0]
        assert order.quantity == Decimal("0.057436865")
        assert order.order_type is OrderType.MARKET
        assert order.limit_price is None


async def test_unreadable_rows_are_told_counted_and_leave_their_neighbours() -> None:
    sideless = order_json(id="o-2", side="hold")
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([{"id": 1}, sideless, order_json()]))
        server.script("GET", "/v2/positions", as_json([LONG | {"qty": "ten"}, SHORT]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        snapshot = bench.inbox.of(BrokerSnapshot)[0]
        assert snapshot.unreadable_rows == 3
        assert [order.order_id for order in snapshot.orders] == ["o-1"]
        assert [position.symbol for position in snapshot.positions] == ["SPY"]
        assert len(bench.inbox.of(MessageRejected)) == 3
        assert bench.inbox.of(MessageRejected)[2].text == "order o-2 (c-1)"


async def test_an_account_without_last_equity_starts_from_its_equity() -> None:
    account = {key: value for key, value in ACCOUNT.items() if key != "last_equity"}
    async with scripted() as server:
        server.script("GET", "/v2/account", as_json(account))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        assert bench.inbox.of(BrokerSnapshot)[0].last_equity == Decimal("100000.5")


async def test_more_open_orders_than_a_page_are_all_read() -> None:
    async with scripted() as server:
        server.script(
            "GET",
            "/v2/orders",
            as_json([order_json(id="o-3"), order_json(id="o-2")]),
            as_json([order_json(id="o-1")]),
        )
        bench = Bench(server, orders_page_size=2)
        async with running(bench.broker):
            await bench.answer(ASK)
        ids = [order.order_id for order in bench.inbox.of(BrokerSnapshot)[0].orders]
        assert ids == ["o-3", "o-2", "o-1"]


async def test_a_page_that_repeats_ends_the_reading() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([order_json(id="o-2"), order_json(id="o-1")]))
        bench = Bench(server, orders_page_size=2)
        async with running(bench.broker):
            await bench.answer(ASK)
        assert server.count("GET", "/v2/orders") == 2


async def test_a_question_is_repeated_until_it_is_answered() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/orders", Answer(reset=True), Answer(429), as_json([]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        assert bench.inbox.of(BrokerSnapshot)[0].orders == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(502), "GET /v2/positions: HTTP 502: HTTP 502 without a body"),
        (as_json({"message": "forbidden."}, 403), "HTTP 403 code 0: forbidden."),
        (Answer(200, b"<html>"), "/v2/positions: "),
    ],
)
async def test_a_question_without_a_usable_answer_is_told(answer: Answer, reason: str) -> None:
    async with scripted() as server:
        server.script("GET", "/v2/positions", answer)
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(ASK)
        unreachable = bench.inbox.of(BrokerUnreachable)[0]
        assert unreachable.why == "flatten"
        assert unreachable.reason.startswith(reason)
        assert bench.inbox.of(BrokerSnapshot) == []


async def test_a_flatten_does_not_wait_for_what_others_want_to_know_of_fills() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/account/activities/FILL", Answer(delay_seconds=60))
        bench = Bench(server, read_timeout_seconds=60, total_timeout_seconds=60)
        async with running(bench.broker):
            await bench.answer(AskBroker(at=START, why="start"))
            for why in ("reconcile", "missed", "flatten"):
                bench.broker.send(AskBroker(at=START, why=why))
            await bench.inbox.wait_for(BrokerSnapshot, 2)
        assert [snapshot.why for snapshot in bench.inbox.of(BrokerSnapshot)] == ["start", "flatten"]


@pytest.mark.parametrize(("why", "is_answered"), [("flatten", True), ("resume", False)])
async def test_only_a_flatten_goes_on_when_the_account_cannot_be_read_any_more(
    why: str, is_answered: bool
) -> None:
    async with scripted() as server:
        server.script("GET", "/v2/account", as_json(ACCOUNT), Answer(502))
        server.script("GET", "/v2/positions", as_json([LONG]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(AskBroker(at=START, why="start"))
            await bench.answer(AskBroker(at=START, why=why))
        answers = [snapshot.why for snapshot in bench.inbox.of(BrokerSnapshot)]
        assert answers == (["start", why] if is_answered else ["start"])
