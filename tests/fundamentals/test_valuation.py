"""Values and refusals: each rule, each number, and no other company's future."""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.fundamentals.companies import AS_OF, ASSUMED, FILED, company, figure, market, years
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.outlook import Assumptions, MarketFacts, read
from tradeengine.fundamentals.prospects import prospects
from tradeengine.fundamentals.valuation import Appraisal, Valuation, appraise, value
from tradeengine.model.rejections import Rejection, Stage, Weight


def one(
    inputs: CompanyInputs, facts: MarketFacts, assumed: Assumptions = ASSUMED
) -> Valuation | Rejection:
    (found,) = value([inputs], [facts], assumed, paths=2000)
    return found


def valued(inputs: CompanyInputs, facts: MarketFacts) -> Valuation:
    found = one(inputs, facts)
    assert isinstance(found, Valuation)
    return found


def refused(inputs: CompanyInputs, facts: MarketFacts, assumed: Assumptions = ASSUMED) -> Rejection:
    found = one(inputs, facts, assumed)
    assert isinstance(found, Rejection)
    assert (found.stage, found.symbol, found.as_of) == (Stage.VALUATION, "AAA", AS_OF)
    return found


def test_a_valuation_says_what_it_rests_on() -> None:
    found = valued(company(), market())

    assert (found.symbol, found.cik, found.as_of, found.price) == ("AAA", 1, AS_OF, 20.0)
    assert found.vintage == FILED
    assert found.paths == 2000
    assert found.median == found.percentiles[50]
    assert list(found.percentiles) == [5, 25, 50, 75, 95]
    assert list(found.percentiles.values()) == sorted(found.percentiles.values())
    assert found.assumptions["net_debt"] == 300.0
    assert found.assumptions["tax"] == 0.25
    assert found.premium_date == date(2026, 1, 1)
    assert "revenue: Revenues" in found.rules
    assert any(rule.startswith("growth: 4.") for rule in found.rules)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Valuation) == found


def test_percentiles_and_probability_are_those_of_the_paths() -> None:
    found = appraise("AAA", [company()], [market()], ASSUMED, 2000)
    assert isinstance(found, Appraisal)
    given = found.valuation

    assert given.p_undervalued == (found.per_share > 20.0).mean()
    assert given.mean == pytest.approx(found.per_share.mean())
    for percent, amount in given.percentiles.items():
        assert amount == np.percentile(found.per_share, percent, method="lower")


def test_the_dearer_the_share_the_less_probable_that_it_is_cheap() -> None:
    chances = [valued(company(), market(price=price)).p_undervalued for price in (5, 15, 25, 60)]

    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.9
    assert chances[-1] < 0.1


def test_the_standard_error_is_that_of_the_drawing() -> None:
    found = [valued(company(cik=cik), market()) for cik in range(1, 61)]

    spread = np.std([each.p_undervalued for each in found], ddof=1)
    # Sixty companies that differ in their seed alone; their spread is right to a tenth or so.
    assert spread == pytest.approx(found[0].standard_error, rel=0.4)
    assert found[0].standard_error < math.sqrt(0.25 / 2000)


def test_another_day_before_the_next_filing_draws_the_same_futures() -> None:
    tomorrow = msgspec.structs.replace(ASSUMED, as_of=date(2010, 7, 2))
    one_day = valued(company(), market())
    (another,) = value([company(as_of=date(2010, 7, 2))], [market()], tomorrow, paths=2000)

    assert isinstance(another, Valuation)
    assert another.seed == one_day.seed
    assert another.percentiles == one_day.percentiles


def test_who_else_is_valued_changes_the_cross_section_and_nothing_else() -> None:
    peers = [company(f"P{n}", 10 + n) for n in range(6)]
    facts = [market(), *(market(f"P{n}") for n in range(6))]
    whole = value([company(), *peers], facts, ASSUMED, 2000)
    turned = value([*peers[::-1], company()], facts, ASSUMED, 2000)

    assert whole[0] == turned[-1]
    only = appraise("AAA", [company(), *peers], facts, ASSUMED, 2000)
    assert isinstance(only, Appraisal)
    assert only.valuation == whole[0]
    with pytest.raises(KeyError, match="NONE"):
        appraise("NONE", peers, facts, ASSUMED, 2000)


