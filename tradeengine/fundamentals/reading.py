"""
From facts and a day to figures: twelve months, balance sheets, fiscal years.

Every figure keeps the rule that gave it, the filings behind it, and when they came. A
period is never put together of two tags; an input whose tags are all there but make no
twelve months is `TTM_INSUFFICIENT`, one without any tag is `MISSING_TAG`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from msgspec import Struct

from tradeengine.fundamentals.codes import Code
from tradeengine.fundamentals.company import Books
from tradeengine.fundamentals.facts import Fact
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.rules import Rule, Term
from tradeengine.fundamentals.switching import across_tags
from tradeengine.fundamentals.tags import RULES, Input
from tradeengine.fundamentals.trailing import Trailing

NEAR = timedelta(days=10)
"""Periods of 52 and 53 weeks end on other days."""

GONE = timedelta(days=400)
"""A tag that a company has not used for so long is one that it has given up."""

_YEAR = timedelta(days=365)
_FAR = timedelta(days=100)
"""A balance sheet of a year ago may be a quarter off: a 10-Q compares with the last year's end."""

NET_OF_INTEREST = ("~OperatingIncomeLoss", "~- InterestIncomeExpenseNet")
"""Rules that give interest net of what was earned: below zero they say nothing of it."""

_HEADLINES = (Input.REVENUE, Input.PRETAX, Input.TAX, Input.NET_INCOME, Input.OPERATING_CASH_FLOW)
_ASSETS = (Input.ASSETS,)


class Missing(Struct, frozen=True, kw_only=True):
    """An input that could not be read, and why."""

    field: str
    code: Code
    found: str
    """What there was instead, in words."""

    last: Figure | None = None
    """What was known when it was reported last."""


def period_end(books: Books) -> date | None:
    """Give the end of the latest period that a headline input was reported for."""
    ends = [fact.end for term in _terms(_HEADLINES) for fact in books.flows(term)]
    return max(ends, default=None)


def balance_day(books: Books) -> date | None:
    """Give the day of the latest balance sheet."""
    days = [fact.end for term in _terms(_ASSETS) for fact in books.facts(term)]
    return max(days, default=None)


def flow(books: Books, name: Input, end: date) -> Figure | Missing:
    """
    Read the last twelve months of an input whose latest period ends on `end`.

    A rule without that period gives way to the next one; when none has it, a change of tags
    is looked for, then the latest twelve months that any rule gives are taken, and their age
    is for others to judge, as long as it is below `GONE`.
    """
    found = _found(books, name, end)
    if name is Input.INTEREST:
        # Better what was told of a year ago than what is left between two profits.
        found = [figure for figure in found if not figure.rule.startswith(NET_OF_INTEREST)] or found
    current = [figure for figure in found if figure.end >= end - NEAR]
    proper = [figure for figure in current if not _is_makeshift(figure)]
    if not proper and (across := across_tags(books, name, end)) is not None:
        return across
    if current:
        # Two totals for one period: the larger is that of the income statement.
        by_size = name is Input.REVENUE and proper
        return max(proper, key=_value) if by_size else current[0]
    late = max(found, key=lambda figure: figure.end, default=None)
    if late is None or late.end < end - GONE:
        return _missing(books, name, late)
    return late


def _found(books: Books, name: Input, end: date) -> list[Figure]:
    """Give what the rules give, but no more than decides: a current one that is no makeshift."""
    found: list[Figure] = []
    for rule in books.rules(name):
        for figure in _summed(books, rule):
            found.append(figure)
            if name is not Input.REVENUE and figure.end >= end - NEAR and not rule.makeshift:
                return found
    return found


def _value(figure: Figure) -> float:
    return figure.value


def _is_makeshift(figure: Figure) -> bool:
    return figure.rule.startswith("~")


def _missing(books: Books, name: Input, last: Figure | None) -> Missing:
    if last is not None:
        words = f"no twelve months after those to {last.end} of {last.rule.removeprefix('~')}"
        return Missing(field=name, code=Code.MISSING_TAG, found=words, last=last)
    there = sorted({str(term) for term in _terms((name,)) if books.facts(term)})
    if there:
        words = f"facts of {', '.join(there)} that make no whole period"
        return Missing(field=name, code=Code.TTM_INSUFFICIENT, found=words)
    words = f"no usable fact of {_first_tags(name)}"
    return Missing(field=name, code=Code.MISSING_TAG, found=words)


def _first_tags(name: Input) -> str:
    tags = [str(rule.terms[0]) for rule in RULES[name]]
    return " or ".join(dict.fromkeys(tags))


@cache
def _terms(names: tuple[Input, ...]) -> tuple[Term, ...]:
    """Give the terms that the rules of some inputs need, each once."""
    needed = (t for name in names for rule in RULES[name] for t in rule.terms if not t.optional)
    return tuple(dict.fromkeys(needed))


