"""
Debt of a balance sheet: a total, or the long part and the short part.

`LongTermDebt` holds its current part and `DebtCurrent` the rest of what is short, so no
rule adds one to the other. Without any tag of debt a company counts as free of it only
when it reports no interest to speak of and owes little for long: its debt may stand under
a tag of its own, as that of companies with a bank of their own does.
"""

from datetime import date

from msgspec import Struct

from tradeengine.fundamentals.codes import Code, Warn
from tradeengine.fundamentals.company import Books
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.reading import NET_OF_INTEREST, Missing, instant
from tradeengine.fundamentals.tags import RULES, Input

IMMATERIAL = 0.001
"""Interest of so little of assets is that of debt of some two percent of them."""

OWED_FOR_LONG_MAX = 0.25
"""Share of assets that a company without debt may owe for longer than a year: deferred taxes
and revenue, pensions, rents."""

_WITH_CURRENT_PART = "~LongTermDebt"
"""By this rule nothing was said of the current part, which is inside already."""

_CURRENT_PART = ("DebtCurrent", "LongTermDebt")
"""Rules of short debt that hold the current part of long debt as well."""


class Borrowed(Struct, frozen=True, kw_only=True):
    """Debt of one balance sheet; `short` is the part that is due within a year."""

    debt: Figure
    short: float
    warnings: tuple[str, ...] = ()


def borrowed(books: Books, day: date, interest: Figure | Missing) -> Borrowed | Missing:
    """Read the debt of the balance sheet of a day."""
    short = instant(books, Input.DEBT_SHORT, day)
    due = 0.0 if short is None else short.value
    total = instant(books, Input.DEBT_TOTAL, day)
    if total is not None:
        return Borrowed(debt=total, short=due)
    long = instant(books, Input.DEBT_LONG, day)
    if long is not None:
        warnings = () if short is not None else (f"{Warn.NO_SHORT_DEBT}:debt",)
        return Borrowed(debt=_sum(long, short), short=due, warnings=warnings)
    assets = instant(books, Input.ASSETS, day)
    if short is None and assets is not None and _has_none(books, interest, assets):
        return _free(assets)
    tags = " or ".join(dict.fromkeys(str(rule.terms[0]) for rule in RULES[Input.DEBT_LONG]))
    words = f"none of {tags} on {day}, yet short debt, interest or much that is owed for long"
    return Missing(field="debt", code=Code.MISSING_TAG, found=words)


def _sum(long: Figure, short: Figure | None) -> Figure:
    if short is None or _is_inside(short, long):
        return long
    mark = "~" if "~" in long.rule + short.rule else ""
    return Figure(
        value=long.value + short.value,
        rule=f"{mark}{long.rule.removeprefix('~')} + {short.rule.removeprefix('~')}",
        end=long.end,
        filed=max(long.filed, short.filed),
        method="instant",
        accessions=tuple(dict.fromkeys(long.accessions + short.accessions)),
    )


def _is_inside(short: Figure, long: Figure) -> bool:
    return long.rule.split(" ")[0] == _WITH_CURRENT_PART and short.rule.startswith(_CURRENT_PART)


def _has_none(books: Books, interest: Figure | Missing, assets: Figure) -> bool:
    return not _pays_interest(interest, assets.value) and _owes_little(books, assets)


def _pays_interest(interest: Figure | Missing, assets: float) -> bool:
    if isinstance(interest, Missing):
        return interest.code is not Code.MISSING_TAG
    # What is left between two profits may be interest less as much that was earned.
    is_net = interest.rule.startswith(NET_OF_INTEREST)
    return is_net or abs(interest.value) > IMMATERIAL * assets


def _owes_little(books: Books, assets: Figure) -> bool:
    """Tell whether what is owed beyond a year leaves no room for much debt."""
    owed = instant(books, Input.LIABILITIES, assets.end)
    due = instant(books, Input.CURRENT_LIABILITIES, assets.end)
    equity = instant(books, Input.EQUITY, assets.end)
    if due is None or (owed is None and equity is None):
        return False
    own = 0.0 if equity is None else equity.value
    whole = assets.value - own if owed is None else owed.value
    return whole - due.value < OWED_FOR_LONG_MAX * assets.value


def _free(assets: Figure) -> Borrowed:
    none = Figure(
        value=0.0,
        rule="no tag of debt, and no interest to speak of",
        end=assets.end,
        filed=assets.filed,
        method="instant",
        accessions=assets.accessions,
    )
    return Borrowed(debt=none, short=0.0, warnings=(f"{Warn.DEBT_FREE}:debt",))
