"""
Facts that companies filed, and which of them were known on a day.

A fact is known by its period and not by the filing's fiscal year: comparatives carry
the year of the filing that repeats them. The same period is filed again and again;
as of a day the version counts that was filed last by then. So a restatement is never
seen before it was filed. SEC EDGAR, data.sec.gov/api/xbrl/companyfacts.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from functools import cache

from msgspec import Struct

FORMS = frozenset({"10-K", "10-K/A", "10-KT", "10-KT/A", "10-Q", "10-Q/A", "10-QT", "10-QT/A"})
"""Forms whose numbers are audited or reviewed. Proxy statements have other scales."""


class Span(Enum):
    """How long a period is, in whole quarters; the bounds are days."""

    QUARTER = (1, 70, 120)
    HALF = (2, 140, 229)
    NINE_MONTHS = (3, 230, 329)
    YEAR = (4, 330, 420)

    def __init__(self, quarters: int, shortest: int, longest: int) -> None:
        self.quarters, self.shortest, self.longest = quarters, shortest, longest

    @classmethod
    def of(cls, days: int) -> "Span | None":
        """Give the kind of a period; None for a length that no report has."""
        return _span(days)


@cache
def _span(days: int) -> Span | None:
    """Look a length up; it is asked for thousands of times a company."""
    return next((span for span in Span if span.shortest <= days <= span.longest), None)


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """One number of one period; `start` is None for what is counted at one instant."""

    start: date | None
    end: date
    value: float
    filed: date
    form: str
    accession: str

    @property
    def days(self) -> int:
        """Days in the period, 0 for an instant."""
        return 0 if self.start is None else (self.end - self.start).days + 1

    @property
    def span(self) -> Span | None:
        """The kind of the period, None for an instant or an odd length."""
        return None if self.start is None else _span((self.end - self.start).days + 1)


def known(facts: Iterable[Fact], as_of: date) -> list[Fact]:
    """Give the last version of each period that was filed by a day, the oldest first."""
    latest: dict[tuple[date, date | None], Fact] = {}
    for fact in facts:
        if fact.filed > as_of or fact.form not in FORMS:
            continue
        period = (fact.end, fact.start)
        other = latest.setdefault(period, fact)
        if other is not fact and _version(fact) > _version(other):
            latest[period] = fact
    return sorted(latest.values(), key=_period)


def _period(fact: Fact) -> tuple[date, date]:
    return fact.end, fact.start or fact.end


def _version(fact: Fact) -> tuple[date, str]:
    return fact.filed, fact.accession
