"""Quiescence counts what is in flight; zero means venue time may move."""

import asyncio

import pytest

from tradeengine.quiescence import Channel, Quiescence


async def is_idle(quiescence: Quiescence) -> bool:
    waiting = asyncio.create_task(quiescence.idle(), name="idle")
    for _ in range(5):
        await asyncio.sleep(0)
    done = waiting.done()
    waiting.cancel()
    return done


async def test_with_nothing_in_flight_it_is_idle_at_once() -> None:
    assert await is_idle(Quiescence())


async def test_work_in_flight_keeps_it_busy_until_all_is_done() -> None:
    quiescence = Quiescence()

    quiescence.begin(2)
    assert not await is_idle(quiescence)
    quiescence.end()
    assert not await is_idle(quiescence)
    assert quiescence.pending == 1
    quiescence.end()
    assert await is_idle(quiescence)


async def test_beginning_nothing_changes_nothing() -> None:
    quiescence = Quiescence()

    quiescence.begin(0)

    assert await is_idle(quiescence)


async def test_work_that_begins_before_its_cause_ends_leaves_no_gap() -> None:
    quiescence = Quiescence()
    quiescence.begin()
    waiting = asyncio.create_task(quiescence.idle(), name="idle")
    await asyncio.sleep(0)

    quiescence.begin()
    quiescence.end()
    await asyncio.sleep(0)
    assert not waiting.done()

    quiescence.end()
    await waiting


async def test_work_that_begins_again_before_the_waiter_runs_is_seen() -> None:
    quiescence = Quiescence()
    quiescence.begin()
    waiting = asyncio.create_task(quiescence.idle(), name="idle")
    await asyncio.sleep(0)

    quiescence.end()
    quiescence.begin()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()

    quiescence.end()
    await waiting


async def test_a_block_of_work_ends_also_when_it_fails() -> None:
    quiescence = Quiescence()

    def fail() -> None:
        with quiescence.work():
            assert quiescence.pending == 1
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()

    assert quiescence.pending == 0
    assert await is_idle(quiescence)


async def test_who_holds_a_piece_can_wait_until_it_is_alone() -> None:
    quiescence = Quiescence()
    quiescence.begin(3)
    waiting = asyncio.create_task(quiescence.alone(), name="alone")
    for still in (False, False, True):
        for _ in range(5):
            await asyncio.sleep(0)
        assert waiting.done() is still
        quiescence.end()
    assert quiescence.pending == 0


def test_more_ends_than_begins_are_a_bug_and_say_so() -> None:
    quiescence = Quiescence()

    with pytest.raises(RuntimeError, match="more work has ended than begun"):
        quiescence.end()


async def test_a_frame_is_in_flight_until_it_is_received() -> None:
    quiescence = Quiescence()
    channel = Channel(quiescence)

    channel.sent()
    channel.sent()
    channel.received()
    assert quiescence.pending == 1
    channel.received()
    assert await is_idle(quiescence)


def test_a_lost_connection_takes_its_frames_along() -> None:
    quiescence = Quiescence()
    lost, alive = Channel(quiescence), Channel(quiescence)
    lost.sent()
    lost.sent()
    alive.sent()

    lost.reset()
    assert quiescence.pending == 1
    lost.reset()
    assert quiescence.pending == 1


def test_a_frame_received_after_the_reset_was_already_given_up() -> None:
    quiescence = Quiescence()
    channel = Channel(quiescence)
    channel.sent()
    channel.reset()

    channel.received()

    assert quiescence.pending == 0
