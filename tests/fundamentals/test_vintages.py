"""What was filed later is never seen: two downloads of the same companies, years apart."""

from datetime import date

import pytest
from msgspec.structs import replace

from tests.fundamentals.shipped import (
    CHIPS,
    COMPUTERS,
    company,
    inputs_of,
    later,
    refusals_of,
)
from tradeengine.fundamentals.company import Books, Company
from tradeengine.fundamentals.gatekeeper import inspect
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.share_count import Split

VINTAGES = {"AAPL": COMPUTERS, "NVDA": CHIPS}

DAYS = (
    date(2023, 2, 15), date(2023, 6, 1), date(2023, 11, 20), date(2024, 3, 1),
    date(2024, 6, 3), date(2024, 9, 3), date(2024, 11, 4),
)  # fmt: skip
"""Sessions before the older of the two downloads was made."""


@pytest.mark.parametrize("name", list(VINTAGES))
@pytest.mark.parametrize("session", DAYS, ids=str)
def test_both_downloads_say_the_same_of_a_past_day(name: str, session: date) -> None:
    old = company(f"{name}.2024", VINTAGES[name])
    new = company(f"{name}.2026", VINTAGES[name])
    rules = FundamentalsParameters()
    assert inspect(name, old, session, rules) == inspect(name, new, session, rules)


@pytest.mark.parametrize("name", list(VINTAGES))
def test_the_newer_download_has_more_to_say_later(name: str) -> None:
    session = date(2025, 6, 10)
    old, new = company(f"{name}.2024", VINTAGES[name]), company(f"{name}.2026", VINTAGES[name])
    assert {each.code for each in refusals_of(old, session)} == {"STALE"}
    assert inputs_of(new, session).revenue.filed > date(2025, 4, 1)


def figures_of(company: Company, session: date) -> list[tuple[date, date]]:
    """Give the end and the day of filing of every figure."""
    inputs = inputs_of(company, session)
    singles = [getattr(inputs, name) for name in inputs.__struct_fields__]
    figures = [*singles, *inputs.annual_revenue, *inputs.annual_ebit, *inputs.annual_capex]
    return [(each.end, each.filed) for each in figures if hasattr(each, "filed")]


@pytest.mark.parametrize("session", DAYS[3:], ids=str)
def test_no_figure_was_filed_on_the_day_or_after_it(session: date) -> None:
    dates = figures_of(company("AAPL.2026", COMPUTERS), session)
    assert len(dates) > 20
    assert all(end < session and filed < session for end, filed in dates)


def test_a_filing_counts_from_the_session_after_its_day() -> None:
    apple = company("AAPL.2026", COMPUTERS)
    filed = date(2024, 5, 3)
    on_the_day, after = inputs_of(apple, filed), inputs_of(apple, later(filed))
    assert (on_the_day.revenue.end, on_the_day.revenue.value) == (date(2023, 12, 30), 385_706e6)
    assert (after.revenue.end, after.revenue.value) == (date(2024, 3, 30), 381_623e6)
    assert after.revenue.method == "FY+6M-prior6M"


def test_a_change_of_tags_within_a_year_is_followed() -> None:
    nvidia = inputs_of(company("NVDA.2026", CHIPS), date(2024, 12, 16))
    assert nvidia.interest.rule == "InterestExpenseNonoperating after InterestExpense"
    assert nvidia.interest.value == 249e6
    assert "TAG_SWITCH:interest" in nvidia.warnings


def test_interest_that_is_told_no_more_is_taken_at_the_last_rate() -> None:
    apple = inputs_of(company("AAPL.2026", COMPUTERS), date(2026, 2, 10))
    assert apple.interest.rule == "~debt at the rate of 2023-09-30 (InterestExpense)"
    assert apple.interest.value == pytest.approx(0.0351 * apple.debt.value, rel=0.001)


def test_a_split_is_applied_to_counts_from_before_it() -> None:
    nvidia = company("NVDA.2026", CHIPS)
    ten_for_one = Split(day=date(2024, 6, 10), ratio=10.0)
    before = inputs_of(nvidia, date(2024, 6, 7), splits=[ten_for_one])
    after = inputs_of(nvidia, date(2024, 6, 10), splits=[ten_for_one])
    assert (before.shares.value, after.shares.value) == (2_460e6, 24_600e6)
    assert after.shares.rule.endswith("x split 10 for 1 on 2024-06-10")


def test_a_count_that_jumps_needs_a_split_to_explain_it() -> None:
    nvidia = company("NVDA.2026", CHIPS)
    session = date(2024, 9, 3)
    refused = refusals_of(nvidia, session)
    assert {(each.code, each.field) for each in refused} == {("SHARES_SUSPECT", "shares")}
    passed = inputs_of(nvidia, session, splits=[Split(day=date(2024, 6, 10), ratio=10.0)])
    assert passed.shares.value == 24_530e6


def test_books_hold_nothing_that_was_filed_later() -> None:
    apple = company("AAPL.2026", COMPUTERS)
    books = Books(apple, date(2024, 5, 3))
    assert max(books.filed.values()) == date(2024, 2, 2)
    assert books.last_report == date(2024, 2, 2)
    assert Books(replace(apple, facts={}), date(2024, 5, 3)).last_report == date.min
