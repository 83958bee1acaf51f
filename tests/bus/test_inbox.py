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


async def test_a_free_reader_takes_what_is_handed_over_at_once() -> None:
    inbox = Inbox()
    taken: list[object] = []
    inbox.read_by(lambda: taken.extend(inbox.take_nowait() for _ in range(inbox.depth())))

    inbox.put_nowait(Note(1))
    inbox.hand_over([Note(2), Note(3)])

    assert taken == [Note(1), Note(2), Note(3)]
    assert inbox.depth() == 0


async def test_what_the_reader_leaves_waits_as_if_it_had_been_put() -> None:
    inbox = Inbox()
    inbox.read_by(lambda: None)
    waiting = asyncio.create_task(inbox.filled())
    await asyncio.sleep(0)

    inbox.hand_over([Note(1)])

    await waiting
    assert inbox.take_nowait() == Note(1)


async def test_without_a_reader_handing_over_is_putting() -> None:
    inbox = Inbox()
    inbox.hand_over([])
    inbox.hand_over([Note(1)])
    inbox.read_by(None)

    assert await inbox.take() == Note(1)


async def test_there_is_room_below_the_capacity() -> None:
    inbox = Inbox(capacity=2)
    inbox.put_nowait(Note(1))
    assert inbox.has_room()
    inbox.put_nowait(Note(2))
    assert not inbox.has_room()


async def test_those_who_wait_can_be_woken_to_look_around() -> None:
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.filled())
    await asyncio.sleep(0)
    inbox.wake()
    await waiting
    assert inbox.depth() == 0
