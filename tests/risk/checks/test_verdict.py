from decimal import Decimal

import pytest

from tradeengine.risk.checks.verdict import dollars, settled


def test_money_is_written_for_people() -> None:
    assert dollars(Decimal("1234567.891")) == "$1,234,567.89"


def test_a_missing_amount_is_an_error_and_so_a_no() -> None:
    assert settled(Decimal(3)) == 3
    with pytest.raises(ValueError, match="missing"):
        settled(None)
