"""Two sweeps at once: the one that waits holds up nothing, neither time nor an order's place."""

import asyncio

from tests.broker.fakes import START, Bench, ListInbox, buy, parameters, running
from tests.broker.scripted import Answer, as_json, order_json, scripted
from tradeengine.broker.courier import AlpacaBroker
from tradeengine.broker.ports import already_durable
from tradeengine.clock import SimulatedClock
from tradeengine.model.commands import AskBroker
from tradeengine.model.events import OrderAccepted
from tradeengine.quiescence import Quiescence


async def test_a_sweep_that_waits_for_another_lets_time_move() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/orders", Answer(500), as_json([]))
        clock, quiescence = SimulatedClock(START), Quiescence()
        broker = AlpacaBroker(
            server.access(),
            parameters(retry_spacing_seconds=(0.2,)),
            inbox=ListInbox(),
            clock=clock,
            durable=already_durable,
            quiescence=quiescence,
        )

        async def sweep() -> bool:
            with quiescence.work():
                return await broker._swept(0.0)

        sweeps = [asyncio.create_task(sweep()) for _ in range(2)]
        async with asyncio.timeout(30):
            while not all(each.done() for each in sweeps):
                await asyncio.sleep(0)
                await quiescence.idle()
                if (due := clock.next_due()) is not None:
                    clock.advance_to(due)
            assert await asyncio.gather(*sweeps) == [True, True]
        await broker.close()


async def test_a_sweep_that_waits_for_another_holds_no_place() -> None:
    async with scripted() as server:
        server.script("POST", "/v2/orders", as_json(order_json()))
        bench = Bench(server, SimulatedClock(START), max_in_flight=1)
        async with running(bench.broker), bench.broker._sweeping:
            bench.broker.send(AskBroker(at=START, why="missed"))
            bench.broker.send(buy())
            await bench.inbox.wait_for(OrderAccepted)


async def test_a_sweep_goes_on_as_soon_as_the_one_before_is_over() -> None:
    async with scripted() as server:
        bench = Bench(server, SimulatedClock(START))  # which nobody moves
        async with running(bench.broker):
            async with bench.broker._sweeping:
                bench.broker.send(AskBroker(at=START, why="missed"))
                for _ in range(100):
                    await asyncio.sleep(0)
            await bench.drained()
