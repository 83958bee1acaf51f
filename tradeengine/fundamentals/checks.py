"""
Rules that filed numbers must satisfy together.

Each check gives what it found, or nothing. It looks at figures and books only; whether a
finding refuses or warns is said by its code.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from tradeengine.fundamentals.codes import Code, Warn
from tradeengine.fundamentals.company import Books
from tradeengine.fundamentals.facts import Span
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.reading import instant
from tradeengine.fundamentals.rules import Term
from tradeengine.fundamentals.tags import CASH_FLOW_CHECK, RULES, TEMPORARY_EQUITY, Input

FAR_STALE_DAYS = 400
"""Beyond this age a company is taken to have stopped reporting."""

FILING_AFTER_DAYS = 91
"""Days after a period's end by which the next quarter has ended and its report is due."""

MARGIN = (-0.5, 0.8)
"""EBITDA a dollar of revenue that the model was made for."""

SCALE = 100.0
"""A year that is so many times another is in other units."""

JUMP = 1.5
QUARTERS_OFF_MAX = 0.02
CASH_OFF_MAX = 0.01
ASSETS_OFF_MAX = 0.001


class Finding(Struct, frozen=True, kw_only=True):
    """What a check found. `transient` None: as its code says."""

    code: Code
    field: str
    value: str
    limit: str
    source: str = ""
    transient: bool | None = None


def ages(
    figures: Sequence[tuple[str, Figure]], session: date, rules: FundamentalsParameters
) -> Iterator[Finding]:
    """Find figures whose period ended too long ago; after 400 days it is for good."""
    for field, figure in figures:
        age = (session - figure.end).days
        if age > rules.stale_days:
            yield Finding(
                code=Code.STALE,
                field=field,
                value=f"{age} days: {figure.end}",
                limit=f"{rules.stale_days} days",
                source=source(figure),
                transient=age <= FAR_STALE_DAYS,
            )


def signs(
    figures: Sequence[tuple[str, Figure]], positive: frozenset[str], not_negative: frozenset[str]
) -> Iterator[Finding]:
    """Find what is no number, and what cannot be zero or negative."""
    for field, figure in figures:
        if not math.isfinite(figure.value):
            yield _finding(Code.NONFINITE, field, figure, "a finite number")
        elif field in positive and figure.value <= 0:
            yield _finding(Code.NONPOSITIVE, field, figure, "above 0")
        elif field in not_negative and figure.value < 0:
            yield _finding(Code.NONPOSITIVE, field, figure, "0 or more")


def _finding(code: Code, field: str, figure: Figure, limit: str) -> Finding:
    return Finding(
        code=code, field=field, value=f"{figure.value:g}", limit=limit, source=source(figure)
    )


def source(figure: Figure) -> str:
    """Name the rule and the filings of a figure."""
    return f"{figure.rule} ({', '.join(figure.accessions)})"


def balance(books: Books, assets: Figure, rules: FundamentalsParameters) -> Iterator[Finding]:
    """Compare assets with what they are financed by, as far as that is tagged."""
    day = assets.end
    financed = instant(books, Input.FINANCED, day)
    if financed is not None:
        yield from _apart("liabilities_and_equity", assets, financed.value, ASSETS_OFF_MAX)
    owed = instant(books, Input.LIABILITIES, day)
    whole = _equity_in_all(books, day)
    if owed is not None and whole is not None:
        limit = rules.balance_error_max_fraction
        yield from _apart("liabilities + equity", assets, owed.value + whole, limit)


def _equity_in_all(books: Books, day: date) -> float | None:
    """Give equity with all that stands between it and liabilities."""
    including = Term(
        taxonomy="us-gaap",
        tag="StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
        sign=1,
        optional=False,
    )
    whole = books.on(including, day)
    own = instant(books, Input.EQUITY, day)
    if whole is None and own is None:
        return None
    others = instant(books, Input.NONCONTROLLING, day) if whole is None else None
    temporary = sum(
        fact.value
        for tag in TEMPORARY_EQUITY
        if (fact := books.on(Term(taxonomy="us-gaap", tag=tag, sign=1, optional=True), day))
    )
    equity = whole.value if whole is not None else own.value if own is not None else 0.0
    return equity + (others.value if others else 0.0) + temporary


