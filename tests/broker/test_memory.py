"""The same fact by several ways is told once; different facts are all told."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.updates import Report
from tradeengine.model.instants import NANOS


def report(word: str, event_id: str = "", **changes: object) -> Report:
    plain = Report(
        word=word,
        at=100,
        client_order_id="c-1",
        order_id="o-1",
        symbol="KO",
        side="buy",
        status=word,
        event_id=event_id,
    )
    return msgspec.structs.replace(plain, **changes)


def fill(execution_id: str, quantity: int, filled: int, event_id: str = "") -> Report:
    return report(
        "partial_fill",
        event_id,
        execution_id=execution_id,
        quantity=Decimal(quantity),
        filled=Decimal(filled),
        price=Decimal(1),
    )


def test_an_event_id_counts_once() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(report("new", "E1"))
    assert not memory.is_news(report("new", "E1"))


def test_an_execution_counts_once_whatever_the_event_id() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(fill("X1", 4, 4, "E1"))
    assert not memory.is_news(fill("X1", 4, 4, "E2"))


def test_a_lost_fill_is_told_though_others_of_its_order_are_read_back_under_other_ids() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(fill("X1", 4, 4, "E1"))
    assert memory.is_news(fill("X3", 2, 10, "E3"))

    read_back = [fill("activity-1", 4, 4), fill("activity-2", 4, 8), fill("activity-3", 2, 10)]

    assert [memory.is_news(each) for each in read_back] == [False, True, False]


def test_a_fill_read_back_under_another_id_is_known_by_its_sum() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(fill("X1", 4, 4, "E1"))
    assert not memory.is_news(fill("activity-1", 4, 4))
    assert memory.is_news(fill("activity-2", 6, 10))
    assert not memory.is_news(fill("X2", 6, 10, "E2"))
    assert memory.shares_told("o-1") == Decimal(10)


def test_fills_out_of_order_are_all_told() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(fill("X2", 6, 10, "E2"))
    assert memory.is_news(fill("X1", 4, 4, "E1"))


def test_a_fill_without_the_orders_total_is_told() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(fill("X1", 4, 0, "E1"))
    assert memory.is_news(fill("X2", 4, 0, "E2"))


def test_after_a_bust_ids_and_instants_speak_and_no_sums() -> None:
    memory = OrderMemory(100)
    first = fill("X1", 4, 4, "E1")
    assert memory.is_news(first)
    assert memory.is_news(report("trade_bust", "E2", previous_execution_id="X1"))
    # REST gives the fill that was taken back another name, and rounds its instant.
    assert not memory.is_news(structs.replace(first, event_id="", execution_id="R1", at=101))
    later = structs.replace(fill("X3", 4, 4, "E3"), at=first.at + 2 * NANOS)
    assert memory.is_news(later)
    assert not memory.is_news(structs.replace(later, event_id=""))


def test_an_end_counts_once_by_stream_and_sweep() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(report("canceled"))
    assert not memory.is_news(report("canceled", "E1"))


def test_a_word_read_back_that_was_told_is_no_news() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(report("new", "E1"))
    assert not memory.is_news(report("new"))
    assert memory.is_news(report("pending_cancel"))


def test_a_late_new_does_not_wake_an_ended_order() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(report("canceled", "E2"))
    assert not memory.is_news(report("new", "E1"))
    assert not memory.is_news(report("pending_cancel"))
    assert memory.is_news(report("order_cancel_rejected", "E3"))


def test_a_fill_after_the_cancel_is_told() -> None:
    memory = OrderMemory(100)
    assert memory.is_news(report("canceled", "E2"))
    assert memory.is_news(fill("X1", 4, 4, "E3"))


def test_the_oldest_open_order_is_known_until_it_ends() -> None:
    memory = OrderMemory(100)
    assert memory.open_since() is None
    memory.opened("o-1", "c-1", 50)
    memory.opened("o-2", "c-2", 70)
    assert memory.open_since() == 50
    memory.is_news(report("canceled", "E1"))
    assert memory.open_since() == 70
    memory.is_news(structs.replace(fill("X1", 1, 1, "E2"), word="fill", order_id="o-2"))
    assert memory.open_since() is None


def test_an_order_is_looked_after_until_the_fills_it_ended_with_are_told() -> None:
    memory = OrderMemory(100)
    memory.opened("o-1", "c-1", 50)
    memory.is_news(report("canceled", "E1", filled=Decimal(6)))
    assert memory.open_since() == 50
    assert memory.is_news(fill("activity-1", 6, 6))
    assert memory.open_since() is None


def test_a_last_fill_does_not_end_the_search_for_the_lost_one_before_it() -> None:
    memory = OrderMemory(100)
    memory.is_news(structs.replace(fill("X2", 4, 10, "E2"), word="fill"))
    assert memory.open_since() == 100
    assert memory.is_news(fill("activity-1", 6, 6))
    assert memory.open_since() is None


def test_our_id_is_remembered_and_the_oldest_order_forgotten() -> None:
    memory = OrderMemory(2)
    for number in (1, 2, 3):
        memory.opened(f"o-{number}", f"c-{number}", number)
    assert memory.client_order_id("o-1") is None
    assert memory.client_order_id("o-3") == "c-3"
    assert memory.shares_told("o-1") == 0


@given(
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=8),
    data=st.data(),
)
def test_any_mix_of_stream_and_sweep_tells_each_share_once(
    sizes: list[int], data: st.DataObject
) -> None:
    """Some frames are lost, the sweep reads all; then late frames repeat what they like."""
    memory = OrderMemory(100)
    totals = [sum(sizes[: index + 1]) for index in range(len(sizes))]
    frames = [
        fill(f"X{index}", size, total, f"E{index}")
        for index, (size, total) in enumerate(zip(sizes, totals, strict=True))
    ]
    activities = [
        fill(f"A{index}", size, total)
        for index, (size, total) in enumerate(zip(sizes, totals, strict=True))
    ]
    before = data.draw(st.integers(0, len(frames)))
    late = data.draw(st.lists(st.sampled_from(frames), max_size=10))
    told = [r for r in [*frames[:before], *activities, *late] if memory.is_news(r)]
    assert sum(r.quantity or 0 for r in told) == totals[-1]


def test_a_fill_that_cannot_be_booked_is_told_once_and_looked_for_until_one_that_can_is() -> None:
    memory = OrderMemory(100)
    priceless = structs.replace(fill("X1", 10, 10), word="fill", price=None)
    assert memory.is_news(structs.replace(priceless, event_id="E1"))
    assert [memory.is_news(priceless) for _ in range(2)] == [True, False]
    assert memory.open_since() == 100

    assert memory.is_news(structs.replace(fill("X1", 10, 10), word="fill"))
    assert memory.open_since() is None
