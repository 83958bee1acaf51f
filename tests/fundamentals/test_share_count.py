"""Counts of shares: covers, balance sheets, averages, earnings; splits and suspicions."""

from datetime import date

import pytest
from msgspec.structs import replace

from tests.fundamentals.shipped import (
    SESSION,
    SHARES,
    SHIPPED,
    YEARS,
    codes_of,
    fact,
    inputs_of,
    instant,
    made,
    year,
)
from tradeengine.fundamentals.company import Books, Company
from tradeengine.fundamentals.facts import Fact
from tradeengine.fundamentals.share_count import ShareCount, Split, count_shares

COVER = "EntityCommonStockSharesOutstanding"
AVERAGE = next(iter(SHARES))
BASIC = "WeightedAverageNumberOfSharesOutstandingBasic"
EARNED = ("us-gaap", "EarningsPerShareDiluted", "USD/shares")


def with_facts(company: Company, tag: str, *facts: Fact, unit: str = "shares") -> Company:
    taxonomy = "dei" if tag == COVER else "us-gaap"
    return replace(company, facts={**company.facts, (taxonomy, tag, unit): facts})


def counted(company: Company, *splits: Split, session: date = SESSION) -> ShareCount:
    found = count_shares(Books(company, session), SHIPPED, splits)
    assert isinstance(found, ShareCount)
    return found


def test_without_a_cover_the_balance_sheet_counts() -> None:
    bare = with_facts(made(without=[COVER]), "CommonStockSharesOutstanding", instant(99e6, 2023))
    assert counted(bare).shares.rule == "CommonStockSharesOutstanding"
    issued = with_facts(
        with_facts(made(without=[COVER]), "CommonStockSharesIssued", instant(120e6, 2023)),
        "TreasuryStockCommonShares",
        instant(21e6, 2023),
    )
    assert counted(issued).shares.value == 99e6


def test_shares_issued_alone_say_nothing_of_those_outstanding() -> None:
    bare = with_facts(made(without=[COVER]), "CommonStockSharesIssued", instant(350e6, 2023))
    found = counted(bare)
    assert (found.shares.value, found.dilution) == (102e6, 1.0)
    assert found.warnings == ("SHARES_AVERAGED:shares",)


def test_at_last_earnings_a_share_imply_a_number() -> None:
    bare = made(without=[COVER, AVERAGE, BASIC])
    earned = replace(bare, facts={**bare.facts, EARNED: (year(1.4, 2023),)})
    found = counted(earned)
    assert found.shares.value == pytest.approx(100e6)
    assert found.warnings == ("SHARES_IMPLIED:shares",)
    pennies = replace(bare, facts={**bare.facts, EARNED: (year(0.1, 2023),)})
    assert codes_of(pennies, SESSION) == {("MISSING_TAG", "shares")}


def test_without_both_averages_nothing_is_known_of_dilution() -> None:
    inputs = inputs_of(made(without=[BASIC]), SESSION)
    assert (inputs.dilution, inputs.warnings) == (1.0, ("DILUTION_UNKNOWN:shares",))


@pytest.mark.parametrize(("diluted", "factor"), [(90e6, 1.0), (110e6, 1.1), (190e6, 1.25)])
def test_dilution_stays_within_bounds(diluted: float, factor: float) -> None:
    found = counted(with_facts(made(), AVERAGE, year(diluted, 2023)))
    assert found.dilution == pytest.approx(factor)


def test_a_count_in_thousands_is_suspect() -> None:
    thousands = with_facts(made(), COVER, fact(100e3, date(2024, 2, 15), filed=date(2024, 2, 28)))
    assert codes_of(thousands, SESSION) == {("SHARES_SUSPECT", "shares")}


def cover(value: float, day: date) -> Fact:
    return fact(value, day, filed=day)


@pytest.mark.parametrize(
    ("splits", "suspect"),
    [
        ((), True),
        ((Split(day=date(2024, 1, 10), ratio=2.0),), False),
        ((Split(day=date(2024, 1, 10), ratio=3.0),), True),
        ((Split(day=date(2023, 10, 2), ratio=2.0),), True),
        ((Split(day=date(2024, 4, 2), ratio=2.0),), True),
    ],
    ids=["no split", "the right one", "another ratio", "before both", "not yet"],
)
def test_a_jump_between_quarters_needs_its_split(splits: tuple[Split, ...], suspect: bool) -> None:
    doubled = with_facts(
        made(), COVER, cover(60e6, date(2023, 11, 10)), cover(120e6, date(2024, 2, 15))
    )
    assert bool(counted(doubled, *splits).findings) is suspect


def test_splits_after_a_count_multiply_it_one_after_the_other() -> None:
    two = Split(day=date(2024, 3, 4), ratio=2.0)
    three = Split(day=date(2024, 3, 18), ratio=1.5)
    tomorrow = Split(day=date(2024, 4, 2), ratio=10.0)
    found = counted(made(), two, three, tomorrow)
    assert found.shares.value == 300e6
    assert found.findings == ()


def test_counts_years_apart_are_not_compared() -> None:
    apart = with_facts(
        made(), COVER, cover(40e6, date(2022, 2, 15)), cover(100e6, date(2024, 2, 15))
    )
    assert counted(apart).findings == ()
    assert counted(apart).shares.end.year == YEARS[-1] + 1
