"""Every reason for refusing, on real filings and on a made company that else passes."""

import math
from datetime import date

import pytest

from tests.fundamentals.shipped import (
    BANK,
    COMPUTERS,
    SESSION,
    SHIPPED,
    SOFTWARE,
    YEARS,
    codes_of,
    companies_of_2010,
    company,
    fact,
    inputs_of,
    instant,
    made,
    refusals_of,
    year,
)
from tradeengine.fundamentals.company import Filing
from tradeengine.fundamentals.facts import Fact
from tradeengine.fundamentals.gatekeeper import inspect
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.model.rejections import Stage, Weight

IN_2010 = date(2010, 7, 1)


def test_a_bank_is_refused_because_it_is_one() -> None:
    (refused,) = refusals_of(company("JPM.2026", BANK), date(2026, 6, 1))
    assert (refused.code, refused.field, refused.value) == ("DCF_NOT_APPLICABLE", "sic", "6021")
    assert refused.limit.startswith("banks and credit")
    assert (refused.stage, refused.weight) == (Stage.FUNDAMENTALS, Weight.STRUCTURAL)


def test_a_filer_of_ifrs_is_refused_for_want_of_us_gaap() -> None:
    (refused,) = refusals_of(company("LPA.2025", 6512), date(2025, 6, 2))
    assert refused.code == "NO_XBRL"
    assert refused.value == "taxonomies: dei, ifrs-full"


def test_a_missing_tag_is_refused_by_its_name() -> None:
    refused = refusals_of(company("MSFT.2025", SOFTWARE), date(2025, 8, 15))
    assert all(each.code in {"MISSING_TAG", "TTM_INSUFFICIENT"} for each in refused)
    depreciation = next(each for each in refused if each.field == "depreciation")
    assert depreciation.code == "MISSING_TAG"
    assert "DepreciationDepletionAndAmortization" in depreciation.value


def test_the_companies_of_2010() -> None:
    judged = {
        name: inspect(name, each, IN_2010, SHIPPED) for name, each in companies_of_2010().items()
    }
    passed = {name for name, each in judged.items() if isinstance(each, CompanyInputs)}
    assert passed == {"LOW", "HD", "KO", "AAPL", "NUE", "ABT", "TXN", "FLIR", "HES", "CRM", "GPC"}
    first = {name: each[0].code for name, each in judged.items() if isinstance(each, list)}
    assert first == {
        "CAT": "MISSING_TAG",
        "HSY": "SHARES_SUSPECT",
        "JPM": "DCF_NOT_APPLICABLE",
        "CCI": "BALANCE_MISMATCH",
        "F": "MISSING_TAG",
        "MSFT": "TTM_INSUFFICIENT",
        "XOM": "MISSING_TAG",
        "WMB": "DCF_NOT_APPLICABLE",
        "BSX": "DCF_NOT_APPLICABLE",
    }


def test_what_lowe_s_had_filed_by_july_2010() -> None:
    lowes = inputs_of(companies_of_2010()["LOW"], IN_2010)
    assert lowes.revenue.value == 47_776e6
    assert lowes.ebitda == lowes.ebit.value + lowes.depreciation.value
    assert len(lowes.annual_revenue) == 3
    # Its quarter ends with the stores full on credit; its year does not.
    assert lowes.working_capital.value == -2e6
    assert [each.value for each in lowes.annual_working_capital] == [1990e6, 1872e6]
    assert lowes.warnings == ()


def test_the_made_company_passes() -> None:
    inputs = inputs_of(made(), SESSION)
    assert inputs.warnings == ()
    assert inputs.revenue.value == 1000e6
    assert inputs.revenue.rule == "Revenues"
    assert (inputs.cash.value, inputs.debt.value) == (200e6, 400e6)
    assert inputs.working_capital.value == 700e6 - 200e6 - (400e6 - 20e6)
    assert [each.end.year for each in inputs.annual_working_capital] == list(YEARS)
    assert {each.value for each in inputs.annual_working_capital} == {120e6}
    assert inputs.debt_year_ago is not None
    assert inputs.debt_year_ago.end == date(2022, 12, 31)
    assert inputs.shares.value == 100e6
    assert inputs.dilution == pytest.approx(1.02)
    assert [figure.end.year for figure in inputs.annual_revenue] == list(YEARS)


PRETAX = (
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
)


