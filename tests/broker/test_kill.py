"""The kill path and the look at one order: both work without `run`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.broker.fakes import Bench, buy, running, until
from tests.broker.scripted import Answer, Json, ScriptedBroker, as_json, order_json, scripted
from tradeengine.errors import RefusedByBroker


@asynccontextmanager
async def unopened(server: ScriptedBroker) -> AsyncIterator[Bench]:
    """Give a broker that does not run, and close it."""
    bench = Bench(server)
    yield bench
    await bench.broker.close()


POSITION: Json = {"symbol": "KO", "qty": "10", "avg_entry_price": "86.87"}


async def test_all_is_cancelled_and_closed_until_the_broker_reports_flat() -> None:
    async with scripted() as server:
        server.script("DELETE", "/v2/orders", Answer(207, b"[]"))
        server.script("DELETE", "/v2/positions", Answer(502), Answer(207, b"[]"))
        server.script("GET", "/v2/positions", as_json([POSITION]), as_json([]))
        async with unopened(server) as bench:
            assert await bench.broker.close_everything(tries=5)
            assert server.count("GET", "/v2/positions") == 2
            closes = [asked for asked in server.asked if asked.path == "/v2/positions"]
            assert closes[0].query == {"cancel_orders": "true"}


async def test_a_broker_that_never_reports_flat_is_given_up_after_the_tries() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([order_json(status="new")]))
        async with unopened(server) as bench:
            assert not await bench.broker.close_everything(tries=2)
            assert server.count("GET", "/v2/orders") == 2


async def test_a_broker_that_does_not_answer_is_not_flat() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/positions", Answer(502))
        async with unopened(server) as bench:
            assert not await bench.broker.close_everything(tries=1)


async def test_an_order_that_still_waits_does_not_leave_after_the_word_that_all_is_flat() -> None:
    disk = asyncio.Event()
    async with scripted() as server:
        bench = Bench(server)
        bench.broker._durable = disk.wait  # type: ignore[assignment]
        async with running(bench.broker):
            bench.broker.send(buy())
            closing = asyncio.create_task(bench.broker.close_everything(tries=10_000))
            await until(lambda: server.count("GET", "/v2/positions") > 2)
            assert not closing.done()
            disk.set()
            assert await closing
            await bench.drained()
        assert server.count("POST", "/v2/orders") == 0


async def test_an_order_that_is_on_its_way_is_waited_for() -> None:
    """The broker lists it late: until its answer nobody can say that all is flat."""
    async with scripted() as server:
        bench = Bench(server, read_timeout_seconds=30, total_timeout_seconds=30)
        answer = asyncio.Event()
        server.script("POST", "/v2/orders", replace(as_json(order_json()), after=answer))
        async with running(bench.broker):
            bench.broker.send(buy())
            await until(lambda: server.count("POST", "/v2/orders") == 1)
            closing = asyncio.create_task(bench.broker.close_everything(tries=10_000))
            await until(lambda: server.count("GET", "/v2/positions") > 2)
            assert not closing.done()
            answer.set()
            assert await closing


async def test_what_the_account_is_worth_need_not_be_known_to_be_flat() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/account", Answer(502))
        async with unopened(server) as bench:
            assert await bench.broker.close_everything(tries=1)


async def test_a_row_that_cannot_be_read_is_not_flat() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/positions", as_json([{"symbol": "KO", "qty": "ten"}]))
        async with unopened(server) as bench:
            assert not await bench.broker.close_everything(tries=1)


@pytest.mark.parametrize(("filled", "shares"), [("4", Decimal(4)), (None, Decimal(0))])
async def test_an_order_is_found_by_our_id_with_its_filled_shares(
    filled: str | None, shares: Decimal
) -> None:
    async with scripted() as server:
        server.script(
            "GET", "/v2/orders:by_client_order_id", as_json(order_json(filled_qty=filled))
        )
        async with unopened(server) as bench:
            assert await bench.broker.filled_of("c-1") == shares


async def test_an_order_that_nobody_knows_has_no_filled_shares() -> None:
    async with scripted() as server, unopened(server) as bench:
        assert await bench.broker.filled_of("c-1") is None


async def test_hours_that_may_not_be_asked_for_are_refused_to_the_asker() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/clock", as_json({"message": "forbidden."}, 403))
        async with unopened(server) as bench:
            with pytest.raises(RefusedByBroker):
                await bench.broker.time()
