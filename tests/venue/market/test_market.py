"""The market of 2019-02-13: exact, ordered, repeatable, and readable backwards."""

from collections import defaultdict
from datetime import date
from itertools import islice, pairwise

import msgspec
import pytest

from tests.venue.market.scene import CLOSE_AT, DAY, OPEN_AT, market
from tradeengine.model.events import Bar, PriceBand, Quote, Trade
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.venue.market import Tick, shipped_archive

RECORDED = [
    "AAPL",
    "AMZN",
    "BAC",
    "DFS",
    "GLD",
    "JPM",
    "MSFT",
    "MU",
    "PPLT",
    "QQQ",
    "SLV",
    "SPY",
    "TSLA",
    "TZA",
    "VOO",
    "VXXB",
    "XLP",
]
DAY_NANOS = 86_400 * NANOS


@pytest.fixture(scope="module")
def ticks() -> list[Tick]:
    return list(market().ticks(0))


def rebuilt(ticks: list[Tick]) -> dict[tuple[str, int], tuple[float, float, float, float, float]]:
    """Build minute bars from the prints alone."""
    bars: dict[tuple[str, int], tuple[float, float, float, float, float]] = {}
    for tick in ticks:
        for trade in tick.messages:
            if isinstance(trade, Trade):
                key, price = (trade.symbol, trade.at - trade.at % MINUTE), trade.price
                o, h, low, _, v = bars.get(key, (price, price, price, price, 0.0))
                bars[key] = (o, max(h, price), min(low, price), price, v + trade.size)
    return bars


def test_at_least_45_symbols_stream_on_every_day_of_the_week() -> None:
    for day in range(11, 16):
        on = market(day=date(2019, 2, day))
        seen = {m.symbol for t in islice(on.ticks(0), 6000) for m in t.messages}

        assert seen == set(on.symbols)
        assert len(seen) >= 45


def test_every_recorded_minute_is_reproduced_exactly(ticks: list[Tick]) -> None:
    built, expected = rebuilt(ticks), dict[tuple[str, int], tuple[float, ...]]()
    for symbol in RECORDED:
        minutes = shipped_archive().minutes(symbol, DAY)
        assert minutes is not None
        columns = (minutes.open, minutes.high, minutes.low, minutes.close, minutes.volume)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        expected |= {
            (symbol, start): row for start, row in zip(minutes.start.tolist(), rows, strict=True)
        }

    assert {key: bar for key, bar in built.items() if key[0] in RECORDED} == expected
    assert len(expected) == 6263


def test_every_other_day_is_reproduced_exactly(ticks: list[Tick]) -> None:
    trades = defaultdict(list)
    for tick in ticks:
        for message in tick.messages:
            if isinstance(message, Trade):
                trades[message.symbol].append(message)
    others = [symbol for symbol in market().symbols if symbol not in RECORDED]

    assert len(others) == 41
    for symbol in others:
        prices = [trade.price for trade in trades[symbol]]
        bar = next(bar for bar in shipped_archive().daily(symbol) if bar.date == DAY)
        built = (prices[0], max(prices), min(prices), prices[-1])
        assert built == (bar.open, bar.high, bar.low, bar.close), symbol
        assert sum(trade.size for trade in trades[symbol]) == bar.volume, symbol


def test_published_bars_say_what_was_printed(ticks: list[Tick]) -> None:
    built = rebuilt(ticks)
    counted: dict[tuple[str, int], list[float]] = defaultdict(list)
    for tick in ticks:
        for message in tick.messages:
            if isinstance(message, Trade):
                key = (message.symbol, message.at - message.at % MINUTE)
                counted[key] += [message.price * message.size]
            if isinstance(message, Bar):
                key = (message.symbol, message.at)
                bar = (message.open, message.high, message.low, message.close, message.volume)
                assert bar == built.pop(key)
                assert message.trade_count == len(counted[key])
                assert message.vwap == pytest.approx(sum(counted[key]) / message.volume, abs=1e-6)
                assert 0 < tick.at - message.at - MINUTE < 50_000_000
    assert built == {}


