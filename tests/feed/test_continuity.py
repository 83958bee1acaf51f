"""Each bar once."""

from tests.feed.frames import GOLDEN, NOW
from tradeengine.feed.continuity import Continuity
from tradeengine.model.events import Bar, Input
from tradeengine.model.instants import MINUTE


def bar(symbol: str, minute: int, *, revised: bool = False, history: bool = False) -> Bar:
    return Bar(
        at=minute * MINUTE,
        received_at=NOW,
        symbol=symbol,
        open=1,
        high=1,
        low=1,
        close=1,
        volume=1,
        vwap=1,
        trade_count=1,
        revised=revised,
        history=history,
    )


def test_a_bar_read_back_is_not_repeated_by_the_stream() -> None:
    continuity = Continuity()
    assert continuity.admit_bars([bar("A", 1, history=True)]) == [bar("A", 1, history=True)]
    events: list[Input] = [bar("A", 1), bar("A", 2), bar("B", 1)]
    assert continuity.admit(events) == [bar("A", 2), bar("B", 1)]
    assert continuity.repeated == 1


def test_a_streamed_bar_is_not_read_back_again() -> None:
    continuity = Continuity()
    continuity.admit([bar("A", 1)])
    assert continuity.admit_bars([bar("A", 1, history=True), bar("A", 2, history=True)]) == [
        bar("A", 2, history=True)
    ]


def test_a_late_bar_that_never_passed_still_passes() -> None:
    continuity = Continuity()
    continuity.admit([bar("A", 5)])
    assert continuity.admit([bar("A", 4)]) == [bar("A", 4)]


def test_a_revision_always_passes() -> None:
    continuity = Continuity()
    revised = bar("A", 1, revised=True)
    assert continuity.admit([bar("A", 1), revised, revised]) == [bar("A", 1), revised, revised]


def test_what_is_no_bar_is_not_looked_at() -> None:
    events = [event for _, event in GOLDEN.values() if type(event) is not Bar]
    assert Continuity().admit(events) is events


def test_the_memory_is_bounded() -> None:
    continuity = Continuity(bars_kept=2)
    continuity.admit([bar("A", 1), bar("A", 2), bar("A", 3)])
    assert continuity.admit([bar("A", 3), bar("A", 1)]) == [bar("A", 1)]
