"""Who was refused, and how often: the log of rejected tickers summed over some days."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from tradeengine.model.rejections import Stage, Weight
from tradeengine.store.rejections import Refused, RejectionLog

WEEKS_RUNNING = 3
"""Weeks in a row after which a name is marked: nobody is waiting for that data any more."""


class Line(Struct, frozen=True, kw_only=True):
    """Refusals of one stage by one code: on how many days, and of whom."""

    stage: str
    code: str
    weight: str
    days: int
    symbols: tuple[str, ...]


class Marked(Struct, frozen=True, kw_only=True):
    """A name that a stage refused in each of the last weeks, and its last reason."""

    stage: str
    symbol: str
    code: str
    field: str
    value: str
    times: int


class Audit(Struct, frozen=True, kw_only=True):
    """
    The sums. `first` and `last` are the days looked at, both included; `newest` has the last file.

    `unreadable` counts lines that could not be read, on those of the days that have some.
    """

    first: date
    last: date
    newest: date
    lines: tuple[Line, ...]
    marked: tuple[Marked, ...]
    unreadable: dict[date, int]


def audit(log: RejectionLog, days: int, last: date | None = None) -> Audit | None:
    """
    Sum some days of the log up to `last` (None: that of its newest file).

    None if there is no file.
    """
    every = [day for day in log.days() if last is None or day <= last]
    if not every:
        return None
    newest = log.days()[-1]
    last = last or newest
    first = last - timedelta(days=days - 1)
    since = min(first, last - timedelta(weeks=WEEKS_RUNNING))
    read = {day: log.read(day) for day in every if day >= since}
    looked_at = {day: lines for day, lines in read.items() if day >= first}
    return Audit(
        first=first,
        last=last,
        newest=newest,
        lines=_sums(looked_at),
        marked=_marked(read, last),
        unreadable={day: count for day in looked_at if (count := log.unreadable(day))},
    )


_Kind = tuple[Stage, str, Weight]


def _sums(read: dict[date, list[Refused]]) -> tuple[Line, ...]:
    found = {_kind(line) for lines in read.values() for line in lines}
    return tuple(sorted((_sum(read, kind) for kind in found), key=_place))


def _sum(read: dict[date, list[Refused]], kind: _Kind) -> Line:
    stage, code, weight = kind
    days = [[line for line in lines if _kind(line) == kind] for lines in read.values()]
    return Line(
        stage=stage.value,
        code=code,
        weight=weight.value,
        days=sum(map(bool, days)),
        symbols=_symbols(line for lines in days for line in lines),
    )


def _kind(line: Refused) -> _Kind:
    return line.stage, line.code, line.weight


def _place(line: Line) -> tuple[str, int, str, str]:
    return line.stage, -len(line.symbols), line.code, line.weight


def _symbols(lines: Iterable[Refused]) -> tuple[str, ...]:
    """Give the names, those refused most often first."""
    counted = Counter(line.symbol for line in lines)
    return tuple(sorted(counted, key=lambda symbol: (-counted[symbol], symbol)))


def _marked(read: dict[date, list[Refused]], last: date) -> tuple[Marked, ...]:
    weeks: dict[tuple[str, str], set[int]] = {}
    latest: dict[tuple[str, str], Refused] = {}
    for day in sorted(read):
        for line in read[day]:
            name = (line.stage.value, line.symbol)
            weeks.setdefault(name, set()).add((last - day).days // 7)
            latest[name] = line
    running = set(range(WEEKS_RUNNING))
    return tuple(
        Marked(
            stage=stage,
            symbol=symbol,
            code=latest[stage, symbol].code,
            field=latest[stage, symbol].field,
            value=latest[stage, symbol].value,
            times=latest[stage, symbol].times,
        )
        for stage, symbol in sorted(weeks)
        if running <= weeks[stage, symbol]
    )