@pytest.mark.parametrize(
    ("without", "field"),
    [
        (["Revenues"], "revenue"),
        (["DepreciationDepletionAndAmortization"], "depreciation"),
        (["PaymentsToAcquirePropertyPlantAndEquipment"], "capex"),
        (["NetCashProvidedByUsedInOperatingActivities"], "operating_cash_flow"),
        (["AssetsCurrent"], "current_assets"),
        (["LiabilitiesCurrent"], "current_liabilities"),
        (["CashAndCashEquivalentsAtCarryingValue"], "cash"),
        (["StockholdersEquity"], "equity"),
        (["LongTermDebtNoncurrent"], "debt"),
        (["Assets"], "assets"),
    ],
)
def test_each_needed_tag_is_missed(without: list[str], field: str) -> None:
    assert ("MISSING_TAG", field) in codes_of(made(without=without), SESSION)


def test_without_any_flow_there_are_no_twelve_months() -> None:
    bare = made({"Assets": [instant(2000e6, 2023)]}, without=list(flows()))
    (refused,) = refusals_of(bare, SESSION)
    assert (refused.code, refused.value) == ("TTM_INSUFFICIENT", "no period")


def flows() -> list[str]:
    return [key[1] for key, rows in made().facts.items() if rows[0].start and key[2] == "USD"]


@pytest.mark.parametrize(
    ("session", "weight"), [("2024-03-01", "structural"), ("2024-04-05", "transient")]
)
def test_missing_months_may_come_with_the_next_report(session: str, weight: str) -> None:
    half = fact(500e6, date(2023, 12, 31), start=date(2023, 7, 1))
    refused = refusals_of(made({"Revenues": [half]}), date.fromisoformat(session))
    assert [(each.code, each.field, each.weight.value) for each in refused] == [
        ("TTM_INSUFFICIENT", "revenue", weight)
    ]


@pytest.mark.parametrize(
    ("session", "weight"), [(date(2024, 8, 1), "transient"), (date(2025, 3, 3), "structural")]
)
def test_old_periods_are_stale(session: date, weight: str) -> None:
    refused = refusals_of(made(without=["EntityCommonStockSharesOutstanding"]), session)
    assert {(each.code, each.weight.value) for each in refused if each.field == "revenue"} == {
        ("STALE", weight)
    }


@pytest.mark.parametrize(
    ("tag", "value", "refusal"),
    [
        ("Revenues", math.nan, ("NONFINITE", "revenue")),
        ("Revenues", -1e6, ("NONPOSITIVE", "revenue")),
        ("CashAndCashEquivalentsAtCarryingValue", -1e9, ("NONPOSITIVE", "cash")),
        ("LongTermDebtNoncurrent", -1e9, ("NONPOSITIVE", "debt")),
        ("Assets", 2030e6, ("BALANCE_MISMATCH", "assets")),
        ("Liabilities", 1230e6, ("BALANCE_MISMATCH", "assets")),
        ("OperatingIncomeLoss", 900e6, ("MODEL_DOMAIN", "ebitda_margin")),
        ("OperatingIncomeLoss", -10e6, ("DCF_NOT_APPLICABLE", "ebit")),
        ("Revenues", 40e6, ("DCF_NOT_APPLICABLE", "revenue")),
    ],
)
def test_impossible_values_are_refused(tag: str, value: float, refusal: tuple[str, str]) -> None:
    changed = made()
    is_flow = changed.facts["us-gaap", tag, "USD"][0].start is not None
    rows = [(year if is_flow else instant)(value, ending) for ending in YEARS]
    assert refusal in codes_of(made({tag: rows}), SESSION)


def test_a_year_in_other_units_is_found() -> None:
    rows = [year(1000e6 if ending > 2021 else 1000e3, ending) for ending in YEARS]
    assert codes_of(made({"Revenues": rows}), SESSION) == {("TAG_OR_SCALE_JUMP", "revenue")}


def test_a_change_of_tags_that_changes_the_level_is_found() -> None:
    new = "RevenueFromContractWithCustomerExcludingAssessedTax"
    rows = {
        "Revenues": [year(1000e6, ending) for ending in YEARS[:3]],
        new: [year(1900e6, 2023)],
    }
    assert codes_of(made(rows), SESSION) == {("TAG_OR_SCALE_JUMP", "revenue")}


def test_too_short_a_history_is_refused_and_its_length_can_be_chosen() -> None:
    rows = {"Revenues": [year(1000e6, ending) for ending in (2022, 2023)]}
    (refused,) = refusals_of(made(rows), SESSION)
    assert (refused.code, refused.field, refused.value, refused.limit) == (
        "DCF_NOT_APPLICABLE", "history", "2 fiscal years", "3",
    )  # fmt: skip
    two = SHIPPED.model_copy(update={"history_years_min": 2})
    assert len(inputs_of(made(rows), SESSION, two).annual_revenue) == 2


