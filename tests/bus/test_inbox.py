"""The inbox keeps order, asks the feed to wait, and counts its work."""

import asyncio

import pytest
from msgspec import Struct

from tradeengine.bus.inbox import Inbox
from tradeengine.quiescence import Quiescence


class Note(Struct, frozen=True):
    n: int


async def test_messages_come_out_in_the_order_they_went_in() -> None:
    inbox = Inbox()
    inbox.put_nowait(Note(1))
    inbox.put_many([Note(2), Note(3)])

    assert [await inbox.take() for _ in range(3)] == [Note(1), Note(2), Note(3)]
    assert inbox.high_water == 3


async def test_the_reader_waits_for_a_message() -> None:
    inbox = Inbox()
    taking = asyncio.create_task(inbox.take())
    await asyncio.sleep(0)
    assert not taking.done()

    inbox.put_nowait(Note(5))

    assert await taking == Note(5)


async def test_the_feed_waits_while_the_inbox_is_full() -> None:
    inbox = Inbox(capacity=2)
    inbox.put_many([Note(1), Note(2)])
    waiting = asyncio.create_task(inbox.wait_for_room())
    await asyncio.sleep(0)
    assert not waiting.done()

    inbox.take_nowait()

    await waiting
    assert inbox.depth() == 1


async def test_an_order_event_fits_even_when_the_inbox_is_full() -> None:
    inbox = Inbox(capacity=1)
    inbox.put_many([Note(1), Note(2), Note(3)])

    assert inbox.depth() == 3


async def test_work_is_in_flight_until_the_message_is_handled() -> None:
    quiescence = Quiescence()
    inbox = Inbox(quiescence)
    inbox.put_many([])
    inbox.put_many([Note(1), Note(2)])
    inbox.take_nowait()
    assert quiescence.pending == 2

    inbox.done()
    inbox.take_nowait()
    inbox.done()

    assert quiescence.pending == 0
    with pytest.raises(IndexError):
        inbox.take_nowait()
