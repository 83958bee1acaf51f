"""What flowed in twelve months, and in each fiscal year: incomes, expenses, investments."""

from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tradeengine.fundamentals.borrowed import Borrowed, borrowed
from tradeengine.fundamentals.codes import Code, Warn
from tradeengine.fundamentals.company import Books
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.reading import NET_OF_INTEREST, Missing, fiscal_years, flow
from tradeengine.fundamentals.tags import FLOWS, Input

_YEARLY: Final = (Input.REVENUE, Input.EBIT, Input.DEPRECIATION, Input.CAPEX)

_SPENT: Final = frozenset({Input.CAPEX, Input.INTEREST, Input.DEPRECIATION})
"""Outflows and expenses that some file as negative numbers."""


TOLD_LAST = 1100
"""Days for which a rate of interest counts that was not told since: three fiscal years."""


class Income(Struct, frozen=True, kw_only=True):
    """Flows by the name of their input. Without interest there may be no debt: see there."""

    end: date
    """Of the company's latest period."""

    flows: dict[str, Figure]
    years: dict[str, tuple[Figure, ...]]
    missing: tuple[Missing, ...]
    interest: Figure | Missing
    warnings: tuple[str, ...]


def read_income(books: Books, end: date, rules: FundamentalsParameters) -> Income:
    """Read all flows of a company whose latest period ends on `end`."""
    read = {name: flow(books, name, end) for name in Input if name in FLOWS}
    interest = read.pop(Input.INTEREST)
    if (
        isinstance(interest, Figure)
        and interest.value < 0
        and interest.rule.startswith(NET_OF_INTEREST)
    ):
        words = f"only {interest.rule.removeprefix('~')}, which is {interest.value:g}"
        interest = Missing(field=Input.INTEREST, code=Code.MISSING_TAG, found=words)
    figures = {name: each for name, each in read.items() if isinstance(each, Figure)}
    if isinstance(interest, Figure):
        figures[Input.INTEREST] = interest
    wrong = [name for name in sorted(_SPENT & figures.keys()) if figures[name].value < 0]
    return Income(
        end=end,
        flows={name.value: _spent(name, figure) for name, figure in figures.items()},
        years={
            name.value: tuple(
                _spent(name, year)
                for year in fiscal_years(books, name, figures[name], rules.history_years_min)
            )
            for name in _YEARLY
            if name in figures
        },
        missing=tuple(each for each in read.values() if isinstance(each, Missing)),
        interest=interest,
        warnings=tuple(f"{Warn.SIGN_FIXED}:{name}" for name in wrong),
    )


def _spent(name: Input, figure: Figure) -> Figure:
    return replace(figure, value=abs(figure.value)) if name in _SPENT else figure


def with_interest(books: Books, income: Income, debt: Figure | None, stale_days: int) -> Income:
    """
    Settle the interest, now that the debt is known.

    Who owes nothing pays none. Who has stopped telling (large companies did) is taken to pay
    the rate that was told last, for at most `TOLD_LAST` days.
    """
    interest = income.interest
    if isinstance(interest, Figure) and (books.session - interest.end).days <= stale_days:
        return income
    if debt is not None and not debt.value:
        return _settled(income, replace(debt, rule="no debt", method="none"))
    last = interest if isinstance(interest, Figure) else interest.last
    if debt is not None and last is not None:
        before = borrowed(books, last.end, last)
        if (books.session - last.end).days <= TOLD_LAST and isinstance(before, Borrowed):
            return _settled(income, _at_the_last_rate(last, before.debt, debt))
    if isinstance(interest, Figure):
        return income  # It is stale, and will be refused as such.
    return replace(income, missing=(*income.missing, interest))


def _settled(income: Income, interest: Figure) -> Income:
    flows = income.flows | {Input.INTEREST.value: interest}
    return replace(income, flows=flows, interest=interest)


def _at_the_last_rate(last: Figure, debt_then: Figure, debt: Figure) -> Figure:
    rate = abs(last.value) / debt_then.value if debt_then.value else 0.0
    return replace(
        debt,
        value=rate * debt.value,
        rule=f"~debt at the rate of {last.end} ({last.rule.removeprefix('~')})",
        method="rate",
    )
