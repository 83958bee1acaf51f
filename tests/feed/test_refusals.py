"""Error codes of the stream, sorted by who must act."""

import pytest

from tradeengine.feed.refusals import (
    as_configuration_error,
    in_words,
    is_harmless,
    is_slot_taken,
    is_terminal,
)
from tradeengine.feed.wire import Refusal


@pytest.mark.parametrize(
    ("code", "terminal", "slot", "harmless"),
    [
        (400, False, False, False),
        (401, False, False, False),
        (402, True, False, False),
        (403, False, False, True),
        (404, False, False, False),
        (405, True, False, False),
        (406, False, True, False),
        (407, False, False, False),
        (408, True, False, False),
        (409, True, False, False),
        (410, True, False, False),
        (411, True, False, False),
        (500, False, False, False),
        (999, False, False, False),
    ],
)
def test_every_code_has_its_place(code: int, terminal: bool, slot: bool, harmless: bool) -> None:
    assert (is_terminal(code), is_slot_taken(code), is_harmless(code)) == (terminal, slot, harmless)


def test_a_taken_slot_is_said_in_plain_words() -> None:
    words = in_words(Refusal(code=406, message="connection limit exceeded"))
    assert words.startswith("another program holds the slot")


def test_a_final_refusal_tells_the_operator_what_to_do() -> None:
    error = as_configuration_error(Refusal(code=409, message="insufficient subscription"))
    assert str(error) == (
        "data stream: the data stream refused: 409 insufficient subscription\n"
        "  remedy: set feed.feed to iex, or buy the plan that has this feed"
    )


def test_a_refusal_without_words_keeps_its_code() -> None:
    assert in_words(Refusal(code=500)) == "the data stream refused: 500"


def test_too_many_symbols_are_not_mended_by_trading_blind() -> None:
    """Without quotes every entry is refused: QUOTE_STALE, `no quote`."""
    error = as_configuration_error(Refusal(code=405, message="symbol limit exceeded"))
    assert "feed.quotes" not in str(error)
    assert "free plan allows 30" in str(error)
