"""Who goes when: order per symbol, cancels first, places kept free, work counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.broker.fakes import START, buy, cancel, simulated_clock
from tradeengine.broker.lanes import Lanes, Turn, lane_of, urgency
from tradeengine.broker.requests import Lane
from tradeengine.broker.turnstile import Turnstile
from tradeengine.clock import SimulatedClock
from tradeengine.model.commands import AskBroker, CancelOrder, Command, SubmitOrder
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Purpose
from tradeengine.quiescence import Quiescence


async def settle() -> None:
    """Let everything that can happen now happen."""
    for _ in range(20):
        await asyncio.sleep(0)


def name(command: Command) -> str:
    if isinstance(command, SubmitOrder | CancelOrder):
        return f"{type(command).__name__[0]}{command.client_order_id}"
    return type(command).__name__


class Desk:
    """Lanes whose commands wait until the test lets them go."""

    def __init__(self, places: int = 8, reserved: int = 2) -> None:
        self.clock: SimulatedClock = simulated_clock()
        self.quiescence = Quiescence()
        self.begun: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.pauses: dict[str, float] = {}
        self.lanes = Lanes(
            Turnstile(places, reserved), self._carry_out, self.clock, self.quiescence
        )

    async def _carry_out(self, command: Command, turn: Turn) -> None:
        label = name(command)
        self.begun.append(label)
        if label in self.pauses:
            await turn.pause(self.pauses[label])
            self.begun.append(f"{label} again")
        await self.gates.setdefault(label, asyncio.Event()).wait()

    def finish(self, label: str) -> None:
        self.gates[label].set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.lanes.run())
        try:
            await settle()
            yield
        finally:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


def test_a_lane_is_a_symbol_and_questions_have_their_own() -> None:
    assert lane_of(buy(symbol="KO")) == "KO"
    assert lane_of(cancel(symbol="SPY")) == "SPY"
    assert lane_of(AskBroker(at=START, why="start")) == ""
    assert lane_of(AskBroker(at=START, why="flatten")) == ""
    assert lane_of(AskBroker(at=START, why="reconcile")) == "*"
    assert lane_of(AskBroker(at=START, why="missed")) == "*"
    assert lane_of(AskBroker(at=START, why="protect")) == "?"
    assert lane_of(AskBroker(at=START, why="resume")) == "?"


def test_cancels_are_most_urgent_and_entries_least() -> None:
    assert urgency(cancel()) is Lane.CANCEL
    assert urgency(AskBroker(at=START, why="start")) is Lane.CLOSE_OR_LOOK
    assert urgency(buy(purpose=Purpose.FLATTEN)) is Lane.CLOSE_OR_LOOK
    assert urgency(buy()) is Lane.ENTRY


async def test_a_symbols_commands_follow_each_other_and_symbols_do_not_wait() -> None:
    desk = Desk()
    async with desk.open():
        for command in (buy("1", "KO"), cancel("2", symbol="KO"), buy("3", "SPY")):
            desk.lanes.send(command)
        await settle()
        assert desk.begun == ["S1", "S3"]
        desk.finish("S1")
        await settle()
        assert desk.begun == ["S1", "S3", "C2"]


async def test_a_cancel_passes_entries_that_wait_for_a_place() -> None:
    desk = Desk(places=2, reserved=1)
    async with desk.open():
        for command in (buy("1", "A"), buy("2", "B"), cancel("3", symbol="C")):
            desk.lanes.send(command)
        await settle()
        assert desk.begun == ["S1", "C3"]
        desk.finish("C3")
        await settle()
        assert desk.begun == ["S1", "C3"]
        desk.finish("S1")
        await settle()
        assert desk.begun == ["S1", "C3", "S2"]


async def test_with_one_place_the_order_is_strict_across_symbols() -> None:
    desk = Desk(places=1)
    async with desk.open():
        for command in (buy("1", "A"), buy("2", "A"), buy("3", "B"), cancel("4", symbol="C")):
            desk.lanes.send(command)
        for number, label in enumerate(["S1", "S2", "S3", "C4"], 1):
            await settle()
            assert len(desk.begun) == number
            desk.finish(label)
        assert desk.begun == ["S1", "S2", "S3", "C4"]


async def test_commands_sent_before_the_start_wait_for_it() -> None:
    desk = Desk()
    desk.lanes.send(buy("1"))
    await settle()
    assert desk.begun == []
    assert desk.quiescence.pending == 1
    async with desk.open():
        assert desk.begun == ["S1"]
        assert desk.lanes.under_way == [buy("1")]


async def test_a_lane_is_work_until_its_last_answer() -> None:
    desk = Desk()
    async with desk.open():
        desk.lanes.send(buy("1", "A"))
        desk.lanes.send(buy("2", "A"))
        desk.lanes.send(buy("3", "B"))
        assert desk.quiescence.pending == 2
        await settle()
        desk.finish("S1")
        desk.finish("S3")
        await settle()
        assert desk.quiescence.pending == 1
        desk.finish("S2")
        await settle()
        assert desk.quiescence.pending == 0
        await desk.lanes.empty()


async def test_waiting_on_the_clock_is_no_work_and_holds_no_place() -> None:
    desk = Desk(places=1)
    desk.pauses["S1"] = 2.0
    async with desk.open():
        desk.lanes.send(buy("1", "A"))
        desk.lanes.send(buy("2", "A"))
        await settle()
        assert desk.quiescence.pending == 0
        desk.lanes.send(buy("3", "B"))
        await settle()
        assert desk.begun == ["S1", "S3"]
        desk.clock.advance_to(START + 2 * NANOS)
        await settle()
        assert desk.quiescence.pending == 2
        assert desk.begun == ["S1", "S3"]
        desk.finish("S3")
        await settle()
        assert desk.begun == ["S1", "S3", "S1 again"]


async def test_cancelling_leaves_no_work_behind() -> None:
    desk = Desk(places=2, reserved=1)
    desk.pauses["S1"] = 2.0
    async with desk.open():
        for command in (buy("1", "A"), buy("2", "A"), buy("3", "B"), buy("4", "C")):
            desk.lanes.send(command)
        await settle()
        desk.lanes.send(buy("5", "D"))
    assert desk.quiescence.pending == 0
    await desk.lanes.empty()


async def test_a_place_given_up_while_waiting_goes_to_the_next() -> None:
    turnstile = Turnstile(1, 0)
    first = turnstile.ask(Lane.ENTRY, 1)
    second = turnstile.ask(Lane.ENTRY, 2)
    third = turnstile.ask(Lane.ENTRY, 3)
    turnstile.release(second)
    assert not third.done()
    turnstile.release(first)
    assert second.cancelled()
    assert third.done()


async def test_what_is_sent_at_the_end_stays_and_is_named() -> None:
    desk = Desk()
    async with desk.open():
        desk.lanes.send(buy("1", "A"))
    desk.lanes.send(buy("2", "B"))
    assert desk.begun == ["S1"]
    assert desk.lanes.under_way == [buy("2", "B")]


async def test_the_most_that_ever_waited_is_remembered() -> None:
    desk = Desk()
    async with desk.open():
        for number, symbol in enumerate(("AAPL", "AAPL", "KO")):
            desk.lanes.send(buy(str(number), symbol))
        await settle()
        desk.finish("S0")
        desk.finish("S2")
        await settle()
        desk.finish("S1")
        await desk.lanes.empty()
        desk.lanes.send(buy("3", "KO"))
        desk.lanes.send(buy("4", "KO"))
        assert desk.lanes.high_water == 3


async def test_a_cancel_that_waits_already_is_not_queued_again() -> None:
    desk = Desk()
    async with desk.open():
        for _ in range(3):
            desk.lanes.send(cancel("c-1"))
        desk.lanes.send(cancel("c-2"))

        # The first is under way and may come too early; one more waits, the third is too many.
        assert [name(command) for command in desk.lanes.under_way] == ["Cc-1", "Cc-1", "Cc-2"]
