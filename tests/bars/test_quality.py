from datetime import date

import polars as pl
import pytest

from tests.bars.tables import Row, bar, days_from, table
from tradeengine.bars.defects import BarDefect
from tradeengine.bars.parameters import QualityLimits
from tradeengine.bars.quality import refusals, screen
from tradeengine.model.rejections import Rejection, Stage, Weight

DAYS = days_from(date(2009, 6, 1), 300)
LAST = DAYS[-1]


def history(symbol: str = "A", *, closes: dict[int, float] | None = None) -> list[Row]:
    """Make bars of 300 sessions that wander a little; `closes` puts others in, by place."""
    closes = closes or {}
    return [
        bar(symbol, day, closes.get(place, 50.0 + (place * 7 % 11) / 10))
        for place, day in enumerate(DAYS)
    ]


def codes(found: list[Rejection]) -> list[tuple[str, str]]:
    return [(rejection.code, rejection.field) for rejection in found]


def test_good_bars_have_no_defects() -> None:
    assert screen(table(history()), LAST) == []


def test_a_symbol_without_bars_is_a_defect() -> None:
    found = screen(table(history("A")), LAST, symbols=["B", "A"])

    assert found == [
        Rejection(
            symbol="B",
            stage=Stage.BARS,
            code=BarDefect.NO_BARS,
            field="bars",
            value="0",
            limit="252 at least",
            source="daily bars",
            as_of=LAST,
            weight=Weight.TRANSIENT,
        )
    ]


def test_only_symbols_that_are_wanted_are_judged() -> None:
    frame = table([*history("A"), *history("B")[:100]])

    assert screen(frame, LAST, symbols=["A"]) == []


def test_a_short_history_is_a_defect() -> None:
    [short] = screen(table(history()[-251:]), LAST)

    assert (short.code, short.value, short.limit) == ("SHORT_HISTORY", "251", "252 at least")


def test_a_feed_that_stopped_is_a_defect() -> None:
    [stale] = screen(table(history()[:-1]), LAST)

    assert stale.code == BarDefect.STALE
    assert stale.value == f"no trade in the last 1 sessions (last: {DAYS[-2]})"
    assert screen(table(history()[:-1]), LAST, QualityLimits(stale_sessions_max=1)) == []


def test_a_last_bar_that_nobody_traded_is_stale() -> None:
    rows = history()
    rows[-1] = bar("A", LAST, 51.0, volume=0)

    assert [r.code for r in screen(table(rows), LAST)] == ["STALE", "NO_VOLUME"]


def test_bars_without_any_trade_are_stale_from_the_first() -> None:
    rows = [bar("A", day, 50.0 + place % 3, volume=0) for place, day in enumerate(DAYS)]

    found = screen(table(rows), LAST, QualityLimits(bars_min=2, window_days=300))

    assert found[0].value == "no trade in the last 300 sessions (last: none)"


def test_missing_bars_are_a_defect_when_they_are_many() -> None:
    rows = history()
    several = table(rows[:100] + rows[106:])
    few = table(rows[:100] + rows[105:])

    [missing] = screen(several, LAST)

    assert missing.code == BarDefect.MISSING_BARS
    assert missing.value.startswith("6 of the sessions from 2009-06-01 to ")
    assert screen(few, LAST) == []


def test_a_bar_of_a_holiday_is_a_defect_and_judged_no_further() -> None:
    holiday = bar("A", date(2009, 12, 25), 500.0)

    assert codes(screen(table([*history(), holiday]), LAST)) == [
        ("NOT_A_SESSION", "date 2009-12-25")
    ]


@pytest.mark.parametrize(
    ("prices", "code"),
    [
        ((50.0, 51.0, 49.0, 52.0), "BAD_OHLC"),
        ((48.0, 51.0, 49.0, 50.0), "BAD_OHLC"),
        ((50.0, 49.0, 51.0, 50.0), "BAD_OHLC"),
        ((0.0, 51.0, 0.0, 50.0), "BAD_OHLC"),
        ((50.2, 50.2, 50.2, 50.2), "FLAT_BAR"),
    ],
)
def test_a_bar_of_a_wrong_shape_is_named(
    prices: tuple[float, float, float, float], code: str
) -> None:
    rows = history()
    rows[100] = ("A", DAYS[100], *prices, 1_000, 0.0, 1.0)

    found = screen(table(rows), LAST)

    assert codes(found) == [(code, f"high {DAYS[100]}")]
    assert found[0].value == " ".join(f"{price:g}" for price in prices)
    assert refusals(found) == []


def test_prices_rounded_by_an_adjustment_are_no_defect() -> None:
    rows = history()
    rows[100] = ("A", DAYS[100], 50.0, 50.0, 49.0, 50.004, 1_000, 0.0, 1.0)

    assert screen(table(rows), LAST) == []


def test_a_bar_that_repeats_the_day_before_is_named() -> None:
    rows = history()
    flat = rows[200][5]
    rows[101] = ("A", DAYS[101], *rows[100][2:])
    rows[201] = ("A", DAYS[201], flat, flat, flat, flat, 1_000, 0.0, 1.0)

    assert codes(screen(table(rows), LAST)) == [
        ("REPEATED_BAR", f"close {DAYS[101]}"),
        ("REPEATED_BAR", f"close {DAYS[201]}"),
    ]


