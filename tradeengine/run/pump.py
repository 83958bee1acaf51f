"""
The pump: takes each message from the inbox through the engine's step.

This is where a bug in the core is caught: the first one asks the core itself to
stop and flatten; if the core cannot even do that, `broken` is set and the app
flattens past it, with the broker's own cancel-all and close-all.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import ParamSpec

from tradeengine.bus.engine import Engine
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.model.commands import RequestStop
from tradeengine.model.events import StateChanged
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, StopTrigger

BATCH = 512
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
        self._draining = False
        self._in_hand: Message
        """What a bug is reported with: the message that is handled, or told of."""
        self._untold: list[tuple[Message, Sequence[Message]]] = []
        self._caused = False
        """Whether the untold steps had effects; then they are told soon, by themselves."""

    async def run(self) -> None:
        """Handle messages until the engine is STOPPED or broken."""
        self._inbox.read_by(self.drain)
        try:
            while not self._has_ended():
                await self._inbox.filled()
                self.drain()
                await asyncio.sleep(0)
        finally:
            self._inbox.read_by(None)
            if not self._has_ended():
                self.broken.set()  # Nobody else would handle what still comes.
            self._tell()

    def drain(self) -> None:
        """Handle what waits, a batch at most; nothing while it is under way already."""
        if self._draining or self._has_ended():
            return
        self._draining = True
        batch = iter(range(min(BATCH, self._inbox.depth())))
        try:
            # One attempt for the whole batch, and another for what is left after a bug.
            while not self.broken.is_set() and (bug := attempt(self._handle, batch)):
                self._note(self._in_hand, bug)
        finally:
            self._draining = False
        if not self._caused:
            self._tell()
        if self._has_ended():
            self._inbox.wake()

    def _has_ended(self) -> bool:
        return self.stopped.is_set() or self.broken.is_set()

    async def forget(self) -> None:
        """Take in what still comes for a broken engine, so that no edge waits for it."""
        while True:
            await self._inbox.take()
            self._inbox.done()

    def _handle(self, batch: Iterator[int]) -> None:
        """
        Take messages through the step, as many as the batch has left.

        A step with effects ends it: an order must not wait for the rest of a burst.
        """
        inbox, step = self._inbox, self._engine.step
        for _ in batch:
            message = self._in_hand = inbox.take_nowait()
            effects: list[Message] = []
            try:
                step(message, effects)
                if not effects:
                    self._untold.append((message, effects))
            finally:
                if effects:  # A raise behind them takes none of them back.
                    self._untold.append((message, effects))
                    self._look_at(effects)
                inbox.done()
            if effects:
                return

    def _tell(self) -> None:
        """Tell the watcher of the steps that it has not heard of, in order."""
        told, self._untold, self._caused = self._untold, [], False
        steps = iter(told)
        while bug := attempt(self._tell_of, steps):
            self._note(self._in_hand, bug)

    def _tell_of(self, steps: Iterator[tuple[Message, Sequence[Message]]]) -> None:
        for message, effects in steps:
            self._in_hand = message
            self._watch(message, effects)

    def _note(self, message: Message, error: Exception) -> None:
        self.bugs += 1
        # Acted upon before it is told: telling may fail too.
        if self.bugs > 1:
            self.broken.set()
        else:
            self._ask_for_stop(f"internal error: {type(error).__name__}")
        self._on_bug(message, error)

    def _ask_for_stop(self, reason: str) -> None:
        now = self._clock.now()
        stop = RequestStop(at=now, received_at=now, trigger=StopTrigger.FAULT, reason=reason)
        self._inbox.put_nowait(stop)

    def _tell_soon(self) -> None:
        """Tell when others have had their turn: an order leaves before anybody hears of it."""
        if not self._caused:
            self._caused = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _look_at(self, effects: Sequence[Message]) -> None:
        self._tell_soon()
        for effect in effects:
            if type(effect) is StateChanged and effect.after is EngineState.STOPPED:
                self.stopped.set()


def attempt(act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Exception | None:
    """Do something; return what it raised, None if nothing."""
    try:
        act(*args, **kwargs)
    # Supervision point: a raise in risk, router or ledger is a bug; we flatten and stop.
    except Exception as error:
        return error
    return None
