"""One message at a time, to completion, in the order of one list."""

from collections.abc import Iterator

import pytest
from msgspec import Struct

from tradeengine.bus.dispatch import (
    CASCADE_LIMIT,
    Bus,
    CascadeTooLong,
    ReentrantDispatch,
    UnroutedMessage,
)


class Ping(Struct, frozen=True):
    n: int


class Pong(Struct, frozen=True):
    n: int


def test_effects_wait_behind_what_is_already_queued() -> None:
    bus = Bus({Ping: [lambda _: [Pong(1), Pong(2)], lambda _: [Pong(3)]], Pong: []})

    assert bus.dispatch(Ping(0)) == [Pong(1), Pong(2), Pong(3)]


def test_effects_of_effects_come_last() -> None:
    def chase(pong: Pong) -> list[Pong]:
        return [Pong(pong.n * 10)] if pong.n < 10 else []

    bus = Bus({Ping: [lambda _: [Pong(1), Pong(2)]], Pong: [chase]})

    assert bus.dispatch(Ping(0)) == [Pong(1), Pong(2), Pong(10), Pong(20)]


def test_a_handler_may_be_a_generator_or_return_nothing() -> None:
    def generate(_: Ping) -> Iterator[Pong]:
        yield Pong(7)

    bus = Bus({Ping: [generate, lambda _: None], Pong: []})

    assert bus.dispatch(Ping(0)) == [Pong(7)]


def test_a_feedback_loop_is_cut() -> None:
    bus = Bus({Ping: [lambda m: [Ping(m.n + 1)]]})

    with pytest.raises(CascadeTooLong, match=rf"more than {CASCADE_LIMIT} .*Ping\(n=0\)"):
        bus.dispatch(Ping(0))


def test_a_message_without_a_row_is_an_error() -> None:
    with pytest.raises(UnroutedMessage, match="no row in the wiring table for Ping"):
        Bus({}).dispatch(Ping(0))


def test_a_handler_cannot_dispatch_even_when_nothing_else_waits() -> None:
    bus = Bus({Ping: [lambda _: bus.dispatch(Pong(0))], Pong: []})

    with pytest.raises(ReentrantDispatch, match="return messages"):
        bus.dispatch(Ping(0))

    assert bus.dispatch(Pong(1)) == []


def test_a_handler_that_raises_leaves_the_bus_usable() -> None:
    def fail(_: Ping) -> None:
        raise ZeroDivisionError

    bus = Bus({Ping: [fail], Pong: [lambda _: None]})

    with pytest.raises(ZeroDivisionError):
        bus.dispatch(Ping(0))

    assert bus.dispatch(Pong(1)) == []


def test_what_followed_before_a_handler_raised_is_not_lost() -> None:
    def fail(_: Pong) -> None:
        raise ZeroDivisionError

    bus = Bus({Ping: [lambda _: [Pong(1), Pong(2)]], Pong: [fail]})
    followed: list[Struct] = []

    with pytest.raises(ZeroDivisionError):
        bus.dispatch(Ping(0), followed)

    assert followed == [Pong(1), Pong(2)]
