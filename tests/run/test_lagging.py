"""One late beat is an alert; several forbid entries until the loop is in time again."""

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SimulatedClock
from tradeengine.model.events import LoopFellBehind, LoopSteady
from tradeengine.model.message import Message
from tradeengine.run.lagging import Lagging


def lagging(inbox: Inbox) -> Lagging:
    return Lagging(inbox, SimulatedClock(7), times=3, window_seconds=10)


def told(inbox: Inbox) -> list[Message]:
    return [inbox.take_nowait() for _ in range(inbox.depth())]


def test_three_late_beats_in_ten_seconds_are_told_once() -> None:
    inbox = Inbox()
    watch = lagging(inbox)
    watch.late(100, 0.3, "a")
    watch.late(104, 0.4, "b")
    assert told(inbox) == []
    watch.late(110, 0.5, "c")
    watch.late(111, 0.6, "d")
    assert told(inbox) == [LoopFellBehind(at=7, received_at=7, times=3, seconds=0.5, culprit="c")]


def test_late_beats_far_apart_are_accidents() -> None:
    inbox = Inbox()
    watch = lagging(inbox)
    for beat in (100, 106, 112, 118, 124):
        watch.late(beat, 0.3, "a")
    assert told(inbox) == []


def test_it_is_over_when_no_beat_was_late_for_as_long() -> None:
    inbox = Inbox()
    watch = lagging(inbox)
    watch.in_time(99)
    for beat in (100, 101, 102):
        watch.late(beat, 0.3, "a")
    told(inbox)
    watch.in_time(103)
    watch.late(104, 0.3, "a")
    watch.in_time(113.9)
    assert told(inbox) == []
    watch.in_time(114)
    watch.in_time(115)
    assert told(inbox) == [LoopSteady(at=7, received_at=7)]


def test_it_can_begin_again() -> None:
    inbox = Inbox()
    watch = lagging(inbox)
    for beat in (100, 101, 102):
        watch.late(beat, 0.3, "a")
    watch.in_time(112)
    told(inbox)
    watch.late(112.5, 0.3, "a")
    assert told(inbox) == []
    watch.late(113, 0.3, "a")
    watch.late(113.5, 0.3, "a")
    assert [type(message) for message in told(inbox)] == [LoopFellBehind]
