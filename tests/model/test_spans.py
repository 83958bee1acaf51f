"""Spans and instants read as people say them."""

import pytest

from tradeengine.model.instants import NANOS, parse_instant
from tradeengine.model.spans import in_words, new_york_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3_600, "1 h"),
        (7_985, "2 h 13 min"),
        (86_400, "1 d"),
        (90_061, "1 d 1 h"),
    ],
)
def test_the_two_largest_units_are_said(seconds: int, words: str) -> None:
    assert in_words(seconds * NANOS) == words


def test_an_instant_is_said_in_new_york_with_its_weekday() -> None:
    assert (
        new_york_words(parse_instant("2026-03-04T13:00:00Z")) == "08:00 New York on Wed 2026-03-04"
    )
