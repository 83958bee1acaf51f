"""
The pump: takes each message from the inbox through the engine's step.

This is where a bug in the core is caught: the first one asks the core itself to
stop and flatten; if the core cannot even do that, `broken` is set and the app
flattens past it, with the broker's own cancel-all and close-all.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import ParamSpec

from tradeengine.bus.engine import Engine
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.model.commands import RequestStop
from tradeengine.model.events import StateChanged
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, StopTrigger

BATCH = 64
"""Messages handled before other tasks of the loop get their turn."""

P = ParamSpec("P")

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
        self._untold: list[tuple[Message, Sequence[Message]]] = []
        self._caused = False
        """Whether the untold steps had effects."""

    async def run(self) -> None:
        """Handle messages until the engine is STOPPED or broken."""
        while not (self.stopped.is_set() or self.broken.is_set()):
            self._handle(await self._inbox.take())
            for _ in range(min(BATCH, self._inbox.depth())):
                self._handle(self._inbox.take_nowait())
            try:
                if self._caused or self._inbox.depth():
                    # Others first: an order leaves before anybody is told of it.
                    await asyncio.sleep(0)
            finally:
                self._tell()

    async def forget(self) -> None:
        """Take in what still comes for a broken engine, so that no edge waits for it."""
        while True:
            await self._inbox.take()
            self._inbox.done()

    def _handle(self, message: Message) -> None:
        try:
            self._note(message, attempt(self._step, message))
        finally:
            self._inbox.done()

    def _tell(self) -> None:
        """Tell the watcher of the steps of this batch, in order."""
        steps, self._untold, self._caused = self._untold, [], False
        for message, effects in steps:
            self._note(message, attempt(self._watch, message, effects))

    def _note(self, message: Message, bug: Exception | None) -> None:
        if bug is not None:
            self.bugs += 1
            self._on_bug(message, bug)
            self._after_bug(bug)

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
        self._untold.append((message, effects))
        if effects:
            self._caused = True
            if any(is_stop(effect) for effect in effects):
                self.stopped.set()


def is_stop(effect: Message) -> bool:
    """Tell whether an effect says that the engine has stopped."""
    return type(effect) is StateChanged and effect.after is EngineState.STOPPED


def attempt(act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Exception | None:
    """Do something; return what it raised, None if nothing."""
    try:
        act(*args, **kwargs)
    # Supervision point: a raise in risk, router or ledger is a bug; we flatten and stop.
    except Exception as error:
        return error
    return None
