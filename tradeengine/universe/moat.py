"""
The moat screen: what a company earns, owes and gives, against three thresholds.

    return on equity    net income / mean of equity now and a year ago
    debt to equity      interest-bearing debt / equity; a ratio, not percent
    free cash flow yield    (operating cash flow - capital expenditure) / market capitalisation

Flows are of the trailing twelve months. Equity that is not positive fails the first two:
buy-backs down to a thin equity make any return look good.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from tradeengine.fundamentals.inputs import CompanyInputs, Figure
from tradeengine.universe.parameters import UniverseParameters

YIELD_BELIEVED = 1.0
"""Most free cash flow a year, for a dollar of market value, that is not a mistake."""


class Measure(StrEnum):
    """What is measured."""

    ROE = "roe"
    DEBT_TO_EQUITY = "debt_to_equity"
    FCF_YIELD = "fcf_yield"


class Reason(StrEnum):
    """Why a check fails, or what has to be known of one that passes."""

    BELOW = "BELOW_LIMIT"
    ABOVE = "ABOVE_LIMIT"
    EQUITY_NOT_POSITIVE = "EQUITY_NOT_POSITIVE"
    ROE_UNDEFINED = "ROE_UNDEFINED"
    NO_MARKET_VALUE = "NO_MARKET_VALUE"
    IMPLAUSIBLE = "IMPLAUSIBLE"
    """A yield beyond `YIELD_BELIEVED`: the share count is in another unit."""

    EQUITY_OF_ONE_DAY = "EQUITY_OF_ONE_DAY"
    """The equity of a year ago is not known; today's stands for both."""


class Check(Struct, frozen=True, kw_only=True):
    """One threshold: the `value` (None: undefined), and the latest filing that is behind it."""

    measure: Measure
    value: float | None
    limit: float
    passed: bool
    filed: date
    reasons: tuple[Reason, ...] = ()


class Moat(Struct, frozen=True, kw_only=True):
    """The verdict on one company; it has a moat when every check passes."""

    market_value: float
    """Dollars: shares outstanding, at today's count, times the close."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    def of(self, measure: Measure) -> Check:
        """Give one check."""
        return next(check for check in self.checks if check.measure is measure)


def moat(
    company: CompanyInputs,
    close: float,
    limits: UniverseParameters,
    *,
    day: date,
) -> Moat:
    """
    Screen a company as known before the session of `day`.

    `close` is the last one in dollars as traded, and the inputs' shares are counted after the
    splits up to the day. Raises ValueError for inputs of a later day: a filing can be used
    from the session after it.
    """
    _refuse_the_future(company, day)
    value = company.shares.value * close
    checks = (
        _return_on_equity(company, limits.roe_min),
        _debt_to_equity(company, limits.debt_to_equity_max),
        _yield(company, value, limits.fcf_yield_min),
    )
    return Moat(market_value=value, checks=checks)


def _refuse_the_future(company: CompanyInputs, day: date) -> None:
    known = (
        company.net_income, company.equity, company.equity_year_ago, company.debt,
        company.operating_cash_flow, company.capex, company.shares,
    )  # fmt: skip
    last = _last_filing([figure for figure in known if figure is not None])
    if company.as_of > day or last >= day:
        raise ValueError(
            f"{company.symbol}: inputs as of {company.as_of}, filed up to {last},"
            f" cannot be known on {day}"
        )


def _return_on_equity(company: CompanyInputs, least: float) -> Check:
    before = company.equity_year_ago
    used = [company.net_income, company.equity] + ([before] if before else [])
    mean = (company.equity.value + (before or company.equity).value) / 2.0
    if company.equity.value <= 0 or mean <= 0:
        return _undefined(Measure.ROE, least, used, Reason.ROE_UNDEFINED)
    notes = () if before else (Reason.EQUITY_OF_ONE_DAY,)
    return _at_least(Measure.ROE, company.net_income.value / mean, least, used, notes)


def _debt_to_equity(company: CompanyInputs, most: float) -> Check:
    used = [company.debt, company.equity]
    if company.equity.value <= 0:
        return _undefined(Measure.DEBT_TO_EQUITY, most, used, Reason.EQUITY_NOT_POSITIVE)
    value = company.debt.value / company.equity.value
    return Check(
        measure=Measure.DEBT_TO_EQUITY,
        value=value,
        limit=most,
        passed=value < most,
        filed=_last_filing(used),
        reasons=() if value < most else (Reason.ABOVE,),
    )


def _yield(company: CompanyInputs, market_value: float, least: float) -> Check:
    used = [company.operating_cash_flow, company.capex, company.shares]
    if not market_value > 0:
        return _undefined(Measure.FCF_YIELD, least, used, Reason.NO_MARKET_VALUE)
    free = company.operating_cash_flow.value - company.capex.value
    if free / market_value > YIELD_BELIEVED:
        return _undefined(Measure.FCF_YIELD, least, used, Reason.IMPLAUSIBLE)
    return _at_least(Measure.FCF_YIELD, free / market_value, least, used)


def _at_least(
    measure: Measure,
    value: float,
    least: float,
    used: Sequence[Figure],
    notes: tuple[Reason, ...] = (),
) -> Check:
    passed = value > least
    return Check(
        measure=measure,
        value=value,
        limit=least,
        passed=passed,
        filed=_last_filing(used),
        reasons=notes if passed else (Reason.BELOW, *notes),
    )


def _undefined(measure: Measure, limit: float, used: Sequence[Figure], why: Reason) -> Check:
    return Check(
        measure=measure,
        value=None,
        limit=limit,
        passed=False,
        filed=_last_filing(used),
        reasons=(why,),
    )


def _last_filing(used: Sequence[Figure]) -> date:
    return max(figure.filed for figure in used)
