"""The order stream over a real socket: readiness, encodings, loss and return."""

import asyncio
from decimal import Decimal

import pytest

from tests.broker.fakes import Bench, buy, running, simulated_clock, until
from tests.broker.scripted import (
    Answer,
    activity_json,
    as_json,
    fill_json,
    order_json,
    scripted,
    update_json,
)
from tradeengine.clock import SimulatedClock
from tradeengine.errors import RefusedByBroker
from tradeengine.model.events import (
    BrokerUnreachable,
    MessageRejected,
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderStreamLost,
    OrderStreamReady,
)
from tradeengine.model.instants import NANOS, parse_instant

FILLS = "GET", "/v2/account/activities/FILL"
ORDERS = "GET", "/v2/orders"
FILLED_AT = parse_instant("2026-10-08T15:10:19.061299Z")


async def test_connect_returns_when_the_stream_listens() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            assert bench.inbox.names() == ["OrderStreamReady"]
            assert [said["action"] for said in server.heard] == ["authenticate", "listen"]


@pytest.mark.parametrize("encoding", ["binary", "text", "msgpack"])
async def test_updates_arrive_in_every_encoding(encoding: str) -> None:
    async with scripted() as server:
        server.frames_as = encoding
        bench = Bench(server)
        async with running(bench.broker):
            await server.push(update_json("new", "E1"))
            await server.push(fill_json("E2"))
            filled = await bench.inbox.wait_for(OrderFilled)
            assert bench.inbox.names() == ["OrderStreamReady", "OrderAccepted", "OrderFilled"]
            assert filled.at == parse_instant("2026-10-08T15:10:19.061299123Z")


async def test_wrong_keys_are_told_to_who_connects() -> None:
    async with scripted() as server:
        server.authorizes = False
        bench = Bench(server)
        async with running(bench.broker, connect=False):
            with pytest.raises(RefusedByBroker, match="order stream: unauthorized"):
                await bench.broker.connect()


async def test_a_handshake_that_is_forbidden_is_told_to_who_connects() -> None:
    async with scripted() as server:
        server.handshake_status = 403
        bench = Bench(server)
        async with running(bench.broker, connect=False):
            with pytest.raises(RefusedByBroker, match="handshake refused"):
                await bench.broker.connect()


@pytest.mark.parametrize("silent", ["answers_handshake", "acknowledges"])
async def test_each_step_has_a_deadline_and_is_tried_again(silent: str) -> None:
    async with scripted() as server:
        setattr(server, silent, False)
        bench = Bench(
            server, stream_authenticate_timeout_seconds=0.02, stream_listen_timeout_seconds=0.02
        )
        async with running(bench.broker, connect=False):
            await until(lambda: server.connections > 1)
            setattr(server, silent, True)
            await bench.broker.connect()
        assert bench.inbox.names()[0] == "OrderStreamReady"


def sleeping(clock: SimulatedClock) -> set[int]:
    """Give how long the sleepers of a clock have still to sleep."""
    return {at - clock.now() for at, _, woken in clock._sleepers if not woken.done()}


@pytest.mark.parametrize(
    ("headers", "seconds"), [({}, 10), ({"Retry-After": "25"}, 25), ({"Retry-After": "3"}, 10)]
)
async def test_a_429_at_the_handshake_waits_its_pause_or_as_long_as_it_is_told(
    headers: dict[str, str], seconds: int
) -> None:
    async with scripted() as server:
        server.handshake_status, server.handshake_headers = 429, headers
        clock = simulated_clock()
        bench = Bench(server, clock, handshake_refused_pause_seconds=10)
        async with running(bench.broker, connect=False):
            # The sweep sleeps on this clock too, and may do so first.
            await until(lambda: seconds * NANOS in sleeping(clock))
            server.handshake_status = 0
            clock.advance_to(clock.now() + (seconds - 1) * NANOS)
            await asyncio.sleep(0.01)
            assert server.connections == 1
            clock.advance_to(clock.now() + NANOS)
            await bench.broker.connect()
        assert server.connections == 2


async def test_a_malformed_frame_costs_only_itself() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            await server.push_raw(b'{"stream":"trade_upd')
            await server.push(None)
            await server.push(update_json("teleported", "E0"))
            await server.push(update_json("new", "E1"))
            await bench.inbox.wait_for(OrderAccepted)
            problems = [m.problem for m in bench.inbox.of(MessageRejected)]
            assert len(problems) == 2
            assert problems[1] == "unknown event word 'teleported'"


async def test_a_repeated_frame_is_told_once() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            await server.push(fill_json("E2"))
            await server.push(fill_json("E2"))
            await server.push(fill_json("E3", position_qty="20"))
            await server.push(update_json("new", "E4", order_json(id="o-2", status="new")))
            await bench.inbox.wait_for(OrderAccepted)
            assert len(bench.inbox.of(OrderFilled)) == 1


async def test_a_fill_before_the_post_answer_is_told_first() -> None:
    async with scripted() as server:
        server.script("POST", "/v2/orders", as_json(order_json()))
        server.script(
            "POST", "/v2/orders", Answer(200, as_json(order_json()).body, delay_seconds=0.05)
        )
        bench = Bench(server)
        async with running(bench.broker):
            bench.broker.send(buy())
            await until(lambda: server.asked)
            await server.push(fill_json())
            await bench.inbox.wait_for(OrderAccepted)
            assert bench.inbox.names() == ["OrderStreamReady", "OrderFilled", "OrderAccepted"]


