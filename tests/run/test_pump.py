"""The pump carries on after a bug long enough to ask for the flatten."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

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

    def __init__(self, *, stop_raises: bool = False, change_raises: bool = False) -> None:
        def on_timer(timer: TimerFired) -> None:
            if timer.at == 13:
                raise ZeroDivisionError("thirteen")

        def on_stop(_: RequestStop) -> list[Message]:
            if stop_raises:
                raise KeyError("core")
            return [STOPPED]

        def on_change(_: StateChanged) -> None:
            if change_raises:
                raise IndexError("behind the stop")

        routes: Routes = {
            TimerFired: [on_timer], RequestStop: [on_stop], StateChanged: [on_change],
        }  # fmt: skip
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


async def test_a_bug_behind_the_stop_does_not_hide_it() -> None:
    """Else nobody would ever end the run: the core has stopped, and refuses another stop."""
    scene = Scene(change_raises=True)
    ask = RequestStop(at=1, received_at=1, trigger=StopTrigger.INTERRUPT)
    scene.inbox.put_nowait(ask)

    async with asyncio.timeout(30):
        await scene.pump.run()

    assert scene.pump.stopped.is_set()
    assert scene.seen == [ask]
    assert scene.bugs == ["RequestStop: behind the stop"]


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


@asynccontextmanager
async def pumping(scene: Scene) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(scene.pump.run())
    await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()


async def test_what_is_handed_over_is_handled_inside_that_call() -> None:
    scene = Scene()
    async with pumping(scene):
        scene.inbox.hand_over([tick(1), tick(2)])
        assert scene.seen == [tick(1), tick(2)]


async def test_what_waited_is_handled_before_what_is_handed_over() -> None:
    scene = Scene()
    async with pumping(scene):
        scene.inbox.put_nowait(tick(1))
        scene.inbox.hand_over([tick(2)])
        assert scene.seen == [tick(1), tick(2)]


async def test_a_stop_that_is_handed_over_ends_the_pump() -> None:
    scene = Scene()
    async with pumping(scene) as task:
        stop = RequestStop(at=1, received_at=1, trigger=StopTrigger.INTERRUPT)
        scene.inbox.hand_over([stop])
        assert scene.seen == []  # an effect is told when others have had their turn
        await task
    assert scene.seen == [stop]
    assert scene.pump.stopped.is_set()


async def test_a_bug_in_what_is_handed_over_is_noted_and_the_rest_handled() -> None:
    scene = Scene()
    async with pumping(scene) as task:
        scene.inbox.hand_over([tick(13), tick(14)])
        assert scene.bugs == ["TimerFired: thirteen"]
        await task
    assert scene.pump.stopped.is_set()


async def test_a_watcher_that_raises_hears_the_next_message_all_the_same() -> None:
    scene = Scene()
    heard: list[Message] = []

    def watch(message: Message, effects: Sequence[Message]) -> None:
        del effects
        heard.append(message)
        if message == tick(1):
            raise LookupError("watcher")

    scene.pump._watch = watch
    async with pumping(scene):
        scene.inbox.hand_over([tick(1), tick(2)])
    assert heard[:2] == [tick(1), tick(2)]
    assert scene.bugs == ["TimerFired: watcher"]


async def test_a_watcher_may_hand_over() -> None:
    scene = Scene()

    def watch(message: Message, effects: Sequence[Message]) -> None:
        scene.watch(message, effects)
        if message == tick(1):
            scene.inbox.hand_over([tick(2)])

    scene.pump._watch = watch
    async with pumping(scene):
        scene.inbox.hand_over([tick(1)])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert scene.seen == [tick(1), tick(2)]


async def test_a_report_that_raises_leaves_a_pump_that_stops() -> None:
    scene = Scene()

    def report(_: Message, __: Exception) -> None:
        raise BrokenPipeError

    scene.pump._on_bug = report
    async with pumping(scene) as task:
        with pytest.raises(BrokenPipeError):
            scene.inbox.hand_over([tick(13), tick(14)])
        await task
    assert isinstance(scene.seen[-1], RequestStop)
    assert scene.pump.stopped.is_set()


async def test_a_pump_that_ends_by_an_error_is_broken() -> None:
    scene = Scene()

    def report(_: Message, __: Exception) -> None:
        raise BrokenPipeError

    scene.pump._on_bug = report
    scene.inbox.put_nowait(tick(13))
    with pytest.raises(BrokenPipeError):
        await scene.pump.run()
    assert scene.pump.broken.is_set()


async def test_a_broken_core_gets_nothing_more() -> None:
    scene = Scene()
    async with pumping(scene) as task:
        scene.inbox.hand_over([tick(13)] * 5)
        await task
    assert scene.bugs == ["TimerFired: thirteen"] * 2
    assert scene.pump.broken.is_set()


async def test_others_get_their_turn_after_a_step_with_effects() -> None:
    scene = Scene()
    stop = RequestStop(at=1, received_at=1, trigger=StopTrigger.INTERRUPT)
    async with pumping(scene):
        scene.inbox.hand_over([tick(1), stop, tick(2)])
        assert scene.inbox.depth() == 1
