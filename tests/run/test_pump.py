"""The pump carries on after a bug long enough to ask for the flatten."""

import asyncio
from collections.abc import Sequence

from tradeengine.bus.dispatch import Bus, Routes
from tradeengine.bus.engine import Engine
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SimulatedClock
from tradeengine.model.commands import RequestStop
from tradeengine.model.events import StateChanged, TimerFired
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, StopTrigger
from tradeengine.run.pump import BATCH, Pump

STOPPED = StateChanged(at=0, before=EngineState.HALTING, after=EngineState.STOPPED, reason="flat")


class Nowhere:
    def take_input(self, message: Message) -> None:
        pass

    def take_effect(self, message: Message) -> None:
        pass


def tick(n: int) -> TimerFired:
    return TimerFired(at=n, received_at=n, name="heartbeat", due=n)


class Scene:
    """A pump over a tiny core: timers are seen, number 13 raises, a stop stops."""

    def __init__(self, *, stop_raises: bool = False) -> None:
        def on_timer(timer: TimerFired) -> None:
            if timer.at == 13:
                raise ZeroDivisionError("thirteen")

        def on_stop(_: RequestStop) -> list[Message]:
            if stop_raises:
                raise KeyError("core")
            return [STOPPED]

        routes: Routes = {TimerFired: [on_timer], RequestStop: [on_stop], StateChanged: []}
        self.seen: list[Message] = []
        self.bugs: list[str] = []
        self.inbox = Inbox()
        engine = Engine(Bus(routes), Nowhere())
        self.pump = Pump(self.inbox, engine, SimulatedClock(99), self.watch, self.on_bug)

    def watch(self, message: Message, effects: Sequence[Message]) -> None:
        del effects
        self.seen.append(message)

    def on_bug(self, message: Message, error: Exception) -> None:
        self.bugs.append(f"{type(message).__name__}: {error}")


async def test_it_ends_when_the_engine_has_stopped() -> None:
    scene = Scene()
    ask = RequestStop(at=1, received_at=1, trigger=StopTrigger.INTERRUPT)
    scene.inbox.put_many([tick(1), tick(2), ask])

    await scene.pump.run()

    assert scene.seen == [tick(1), tick(2), ask]
    assert scene.pump.stopped.is_set()
    assert not scene.pump.broken.is_set()


async def test_a_bug_asks_for_a_stop_and_the_rest_is_still_handled() -> None:
    scene = Scene()
    scene.inbox.put_many([tick(13), tick(14)])

    await scene.pump.run()

    stop = scene.seen[-1]
    assert scene.bugs == ["TimerFired: thirteen"]
    assert scene.seen[0] == tick(14)
    assert isinstance(stop, RequestStop)
    assert (stop.trigger, stop.reason) == (StopTrigger.FAULT, "internal error: ZeroDivisionError")


async def test_a_core_that_cannot_even_stop_is_broken() -> None:
    scene = Scene(stop_raises=True)
    scene.inbox.put_nowait(tick(13))

    await scene.pump.run()

    assert scene.bugs == ["TimerFired: thirteen", "RequestStop: 'core'"]
    assert scene.pump.broken.is_set()


async def test_other_tasks_get_their_turn_while_the_inbox_is_full() -> None:
    scene = Scene()
    scene.inbox.put_many(tick(100 + n) for n in range(BATCH * 3))
    depths: list[int] = []

    async def look() -> None:
        while scene.inbox.depth():
            depths.append(scene.inbox.depth())
            await asyncio.sleep(0)
        scene.inbox.put_nowait(RequestStop(at=1, received_at=1, trigger=StopTrigger.INTERRUPT))

    await asyncio.gather(scene.pump.run(), look())

    assert len(depths) == 2