def _summed(books: Books, rule: Rule) -> Iterator[Figure]:
    """Give a rule's twelve months to its latest period, and to its latest fiscal year."""
    yield from _summed_by(books, rule, None)
    last = max(books.years(rule.terms[0]), default=None)
    if last is not None:
        yield from _summed_by(books, rule, last)


def _summed_by(books: Books, rule: Rule, ending_by: date | None) -> Iterator[Figure]:
    first = books.twelve_months(rule.terms[0], ending_by)
    if first is None:
        return
    parts = {term: books.twelve_months(term, ending_by) for term in rule.terms}
    same = {t: part for t, part in parts.items() if part and part.end == first.end}
    if all(term in same or term.optional for term in rule.terms):
        yield _figure(books, rule, same)


def _figure(books: Books, rule: Rule, parts: dict[Term, Trailing]) -> Figure:
    accessions = tuple(dict.fromkeys(a for part in parts.values() for a in part.accessions))
    first = parts[rule.terms[0]]
    return Figure(
        value=sum(term.sign * part.value for term, part in parts.items()),
        rule=rule.fired(parts.keys()),
        end=first.end,
        filed=max([books.filed[accession] for accession in accessions]),
        method=first.method,
        accessions=accessions,
    )


def instant(books: Books, name: Input, day: date, unit: str = "USD") -> Figure | None:
    """Read an input of the balance sheet of a day; None if no rule is complete on it."""
    key = (name, day, unit)
    if key not in books.instants:
        books.instants[key] = next(_counted(books, name, day, unit), None)
    return books.instants[key]


def _counted(books: Books, name: Input, day: date, unit: str) -> Iterator[Figure]:
    for rule in books.rules(name, unit):
        parts = {term: books.on(term, day, unit) for term in rule.terms}
        there = {term: fact for term, fact in parts.items() if fact is not None}
        if all(term in there or term.optional for term in rule.terms):
            yield of_facts(rule, there)


def of_facts(rule: Rule, parts: dict[Term, Fact]) -> Figure:
    """Add up facts of one period by a rule."""
    facts = list(parts.values())
    first = facts[0]
    return Figure(
        value=sum([term.sign * fact.value for term, fact in parts.items()]),
        rule=rule.fired(parts.keys()),
        end=first.end,
        filed=max([fact.filed for fact in facts]),
        method="instant" if first.start is None else "FY",
        accessions=tuple(dict.fromkeys([fact.accession for fact in facts])),
    )


def needed(books: Books, name: Input, day: date, unit: str = "USD") -> Figure | Missing:
    """Read an input that the balance sheet of a day has to have."""
    found = instant(books, name, day, unit)
    if found is not None:
        return found
    words = f"none of {_first_tags(name)} on {day}"
    return Missing(field=name, code=Code.MISSING_TAG, found=words)


def a_year_before(books: Books, day: date) -> date | None:
    """Give the day of the balance sheet nearest to a year before another."""
    return balance_near(books, day - _YEAR, _FAR)


def balance_near(books: Books, day: date, within: timedelta = NEAR) -> date | None:
    """Give the day of the balance sheet nearest to a day."""
    days = {fact.end for term in _terms(_ASSETS) for fact in books.facts(term)}
    near = [other for other in days if abs(other - day) <= within]
    return min(near, key=lambda other: (abs(other - day), other), default=None)


def fiscal_years(books: Books, name: Input, now: Figure, least: int) -> tuple[Figure, ...]:
    """
    Give an input's fiscal years, the oldest first, all of one rule and without a gap.

    The rule that gave the last twelve months, `now`, is preferred; with fewer than `least`
    years of it, the first rule with so many serves, else that with the most. A series that
    ended long before is none.
    """
    tag = now.rule.removeprefix("~").split(" ")[0]
    longest: tuple[Figure, ...] = ()
    for rule in sorted(books.rules(name), key=lambda rule: str(rule.terms[0]) != tag):
        years = _series(books, rule)
        if not years or years[-1].end < now.end - GONE:
            continue
        if len(years) >= least:
            return years
        longest = max(longest, years, key=len)
    return longest


def _series(books: Books, rule: Rule) -> tuple[Figure, ...]:
    years = {term: books.years(term) for term in rule.terms}
    figures: list[Figure] = []
    for end in sorted(years[rule.terms[0]]):
        parts = {term: years[term][end] for term in rule.terms if end in years[term]}
        if all(term in parts or term.optional for term in rule.terms):
            figures.append(of_facts(rule, parts))
    return _without_gap(figures)


def _without_gap(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Keep the last years that follow on one another."""
    kept = list(figures[-1:])
    for figure in reversed(figures[:-1]):
        if abs(kept[0].end - figure.end - _YEAR) > NEAR:
            break
        kept.insert(0, figure)
    return tuple(kept)
