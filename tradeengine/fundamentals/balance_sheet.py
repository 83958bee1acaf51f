"""What a company owns and owes: on the day of its latest balance sheet, and some of it before."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct, structs

from tradeengine.fundamentals.borrowed import Borrowed, borrowed
from tradeengine.fundamentals.codes import Code
from tradeengine.fundamentals.company import Books
from tradeengine.fundamentals.income import Income
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.reading import (
    Missing,
    a_year_before,
    balance_day,
    balance_near,
    instant,
    needed,
)
from tradeengine.fundamentals.tags import Input

_WORKING = (Input.CASH, Input.CURRENT_ASSETS, Input.CURRENT_LIABILITIES)

_WITH_INVESTMENTS = "~CashCashEquivalentsAndShortTermInvestments"


class BalanceSheet(Struct, frozen=True, kw_only=True):
    """Figures by the name of their input; those under `optional` may be absent."""

    figures: dict[str, Figure]
    optional: dict[str, Figure | None]
    annual_working_capital: tuple[Figure, ...] = ()
    missing: tuple[Missing, ...]
    warnings: tuple[str, ...]


def read_balance_sheet(books: Books, income: Income) -> BalanceSheet:
    """
    Read the latest balance sheet, debt and equity of that of a year before, and the working
    capital at the ends of the fiscal years that have a revenue.
    """
    day = balance_day(books)
    if day is None:
        none = Missing(field=Input.ASSETS, code=Code.MISSING_TAG, found="no balance sheet at all")
        return BalanceSheet(figures={}, optional={}, missing=(none,), warnings=())
    names = (
        Input.ASSETS, Input.EQUITY, Input.CASH, Input.CURRENT_ASSETS, Input.CURRENT_LIABILITIES,
    )  # fmt: skip
    read: dict[str, Figure | Missing] = {name.value: needed(books, name, day) for name in names}
    debt = borrowed(books, day, income.interest)
    read["debt"] = debt.debt if isinstance(debt, Borrowed) else debt
    figures = {name: each for name, each in read.items() if isinstance(each, Figure)}
    missing = [each for each in read.values() if isinstance(each, Missing)]
    if not missing and isinstance(debt, Borrowed):
        figures["cash"] = _with_investments(books, figures["cash"])
        figures["working_capital"] = _working_capital(figures, debt.short)
    return BalanceSheet(
        figures=figures,
        optional=_optional(books, day),
        annual_working_capital=tuple(_at_ends_of_years(books, income)),
        missing=tuple(missing),
        warnings=debt.warnings if isinstance(debt, Borrowed) else (),
    )


def _with_investments(books: Books, cash: Figure) -> Figure:
    """Add investments that fall due within a year, where cash does not hold them already."""
    short = instant(books, Input.SHORT_TERM_INVESTMENTS, cash.end)
    if short is None or cash.rule == _WITH_INVESTMENTS:
        return cash
    return _combined(cash, short, cash.value + short.value, f"{cash.rule} + {short.rule}")


def _at_ends_of_years(books: Books, income: Income) -> Iterator[Figure]:
    """Give working capital by the ends of the years' revenue, to be divided by that."""
    for year in income.years.get("revenue", ()):
        day = balance_near(books, year.end)
        if day is not None and (figure := _working_capital_on(books, income, day)):
            yield structs.replace(figure, end=year.end)


def _working_capital_on(books: Books, income: Income, day: date) -> Figure | None:
    debt = borrowed(books, day, income.interest)
    parts = {name.value: instant(books, name, day) for name in _WORKING}
    figures = {name: part for name, part in parts.items() if part is not None}
    if len(figures) < len(parts) or not isinstance(debt, Borrowed):
        return None
    figures["cash"] = _with_investments(books, figures["cash"])
    return _working_capital(figures, debt.short)


def _working_capital(figures: dict[str, Figure], short_debt: float) -> Figure:
    assets, owed = figures["current_assets"], figures["current_liabilities"]
    value = assets.value - figures["cash"].value - (owed.value - short_debt)
    rule = f"{assets.rule} - cash - ({owed.rule} - short debt)"
    return _combined(assets, owed, value, rule)


def _combined(one: Figure, other: Figure, value: float, rule: str) -> Figure:
    return Figure(
        value=value,
        rule=rule,
        end=one.end,
        filed=max(one.filed, other.filed),
        method=one.method,
        accessions=tuple(dict.fromkeys(one.accessions + other.accessions)),
    )


def _optional(books: Books, day: date) -> dict[str, Figure | None]:
    before = a_year_before(books, day)
    absent = Missing(field=Input.INTEREST, code=Code.TTM_INSUFFICIENT, found="of a year ago")
    debt = None if before is None else borrowed(books, before, absent)
    return {
        "debt_year_ago": debt.debt if isinstance(debt, Borrowed) else None,
        "equity_year_ago": None if before is None else instant(books, Input.EQUITY, before),
        "long_term_investments": instant(books, Input.LONG_TERM_INVESTMENTS, day),
        "noncontrolling": instant(books, Input.NONCONTROLLING, day),
        "preferred": instant(books, Input.PREFERRED, day),
    }
