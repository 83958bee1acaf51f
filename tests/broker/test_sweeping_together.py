"""Two sweeps at once, in lock-step: the one that waits must not hold up time for the other."""

import asyncio

from tests.broker.fakes import START, ListInbox, parameters
from tests.broker.scripted import Answer, as_json, scripted
from tradeengine.broker.courier import AlpacaBroker
from tradeengine.broker.ports import already_durable
from tradeengine.clock import SimulatedClock
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
            while clock.next_due() is None:  # noqa: ASYNC110 - a clock has no event to wait for
                await asyncio.sleep(0)
            await quiescence.idle()
            clock.advance_to(START + 10**9)
            assert await asyncio.gather(*sweeps) == [True, True]
        await broker.close()