async def test_a_lost_stream_is_told_and_found_again() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            await server.drop()
            lost = await bench.inbox.wait_for(OrderStreamLost)
            await bench.inbox.wait_for(OrderStreamReady, 2)
            assert "ConnectionClosed" in lost.reason


async def test_what_was_missed_while_away_is_told_before_the_stream_is_ready() -> None:
    clock = simulated_clock()
    async with scripted() as server:
        server.script("POST", "/v2/orders", as_json(order_json()))
        bench = Bench(server, clock)
        async with running(bench.broker):
            await bench.answer(buy())
            clock.advance_to(FILLED_AT + 10 * NANOS)
            server.script(*ORDERS, as_json([order_json(status="filled", filled_qty="10")]))
            server.script(*FILLS, as_json([activity_json()]), as_json([]))
            await server.drop()
            await bench.inbox.wait_for(OrderStreamLost)
            clock.advance_to(clock.now() + NANOS)
            await bench.inbox.wait_for(OrderStreamReady, 2)
            assert bench.inbox.names() == [
                "OrderStreamReady",
                "OrderAccepted",
                "OrderStreamLost",
                "OrderFilled",
                "OrderStreamReady",
            ]
            filled = bench.inbox.of(OrderFilled)[0]
            assert (filled.execution_id, filled.client_order_id) == ("A1", "c-1")
            assert (filled.at, filled.cumulative, filled.complete) == (FILLED_AT, Decimal(10), True)
            await server.push(fill_json())
            await server.push(update_json("canceled", "E9", order_json(id="o-2")))
            await bench.inbox.wait_for(OrderCancelled)
            assert len(bench.inbox.of(OrderFilled)) == 1


async def test_what_comes_during_the_catching_up_waits_for_it() -> None:
    clock = simulated_clock()
    async with scripted() as server:
        bench = Bench(server, clock)
        async with running(bench.broker):
            clock.advance_to(FILLED_AT + NANOS)
            swept = order_json(id="o-2", client_order_id="c-2", status="canceled", filled_qty="4")
            slow = Answer(200, as_json([swept]).body, delay_seconds=0.05)
            server.script(*ORDERS, slow)
            await server.drop()
            await bench.inbox.wait_for(OrderStreamLost)
            clock.advance_to(clock.now() + NANOS)
            await until(lambda: server.asked)
            await server.push(fill_json())
            await bench.inbox.wait_for(OrderStreamReady, 2)
            assert bench.inbox.names()[2:] == ["OrderCancelled", "OrderFilled", "OrderStreamReady"]


async def test_too_much_held_back_is_told_early() -> None:
    clock = simulated_clock()
    async with scripted() as server:
        bench = Bench(server, clock, buffered_updates=1)
        async with running(bench.broker):
            server.script(*ORDERS, Answer(200, b"[]", delay_seconds=0.05))
            await server.drop()
            await bench.inbox.wait_for(OrderStreamLost)
            clock.advance_to(clock.now() + NANOS)
            await until(lambda: server.asked)
            await server.push(fill_json())
            await bench.inbox.wait_for(OrderStreamReady, 2)
            assert bench.inbox.names()[2:] == ["OrderFilled", "OrderStreamReady"]


async def test_catching_up_goes_on_until_the_broker_answers() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            failures = [Answer(502)] * 4
            server.script(*ORDERS, *failures, as_json([]))
            await server.drop()
            unreachable = await bench.inbox.wait_for(BrokerUnreachable)
            await bench.inbox.wait_for(OrderStreamReady, 2)
            assert unreachable.why == "sweep"
            assert server.count(*ORDERS) == 5


async def test_a_stream_lost_while_catching_up_tells_what_it_had() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            server.script(*ORDERS, Answer(200, b"[]", delay_seconds=0.1))
            await server.drop()
            await bench.inbox.wait_for(OrderStreamLost)
            await until(lambda: server.asked)
            await server.push(fill_json())
            await server.drop()
            await bench.inbox.wait_for(OrderFilled)
            await bench.inbox.wait_for(OrderStreamReady, 2)
            assert len(bench.inbox.of(OrderStreamLost)) == 1


async def test_a_mute_stream_is_noticed_by_its_missing_acknowledgement() -> None:
    async with scripted() as server:
        bench = Bench(server, stream_probe_interval_seconds=0.02, stream_listen_timeout_seconds=0.5)
        async with running(bench.broker):
            await until(lambda: len(server.heard) > 3)
            assert bench.inbox.of(OrderStreamLost) == []
            server.acknowledges = False
            lost = await bench.inbox.wait_for(OrderStreamLost)
            assert lost.reason == "VenueUnreachable: mute: no answer to a probe in 0.5 s"


async def test_lock_step_work_is_settled_through_loss_and_return() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            assert bench.quiescence.pending == 0
            bench.channel.sent()
            bench.channel.sent()
            await server.push(fill_json())
            await bench.inbox.wait_for(OrderFilled)
            assert bench.quiescence.pending == 1
            await server.drop()
            await bench.inbox.wait_for(OrderStreamLost)
            await bench.inbox.wait_for(OrderStreamReady, 2)
            assert bench.quiescence.pending == 0
        assert bench.quiescence.pending == 0
