"""Which statuses halt a symbol."""

import pytest

from tradeengine.feed.halts import HALTING, INFORMING, MISSED, RESUMING, Halts
from tradeengine.model.events import Bar, TradingStatus
from tradeengine.model.instants import MINUTE


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


def minute(start: int, *, volume: float = 100, revised: bool = False, symbol: str = "AAPL") -> Bar:
    return Bar(
        at=start,
        received_at=start + MINUTE,
        symbol=symbol,
        open=10,
        high=10,
        low=10,
        close=10,
        volume=volume,
        vwap=10,
        trade_count=1,
        revised=revised,
    )


def test_a_bar_of_a_later_minute_proves_that_a_halt_is_over() -> None:
    halts = Halts()
    halts.read("AAPL", "H", at=MINUTE)

    resumed, bar = halts.ended_by([minute(2 * MINUTE)])

    assert isinstance(resumed, TradingStatus)
    assert (resumed.symbol, resumed.code, resumed.halted) == ("AAPL", MISSED, False)
    assert bar == minute(2 * MINUTE)
    assert halts.read("AAPL", "5") is False


@pytest.mark.parametrize(
    "bar",
    [
        minute(0),
        minute(2 * MINUTE, revised=True),
        minute(2 * MINUTE, volume=0),
        minute(2 * MINUTE, symbol="MSFT"),
    ],
    ids=["the minute of the halt", "a revision", "no trades", "another symbol"],
)
def test_no_other_bar_does(bar: Bar) -> None:
    halts = Halts()
    halts.read("AAPL", "H", at=MINUTE // 2)

    assert list(halts.ended_by([bar])) == [bar]
    assert halts.read("AAPL", "5") is True
