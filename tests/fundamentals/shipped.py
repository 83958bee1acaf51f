"""Real filings under `filings/`, and a made company that passes every check."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tradeengine.fundamentals.company import Company, Filing, Key
from tradeengine.fundamentals.facts import Fact
from tradeengine.fundamentals.gatekeeper import inspect
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.share_count import Split
from tradeengine.model.rejections import Rejection

FOLDER = Path(__file__).parent / "filings"

SHIPPED = FundamentalsParameters()

COMPUTERS, CHIPS, BANK, SOFTWARE = 3571, 3674, 6021, 7372


def text_of(name: str) -> bytes:
    """Give a company's document, as the site would send it."""
    return gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes())


@cache
def company(name: str, sic: int) -> Company:
    """Read a company as of the year in its name."""
    return _company(json.loads(text_of(name)), sic)


@cache
def documents_of_2010() -> dict[str, dict[str, Any]]:
    """Give the documents of 2009 and 2010 by ticker."""
    lines = gzip.decompress((FOLDER / "2010.jsonl.gz").read_bytes()).splitlines()
    return {row["ticker"]: row for row in map(json.loads, lines)}


@cache
def companies_of_2010() -> dict[str, Company]:
    """Read the companies of 2009 and 2010 by ticker."""
    return {name: _company(row, row["sic"]) for name, row in documents_of_2010().items()}


def _company(document: dict[str, Any], sic: int) -> Company:
    facts: dict[Key, tuple[Fact, ...]] = {
        (taxonomy, tag, unit): tuple(map(_fact, rows))
        for taxonomy, tags in document["facts"].items()
        for tag, concept in tags.items()
        for unit, rows in concept["units"].items()
    }
    return Company(cik=document["cik"], name=document["entityName"], sic=sic, facts=facts)


def _fact(row: dict[str, Any]) -> Fact:
    return Fact(
        start=date.fromisoformat(row["start"]) if row.get("start") else None,
        end=date.fromisoformat(row["end"]),
        value=row["val"],
        filed=date.fromisoformat(row["filed"]),
        form=row["form"],
        accession=row["accn"],
    )


def inputs_of(
    company: Company,
    session: date,
    rules: FundamentalsParameters = SHIPPED,
    splits: Sequence[Split] = (),
) -> CompanyInputs:
    """Judge a company that has to pass."""
    judged = inspect("X", company, session, rules, splits)
    assert isinstance(judged, CompanyInputs), judged
    return judged


def refusals_of(
    company: Company,
    session: date,
    rules: FundamentalsParameters = SHIPPED,
    splits: Sequence[Split] = (),
) -> list[Rejection]:
    """Judge a company that has to be refused."""
    judged = inspect("X", company, session, rules, splits)
    assert isinstance(judged, list), judged
    return judged


def codes_of(company: Company, session: date) -> set[tuple[str, str]]:
    """Give code and field of every refusal."""
    return {(each.code, each.field) for each in refusals_of(company, session)}


SESSION = date(2024, 4, 1)
"""A day on which the made company is fresh."""

YEARS = (2020, 2021, 2022, 2023)

FLOWS = {
    "Revenues": 1000e6,
    "OperatingIncomeLoss": 200e6,
    "DepreciationDepletionAndAmortization": 50e6,
    "PaymentsToAcquirePropertyPlantAndEquipment": 60e6,
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItems"
    "NoncontrollingInterest": 180e6,
    "IncomeTaxExpenseBenefit": 40e6,
    "InterestExpense": 20e6,
    "NetCashProvidedByUsedInOperatingActivities": 210e6,
    "NetCashProvidedByUsedInInvestingActivities": -60e6,
    "NetCashProvidedByUsedInFinancingActivities": -100e6,
    "CashAndCashEquivalentsPeriodIncreaseDecrease": 50e6,
    "NetIncomeLoss": 140e6,
}
BALANCE = {
    "Assets": 2000e6,
    "Liabilities": 1200e6,
    "LiabilitiesAndStockholdersEquity": 2000e6,
    "StockholdersEquity": 800e6,
    "AssetsCurrent": 700e6,
    "LiabilitiesCurrent": 400e6,
    "CashAndCashEquivalentsAtCarryingValue": 150e6,
    "ShortTermInvestments": 50e6,
    "LongTermDebtNoncurrent": 380e6,
    "DebtCurrent": 20e6,
}
SHARES = {"WeightedAverageNumberOfDilutedSharesOutstanding": 102e6}
BASIC = "WeightedAverageNumberOfSharesOutstandingBasic"


def fact(value: float, end: date, *, start: date | None = None, filed: date | None = None) -> Fact:
    """Make a fact of a 10-K that was filed on the last of the next February."""
    return Fact(
        start=start,
        end=end,
        value=value,
        filed=filed or date(end.year + 1, 2, 28),
        form="10-K",
        accession=f"made-{(filed or end).year}",
    )


def year(value: float, ending: int) -> Fact:
    """Make a fact of a calendar year."""
    return fact(value, date(ending, 12, 31), start=date(ending, 1, 1))


def instant(value: float, ending: int) -> Fact:
    """Make a fact of the last day of a year."""
    return fact(value, date(ending, 12, 31))


def made(
    changed: Mapping[str, Sequence[Fact]] | None = None,
    *,
    without: Sequence[str] = (),
    sic: int = COMPUTERS,
    filings: Sequence[Filing] = (),
    unit: str = "USD",
) -> Company:
    """Make a company that passes, with some tags of us-gaap changed, added or left out."""
    usd: dict[str, Sequence[Fact]] = {
        tag: [year(value, ending) for ending in YEARS] for tag, value in FLOWS.items()
    }
    usd |= {tag: [instant(value, ending) for ending in YEARS] for tag, value in BALANCE.items()}
    usd |= changed or {}
    facts: dict[Key, tuple[Fact, ...]] = {
        ("us-gaap", tag, unit): tuple(rows) for tag, rows in usd.items() if tag not in without
    }
    shares: dict[str, float] = SHARES | {BASIC: 100e6}
    facts |= {
        ("us-gaap", tag, "shares"): tuple(year(value, ending) for ending in YEARS)
        for tag, value in shares.items()
        if tag not in without
    }
    cover = "EntityCommonStockSharesOutstanding"
    if cover not in without:
        count = fact(100e6, date(2024, 2, 15), filed=date(2024, 2, 28))
        facts["dei", cover, "shares"] = (count,)
    return Company(cik=1, name="Made", sic=sic, facts=facts, filings=tuple(filings))


def later(day: date, days: int = 1) -> date:
    """Give a day some days later."""
    return day + timedelta(days=days)
