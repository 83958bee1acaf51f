"""The broker as a whole: durable first, in order, and a clean end."""

import asyncio
import logging
from functools import partial

import pytest

from tests.broker.fakes import START, Bench, ListInbox, buy, cancel, parameters, running, until
from tests.broker.scripted import ACCOUNT, Answer, as_json, fill_json, order_json, scripted
from tradeengine.broker.courier import AlpacaBroker
from tradeengine.broker.ports import already_durable
from tradeengine.clock import SimulatedClock, SystemClock
from tradeengine.model.commands import AskBroker, FlattenAll
from tradeengine.model.events import (
    BrokerSnapshot,
    OrderAccepted,
    OrderFilled,
    OrderNotFound,
    OrderRejected,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Purpose, StopTrigger

POST = "POST", "/v2/orders"


async def test_not_a_byte_leaves_before_the_command_is_durable() -> None:
    written = asyncio.Event()

    async def durable() -> None:
        await written.wait()

    async with scripted() as server:
        server.script(*POST, as_json(order_json()))
        inbox = ListInbox()
        broker = AlpacaBroker(
            server.access(),
            parameters(),
            inbox=inbox,
            clock=SystemClock(),
            durable=durable,
        )
        async with running(broker):
            broker.send(buy())
            await asyncio.sleep(0.01)
            assert server.asked == []
            written.set()
            await inbox.wait_for(OrderAccepted)
        assert server.count("POST") == 1


async def test_an_order_that_is_cancelled_before_it_leaves_never_leaves() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            bench.broker.send(buy())
            bench.broker.send(cancel(order_id=""))
            await bench.drained()
            never_sent = await bench.inbox.wait_for(OrderNotFound)
        assert server.asked == []
        assert never_sent.lookups == 0


async def test_an_order_that_is_cancelled_before_its_turn_waits_for_no_request() -> None:
    async with scripted() as server:
        bench = Bench(server, SimulatedClock(START))
        async with running(bench.broker):
            bench.broker.budget.note(200, {"x-ratelimit-remaining": "0"})
            bench.broker.send(buy(purpose=Purpose.EXIT))
            bench.broker.send(cancel(order_id=""))
            never_sent = await bench.inbox.wait_for(OrderNotFound)
            await bench.drained()
        assert server.asked == []
        assert never_sent.lookups == 0


async def test_an_order_that_is_cancelled_while_it_waits_for_the_budget_never_leaves() -> None:
    clock = SimulatedClock(START)
    async with scripted() as server:
        bench = Bench(server, clock)
        async with running(bench.broker):
            bench.broker.budget.note(200, {"x-ratelimit-remaining": "0"})
            bench.broker.send(buy(purpose=Purpose.EXIT))
            await bench.quiescence.idle()
            bench.broker.send(cancel(order_id=""))
            clock.advance_to(START + NANOS)
            never_sent = await bench.inbox.wait_for(OrderNotFound)
            await bench.drained()
        assert server.asked == []
        assert never_sent.lookups == 0


async def test_a_cancel_follows_its_order_that_is_on_the_wire() -> None:
    async with scripted() as server:
        server.script(*POST, Answer(200, as_json(order_json()).body, delay_seconds=0.02))
        server.script("GET", "/v2/orders:by_client_order_id", as_json(order_json()))
        server.script("DELETE", "/v2/orders/o-1", Answer(204))
        bench = Bench(server)
        async with running(bench.broker):
            bench.broker.send(buy())
            await until(lambda: server.asked)
            bench.broker.send(cancel(order_id=""))
            await bench.drained()
        assert [asked.method for asked in server.asked] == ["POST", "GET", "DELETE"]


async def test_commands_of_one_symbol_do_not_wait_for_a_slow_other() -> None:
    async with scripted() as server:
        slow = Answer(200, as_json(order_json()).body, delay_seconds=0.1)
        server.script(*POST, slow, as_json(order_json(id="o-2", client_order_id="c-2")))
        bench = Bench(server)
        async with running(bench.broker):
            bench.broker.send(buy("c-1", "KO"))
            await until(lambda: server.asked)
            bench.broker.send(buy("c-2", "SPY"))
            first = await bench.inbox.wait_for(OrderAccepted)
            assert first.client_order_id == "c-2"


async def test_in_lock_step_commands_go_one_by_one_in_order() -> None:
    async with scripted() as server:
        answers = [as_json(order_json(client_order_id=f"c-{number}")) for number in range(5)]
        server.script(*POST, *answers)
        bench = Bench(server, max_in_flight=1)
        async with running(bench.broker):
            for number, symbol in enumerate(["A", "A", "B", "C", "A"]):
                bench.broker.send(buy(f"c-{number}", symbol))
            bench.broker.send(AskBroker(at=START, why="start"))
            assert bench.quiescence.pending > 0
            await bench.quiescence.idle()
            ids = [accepted.client_order_id for accepted in bench.inbox.of(OrderAccepted)]
            assert ids == ["c-0", "c-1", "c-2", "c-3", "c-4"]
            assert bench.inbox.names()[-1] == "BrokerSnapshot"
        assert len(server.peers) <= 2


async def test_open_orders_of_a_snapshot_are_watched() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/orders", as_json([order_json(status="new")]))
        bench = Bench(server, sweep_interval_seconds=0.01)
        async with running(bench.broker):
            await bench.answer(AskBroker(at=START, why="start"))
            assert bench.inbox.of(BrokerSnapshot)
            await until(lambda: server.count("GET", "/v2/account/activities/FILL") > 1)


@pytest.mark.parametrize(("why", "readings"), [("start", 2), ("flatten", 1)])
async def test_the_start_is_read_again_when_an_order_moved_meanwhile(
    why: str, readings: int
) -> None:
    async with scripted() as server:
        slow = Answer(200, as_json(ACCOUNT).body, delay_seconds=0.1)
        server.script("GET", "/v2/account", slow, as_json(ACCOUNT))
        bench = Bench(server)
        async with running(bench.broker):
            bench.broker.send(AskBroker(at=START, why=why))
            await until(lambda: server.count("GET", "/v2/positions"))
            await server.push(fill_json())
            snapshot = await bench.inbox.wait_for(BrokerSnapshot)
        assert snapshot.why == why
        assert bench.inbox.names().count("BrokerSnapshot") == 1
        assert server.count("GET", "/v2/positions") == readings


async def test_the_start_of_an_account_that_never_rests_is_told_before_the_fills_beside_it() -> (
    None
):
    async with scripted() as server:
        slow = Answer(200, as_json(ACCOUNT).body, delay_seconds=0.1)
        server.script("GET", "/v2/account", *[slow] * 5, as_json(ACCOUNT))
        bench = Bench(server)

        def has_read(times: int) -> bool:
            return server.count("GET", "/v2/positions") == times

        async with running(bench.broker):
            bench.broker.send(AskBroker(at=START, why="start"))
            for reading in range(1, 6):
                await until(partial(has_read, reading))
                order = order_json(id=f"o-{reading}", status="filled", filled_qty="10")
                told = fill_json(f"E-{reading}", f"X-{reading}") | {"order": order}
                await server.push(told)
            await bench.inbox.wait_for(BrokerSnapshot)
            await until(lambda: len(bench.inbox.of(OrderFilled)) == 5)
        names = [n for n in bench.inbox.names() if n in {"BrokerSnapshot", "OrderFilled"}]
        assert names == [*["OrderFilled"] * 4, "BrokerSnapshot", "OrderFilled"]


async def test_entries_that_find_no_budget_are_given_up_unsent() -> None:
    async with scripted() as server:
        bench = Bench(server, requests_per_minute=2, reserved_requests=1, entry_patience_seconds=0)
        server.script(*POST, as_json(order_json()))
        async with running(bench.broker):
            await bench.answer(buy("c-1"))
            await bench.answer(buy("c-2"))
        assert bench.broker.budget.limit == 2
        assert server.count("POST") == 1
        assert bench.inbox.of(OrderRejected)[0].status_code == 0


async def test_a_command_that_is_no_brokers_business_is_a_bug() -> None:
    async with scripted() as server:
        bench = Bench(server)
        task = asyncio.create_task(bench.broker.run())
        await bench.broker.connect()
        bench.broker.send(FlattenAll(at=START, trigger=StopTrigger.CLOSE, reason="close"))
        with pytest.raises(ExceptionGroup) as caught:
            await task
        assert caught.group_contains(TypeError, match="no broker command: FlattenAll")


async def test_closing_waits_for_what_is_under_way() -> None:
    async with scripted() as server:
        server.script(*POST, Answer(200, as_json(order_json()).body, delay_seconds=0.05))
        bench = Bench(server)
        async with running(bench.broker):
            bench.broker.send(buy())
        assert len(bench.inbox.of(OrderAccepted)) == 1


async def test_closing_names_what_is_late(caplog: pytest.LogCaptureFixture) -> None:
    async with scripted() as server:
        server.script(*POST, Answer(200, delay_seconds=0.2))
        bench = Bench(server, drain_seconds=0.01)
        with caplog.at_level(logging.WARNING):
            async with running(bench.broker):
                bench.broker.send(buy())
        assert "closed before these commands were answered: SubmitOrder KO" in caplog.text
        assert bench.quiescence.pending == 0


async def test_no_secret_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with scripted() as server:
        server.script(*POST, Answer(502))
        bench = Bench(server)
        with caplog.at_level(logging.INFO):
            async with running(bench.broker):
                await bench.answer(buy())
                await server.drop()
        assert "OF-TEST" not in caplog.text


async def test_cancelling_the_task_ends_everything() -> None:
    async with scripted() as server:
        broker = AlpacaBroker(
            server.access(),
            parameters(),
            inbox=ListInbox(),
            clock=SystemClock(),
            durable=already_durable,
        )
        task = asyncio.create_task(broker.run())
        await broker.connect()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [t.get_name() for t in asyncio.all_tasks() if "order" in t.get_name()] == []


async def test_a_flatten_is_answered_while_an_earlier_question_waits_for_the_account() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/account", as_json(ACCOUNT), Answer(delay_seconds=5))
        for path in ("/v2/orders", "/v2/positions"):
            server.script("GET", path, as_json([]))
        bench = Bench(server, retry_spacing_seconds=(0.001,) * 4)
        async with running(bench.broker):
            await bench.answer(AskBroker(at=START, why="start"))
            for earlier in ("protect", "resume"):
                bench.broker.send(AskBroker(at=START, why=earlier))
            bench.broker.send(AskBroker(at=START, why="flatten"))
            await bench.drained()
        told = [m.why for m in bench.inbox.messages if hasattr(m, "why")]
        assert told[:2] == ["start", "flatten"]
        assert set(told[2:]) == {"protect", "resume"}
