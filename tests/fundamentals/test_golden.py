"""Twelve months as of a day, and what a firm is worth, against independent calculations."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from tradeengine.fundamentals.dcf import Capital, Firm, Paths, cost_of_capital, worth
from tradeengine.fundamentals.facts import Fact, Span, known
from tradeengine.fundamentals.trailing import trailing

FOLDER: Final = Path(__file__).parents[1] / "golden"
EDGAR: Final = json.loads((FOLDER / "edgar_ttm.json").read_text())
DCF: Final = json.loads((FOLDER / "dcf.json").read_text())


def facts() -> list[Fact]:
    tags = EDGAR["companyfacts"]["facts"]["us-gaap"]
    return [
        Fact(
            start=date.fromisoformat(row["start"]) if "start" in row else None,
            end=date.fromisoformat(row["end"]),
            value=row["val"],
            filed=date.fromisoformat(row["filed"]),
            form=row["form"],
            accession=row["accn"],
        )
        for row in tags["OperatingIncomeLoss"]["units"]["USD"]
    ]


@pytest.mark.parametrize("day", list(EDGAR["expected_ttm"]))
def test_twelve_months_as_of_a_day(day: str) -> None:
    golden, as_of = EDGAR["expected_ttm"][day], date.fromisoformat(day)
    found = trailing(facts(), as_of)
    if golden["status"] == "missing":
        assert found is None
    else:
        assert found is not None
        assert (found.value, found.method) == (golden["value"], golden["method"])
        assert found.end.isoformat() == golden["period_end"]
        assert found.age(as_of) == golden["age_days"]
        assert list(found.accessions) == golden["used"]


@pytest.mark.parametrize("day", ["2024-05-03", "2024-11-01", "2025-04-09"])
def test_what_is_filed_later_changes_nothing(day: str) -> None:
    as_of = date.fromisoformat(day)
    later = [fact for fact in facts() if fact.filed > as_of]
    assert later
    earlier = [fact for fact in facts() if fact.filed <= as_of]
    assert trailing(facts(), as_of) == trailing(earlier, as_of)
    assert known(facts(), as_of) == known(earlier, as_of)


def quarter(year: int, start: int, end: int, value: float) -> Fact:
    last = {3: 31, 6: 30, 9: 30, 12: 31}[end]
    return Fact(
        start=date(year, start, 1),
        end=date(year, end, last),
        value=value,
        filed=date(year + 1, 6, 1),
        form="10-Q",
        accession=f"{year}-{start}-{end}",
    )


def test_without_a_year_four_quarters_are_added_up() -> None:
    rows = [quarter(2023, m, m + 2, 10.0 * m) for m in (1, 4, 7, 10)]
    found = trailing(rows, date(2025, 1, 1))
    assert found is not None
    assert (found.value, found.method, found.end) == (220.0, "4Q", date(2023, 12, 31))


def test_a_quarter_that_was_not_reported_is_a_difference() -> None:
    rows = [
        quarter(2023, 4, 6, 20.0),
        quarter(2023, 7, 9, 30.0),
        quarter(2023, 1, 6, 35.0),
        quarter(2022, 10, 12, 5.0),
    ]
    found = trailing(rows, date(2025, 1, 1))
    assert found is not None
    assert (found.value, found.method) == (5.0 + 15.0 + 20.0 + 30.0, "4Q")


def test_without_a_part_there_is_no_sum() -> None:
    assert trailing([quarter(2023, 7, 9, 30.0)], date(2025, 1, 1)) is None
    assert trailing([], date(2025, 1, 1)) is None


@pytest.mark.parametrize(
    ("days", "span"),
    [(91, Span.QUARTER), (182, Span.HALF), (273, Span.NINE_MONTHS), (371, Span.YEAR), (130, None)],
)
def test_the_kinds_of_periods(days: int, span: Span | None) -> None:
    assert Span.of(days) is span


def firm(given: dict[str, Any]) -> Firm:
    return Firm(
        revenue=given["rev0"],
        depreciation=given["da_pct"],
        capital_expenditure=given["capex_pct"],
        working_capital=given["nwc_pct"],
        net_debt=given.get("net_debt", 0.0),
        minorities=given.get("minority", 0.0),
        shares=given.get("shares", 1.0),
    )


@pytest.mark.parametrize(("name", "mid_year"), [("mid_year", True), ("year_end", False)])
def test_one_known_future(name: str, mid_year: bool) -> None:
    given, golden = DCF["inputs"], DCF[name]
    paths = Paths(
        growth=np.array(given["g_path"])[:, None],
        margin=given["margin_ebitda"],
        tax=given["tax"],
        wacc=given["wacc"],
        terminal_growth=given["gT"],
        terminal_roic=given["roicT"],
    )
    found = worth(firm(given), paths, mid_year=mid_year)
    assert found.explicit[0] == pytest.approx(golden["pv_explicit"], abs=1e-9)
    assert found.terminal[0] == pytest.approx(golden["pv_tv"], abs=1e-9)
    assert found.enterprise[0] == pytest.approx(golden["ev"], abs=1e-9)
    assert found.per_share[0] == pytest.approx(golden["per_share"], abs=1e-9)


@pytest.mark.parametrize("growth", [0.0, 0.03, 0.05])
def test_growth_that_earns_what_it_costs_is_worth_nothing(growth: float) -> None:
    given = DCF["identity"]["inputs"] | {"g": growth}
    # What is reinvested follows from the growth: capex = depreciation + growth * capital.
    nopat = (given["ebitda_margin"] - given["da_pct"]) * (1 - given["tax"])
    reinvested = nopat * growth / given["roicT"]
    given |= {"capex_pct": given["da_pct"] + reinvested}
    paths = Paths(
        growth=np.full((given["T"], 1), growth),
        margin=given["ebitda_margin"],
        tax=given["tax"],
        wacc=given["wacc"],
        terminal_growth=growth,
        terminal_roic=given["roicT"],
    )
    found = worth(firm(given), paths, mid_year=False)
    first = nopat * given["rev0"] * (1 + growth)
    assert found.enterprise[0] == pytest.approx(first / given["wacc"], abs=1e-6)


def test_many_drawn_futures() -> None:
    given, golden = DCF["inputs"], DCF["monte_carlo"]
    z = np.random.Generator(np.random.PCG64(123)).standard_normal((golden["n"], 4))
    years = np.arange(1, 6)[:, None]
    shocks = 0.03 * z[:, 0] * np.sqrt(years) / np.sqrt(5)
    wacc = np.clip(0.09 + 0.01 * z[:, 2], 0.05, 0.2)
    paths = Paths(
        growth=np.clip(np.array(given["g_path"])[:, None] + shocks, -0.3, 0.4),
        margin=np.clip(0.25 + 0.03 * z[:, 1], 0.02, 0.6),
        tax=given["tax"],
        wacc=wacc,
        terminal_growth=np.clip(0.025 + 0.005 * z[:, 3], 0, np.minimum(0.04, wacc - 0.02)),
        terminal_roic=given["roicT"],
    )
    values = worth(firm(given), paths).per_share
    assert values[:5] == pytest.approx(golden["first5_per_share"], abs=1e-9)
    assert np.median(values) == pytest.approx(golden["median"], abs=1e-9)
    for price, share in golden["p_value_gt_price"].items():
        assert (values > float(price)).mean() == pytest.approx(share, abs=1e-9)


def test_losses_bring_no_tax_back() -> None:
    given = DCF["inputs"]
    paths = Paths(
        growth=np.zeros((1, 1)), margin=0.0, tax=0.5, wacc=0.1, terminal_growth=0.0,
        terminal_roic=0.1,
    )  # fmt: skip
    found = worth(firm(given | {"capex_pct": 0.05}), paths, mid_year=False)
    assert found.explicit[0] == pytest.approx(-50.0 / 1.1)


def test_growth_beyond_the_cost_of_capital_is_refused() -> None:
    paths = Paths(
        growth=np.zeros((1, 1)), margin=0.2, tax=0.2, wacc=0.05, terminal_growth=0.05,
        terminal_roic=0.1,
    )  # fmt: skip
    with pytest.raises(ValueError, match="must be below WACC"):
        worth(firm(DCF["inputs"]), paths)


def test_the_cost_of_capital() -> None:
    given, golden = DCF["wacc"]["inputs"], DCF["wacc"]["wacc"]
    capital = Capital(
        equity=given["E"],
        debt=given["D"],
        interest=given["interest"],
        average_debt=given["avg_debt"],
    )
    rate = cost_of_capital(
        capital, risk_free=given["rf"], premium=given["erp"], beta=given["beta"], tax=given["tax"]
    )
    assert rate == pytest.approx(golden, abs=1e-12)


def test_without_debt_its_cost_does_not_matter() -> None:
    capital = Capital(equity=100.0, debt=0.0, interest=0.0, average_debt=0.0)
    rate = cost_of_capital(capital, risk_free=0.04, premium=0.05, beta=1.0, tax=0.2)
    assert rate == pytest.approx(0.09)
