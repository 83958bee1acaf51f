"""The shipped files hold what docs/data.md says."""

from datetime import date

from tests.venue.market.scene import DAY, OPEN_AT
from tradeengine.model.sessions import sessions_between
from tradeengine.venue.market import Daily, shipped_archive


def test_every_instrument_has_daily_bars_of_the_recorded_week() -> None:
    week = [date(2019, 2, day) for day in range(11, 16)]

    for symbol in shipped_archive().instruments:
        dates = [bar.date for bar in shipped_archive().daily(symbol)]
        assert [day for day in dates if day in week] == week, symbol


def test_shares_have_daily_bars_of_every_session_from_august_to_february() -> None:
    sessions = [s.date for s in sessions_between(date(2018, 8, 1), date(2019, 2, 28))]

    assert [bar.date for bar in shipped_archive().daily("XOM")] == sessions
    assert [bar.date for bar in shipped_archive().daily("SPY")] == sessions


def test_daily_bars_are_those_of_the_source() -> None:
    assert shipped_archive().daily("AAPL")[0] == Daily(
        date(2018, 8, 1), 199.13, 201.76, 197.31, 201.5, 67935716, 0.0, 1.0
    )


def test_funds_without_a_daily_source_are_summed_from_their_minutes() -> None:
    minutes = shipped_archive().minutes("QQQ", DAY)
    bar = next(bar for bar in shipped_archive().daily("QQQ") if bar.date == DAY)

    assert minutes is not None
    assert minutes.start[0] == OPEN_AT
    assert bar.volume == minutes.volume.sum()
    assert (bar.open, bar.close) == (minutes.open[0], minutes.close[-1])
    assert (bar.high, bar.low) == (minutes.high.max(), minutes.low.min())


def test_unknown_symbols_and_days_have_nothing() -> None:
    assert shipped_archive().daily("NOPE") == ()
    assert shipped_archive().minutes("AAPL", date(2019, 2, 18)) is None


def test_the_volatility_index_is_a_series_and_not_an_instrument() -> None:
    closes = shipped_archive().vix_closes()

    assert closes[date(2019, 2, 12)] == 15.43
    assert "VIX" not in shipped_archive().instruments


def test_all_files_together_are_small() -> None:
    assert sum(f.stat().st_size for f in shipped_archive().folder.iterdir() if f.is_file()) < 3e6
