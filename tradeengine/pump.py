"""
The pump: takes each message from the inbox through the engine's step.

This is where a bug in the core is caught: the first one asks the core itself to
stop and flatten; if the core cannot even do that, `broken` is set and the app
flattens past it, with the broker's own cancel-all and close-all.
"""

import asyncio
from collections.abc import Callable, Sequence

from tradeengine.bus.engine import Engine
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.model.commands import RequestStop
from tradeengine.model.events import StateChanged
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, StopTrigger

BATCH = 64
"""Messages handled before other tasks of the loop get their turn."""

Watcher = Callable[[Message, Sequence[Message]], None]


class Pump:
    """Feed the engine from the inbox until it has stopped."""

    def __init__(
        self,
        inbox: Inbox,
        engine: Engine,
        clock: Clock,
        watch: Watcher,
        on_bug: Callable[[Message, Exception], None],
    ) -> None:
        self._inbox, self._engine, self._clock = inbox, engine, clock
        self._watch, self._on_bug = watch, on_bug
        self.stopped = asyncio.Event()
        self.broken = asyncio.Event()
        self.bugs = 0

    async def run(self) -> None:
        """Handle messages until the engine is STOPPED or broken."""
        while not (self.stopped.is_set() or self.broken.is_set()):
            message = await self._inbox.take()
            self._handle(message)
            for _ in range(min(BATCH, self._inbox.depth())):
                self._handle(self._inbox.take_nowait())
            if self._inbox.depth():
                await asyncio.sleep(0)

    async def forget(self) -> None:
        """Take in what still comes for a broken engine, so that no edge waits for it."""
        while True:
            await self._inbox.take()
            self._inbox.done()

    def _handle(self, message: Message) -> None:
        try:
            bug = attempt(self._step, message)
            if bug is not None:
                self.bugs += 1
                self._on_bug(message, bug)
                self._after_bug(bug)
        finally:
            self._inbox.done()

    def _after_bug(self, error: Exception) -> None:
        if self.bugs > 1:
            self.broken.set()
            return
        now = self._clock.now()
        reason = f"internal error: {type(error).__name__}"
        stop = RequestStop(at=now, received_at=now, trigger=StopTrigger.FAULT, reason=reason)
        self._inbox.put_nowait(stop)

    def _step(self, message: Message) -> None:
        effects = self._engine.step(message)
        for effect in effects:
            if type(effect) is StateChanged and effect.after is EngineState.STOPPED:
                self.stopped.set()
        self._watch(message, effects)


def attempt(step: Callable[[Message], object], message: Message) -> Exception | None:
    """Do a step; return what it raised, None if nothing."""
    try:
        step(message)
    # Supervision point: a raise in risk, router or ledger is a bug; we flatten and stop.
    except Exception as error:
        return error
    return None