def test_minorities_and_preferred_shares_are_not_the_holders() -> None:
    less = valued(company(noncontrolling=figure(100.0), preferred=figure(50.0)), market())

    assert less.central == pytest.approx(valued(company(), market()).central - 1.5)


def test_securities_of_later_years_count_with_a_haircut() -> None:
    more = valued(company(long_term_investments=figure(100.0)), market())

    assert more.assumptions["net_debt"] == 210.0
    assert more.central == pytest.approx(valued(company(), market()).central + 0.9)


def test_dilution_spreads_the_value_thin() -> None:
    assert valued(company(dilution=1.25), market()).median < valued(company(), market()).median


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tax": figure(90.0)}, "tax: 50.0% bounded to 30.0%"),
        ({"pretax": figure(-5.0)}, "tax: no profit before tax: 25%"),
        ({"working_capital": figure(900.0)}, "working capital: 90.0% bounded to 50.0%"),
    ],
)
def test_a_bound_that_bites_is_named(changes: dict[str, Any], words: str) -> None:
    assert words in valued(company(**changes), market()).rules


def test_working_capital_is_that_of_the_middle_year_and_not_of_a_season() -> None:
    full_stores, empty_stores = (
        valued(
            company(working_capital=figure(now), annual_working_capital=years(80.0, 90.0, 100.0)),
            market(),
        )
        for now in (-50.0, 400.0)
    )

    assert full_stores.assumptions["working_capital"] == pytest.approx(0.097, abs=0.001)
    assert empty_stores.assumptions["working_capital"] == pytest.approx(0.102, abs=0.001)


def test_growth_of_the_first_year_is_bounded() -> None:
    racing = [company(f"R{n}", 20 + n, annual_revenue=years(400.0, 600.0, 950.0)) for n in range(6)]
    found, *_ = value(racing, [market(f"R{n}") for n in range(6)], ASSUMED, 2000)

    assert isinstance(found, Valuation)
    assert found.assumptions["growth"] == 0.25


def test_capital_expenditure_fades_to_what_growth_wants() -> None:
    (expected,) = prospects([company()], ["Technology"])
    outlook = read(company(), market(), ASSUMED, expected).outlook
    capex = outlook.capital_expenditure

    assert capex[:5] == pytest.approx(np.full(5, 0.06), abs=1e-4)
    # Depreciation, and 2.5 % of growth at a return of WACC + 2 %, less working capital's part.
    profit = (outlook.margin_mean - 0.05) * 0.75
    wanted = 0.05 + profit * 0.025 / (outlook.wacc + 0.02) - 0.1 * 0.025 / 1.025
    assert capex[-1] == pytest.approx(wanted, abs=1e-9)
    assert outlook.tax.tolist() == [0.25] * 10


