"""
Judge daily bars before anything is decided on them, as of a day.

    screen      every defect found, each with its rule, value and limit
    refusals    those of them for which a symbol must not be used

Some defects spoil what is reckoned from bars (a split that is missing makes a return of -50 %):
one of those refuses a symbol. A flat or an empty bar years ago does not; many do.

A real crash and a split that nobody booked can look alike. Where they do, the symbol stays out
until a person has looked (`bars.quality.accepted_moves`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

import polars as pl

from tradeengine.bars.defects import (
    SMALL,
    BarDefect,
    Row,
    Rule,
    price_rules,
    shape_rules,
    with_neighbours,
)
from tradeengine.bars.parameters import QualityLimits
from tradeengine.bars.window import last_sessions
from tradeengine.model.rejections import Rejection, Stage, Weight
from tradeengine.model.sessions import has_session

_DATED = date.min
"""Where defects of a symbol as a whole stand among those of its days: first."""


def screen(
    frame: pl.DataFrame,
    through: date,
    limits: QualityLimits | None = None,
    *,
    symbols: Sequence[str] | None = None,
    source: str = "daily bars",
) -> list[Rejection]:
    """
    Find the defects of bars (`DAILY_SCHEMA`) of the last sessions up to `through`.

    `symbols` are those that are wanted, by default all that have bars; one without bars is a
    defect. By symbol, then day. Bars after `through` are not looked at. Raises OutsideCalendar.
    """
    limits = limits or QualityLimits()
    sessions = last_sessions(through, limits.window_days)
    first = sessions[0] if sessions else through
    known = frame.filter(pl.col("date").is_between(first - _NEIGHBOURS, through))
    if symbols is not None:
        known = known.filter(pl.col("symbol").is_in(list(symbols)))
    known = known.sort("symbol", "date")
    wanted = sorted(set(known["symbol"].unique() if symbols is None else symbols))
    on_session = pl.col("date").is_in([day for day in known["date"].unique() if has_session(day)])
    in_window = pl.col("date") >= first
    told = _Told(through, source, frozenset(limits.accepted_moves))
    traded = known.filter(on_session)
    _of_symbols(told, traded.filter(in_window), wanted, sessions, limits)
    for row in known.filter(in_window, ~on_session).iter_rows(named=True):
        told.bar(_OFF_SESSION, row)
    _of_bars(told, with_neighbours(traded, limits).filter(in_window), limits)
    return told.in_order()


def refusals(found: Iterable[Rejection], limits: QualityLimits | None = None) -> list[Rejection]:
    """
    Give those of the defects for which their symbol must not be used, in the order of symbols.

    They are the defects that are not small, or all small ones when there are too many.
    """
    limits = limits or QualityLimits()
    refused: list[Rejection] = []
    for _, defects in groupby(sorted(found, key=_symbol), key=_symbol):
        listed = list(defects)
        grave = [defect for defect in listed if defect.code not in SMALL]
        if grave or len(listed) > limits.small_defects_max:
            refused += grave or listed
    return refused


_NEIGHBOURS = timedelta(days=60)
"""Bars before the window that its first ones are judged against."""

_OFF_SESSION = Rule(
    BarDefect.NOT_A_SESSION,
    Weight.STRUCTURAL,
    "date",
    pl.lit(True),
    lambda row: f"a bar of {row['date']}",
    "days on which the exchange trades",
)


class _Told:
    """Collects what is found."""

    def __init__(self, through: date, source: str, accepted: frozenset[str]) -> None:
        self._through, self._source, self._accepted = through, source, accepted
        self._found: list[tuple[str, date, Rejection]] = []

    def bar(self, rule: Rule, row: Row) -> None:
        day = row["date"]
        field = f"{rule.field} {day}"
        self._add(row["symbol"], day, rule.code, field, rule.found(row), rule.limit, rule.weight)

    def symbol(self, symbol: str, code: BarDefect, field: str, value: str, limit: str) -> None:
        self._add(symbol, _DATED, code, field, value, limit, Weight.TRANSIENT)

    def is_accepted(self, row: Row) -> bool:
        return f"{row['symbol']} {row['date']}" in self._accepted

    def in_order(self) -> list[Rejection]:
        self._found.sort(key=lambda item: item[:2])
        return [rejection for _, _, rejection in self._found]

    def _add(
        self, symbol: str, day: date, code: str, field: str, value: str, limit: str, weight: Weight
    ) -> None:
        rejection = Rejection(
            symbol=symbol,
            stage=Stage.BARS,
            code=code,
            field=field,
            value=value,
            limit=limit,
            source=self._source,
            as_of=self._through,
            weight=weight,
        )
        self._found.append((symbol, day, rejection))


def _of_bars(told: _Told, bars: pl.DataFrame, limits: QualityLimits) -> None:
    shapes, prices = shape_rules(limits), price_rules(limits)
    # All rules look at once, and only the few rows that break one are taken out.
    broken = bars.select(
        rule.broken.fill_null(False).alias(rule.code) for rule in (*shapes, *prices)
    )
    judged = pl.repeat(False, bars.height, eager=True)
    for rule in shapes:
        for row in bars.filter(broken[rule.code] & ~judged).iter_rows(named=True):
            told.bar(rule, row)
        judged = judged | broken[rule.code]
    for rule in prices:
        for row in bars.filter(broken[rule.code]).iter_rows(named=True):
            if not told.is_accepted(row):
                told.bar(rule, row)


def _of_symbols(
    told: _Told,
    bars: pl.DataFrame,
    wanted: Sequence[str],
    sessions: Sequence[date],
    limits: QualityLimits,
) -> None:
    place = {day: number for number, day in enumerate(sessions)}
    days = bars.group_by("symbol").agg(
        count=pl.len(),
        first=pl.col("date").min(),
        last=pl.col("date").max(),
        traded=pl.col("date").filter(pl.col("volume") > 0).max(),
    )
    rows = {row["symbol"]: row for row in days.iter_rows(named=True)}
    for symbol in wanted:
        if symbol in rows:
            _of_history(told, symbol, rows[symbol], place, limits)
        else:
            told.symbol(symbol, BarDefect.NO_BARS, "bars", "0", f"{limits.bars_min} at least")


def _of_history(
    told: _Told, symbol: str, row: Row, place: Mapping[date, int], limits: QualityLimits
) -> None:
    """Judge how long, how whole and how recent a symbol's bars are, in the places of sessions."""
    count, traded = row["count"], row["traded"]
    missing = place[row["last"]] - place[row["first"]] + 1 - count
    idle = len(place) - 1 - place[traded] if traded else len(place)
    if count < limits.bars_min:
        found, limit = str(count), f"{limits.bars_min} at least"
        told.symbol(symbol, BarDefect.SHORT_HISTORY, "bars", found, limit)
    if missing > limits.missing_bars_max:
        found = f"{missing} of the sessions from {row['first']} to {row['last']}"
        limit = f"{limits.missing_bars_max} at most"
        told.symbol(symbol, BarDefect.MISSING_BARS, "bars", found, limit)
    if idle > limits.stale_sessions_max:
        found = f"no trade in the last {idle} sessions (last: {traded or 'none'})"
        limit = f"{limits.stale_sessions_max} at most"
        told.symbol(symbol, BarDefect.STALE, "volume", found, limit)


def _symbol(defect: Rejection) -> str:
    return defect.symbol
