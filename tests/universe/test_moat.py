"""The moat screen passes what earns, owes little and gives, and says why when it does not."""

from datetime import date

import msgspec
import pytest

from tests.universe.companies import FILED, GOOD, figure
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.universe.moat import Measure, Moat, Reason, moat
from tradeengine.universe.parameters import UniverseParameters

LIMITS = UniverseParameters()
DAY = date(2010, 7, 1)


def screened(company: CompanyInputs) -> Moat:
    return moat(company, 40.0, LIMITS, day=DAY)


def test_a_good_company_passes_with_its_values_and_filing() -> None:
    found = screened(GOOD)
    assert found.passed
    assert found.market_value == 400.0
    assert [check.measure for check in found.checks] == list(Measure)
    assert [check.value for check in found.checks] == pytest.approx([0.20, 0.30, 0.05])
    assert [check.limit for check in found.checks] == [0.15, 0.6, 0.04]
    assert {check.filed for check in found.checks} == {FILED}
    assert {check.reasons for check in found.checks} == {()}


@pytest.mark.parametrize(
    ("changes", "measure", "value", "reason"),
    [
        ({"net_income": figure(15.0)}, Measure.ROE, 0.15, Reason.BELOW),
        ({"net_income": figure(-5.0)}, Measure.ROE, -0.05, Reason.BELOW),
        ({"debt": figure(66.0)}, Measure.DEBT_TO_EQUITY, 0.6, Reason.ABOVE),
        ({"capex": figure(14.0)}, Measure.FCF_YIELD, 0.04, Reason.BELOW),
        ({"equity": figure(0.0)}, Measure.ROE, None, Reason.ROE_UNDEFINED),
        ({"equity": figure(-9.0)}, Measure.DEBT_TO_EQUITY, None, Reason.EQUITY_NOT_POSITIVE),
        ({"equity_year_ago": figure(-110.0)}, Measure.ROE, None, Reason.ROE_UNDEFINED),
        ({"shares": figure(0.0)}, Measure.FCF_YIELD, None, Reason.NO_MARKET_VALUE),
        ({"shares": figure(1e-5)}, Measure.FCF_YIELD, None, Reason.IMPLAUSIBLE),
    ],
)
def test_a_failure_says_which_and_why(
    changes: dict[str, object], measure: Measure, value: float | None, reason: Reason
) -> None:
    found = screened(msgspec.structs.replace(GOOD, **changes))
    check = found.of(measure)
    assert not found.passed
    assert not check.passed
    assert check.value == (None if value is None else pytest.approx(value))
    assert check.reasons == (reason,)


def test_a_thin_equity_makes_a_fine_return_and_still_no_moat() -> None:
    thin = msgspec.structs.replace(GOOD, equity=figure(5.0), equity_year_ago=figure(5.0))
    found = screened(thin)
    assert found.of(Measure.ROE).passed
    assert not found.of(Measure.DEBT_TO_EQUITY).passed


def test_equity_of_one_day_is_told() -> None:
    check = screened(msgspec.structs.replace(GOOD, equity_year_ago=None)).of(Measure.ROE)
    assert check.value == pytest.approx(20.0 / 110.0)
    assert check.passed
    assert check.reasons == (Reason.EQUITY_OF_ONE_DAY,)


def test_a_figure_carries_its_latest_filing() -> None:
    later = date(2010, 5, 4)
    found = screened(msgspec.structs.replace(GOOD, debt=figure(33.0, later)))
    assert [check.filed for check in found.checks] == [FILED, later, FILED]


@pytest.mark.parametrize(
    "changes",
    [{"net_income": figure(20.0, DAY)}, {"as_of": date(2010, 7, 2)}],
    ids=["filed on the day", "inputs of the next day"],
)
def test_what_is_not_known_yet_is_an_error(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot be known on 2010-07-01"):
        screened(msgspec.structs.replace(GOOD, **changes))
