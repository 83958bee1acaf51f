"""Deposits and withdrawals, read from the account's activities and told once."""

import pytest

from tests.broker.fakes import START, Bench, parameters, running, simulated_clock, until
from tests.broker.scripted import ACCOUNT, Answer, Json, ScriptedBroker, as_json, scripted
from tradeengine.broker.courier import AlpacaBroker
from tradeengine.broker.ports import already_durable
from tradeengine.model.commands import AskBroker
from tradeengine.model.events import (
    BrokerSnapshot,
    BrokerUnreachable,
    CashFlow,
    CashMoved,
    MessageRejected,
)
from tradeengine.model.instants import NANOS, parse_instant

ACTIVITIES = "GET", "/v2/account/activities"
CLOSE = parse_instant("2026-10-07T20:00:00Z")


def cash(activity_id: str, amount: str, **changes: object) -> Json:
    """Give a cash activity of the scripted day, with changes."""
    row: Json = {
        "id": activity_id,
        "activity_type": "CSW" if amount.startswith("-") else "CSD",
        "date": "2026-10-08",
        "net_amount": amount,
        "description": "",
        "status": "executed",
    }
    return row | changes


class FlowBench(Bench):
    """A broker that reads flows since the previous close."""

    def __init__(self, server: ScriptedBroker) -> None:
        super().__init__(server, simulated_clock())
        self.broker = AlpacaBroker(
            server.access(),
            parameters(sweep_interval_seconds=30),
            inbox=self.inbox,
            clock=self.clock,
            durable=already_durable,
            quiescence=self.quiescence,
            channel=self.channel,
            flows_since=CLOSE,
        )

    async def start(self) -> tuple[CashFlow, ...]:
        await self.answer(AskBroker(at=START, why="start"))
        return self.inbox.of(BrokerSnapshot)[-1].flows

    async def pass_time(self) -> None:
        """Let half a minute go by, for whatever waits on the clock."""
        self.clock.advance_to(self.clock.now() + 31 * NANOS)  # type: ignore[attr-defined]  # simulated
        await self.swept()

    async def look_again(self) -> None:
        self.broker.send(AskBroker(at=START, why="reconcile"))
        await self.drained()


def listed(server: ScriptedBroker, *rows: Json) -> None:
    """Let every reading find these rows, and then the empty page."""
    pages = [as_json(list(rows)), as_json([])] if rows else [as_json([])]
    server.script(*ACTIVITIES, *(pages * 20))


def ids(flows: tuple[CashFlow, ...]) -> list[str]:
    return [flow.activity_id for flow in flows]


async def test_the_start_tells_what_moved_since_the_previous_close() -> None:
    async with scripted() as server:
        listed(
            server,
            cash("before", "10", date="2026-10-07"),
            cash("evening", "20", date="2026-10-07", created_at="2026-10-07T20:00:01Z"),
            cash("morning", "-30.50"),
            cash("dividend", "40", activity_type="DIV"),
        )
        bench = FlowBench(server)
        async with running(bench.broker):
            flows = await bench.start()
    assert [(f.activity_id, f.kind, str(f.amount)) for f in flows] == [
        ("evening", "CSD", "20"),
        ("morning", "CSW", "-30.5"),
    ]


async def test_a_day_may_be_written_as_a_date_time() -> None:
    """So the specification has it: `date` of a NonTradeActivity is a date-time."""
    async with scripted() as server:
        listed(
            server,
            cash("before", "10", date="2026-10-07T00:00:00Z"),
            cash("morning", "-30.50", date="2026-10-08T00:00:00Z"),
        )
        bench = FlowBench(server)
        async with running(bench.broker):
            assert ids(await bench.start()) == ["morning"]


async def test_what_moves_later_is_told_once_and_without_any_order_open() -> None:
    async with scripted() as server:
        listed(server)
        bench = FlowBench(server)
        async with running(bench.broker):
            assert await bench.start() == ()
            listed(server, cash("a", "5000"))
            await bench.look_again()
            await bench.look_again()
            listed(server, cash("a", "5000", status="canceled"))
            await bench.look_again()
        told = [(m.flow.activity_id, str(m.flow.amount)) for m in bench.inbox.of(CashMoved)]
    assert told == [("a", "5000"), ("a", "0")]


async def test_what_the_start_told_is_not_told_again() -> None:
    async with scripted() as server:
        listed(server, cash("a", "5000"))
        bench = FlowBench(server)
        async with running(bench.broker):
            assert ids(await bench.start()) == ["a"]
            await bench.look_again()
        assert bench.inbox.of(CashMoved) == []


async def test_what_an_account_was_opened_with_is_no_deposit() -> None:
    async with scripted() as server:
        account = ACCOUNT | {"created_at": "2026-10-08T13:00:00Z"}
        server.script("GET", "/v2/account", as_json(account))
        opening = cash("opening", "100000", activity_type="JNLC")
        listed(server, opening, cash("later", "7", created_at="2026-10-08T14:00:00Z"))
        bench = FlowBench(server)
        async with running(bench.broker):
            assert ids(await bench.start()) == ["later"]


async def test_the_start_is_read_again_when_cash_moved_meanwhile() -> None:
    async with scripted() as server:
        row, end = as_json([cash("a", "5000")]), as_json([])
        server.script(*ACTIVITIES, end, *[row, end] * 5)
        bench = FlowBench(server)
        async with running(bench.broker):
            assert ids(await bench.start()) == ["a"]
        assert server.count("GET", "/v2/positions") == 2


@pytest.mark.parametrize("status", [403, 500])
async def test_without_the_flows_there_is_no_start(status: int) -> None:
    async with scripted() as server:
        server.script(*ACTIVITIES, Answer(status))
        bench = FlowBench(server)
        async with running(bench.broker):
            bench.broker.send(AskBroker(at=START, why="start"))
            await until(lambda: server.count(*ACTIVITIES))
            for _ in range(20):
                await bench.pass_time()
            await bench.drained()
        assert bench.inbox.of(BrokerSnapshot) == []
        assert bench.inbox.of(BrokerUnreachable)[0].why == "start"


async def test_flows_that_cannot_be_read_later_are_said_to_be() -> None:
    async with scripted() as server:
        listed(server)
        bench = FlowBench(server)
        async with running(bench.broker):
            await bench.start()
            server.script(*ACTIVITIES, Answer(403))
            bench.broker.send(AskBroker(at=START, why="reconcile"))
            for _ in range(20):
                await bench.pass_time()
            await bench.drained()
            unreachable = await bench.inbox.wait_for(BrokerUnreachable)
        assert unreachable.why == "reconcile"


async def test_a_row_that_cannot_be_read_is_said_once_and_its_neighbours_are_kept() -> None:
    async with scripted() as server:
        listed(server, cash("bad", "much"), cash("good", "1", date="someday"))
        bench = FlowBench(server)
        async with running(bench.broker):
            assert ids(await bench.start()) == ["good"]
            await bench.look_again()
        assert [bad.place for bad in bench.inbox.of(MessageRejected)] == ["cash activities"]
