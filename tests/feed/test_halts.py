"""Which statuses halt a symbol."""

import pytest

from tradeengine.feed.halts import HALTING, INFORMING, RESUMING, Halts


@pytest.mark.parametrize("code", sorted(HALTING))
def test_a_halting_code_halts(code: str) -> None:
    assert Halts().read("AAPL", code) is True


@pytest.mark.parametrize("code", sorted(RESUMING))
def test_a_resuming_code_lifts_the_halt(code: str) -> None:
    halts = Halts()
    halts.read("AAPL", "H")
    assert halts.read("AAPL", code) is False
    assert halts.read("AAPL", "5") is False


@pytest.mark.parametrize("code", sorted(INFORMING))
def test_an_informing_code_changes_nothing(code: str) -> None:
    halts = Halts()
    assert halts.read("AAPL", code) is False
    halts.read("AAPL", "2")
    assert halts.read("AAPL", code) is True


def test_quotes_alone_do_not_end_a_halt() -> None:
    halts = Halts()
    halts.read("AAPL", "P")
    assert halts.read("AAPL", "Q") is True


def test_a_code_that_nobody_knows_halts() -> None:
    assert Halts().read("AAPL", "~") is True


def test_halts_are_per_symbol() -> None:
    halts = Halts()
    halts.read("AAPL", "H")
    assert halts.read("MSFT", "T") is False
    assert halts.read("AAPL", "E") is True