def test_the_tape_is_in_strict_order_and_inside_the_session(ticks: list[Tick]) -> None:
    assert all(before.at < after.at for before, after in pairwise(ticks))
    assert ticks[0].at > OPEN_AT
    for tick in ticks:
        if not isinstance(tick.messages[0], Bar):
            assert tick.at < CLOSE_AT
    assert CLOSE_AT < ticks[-1].at < CLOSE_AT + 50_000_000


def test_a_session_is_of_bearable_size(ticks: list[Tick]) -> None:
    assert 90_000 < len(ticks) < 200_000


def test_quotes_are_fresh_when_a_bar_comes_out_and_prints_are_inside_them(
    ticks: list[Tick],
) -> None:
    last: dict[str, Quote] = {}
    for tick in ticks:
        for message in tick.messages:
            if isinstance(message, Quote):
                assert 0 < message.bid < message.ask
                last[message.symbol] = message
            elif isinstance(message, Trade):
                quote = last[message.symbol]
                assert quote.at == message.at
                assert quote.bid <= message.price <= quote.ask
            elif isinstance(message, Bar):
                assert tick.at - last[message.symbol].at < 1.5 * NANOS


def test_spreads_of_the_planned_shares_are_one_to_five_basis_points() -> None:
    spreads = [
        (m.ask - m.bid) / m.ask * 1e4
        for t in market("AAPL", "BAC", "DFS", "KO", "XOM", "BRK.B").ticks(0)
        for m in t.messages
        if isinstance(m, Quote)
    ]

    assert max(spreads) < 5


def test_bands_are_five_percent_and_are_never_left(ticks: list[Tick]) -> None:
    bands: dict[str, PriceBand] = {}
    for tick in ticks:
        for message in tick.messages:
            if isinstance(message, PriceBand):
                bands[message.symbol] = message
                middle = (message.low + message.high) / 2
                assert message.high / middle == pytest.approx(1.05, abs=0.001)
            elif isinstance(message, Trade):
                assert bands[message.symbol].low < message.price < bands[message.symbol].high


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def tape(seed: int) -> bytes:
        return msgspec.json.encode(
            [tick.messages for tick in islice(market(seed=seed).ticks(0), 3000)]
        )

    assert tape(7) == tape(7)
    assert tape(7) != tape(8)


def test_a_symbols_tape_does_not_depend_on_who_else_is_traded() -> None:
    def of_ko(*symbols: str) -> list[object]:
        return [m for t in market(*symbols).ticks(0) for m in t.messages if m.symbol == "KO"]

    assert of_ko("KO") == of_ko("AAPL", "KO", "XOM")


def test_the_tape_can_be_entered_in_the_middle() -> None:
    small = market("AAPL", "KO")
    noon = OPEN_AT + 150 * MINUTE

    assert list(small.ticks(noon)) == [tick for tick in small.ticks(0) if tick.at >= noon]


def test_an_early_close_has_a_short_tape() -> None:
    christmas_eve = market("KO", day=date(2018, 12, 24))
    last = list(christmas_eve.ticks(0))[-1]

    assert christmas_eve.session.closes_early
    assert 0 < last.at - christmas_eve.session.close_at < 50_000_000


def test_history_of_today_is_what_the_tape_has_published() -> None:
    small = market("AAPL", "KO")
    now = OPEN_AT + 30 * MINUTE + 1_000_000
    published = [
        msgspec.structs.replace(m, history=True)
        for t in small.ticks(0)
        if t.at <= now
        for m in t.messages
        if isinstance(m, Bar) and m.symbol == "KO"
    ]

    assert small.history("KO", OPEN_AT, CLOSE_AT, 1, now) == published
    assert len(published) == 29


def test_history_reaches_back_over_earlier_sessions() -> None:
    small = market("AAPL", "KO")
    bars = small.history("AAPL", OPEN_AT - 2 * DAY_NANOS, CLOSE_AT, 1, OPEN_AT)

    assert len(bars) == 780
    assert bars[-1].at == OPEN_AT - DAY_NANOS + 389 * MINUTE
    assert bars[-1].close == 170.89
    assert all(bar.history for bar in bars)


