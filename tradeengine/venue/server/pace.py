"""
The pace of venue time: who moves the exchange on, and when.

`run_free` follows a clock, as the world does. `run_lockstep` moves the clock
itself, and only when the engine owes nothing: then data, order updates and REST
answers have one defined order, and a session is as fast as the machine.

    lock-step, one round:
    engine idle ─> updates caused by its requests, one at a time, idle after each
                ─> clock to the next instant; who slept until it works, idle
                ─> the exchange's turn: data frame, idle, updates one at a time, idle
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tradeengine.clock import ScaledClock, SimulatedClock
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.quiescence import Quiescence
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.records import AccountUpdate

_TURNS_A_BREATH = 64
"""Turns that run before the loop's other tasks get their chance."""

_NOTHING_DUE_SECONDS = 0.01
"""How often lock-step looks again when nothing at all is due."""


class Publisher(Protocol):
    """Who tells the clients."""

    @property
    def stirred(self) -> asyncio.Event:
        """Set when a request may have given the exchange something earlier to do."""

    def market_events(self, events: Sequence[Message]) -> None:
        """Send market events to the data sockets, as one frame each."""

    def update(self, update: AccountUpdate) -> None:
        """Send a trade update to its account's sockets."""


async def run_free(exchange: Exchange, publish: Publisher, clock: ScaledClock) -> None:
    """Move the exchange on as the clock goes, until cancelled."""
    while True:
        publish.stirred.clear()
        due = exchange.next_at()
        if due is None or due > clock.now():
            await _wait(publish.stirred, due, clock)
        else:
            _catch_up(exchange, publish, clock.now())
            await asyncio.sleep(0)


async def _wait(stirred: asyncio.Event, due: int | None, clock: ScaledClock) -> None:
    """Wait for an instant, or until a request stirs the exchange."""
    seconds = None if due is None else (due - clock.now()) / NANOS / clock.speed
    try:
        async with asyncio.timeout(seconds):
            await stirred.wait()
    except TimeoutError:
        return


def _catch_up(exchange: Exchange, publish: Publisher, now: int) -> None:
    """Take the turns that are due; market events between updates go as one frame."""
    events: list[Message] = []
    for _ in range(_TURNS_A_BREATH):
        due = exchange.next_at()
        if due is None or due > now:
            break
        turn = exchange.advance()
        events += turn.market
        if turn.updates:
            publish.market_events(events)
            events = []
            for update in turn.updates:
                publish.update(update)
    if events:
        publish.market_events(events)


async def run_lockstep(
    exchange: Exchange,
    publish: Publisher,
    clock: SimulatedClock,
    quiescence: Quiescence,
    until: Callable[[], bool],
) -> None:
    """Move the clock and the exchange on, a step at a time, until `until()`."""
    while not until():
        await asyncio.sleep(0)
        await quiescence.idle()
        caused = exchange.drain()
        if caused:
            await _tell(publish, caused, quiescence)
            continue
        at = _earliest(exchange.next_at(), clock.next_due())
        if at is None:
            await asyncio.sleep(_NOTHING_DUE_SECONDS)
            continue
        await _advance_clock(clock, at, quiescence)
        due = exchange.next_at()
        if due is not None and due <= clock.now():
            turn = exchange.advance()
            if turn.market:
                publish.market_events(turn.market)
                await quiescence.idle()
            await _tell(publish, turn.updates, quiescence)


async def _tell(
    publish: Publisher, updates: Iterable[AccountUpdate], quiescence: Quiescence
) -> None:
    """Send updates one at a time, each when the engine has taken in the one before."""
    for update in updates:
        publish.update(update)
        await quiescence.idle()


def _earliest(*instants: int | None) -> int | None:
    return min((at for at in instants if at is not None), default=None)


async def _advance_clock(clock: SimulatedClock, at: int, quiescence: Quiescence) -> None:
    """Move the clock; whoever it wakes gets two rounds of the loop to begin work."""
    wakes = clock.next_due() is not None and clock.next_due() == at
    clock.advance_to(at)
    if wakes:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await quiescence.idle()
