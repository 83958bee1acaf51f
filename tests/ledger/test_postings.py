from decimal import Decimal

import pytest

from tradeengine.ledger.postings import CASH, REALISED, Books, Entry, position_account


def test_a_balanced_set_moves_money_between_accounts() -> None:
    books = Books()
    books.post((Entry(CASH, Decimal(-500)), Entry(position_account("AAA"), Decimal(500))))

    assert books.balance("cash") == -500
    assert books.balance("position:AAA") == 500
    assert books.total() == 0


def test_an_unbalanced_set_is_refused_whole() -> None:
    books = Books()

    with pytest.raises(AssertionError, match="must sum to zero, not 1"):
        books.post((Entry(CASH, Decimal(2)), Entry(REALISED, Decimal(-1))))

    assert books.balance(CASH) == 0


def test_an_account_never_used_is_empty() -> None:
    assert Books().balance("fees") == 0