def test_a_booked_split_is_no_defect_and_a_wrong_one_is() -> None:
    rows = [
        bar("A", day, 50.0 if place < 150 else 25.1, split=2.0 if place == 150 else 1.0)
        for place, day in enumerate(DAYS)
    ]
    varied = [(*row[:5], row[5] + place % 2 * 0.001, *row[6:]) for place, row in enumerate(rows)]
    wrong = [(*row[:8], 3.0) if row[8] == 2.0 else row for row in varied]

    assert screen(table(varied), LAST) == []
    assert codes(screen(table(wrong), LAST)) == [("WRONG_SPLIT", f"split {DAYS[150]}")]


@pytest.mark.parametrize("ratio", [1.5, 2.0, 4.0, 0.5, 0.1])
def test_a_split_that_nobody_booked_is_named(ratio: float) -> None:
    rows = [
        bar("A", day, 50.0 + place % 2 / 10)
        if place < 150
        else bar("A", day, (50.0 + place % 2 / 10) / ratio, volume=round(1_000_000 * ratio))
        for place, day in enumerate(DAYS)
    ]

    found = screen(table(rows), LAST)

    assert ("SPLIT_NOT_BOOKED", f"split {DAYS[150]}") in codes(found)
    assert refusals(found)


def test_news_that_halves_a_price_in_a_storm_of_trades_is_a_jump_and_no_split() -> None:
    rows = [
        bar("A", day, 50.0 if place < 150 else 25.0 + place % 2 * 0.001)
        for place, day in enumerate(DAYS)
    ]
    rows[150] = bar("A", DAYS[150], 25.0, volume=10_000_000)

    found = [code for code, field in codes(screen(table(rows), LAST)) if "close" in field]
    assert "SPLIT_NOT_BOOKED" not in {code for code, _ in codes(screen(table(rows), LAST))}
    assert "JUMP" in found


def test_a_price_that_comes_back_the_next_day_was_none() -> None:
    found = screen(table(history(closes={150: 36.0})), LAST)

    assert ("REVERSED_JUMP", f"close {DAYS[150]}") in codes(found)


def test_the_last_day_does_not_know_whether_its_price_comes_back() -> None:
    found = screen(table(history(closes={150: 36.0})), DAYS[150], QualityLimits(bars_min=2))

    assert "REVERSED_JUMP" not in {code for code, _ in codes(found)}


def test_a_dividend_of_a_fifth_of_the_company_is_a_spin_off() -> None:
    rows = history()
    rows[150] = bar("A", DAYS[150], 40.0, dividend=10.0)
    rows[151:] = [bar("A", day, 40.1 + p % 3 / 10) for p, day in enumerate(DAYS[151:])]

    [found] = screen(table(rows), LAST)

    assert (found.code, found.field) == ("SPIN_OFF_AS_DIVIDEND", f"dividend {DAYS[150]}")
    assert (found.value, found.limit) == ("10 with a close of 40", "0.15 of close plus dividend")
    assert found.weight is Weight.STRUCTURAL


def test_what_a_person_has_accepted_is_not_told_again() -> None:
    limits = QualityLimits(accepted_moves=(f"A {DAYS[150]}", f"A {DAYS[151]}"))
    frame = table(history(closes={150: 36.0}))

    assert screen(frame, LAST, limits) == []


def test_small_defects_refuse_a_symbol_only_when_they_are_many() -> None:
    rows = history("A")
    for place in range(100, 112, 2):
        rows[place] = ("A", DAYS[place], 50.2, 50.2, 50.2, 50.2, 1_000, 0.0, 1.0)
    six = screen(table([*history("B")[:100], *rows]), DAYS[299])
    five = [rejection for rejection in six if rejection.field != f"high {DAYS[100]}"]

    assert [r.code for r in refusals(six) if r.symbol == "A"] == ["FLAT_BAR"] * 6
    assert {r.symbol for r in refusals(five)} == {"B"}


def test_older_bars_than_the_window_are_not_judged() -> None:
    frame = table(history(closes={10: 500.0}))
    limits = QualityLimits(window_days=280, bars_min=252)

    assert screen(frame, LAST, limits) == []


def test_the_first_day_of_the_window_is_judged_against_the_day_before() -> None:
    frame = table(history(closes={20: 500.0}))
    limits = QualityLimits(window_days=280, bars_min=252)

    assert ("JUMP", f"close {DAYS[20]}") in codes(screen(frame, LAST, limits))


def test_defects_are_told_by_symbol_and_day() -> None:
    rows = [*history("B", closes={150: 500.0}), *history("A", closes={10: 500.0})[:-1]]

    found = screen(table(rows), LAST, source="somewhere")

    assert [r.symbol for r in found] == sorted(r.symbol for r in found)
    assert found[0].code == BarDefect.STALE
    assert {r.source for r in found} == {"somewhere"}


def test_no_bars_and_nobody_asked_for() -> None:
    assert screen(table([]), LAST) == []
    assert isinstance(table([]), pl.DataFrame)
