"""Debt: no part twice, none assumed away, and the interest on it."""

from datetime import date

import pytest

from tests.fundamentals.shipped import (
    SESSION,
    YEARS,
    codes_of,
    companies_of_2010,
    fact,
    inputs_of,
    instant,
    made,
    refusals_of,
    year,
)

NO_DEBT = ("LongTermDebtNoncurrent", "DebtCurrent")


LONG, CURRENT = "LongTermDebtNoncurrent", "LongTermDebtCurrent"
WITH_LEASES = "LongTermDebtAndCapitalLeaseObligations"
SHORT = "ShortTermBorrowings"


@pytest.mark.parametrize(
    ("tags", "debt"),
    [
        ({"DebtLongtermAndShorttermCombinedAmount": 500e6}, 500e6),
        ({LONG: 300e6}, 300e6),
        ({LONG: 300e6, CURRENT: 30e6, "CommercialPaper": 7e6}, 337e6),
        ({LONG: 300e6, CURRENT: 30e6, SHORT: 9e6, "CommercialPaper": 7e6}, 339e6),
        ({LONG: 300e6, "FinanceLeaseLiabilityNoncurrent": 11e6}, 311e6),
        ({"LongTermDebt": 300e6, CURRENT: 30e6}, 300e6),
        ({"LongTermDebt": 300e6, "DebtCurrent": 40e6}, 300e6),
        ({"LongTermDebt": 300e6, SHORT: 9e6}, 309e6),
        ({WITH_LEASES: 280e6, "DebtCurrent": 40e6, CURRENT: 40e6}, 320e6),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_no_part_of_debt_counts_twice(tags: dict[str, float], debt: float) -> None:
    facts = {tag: [instant(value, ending) for ending in YEARS] for tag, value in tags.items()}
    gone = [tag for tag in NO_DEBT if tag not in tags]
    inputs = inputs_of(made(facts, without=gone), SESSION)
    assert inputs.debt.value == debt
    assert inputs.debt_year_ago is not None
    assert inputs.debt_year_ago.value == debt


def test_the_working_capital_leaves_short_debt_out() -> None:
    assert inputs_of(made(), SESSION).working_capital.rule == (
        "AssetsCurrent - cash - (LiabilitiesCurrent - short debt)"
    )
    inputs = inputs_of(made(without=["DebtCurrent"]), SESSION)
    assert inputs.working_capital.value == 700e6 - 200e6 - 400e6
    assert inputs.warnings == ("NO_SHORT_DEBT:debt",)


def test_who_reports_neither_debt_nor_interest_has_none() -> None:
    little = {
        "Liabilities": [instant(600e6, ending) for ending in YEARS],
        "StockholdersEquity": [instant(1400e6, ending) for ending in YEARS],
        # More was earned beside the business than paid.
        "OperatingIncomeLoss": [year(170e6, ending) for ending in YEARS],
    }
    inputs = inputs_of(made(little, without=[*NO_DEBT, "InterestExpense"]), SESSION)
    assert (inputs.debt.value, inputs.interest.value) == (0.0, 0.0)
    assert inputs.interest.rule == "no debt"
    assert "DEBT_FREE:debt" in inputs.warnings


@pytest.mark.parametrize("owed", [1200e6, None])
def test_who_owes_much_for_long_is_not_taken_for_free_of_debt(owed: float | None) -> None:
    rows = {} if owed is None else {"Liabilities": [instant(owed, ending) for ending in YEARS]}
    without = [*NO_DEBT, "InterestExpense", *(["Liabilities"] if owed is None else [])]
    assert ("MISSING_TAG", "debt") in codes_of(made(rows, without=without), SESSION)


def test_caterpillar_s_debt_stands_under_tags_of_its_own() -> None:
    refused = refusals_of(companies_of_2010()["CAT"], date(2010, 7, 1))
    assert ("MISSING_TAG", "debt") in {(each.code, each.field) for each in refused}


def test_short_debt_alone_is_not_all_of_it() -> None:
    refused = refusals_of(made(without=["LongTermDebtNoncurrent"]), SESSION)
    (debt,) = [each for each in refused if each.field == "debt"]
    assert "LongTermDebtNoncurrent" in debt.value


def test_interest_is_what_is_left_between_two_profits_at_last() -> None:
    inputs = inputs_of(made(without=["InterestExpense"]), SESSION)
    assert inputs.interest.value == 20e6
    assert inputs.interest.rule.startswith("~OperatingIncomeLoss - IncomeLoss")
    assert inputs.warnings == ("MAKESHIFT_TAG:interest",)


def test_where_more_was_earned_than_paid_nothing_is_left_to_tell() -> None:
    poor = {"OperatingIncomeLoss": [year(170e6, ending) for ending in YEARS]}
    (refused,) = refusals_of(made(poor, without=["InterestExpense"]), SESSION)
    assert (refused.code, refused.field) == ("MISSING_TAG", "interest")
    assert refused.value.endswith("which is -1e+07")


def test_a_rate_that_was_told_too_long_ago_is_none() -> None:
    old = {"InterestExpense": [fact(20e6, date(2020, 12, 31), start=date(2020, 1, 1))]}
    assert codes_of(made(old), SESSION) == {("MISSING_TAG", "interest")}
    recent = {"InterestExpense": [fact(20e6, date(2022, 12, 31), start=date(2022, 1, 1))]}
    inputs = inputs_of(made(recent), SESSION)
    assert inputs.interest.value == pytest.approx(20e6)
    assert inputs.interest.rule.startswith("~debt at the rate of 2022-12-31")


def test_cash_that_holds_its_investments_gets_them_once() -> None:
    both = {"CashCashEquivalentsAndShortTermInvestments": [instant(190e6, e) for e in YEARS]}
    inputs = inputs_of(made(both, without=["CashAndCashEquivalentsAtCarryingValue"]), SESSION)
    assert inputs.cash.value == 190e6