def test_history_bounds_are_inclusive() -> None:
    small = market("AAPL")
    bars = small.history("AAPL", OPEN_AT + MINUTE, OPEN_AT + 3 * MINUTE, 1, CLOSE_AT)

    assert [(bar.at - OPEN_AT) // MINUTE for bar in bars] == [1, 2, 3]


def test_history_in_longer_bars_leaves_out_the_unfinished_one() -> None:
    small = market("AAPL")
    bars = small.history("AAPL", OPEN_AT, CLOSE_AT, 15, OPEN_AT + 44 * MINUTE)

    assert [(bar.at - OPEN_AT) // MINUTE for bar in bars] == [0, 15]


def test_history_in_days_ends_with_the_last_one_that_is_over() -> None:
    small = market("AAPL")
    start = OPEN_AT - 30 * DAY_NANOS

    before = small.history("AAPL", start, CLOSE_AT, "1Day", CLOSE_AT - 1)
    after = small.history("AAPL", start, CLOSE_AT, "1Day", CLOSE_AT)

    assert [len(before), len(after)] == [20, 21]
    assert before[-1] == Bar(
        at=1_549_947_600_000_000_000,
        received_at=CLOSE_AT - DAY_NANOS,
        symbol="AAPL",
        open=170.1,
        high=171.0,
        low=169.7,
        close=170.89,
        volume=22283523.0,
        vwap=170.4225,
        trade_count=0,
        history=True,
    )


def test_history_of_an_unknown_symbol_is_empty() -> None:
    assert market("AAPL").history("NOPE", 0, CLOSE_AT, 1, CLOSE_AT) == []


def test_trades_and_quotes_read_back_are_those_of_the_tape() -> None:
    small = market("AAPL", "KO")
    start, end = OPEN_AT + 10 * MINUTE, OPEN_AT + 20 * MINUTE
    shown = [m for t in small.ticks(start) if t.at <= end for m in t.messages]

    assert small.trades("KO", start, end) == [
        m for m in shown if isinstance(m, Trade) and m.symbol == "KO"
    ]
    assert small.quotes("KO", start, end) == [
        m for m in shown if isinstance(m, Quote) and m.symbol == "KO"
    ]


def test_trades_of_an_earlier_session_can_be_read() -> None:
    yesterday = OPEN_AT - DAY_NANOS

    assert market("SPY").trades("SPY", yesterday, yesterday + MINUTE)[0].price == 272.42


def test_a_span_that_ends_before_it_starts_holds_nothing() -> None:
    assert market("SPY").trades("SPY", CLOSE_AT, OPEN_AT) == []
    assert market("SPY").quotes("SPY", OPEN_AT + MINUTE, OPEN_AT) == []


def test_daily_bars_end_before_the_session() -> None:
    bars = market("AAPL").daily("AAPL", date(2019, 2, 7), date(2019, 2, 28))

    assert [bar.date.day for bar in bars] == [7, 8, 11, 12]
    assert bars[1].dividend == 0.73


def test_the_previous_close_is_the_official_one() -> None:
    assert market("AAPL").previous_close("AAPL") == 170.89


def test_without_an_earlier_day_the_previous_close_is_the_open() -> None:
    assert market("GLD", day=date(2019, 2, 11)).previous_close("GLD") == 123.2


def test_a_symbol_that_is_not_traded_has_no_previous_close() -> None:
    with pytest.raises(KeyError, match="NOPE"):
        market("AAPL").previous_close("NOPE")


def test_instruments_say_what_the_broker_says() -> None:
    apple = market("AAPL").instruments["AAPL"]

    assert apple.name == "Apple Inc. Common Stock"
    assert apple.exchange == "NASDAQ"
    assert apple.asset_id == market("AAPL", seed=9).instruments["AAPL"].asset_id
    assert apple.asset_id[14] == "8"
    assert [len(part) for part in apple.asset_id.split("-")] == [8, 4, 4, 4, 12]
    assert all((apple.tradable, apple.fractionable, apple.shortable, apple.easy_to_borrow))
