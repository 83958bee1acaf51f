"""A market opens on a day and symbols that we have, or says what is wrong."""

from datetime import date

import pytest

from tests.venue.market.scene import DAY
from tradeengine.errors import BadConfiguration
from tradeengine.venue.market import generated_market, market_of_history, recorded_market


def test_without_a_choice_everything_we_have_is_traded() -> None:
    market = recorded_market(DAY, None, 7)

    assert len(market.symbols) == 58
    assert list(market.symbols) == sorted(market.symbols)
    assert "VIX" not in market.symbols


def test_a_choice_keeps_its_order_and_loses_its_doubles() -> None:
    assert recorded_market(DAY, ["KO", "AAPL", "KO"], 7).symbols == ("KO", "AAPL")


def test_a_day_without_minutes_is_drawn_for_those_with_daily_bars() -> None:
    market = recorded_market(date(2018, 11, 5), None, 7)

    assert len(market.symbols) == 50
    assert "GLD" not in market.symbols


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (date(2019, 2, 18), "venue.date: the exchange is closed on 2019-02-18"),
        (date(2020, 2, 13), "venue.date: there is no market data of 2020-02-13"),
    ],
)
def test_a_day_without_a_market_is_refused(day: date, problem: str) -> None:
    with pytest.raises(BadConfiguration, match=problem):
        recorded_market(day, None, 7)


def test_an_unknown_symbol_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadConfiguration) as refusal:
        recorded_market(DAY, ["AAPL", "NOPE", "VIX"], 7)

    assert "no market data of NOPE, VIX on 2019-02-13" in str(refusal.value)
    assert "choose from AAPL, ABT" in str(refusal.value)


def test_a_day_without_shares_is_refused_with_those_that_have_some() -> None:
    with pytest.raises(BadConfiguration) as refusal:
        recorded_market(date(2015, 7, 1), None, 7)

    assert (
        "choose a trading day from 2004-06-01 to 2010-12-31 or from 2018-08-01 to 2019-02-28"
        in str(refusal.value)
    )


def test_a_market_of_history_trades_nothing_and_knows_all() -> None:
    sunday = market_of_history(date(2010, 7, 4))

    assert sunday.symbols == ()
    assert sunday.session.date == date(2010, 7, 6)
    assert len(sunday.listed) == 225
    assert sunday.daily("XOM", date(2010, 7, 2), date(2010, 7, 6))[-1].close == 56.57


@pytest.mark.parametrize(("symbols", "rate"), [(0, 10.0), (26**3 + 1, 10.0), (5, 0.0)])
def test_a_load_that_cannot_be_is_refused(symbols: int, rate: float) -> None:
    with pytest.raises(BadConfiguration, match=r"venue\.load"):
        generated_market(symbols, rate, 7, DAY)


def test_a_load_on_a_holiday_is_refused() -> None:
    with pytest.raises(BadConfiguration, match="closed on 2018-12-25"):
        generated_market(5, 10.0, 7, date(2018, 12, 25))
