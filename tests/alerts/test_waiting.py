"""Who waits, who goes first, who has to leave."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.alerts.fakes import CRITICAL, INFO, T0, WARNING, post
from tradeengine.alerts.alert import Post
from tradeengine.alerts.waiting import Waiting
from tradeengine.model.orders import Severity


def filled(limit: int, *posts: Post) -> tuple[Waiting, list[Post]]:
    waiting = Waiting(limit)
    left = [waiting.put(post) for post in posts]
    return waiting, [post for post in left if post is not None]


def test_the_most_urgent_goes_first_and_the_oldest_of_them() -> None:
    waiting, _ = filled(9, post("a", INFO), post("b", CRITICAL), post("c", CRITICAL), post("d"))

    order = []
    while (taken := waiting.take(T0)) is not None:
        order.append(taken.alert.text)
    assert order == ["b", "c", "d", "a"]


def test_who_is_not_due_waits() -> None:
    waiting, _ = filled(9, replace(post("a", CRITICAL), due=T0 + 5), post("b", INFO))

    assert waiting.next_due() == 0
    assert [waiting.take(T0), waiting.take(T0)] == [post("b", INFO), None]
    assert waiting.next_due() == T0 + 5
    assert waiting.take(T0 + 5) is not None
    assert waiting.next_due() is None


def test_the_longest_line_is_remembered() -> None:
    waiting, _ = filled(9, post("a"), post("b"))
    waiting.take(T0)
    waiting.put(post("c"))
    assert waiting.high_water == 2


def test_when_full_the_oldest_information_leaves() -> None:
    _, left = filled(3, post("a"), post("b", INFO), post("c", INFO), post("d", CRITICAL))

    assert left == [post("b", INFO)]


def test_a_newcomer_leaves_when_all_others_are_more_urgent() -> None:
    _, left = filled(2, post("a", CRITICAL), post("b", WARNING), post("c", INFO))

    assert left == [post("c", INFO)]


def test_criticals_stay_even_beyond_the_bound() -> None:
    waiting, left = filled(1, post("a", CRITICAL), post("b", CRITICAL))

    assert left == []
    assert len(waiting) == 2


@given(st.lists(st.sampled_from(Severity)), st.integers(1, 5))
def test_nobody_is_lost_and_no_critical_leaves(severities: list[Severity], limit: int) -> None:
    posts = [post(str(index), severity) for index, severity in enumerate(severities)]
    waiting, left = filled(limit, *posts)

    assert sorted([*waiting, *left], key=lambda p: int(p.alert.text)) == posts
    assert [gone for gone in left if gone.alert.is_critical] == []
    criticals = severities.count(CRITICAL)
    assert len(waiting) <= max(limit, criticals)
