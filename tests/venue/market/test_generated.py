"""Invented markets for load: any number of symbols at about any rate."""

from datetime import date
from itertools import islice, pairwise, takewhile

import msgspec
import numpy as np
import pytest

from tests.venue.market.scene import CLOSE_AT, DAY, OPEN_AT, draws, minutes_of
from tradeengine.model.events import Bar, Quote, Trade
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.model.sessions import session_on
from tradeengine.venue.market import Market, Tick, generated_market
from tradeengine.venue.market.generated import GeneratedDays, Load, thinned


def pieced_market(symbols: int = 5, rate: float = 20.0) -> Market:
    """Give a market whose tape is made a minute at a time."""
    load = Load(symbols, rate, piece_messages=int(60 * rate))
    names = generated_market(symbols, rate, 3, DAY).instruments
    session = session_on(DAY)
    assert session is not None
    assert load.piece_minutes == 1
    return Market(session, names, GeneratedDays(load, session, 3))


def first_minutes(market: Market, minutes: int) -> list[Tick]:
    end = OPEN_AT + minutes * MINUTE
    return list(takewhile(lambda tick: tick.at < end, market.ticks(0)))


@pytest.mark.parametrize(
    ("symbols", "rate", "minutes"),
    [(1, 0.05, 390), (10, 0.5, 390), (50, 20.0, 30), (40, 500.0, 3), (100, 40.0, 20)],
)
def test_the_rate_is_about_what_was_asked_for(symbols: int, rate: float, minutes: int) -> None:
    ticks = first_minutes(generated_market(symbols, rate, 3, DAY), minutes)
    messages = sum(len(tick.messages) for tick in ticks)

    assert 0.75 * rate < messages / (minutes * 60) < 1.4 * rate


def test_instants_rise_strictly_from_piece_to_piece() -> None:
    market = pieced_market()
    ticks = first_minutes(market, 30)

    assert all(before.at < after.at for before, after in pairwise(ticks))
    assert {m.symbol for tick in ticks for m in tick.messages} == set(market.symbols)


def test_a_minute_in_which_nobody_trades_is_silent() -> None:
    ticks = list(pieced_market(symbols=1, rate=0.02).ticks(0))
    minutes = {(tick.at - OPEN_AT) // MINUTE for tick in ticks}

    assert 0 < len(minutes) < 80
    assert all(before.at < after.at for before, after in pairwise(ticks))


def test_trades_are_numbered_upwards_from_piece_to_piece() -> None:
    numbers = [
        m.trade_id
        for tick in first_minutes(pieced_market(), 10)
        for m in tick.messages
        if isinstance(m, Trade) and m.symbol == "ZAAB"
    ]

    assert len(numbers) > 500
    assert all(before < after for before, after in pairwise(numbers))


def test_a_bar_says_what_its_minute_printed() -> None:
    market = generated_market(3, 30.0, 3, DAY)
    ticks = first_minutes(market, 12)
    traded = [m for t in ticks for m in t.messages if isinstance(m, Trade) and m.symbol == "ZAAA"]
    bars = [m for t in ticks for m in t.messages if isinstance(m, Bar) and m.symbol == "ZAAA"]

    assert len(bars) == 11
    for bar in bars:
        inside = [trade for trade in traded if bar.at <= trade.at < bar.at + MINUTE]
        assert bar.volume == sum(trade.size for trade in inside)
        assert (bar.open, bar.close) == (inside[0].price, inside[-1].price)


@pytest.mark.parametrize("into", [0, 1_000_000, 30 * NANOS])
def test_the_tape_can_be_entered_in_the_middle(into: int) -> None:
    market = pieced_market()
    start = OPEN_AT + 2 * MINUTE + into
    whole = [tick for tick in first_minutes(market, 4) if tick.at >= start]

    assert list(islice(market.ticks(start), len(whole))) == whole


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def tape(seed: int) -> bytes:
        market = generated_market(5, 100.0, seed, DAY)
        return msgspec.json.encode([tick.messages for tick in islice(market.ticks(0), 500)])

    assert tape(1) == tape(1)
    assert tape(1) != tape(2)


def test_what_is_read_back_is_the_tape() -> None:
    market = generated_market(4, 100.0, 3, DAY)
    ticks = first_minutes(market, 3)
    now = ticks[-1].at
    shown = [m for t in ticks for m in t.messages if m.symbol == "ZAAC"]

    assert market.trades("ZAAC", 0, now) == [m for m in shown if isinstance(m, Trade)]
    assert market.quotes("ZAAC", 0, now) == [m for m in shown if isinstance(m, Quote)]
    assert [bar.at for bar in market.history("ZAAC", 0, CLOSE_AT, 1, now)] == [
        m.at for m in shown if isinstance(m, Bar)
    ]


def test_other_days_are_empty() -> None:
    market = generated_market(4, 100.0, 3, DAY)

    assert market.days.day("ZAAA", date(2019, 2, 12)) is None
    assert market.trades("ZAAA", OPEN_AT - 86_400 * NANOS, OPEN_AT) == []


def test_the_previous_close_is_the_open() -> None:
    market = generated_market(4, 100.0, 3, DAY)
    first = next(m for t in market.ticks(0) for m in t.messages if isinstance(m, Trade))

    assert market.previous_close(first.symbol) == first.price


def test_symbols_are_made_of_letters() -> None:
    names = Load(symbols=730, rate_per_second=1.0).names()

    assert names[:2] == ("ZAAA", "ZAAB")
    assert names[26] == "ZABA"
    assert names[-1] == "ZBCB"
    assert len(set(names)) == 730


@pytest.mark.parametrize(
    ("prints", "expected"),
    [
        (5.0, (10.0, 10.4, 9.8, 10.2)),
        (2.5, (10.0, 10.2, 10.0, 10.2)),
        (1.5, (10.2, 10.2, 10.2, 10.2)),
    ],
)
def test_fewer_prints_make_simpler_minutes(
    prints: float, expected: tuple[float, float, float, float]
) -> None:
    thin = thinned(minutes_of((10.0, 10.4, 9.8, 10.2, 500)), prints, draws())

    assert (thin.open[0], thin.high[0], thin.low[0], thin.close[0]) == expected


def test_below_one_print_a_minute_some_minutes_drop_out() -> None:
    thin = thinned(minutes_of(*[(10.0, 10.4, 9.8, 10.2, 500)] * 400), 0.3, draws())

    assert 80 < len(thin) < 160
    assert thin.start[0] == OPEN_AT
    assert (np.diff(thin.start) > 0).all()