@pytest.mark.parametrize("sic", [0, 6021, 6211, 6331, 6798, 6770, 4911])
def test_industries_without_a_valuation_by_cash_flow(sic: int) -> None:
    assert codes_of(made(sic=sic), SESSION) == {("DCF_NOT_APPLICABLE", "sic")}


def test_who_depletes_must_invest_what_it_depreciates() -> None:
    assert inputs_of(made(sic=1311), SESSION).sic == 1311
    little = [year(40e6, ending) for ending in YEARS]
    lazy = made({"PaymentsToAcquirePropertyPlantAndEquipment": little}, sic=1311)
    assert codes_of(lazy, SESSION) == {("DCF_NOT_APPLICABLE", "sic")}


def test_facts_in_another_currency_are_none() -> None:
    assert codes_of(made(unit="EUR"), SESSION) == {("NO_XBRL", "facts")}


def test_a_report_that_is_not_among_the_facts_yet() -> None:
    report = Filing(accession="made-new", form="10-Q", filed=date(2024, 3, 28))
    other = Filing(accession="proxy", form="20-F", filed=date(2024, 3, 29))
    (refused,) = refusals_of(made(filings=[report, other]), SESSION)
    assert (refused.code, refused.weight) == ("FACTS_LAG", Weight.TRANSIENT)
    assert refused.value == "10-Q of 2024-03-28 (made-new)"
    # It is not public before its day is over.
    assert inputs_of(made(filings=[report]), date(2024, 3, 28)).cik == 1


def test_outflows_with_the_wrong_sign_are_set_right_and_told() -> None:
    rows = [year(-60e6, ending) for ending in YEARS]
    inputs = inputs_of(made({"PaymentsToAcquirePropertyPlantAndEquipment": rows}), SESSION)
    assert inputs.capex.value == 60e6
    assert [each.value for each in inputs.annual_capex] == [60e6] * 4
    assert inputs.warnings == ("SIGN_FIXED:capex",)


def test_doubts_that_refuse_nobody() -> None:
    quarters = [
        fact(300e6, date(2023, month, day), start=date(2023, month - 2, 1), filed=date(2024, 2, 28))
        for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
    ]
    changed: dict[str, list[Fact]] = {
        "Revenues": [*(year(1000e6, ending) for ending in YEARS), *quarters],
        "NetCashProvidedByUsedInFinancingActivities": [year(-10e6, ending) for ending in YEARS],
        "IncomeTaxExpenseBenefit": [year(170e6, ending) for ending in YEARS],
        "DepreciationDepletionAndAmortization": [year(50e6, ending) for ending in YEARS[1:]],
    }
    assert set(inputs_of(made(changed), SESSION).warnings) == {
        "Q_SUM_MISMATCH:revenue", "CASHFLOW_MISMATCH:cash", "TAX_RATE:tax",
        "SHORT_HISTORY:depreciation",
    }  # fmt: skip


def test_a_makeshift_and_a_period_that_lags_are_told() -> None:
    late = fact(55e6, date(2023, 9, 30), start=date(2022, 10, 1), filed=date(2024, 1, 5))
    changed = made(
        {"Depreciation": [late], PRETAX: []}, without=["DepreciationDepletionAndAmortization"]
    )
    inputs = inputs_of(changed, SESSION, SHIPPED)
    assert inputs.depreciation.end == date(2023, 9, 30)
    assert set(inputs.warnings) >= {
        "MAKESHIFT_TAG:depreciation", "LAGGING:depreciation", "MAKESHIFT_TAG:pretax",
    }  # fmt: skip


def test_a_tag_that_was_given_up_long_ago_is_missing() -> None:
    given_up = [year(50e6, ending) for ending in (2020, 2021)]
    (refused,) = refusals_of(made({"DepreciationDepletionAndAmortization": given_up}), SESSION)
    assert (refused.code, refused.field) == ("MISSING_TAG", "depreciation")
    assert refused.value.startswith("no twelve months after those to 2021-12-31")


def test_the_larger_of_two_totals_is_the_revenue() -> None:
    new = "RevenueFromContractWithCustomerExcludingAssessedTax"
    both = made({new: [year(900e6, ending) for ending in YEARS]})
    assert inputs_of(both, SESSION).revenue.rule == "Revenues"


def test_the_symbol_and_the_session_are_kept() -> None:
    judged = inspect("ABC", made(sic=BANK), SESSION, SHIPPED)
    assert isinstance(judged, list)
    assert (judged[0].symbol, judged[0].as_of) == ("ABC", SESSION)
    assert inputs_of(made(), SESSION).as_of == SESSION
    assert inputs_of(made(), SESSION).sic == COMPUTERS