def _apart(name: str, assets: Figure, other: float, limit: float) -> Iterator[Finding]:
    off = abs(assets.value - other) / abs(assets.value) if assets.value else math.inf
    if off > limit:
        yield Finding(
            code=Code.BALANCE_MISMATCH,
            field="assets",
            value=f"{assets.value:g} against {other:g} of {name}: {off:.2%}",
            limit=f"{limit:.2%}",
            source=source(assets),
        )


def jumps(field: str, years: Sequence[Figure], now: Figure | None) -> Iterator[Finding]:
    """Find a year in other units, and a change of tags that changes the level."""
    values = [figure for figure in years if figure.value]
    for before, after in pairwise(values):
        ratio = abs(after.value / before.value)
        if not 1 / SCALE < ratio < SCALE:
            yield Finding(
                code=Code.TAG_OR_SCALE_JUMP,
                field=field,
                value=f"x{ratio:g} from {before.end} to {after.end}",
                limit=f"x{SCALE:g}",
                source=source(after),
            )
    if now is None or not values or not now.value or _tag(now) == _tag(values[-1]):
        return
    ratio = abs(now.value / values[-1].value)
    if not 1 / JUMP < ratio < JUMP:
        yield Finding(
            code=Code.TAG_OR_SCALE_JUMP,
            field=field,
            value=f"x{ratio:.2f} from {values[-1].rule} to {now.rule}",
            limit=f"x{JUMP:g}",
            source=source(now),
        )


def _tag(figure: Figure) -> str:
    return figure.rule.removeprefix("~").split(" ")[0]


def margin(ebitda: float, revenue: Figure) -> Iterator[Finding]:
    """Find a margin that the model was not made for."""
    low, high = MARGIN
    if revenue.value > 0 and not low <= ebitda / revenue.value <= high:
        yield Finding(
            code=Code.MODEL_DOMAIN,
            field="ebitda_margin",
            value=f"{ebitda / revenue.value:.1%}",
            limit=f"{low:.0%} to {high:.0%}",
            source=source(revenue),
        )


def quarters_add_up(books: Books) -> Iterator[str]:
    """Warn when four quarters of revenue are not their year, by more than 2 %."""
    for rule in RULES[Input.REVENUE]:
        facts = books.facts(rule.terms[0])
        years = [fact for fact in facts if fact.span is Span.YEAR]
        if not years:
            continue
        year = years[-1]
        parts = [
            fact
            for fact in facts
            if fact.span is Span.QUARTER
            and fact.start is not None
            and year.start is not None
            and year.start <= fact.start + timedelta(days=5)
            and fact.end <= year.end
        ]
        if len(parts) == 4:
            off = abs(sum(fact.value for fact in parts) - year.value)
            if off > QUARTERS_OFF_MAX * abs(year.value):
                yield f"{Warn.Q_SUM_MISMATCH}:revenue"
        return


def cash_adds_up(books: Books, assets: Figure) -> Iterator[str]:
    """Warn when a year's cash flows are not its change of cash, by more than 1 % of assets."""
    flows = [*(str(rule) for rule in RULES[Input.OPERATING_CASH_FLOW][:1]), *CASH_FLOW_CHECK]
    years = [books.years(Term(taxonomy="us-gaap", tag=tag, sign=1, optional=True)) for tag in flows]
    operating, investing, financing, exchange, change = years
    for end in sorted(change, reverse=True)[:1]:
        if all(end in part for part in (operating, investing, financing)):
            parts = (operating, investing, financing, exchange)
            total = sum(part[end].value for part in parts if end in part)
            if abs(total - change[end].value) > CASH_OFF_MAX * abs(assets.value):
                yield f"{Warn.CASHFLOW_MISMATCH}:cash"