@pytest.mark.parametrize(
    ("inputs", "facts", "code", "field", "weight"),
    [
        (company(), market("BBB"), "MARKET_MISSING", "market facts", Weight.TRANSIENT),
        (company(), market(price=math.nan), "NONFINITE", "price", Weight.TRANSIENT),
        (company(), market(beta=math.inf), "NONFINITE", "beta", Weight.TRANSIENT),
        (company(), market(price=0.0), "NONPOSITIVE", "price", Weight.STRUCTURAL),
        (company(shares=figure(0.0)), market(), "NONPOSITIVE", "shares", Weight.STRUCTURAL),
        (
            company(cash=figure(9000.0)), market(),
            "EV_NEGATIVE", "enterprise value at the market", Weight.STRUCTURAL,
        ),
        (
            company(ebit=figure(-400.0), annual_ebit=years(-400.0, -400.0, -400.0)), market(),
            "EV_NEGATIVE", "enterprise value by the model", Weight.STRUCTURAL,
        ),
        (
            company(ebit=figure(850.0)), market(),
            "MODEL_DOMAIN", "EBITDA margin", Weight.STRUCTURAL,
        ),
        (company(), market(beta=9.0), "MODEL_DOMAIN", "WACC", Weight.STRUCTURAL),
        (
            company(capex=figure(170.0), annual_capex=years(150.0, 160.0, 170.0)), market(),
            "MODEL_DOMAIN", "value after the last year", Weight.STRUCTURAL,
        ),
        (
            company(), market(price=1000.0),
            "VALUE_IMPLAUSIBLE", "median value / price", Weight.STRUCTURAL,
        ),
    ],
)  # fmt: skip
def test_what_the_model_does_not_understand_is_refused(
    inputs: CompanyInputs, facts: MarketFacts, code: str, field: str, weight: Weight
) -> None:
    found = refused(inputs, facts)

    assert (found.code, found.field, found.weight) == (code, field, weight)
    assert found.value
    assert found.limit


def test_a_rate_that_is_no_number_is_refused() -> None:
    unknown = msgspec.structs.replace(ASSUMED, risk_free=math.nan)

    assert refused(company(), market(), unknown).field == "risk_free"


def test_growth_and_margin_are_drawn_to_the_sectors_middle() -> None:
    steady = [company(f"S{n}", 30 + n, annual_revenue=years(800.0, 880.0, 968.0)) for n in range(5)]
    odd = company("ODD", annual_revenue=years(1000.0, 1000.0, 1000.0))
    found = prospects([*steady, odd], ["Energy"] * 6)
    ten, odd_growth = math.log(1.1), found[-1].growth

    # Two own years of nothing and five years of the middle company's ten percent.
    assert odd_growth.mean == pytest.approx(5 * ten / 7, rel=2e-3)
    assert (odd_growth.own_years, odd_growth.peers, odd_growth.group) == (2, 6, "Energy")
    assert found[0].growth.mean == pytest.approx(ten, rel=2e-3)


def test_a_small_sector_is_drawn_to_all_and_a_small_world_to_the_prior() -> None:
    many = [company(f"S{n}", 30 + n) for n in range(6)]

    found = prospects(many, ["Energy"] * 3 + ["Utilities"] * 3)
    assert {each.growth.group for each in found} == {"all"}
    (alone,) = prospects([many[0]], ["Energy"])
    assert (alone.growth.group, alone.growth.peers) == ("prior", 0)
    assert alone.margin.spread < 0.03


def test_a_company_without_years_has_its_sectors_growth_and_its_own_margin() -> None:
    none = company(annual_revenue=(), annual_ebit=(), annual_depreciation=(), annual_capex=())
    peers = [company(f"S{n}", 30 + n) for n in range(5)]
    found = prospects([none, *peers], ["Energy"] * 6)[0]

    assert (found.growth.own_years, found.margin.own_years) == (0, 1)
    assert found.growth.mean == pytest.approx(math.log(960 / 850) / 2, rel=2e-3)
    assert found.margin.mean == pytest.approx((0.25 + 5 * 0.2444444) / 6, abs=1e-3)


def test_a_year_that_is_a_merger_is_bounded() -> None:
    merged = company(annual_revenue=years(100.0, 1000.0))
    (found,) = prospects([merged], ["Energy"])

    assert found.growth.mean == pytest.approx((0.5 + 5 * 0.04) / 6)


def test_an_outlook_without_spread_is_certain_but_for_the_world() -> None:
    (expected,) = prospects([company()], ["Technology"])
    reading = read(company(), market(), ASSUMED, expected)
    calm = replace(reading.outlook, growth_spread=0.0, margin_spread=0.0)

    assert calm.wacc == reading.outlook.wacc == pytest.approx(0.0716, abs=0.002)
