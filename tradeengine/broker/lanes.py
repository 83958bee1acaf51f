"""
Commands on their way out: one queue a symbol, a turnstile before the door.

The commands of a symbol are carried out in the order in which they came, each
after the answer of the one before; symbols do not wait for each other. A lane
(a symbol's queue) is one piece of lock-step work from the first command put into
it until the last answer is in the inbox; while it only waits on the clock it is
none.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from itertools import count, islice

from tradeengine.broker.requests import Lane
from tradeengine.broker.turnstile import Place, Turnstile
from tradeengine.clock import Clock
from tradeengine.model.commands import AskBroker, CancelOrder, Command, SubmitOrder
from tradeengine.model.orders import Purpose, Question
from tradeengine.quiescence import Quiescence

ACCOUNT = ""
"""The lane of commands that concern no symbol."""

SWEEPS = "*"
"""The lane of questions that read fills first: what a flatten asks must not wait for that."""

LOOKS = "?"
"""The lane of other questions that a flatten must not wait for: they may take half a minute."""

_LANES: Mapping[str, str] = {
    Question.RECONCILE: SWEEPS,
    Question.MISSED: SWEEPS,
    Question.PROTECT: LOOKS,
    Question.RESUME: LOOKS,
}
"""Only the start's question stays before a flatten's: what opens the books is told first."""


class Turn:
    """A command's place in the turnstile, which it gives up while it waits."""

    def __init__(
        self, turnstile: Turnstile, lane: Lane, number: int, clock: Clock, quiescence: Quiescence
    ) -> None:
        self._turnstile, self._lane, self._number = turnstile, lane, number
        self._clock, self._quiescence = clock, quiescence
        self._place: Place | None = None

    def ask(self) -> Place:
        """Get in line for a place, without waiting for it."""
        self._place = self._turnstile.ask(self._lane, self._number)
        return self._place

    async def take(self) -> None:
        """Wait for the place, having asked for it if need be."""
        await (self.ask() if self._place is None else self._place)

    def give_back(self) -> None:
        """Leave the place or the line, if in either."""
        place, self._place = self._place, None
        if place is not None:
            self._turnstile.release(place)

    async def pause(self, seconds: float) -> None:
        """Step aside for some seconds of the clock, then wait for a place again."""
        await self.aside(self._clock.sleep(seconds))

    async def aside(self, waiting: Awaitable[object]) -> None:
        """Step aside until something has happened, then wait for a place again."""
        self.give_back()
        self._quiescence.end()
        try:
            await waiting
        finally:
            self._quiescence.begin()
        await self.take()


CarryOut = Callable[[Command, Turn], Awaitable[None]]


def lane_of(command: Command) -> str:
    """Give the name of the queue that a command goes into: its symbol."""
    if isinstance(command, AskBroker):
        return _LANES.get(command.why, ACCOUNT)
    symbol = getattr(command, "symbol", ACCOUNT)
    return str(symbol)


def urgency(command: Command) -> Lane:
    """Cancels first, then what closes or looks, entries last."""
    if isinstance(command, CancelOrder):
        return Lane.CANCEL
    if isinstance(command, SubmitOrder) and command.purpose is Purpose.ENTRY:
        return Lane.ENTRY
    return Lane.CLOSE_OR_LOOK


class Lanes:
    """Takes commands at any time; carries them out while `run` runs."""

    def __init__(
        self, turnstile: Turnstile, carry_out: CarryOut, clock: Clock, quiescence: Quiescence
    ) -> None:
        self._turnstile, self._carry_out = turnstile, carry_out
        self._clock, self._quiescence = clock, quiescence
        self._numbers = count()
        self._queues: dict[str, deque[tuple[int, Command]]] = {}
        self._heads: dict[str, Turn] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._empty = asyncio.Event()
        self._empty.set()
        self._waiting = self.high_water = 0

    @property
    def under_way(self) -> list[Command]:
        """Commands whose answer is not yet in the inbox."""
        return [command for queue in self._queues.values() for _, command in queue]

    def send(self, command: Command) -> None:
        """Queue a command; a cancel that is waiting already is not queued again."""
        name = lane_of(command)
        if isinstance(command, CancelOrder) and self._is_waiting(command, name):
            return
        item = (next(self._numbers), command)
        self._waiting += 1
        self.high_water = max(self.high_water, self._waiting)
        if (queue := self._queues.get(name)) is not None:
            queue.append(item)
            return
        self._queues[name] = deque([item])
        self._empty.clear()
        self._quiescence.begin()
        # In line at once, not when the task begins: others may leave in between.
        self._heads[name] = self._turn(item)
        self._heads[name].ask()
        if self._tasks is not None:
            self._start(self._tasks, name)

    async def run(self) -> None:
        """Carry commands out until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for name in list(self._queues):
                self._start(tasks, name)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self._tasks = None  # a group that is ending takes no more tasks

    async def empty(self) -> None:
        """Wait until nothing is under way."""
        await self._empty.wait()

    def _is_waiting(self, cancel: CancelOrder, name: str) -> bool:
        # The first of the queue is under way: it may have left when the order did not exist yet.
        waiting = islice(self._queues.get(name, ()), 1, None)
        return any(
            isinstance(command, CancelOrder) and command.client_order_id == cancel.client_order_id
            for _, command in waiting
        )

    def _start(self, tasks: asyncio.TaskGroup, name: str) -> None:
        tasks.create_task(self._drain(name), name=f"broker lane {name or 'account'}")

    async def _drain(self, name: str) -> None:
        queue = self._queues[name]
        turn = self._heads[name]
        try:
            while True:
                await turn.take()
                await self._carry_out(queue[0][1], turn)
                queue.popleft()
                self._waiting -= 1
                if not queue:
                    return
                # In line before the place is free: the next of this symbol may be the
                # next of all.
                ended, turn = turn, self._turn(queue[0])
                self._heads[name] = turn
                turn.ask()
                ended.give_back()
        finally:
            self._forget(name)

    def _turn(self, item: tuple[int, Command]) -> Turn:
        number, command = item
        return Turn(self._turnstile, urgency(command), number, self._clock, self._quiescence)

    def _forget(self, name: str) -> None:
        self._waiting -= len(self._queues.pop(name))
        self._heads.pop(name).give_back()
        self._quiescence.end()
        if not self._queues:
            self._empty.set()
