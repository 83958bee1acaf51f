"""The longest usual silence."""

import pytest

from tradeengine.feed.cadence import Cadence


def test_the_longest_silence_is_kept() -> None:
    cadence = Cadence()
    for gap in (2.0, 30.0, 1.0):
        cadence.learn(gap)
    assert cadence.longest_seconds == pytest.approx(30, abs=0.01)
    assert cadence.gaps == 3


def test_half_of_it_fades_in_a_session() -> None:
    cadence = Cadence()
    cadence.learn(100.0)
    for _ in range(2_340):
        cadence.learn(10.0)
    assert cadence.longest_seconds == pytest.approx(50, abs=0.1)
