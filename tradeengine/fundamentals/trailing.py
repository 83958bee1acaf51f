"""
The last twelve months of a flow, as they were known on a day.

A year that has just ended is its own answer. Otherwise the last year is carried on:
plus what this year has brought so far, minus what last year had brought by then, both
out of the same filing, so that a restated comparison stays consistent. Without that,
four quarters in a row are added up. Quarters that no report gives are differences.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from tradeengine.fundamentals.facts import Fact, Span, known

_DAY = timedelta(days=1)
_NEAR = timedelta(days=10)
"""Years of 52 and 53 weeks end on other days."""


class Trailing(Struct, frozen=True, kw_only=True, gc=False):
    """A sum over twelve months, in the unit of the facts."""

    value: float
    end: date
    method: str
    accessions: tuple[str, ...]
    """The filings behind it, in the order in which the method names them."""

    def age(self, as_of: date) -> int:
        """Days since the period's end."""
        return (as_of - self.end).days


def trailing(facts: Iterable[Fact], as_of: date) -> Trailing | None:
    """Sum the last twelve months; None when a part of them is not known."""
    every = list(facts)
    flows = [fact for fact in known(every, as_of) if fact.span is not None]
    return trailing_of(every, flows, as_of)


def trailing_of(every: Sequence[Fact], flows: Sequence[Fact], as_of: date) -> Trailing | None:
    """Sum the last twelve months; `flows` are the `known` of all facts that have a span."""
    if not flows:
        return None
    end = flows[-1].end
    ending = [fact for fact in flows if fact.end == end]
    year = _longest(ending, Span.YEAR)
    if year is not None:
        return Trailing(value=year.value, end=end, method="FY", accessions=(year.accession,))
    return _carried_on(every, flows, ending, as_of) or _four_quarters(flows, end)


def _longest(facts: Sequence[Fact], at_least: Span = Span.QUARTER) -> Fact | None:
    long_enough = [fact for fact in facts if _quarters(fact) >= at_least.quarters]
    return max(long_enough, key=_quarters, default=None)


def _quarters(fact: Fact) -> int:
    return 0 if fact.span is None else fact.span.quarters


_NAMES = {Span.QUARTER: "Q", Span.HALF: "6M", Span.NINE_MONTHS: "9M"}


def _carried_on(
    every: Sequence[Fact], flows: Sequence[Fact], ending: Sequence[Fact], as_of: date
) -> Trailing | None:
    current = _longest(ending)
    if current is None or current.start is None or current.span is None:
        return None
    eve = current.start - _DAY
    years = [fact for fact in flows if _ends(fact, eve) and fact.span is Span.YEAR]
    year = min(years, key=lambda fact: abs(fact.end - eve), default=None)
    prior = _a_year_before(current, every, flows, as_of)
    if year is None or prior is None:
        return None
    name = _NAMES[current.span]
    return Trailing(
        value=year.value + current.value - prior.value,
        end=current.end,
        method=f"FY+{name}-prior{name}",
        accessions=(year.accession, current.accession, prior.accession),
    )


def _a_year_before(
    current: Fact, every: Sequence[Fact], flows: Sequence[Fact], as_of: date
) -> Fact | None:
    """Find the same months of the year before, in the same filing if it has them."""

    then, span = current.end - timedelta(days=365), current.span

    def fits(fact: Fact) -> bool:
        return _ends(fact, then) and fact.span is span

    filing = current.accession
    same_filing = [fact for fact in every if fact.accession == filing and fits(fact)]
    compared = known(same_filing, as_of)
    return next(iter(compared), None) or next(filter(fits, flows), None)


def _four_quarters(flows: Sequence[Fact], end: date) -> Trailing | None:
    """Add up four quarters in a row, the last of them ending at `end`."""
    parts: list[tuple[float, str]] = []
    lengths = [(fact, _quarters(fact)) for fact in flows]
    while len(parts) < 4:
        found = _quarter_ending(lengths, end)
        if found is None:
            return None
        value, accession, start = found
        parts.append((value, accession))
        end = start - _DAY
    return Trailing(
        value=sum(value for value, _ in parts),
        end=flows[-1].end,
        method="4Q",
        accessions=tuple(accession for _, accession in parts),
    )


def _quarter_ending(flows: Sequence[tuple[Fact, int]], end: date) -> tuple[float, str, date] | None:
    """Give a quarter's value, filing and first day, as reported or as a difference."""
    for fact, quarters in flows:
        if quarters == 1 and _ends(fact, end):
            assert fact.start is not None
            return fact.value, fact.accession, fact.start
    for whole, quarters in flows:
        if whole.start is None:
            continue
        ends = _ends(whole, end)
        for part, others in flows:
            if others != quarters - 1:
                continue
            if ends and part.start == whole.start:
                return whole.value - part.value, whole.accession, part.end + _DAY
            if part.end != whole.end or part.start is None:
                continue
            if abs(part.start - _DAY - end) <= _NEAR:
                return whole.value - part.value, whole.accession, whole.start
    return None


def _ends(fact: Fact, end: date) -> bool:
    return abs(fact.end - end) <= _NEAR
