"""
How many shares there are, and by how much options dilute them.

The count is that of a filing's cover, else of the balance sheet. Several classes of shares,
and data sets without covers, have neither: then the diluted average of the latest quarter
serves, else net income over earnings a share, each with a warning. Counts are as filed: a
later split is applied here, once it has happened.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from tradeengine.fundamentals.checks import Finding, source
from tradeengine.fundamentals.codes import Code, Warn
from tradeengine.fundamentals.company import Books
from tradeengine.fundamentals.facts import Fact
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.reading import Missing, of_facts
from tradeengine.fundamentals.rules import Rule, Term
from tradeengine.fundamentals.tags import BASIC, DILUTED, EARNED_PER_SHARE, RULES, Input

MOST_DILUTION = 1.25

OFF = 2.0
"""A count that is so many times the average of its quarter is in other units, or of one class."""

LEAST_EARNED = 0.25
"""Dollars a share. They come in cents, so that fewer would tell too little."""

_QUARTER = (timedelta(days=60), timedelta(days=130))


class Split(Struct, frozen=True, kw_only=True):
    """`ratio` new shares for an old one, from the open of `day` on."""

    day: date
    ratio: float


class ShareCount(Struct, frozen=True, kw_only=True):
    """Shares outstanding on the day that was asked about, and what is to be said of them."""

    shares: Figure
    dilution: float
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


def count_shares(
    books: Books, rules: FundamentalsParameters, splits: Sequence[Split] = ()
) -> ShareCount | Missing:
    """Count the shares, with `splits` up to the session applied to older counts."""
    known_splits = [split for split in splits if split.day <= books.session]
    found, warning = _best(books, rules.stale_days)
    if found is None:
        words = "neither a count, nor an average, nor earnings a share"
        return Missing(field=Input.SHARES, code=Code.MISSING_TAG, found=words)
    # An average, and what earnings a share imply, are diluted already.
    dilution = 1.0 if warning else _dilution(books)
    average = _average(books)
    if dilution is None:
        warning = f"{Warn.DILUTION_UNKNOWN}:shares"
    suspicions = [
        *_jump(books, found, rules.shares_jump_max_fraction, known_splits),
        *_against(found, average, "on average", known_splits),
        *_against(found, _implied(books), "by earnings a share", known_splits),
    ]
    return ShareCount(
        shares=_after(found, known_splits),
        dilution=dilution or 1.0,
        findings=tuple(suspicions),
        warnings=(warning,) if warning else (),
    )


def _best(books: Books, stale_days: int) -> tuple[Figure | None, str]:
    """Give the best number of shares that is not out of date, and what warns of it."""
    counts = [(_latest(books, rule), "") for rule in RULES[Input.SHARES]]
    averaged = (_average(books), f"{Warn.SHARES_AVERAGED}:shares")
    implied = (_implied(books), f"{Warn.SHARES_IMPLIED}:shares")
    found = [(each, warning) for each, warning in (*counts, averaged, implied) if each is not None]
    for figure, warning in found:
        if (books.session - figure.end).days <= stale_days:
            return figure, warning
    # All are out of date: the newest says since when.
    return max(found, key=lambda each: each[0].end, default=(None, ""))


def _latest(books: Books, rule: Rule) -> Figure | None:
    """Give the latest count by one rule."""
    by_term = {term: _counts(books, term) for term in rule.terms}
    for day in sorted(by_term[rule.terms[0]], reverse=True):
        parts = {term: counts[day] for term, counts in by_term.items() if day in counts}
        if len(parts) == len(rule.terms):
            return of_facts(rule, parts)
    return None


def _counts(books: Books, term: Term) -> dict[date, Fact]:
    return {fact.end: fact for fact in books.facts(term, "shares") if fact.start is None}


def _averages(books: Books, tag: str) -> list[Fact]:
    return books.flows(_of(tag), "shares")


def _of(tag: str) -> Term:
    return Term(taxonomy="us-gaap", tag=tag, sign=1, optional=False)


def _average(books: Books) -> Figure | None:
    """Give the diluted average of the shortest period that ended last."""
    facts = _averages(books, DILUTED)
    if not facts:
        return None
    last = max(facts, key=lambda fact: (fact.end, fact.start or fact.end))
    return Figure(
        value=last.value,
        rule=f"~{DILUTED}",
        end=last.end,
        filed=last.filed,
        method="average",
        accessions=(last.accession,),
    )


def _implied(books: Books) -> Figure | None:
    """Give net income over diluted earnings a share, of the latest period that has both."""
    earned = {
        (fact.start, fact.end): fact
        for unit in ("pure", "USD/shares")
        for fact in books.facts(_of(EARNED_PER_SHARE), unit)
        if abs(fact.value) >= LEAST_EARNED
    }
    pairs = [
        (fact, earned[fact.start, fact.end])
        for fact in books.facts(_of("NetIncomeLoss"))
        if (fact.start, fact.end) in earned
    ]
    if not pairs:
        return None
    income, each = max(pairs, key=lambda pair: (pair[0].end, pair[0].days))
    return Figure(
        value=income.value / each.value,
        rule=f"~NetIncomeLoss / {EARNED_PER_SHARE}",
        end=income.end,
        filed=max(income.filed, each.filed),
        method="implied",
        accessions=tuple(dict.fromkeys((income.accession, each.accession))),
    )


def _dilution(books: Books) -> float | None:
    """Give diluted over basic shares of the latest quarter, between 1 and 1.25."""
    basic = {(fact.start, fact.end): fact.value for fact in _averages(books, BASIC)}
    both = [
        fact
        for fact in _averages(books, DILUTED)
        if basic.get((fact.start, fact.end), 0.0) > 0 and fact.value > 0
    ]
    if not both:
        return None
    last = max(both, key=lambda fact: (fact.end, fact.start or fact.end))
    return min(max(last.value / basic[last.start, last.end], 1.0), MOST_DILUTION)


def _after(figure: Figure, splits: Sequence[Split]) -> Figure:
    """Apply the splits that came after a count; one filed later speaks of new shares already."""
    later = [split for split in splits if figure.end < split.day and figure.filed < split.day]
    if not later:
        return figure
    value = figure.value
    for split in later:
        value *= split.ratio
    days = ", ".join(f"{split.ratio:g} for 1 on {split.day}" for split in later)
    return replace(figure, value=value, rule=f"{figure.rule} x split {days}")


def _jump(books: Books, found: Figure, most: float, splits: Sequence[Split]) -> Iterator[Finding]:
    """Find a change from one quarter's count to the next that no split explains."""
    term = next(
        (
            rule.terms[0]
            for rule in RULES[Input.SHARES]
            if found.rule.startswith(str(rule.terms[0]))
        ),
        None,
    )
    if term is None:
        return
    counts = sorted(_counts(books, term).items())
    quarters = [
        (before, after)
        for (day, before), (next_day, after) in pairwise(counts)
        if next_day == found.end and _QUARTER[0] <= next_day - day <= _QUARTER[1]
    ]
    for before, after in quarters:
        between = [s.ratio for s in splits if before.end < s.day <= after.end]
        expected = before.value
        for ratio in between:
            expected *= ratio
        change = abs(after.value / expected - 1.0) if expected else 1.0
        if change > most:
            yield Finding(
                code=Code.SHARES_SUSPECT,
                field="shares",
                value=f"{before.value:g} on {before.end}, {after.value:g} on {after.end}",
                limit=f"{most:.0%} without a split",
                source=source(found),
            )


def _against(
    found: Figure, other: Figure | None, words: str, splits: Sequence[Split]
) -> Iterator[Finding]:
    """Find a count in other units than another measure of it, or of one class of several."""
    if other is None or not other.value or found.rule == other.rule:
        return
    ratio = _after(found, splits).value / _after(other, splits).value
    if not 1 / OFF < ratio < OFF:
        yield Finding(
            code=Code.SHARES_SUSPECT,
            field="shares",
            value=f"{found.value:g} by {found.rule}, {other.value:g} {words}",
            limit=f"x{OFF:g}",
            source=source(found),
        )
