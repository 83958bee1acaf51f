"""
Double entry: money never appears or vanishes, it moves between accounts.

A debit is positive, a credit negative, and the entries of one posting set sum
to zero, always. So `cash` grows with a sale, a position account holds what its
shares cost, and a profit is a NEGATIVE balance of `realised`: it is owed to the
owner, as `capital` is.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)

CASH = "cash"
REALISED = "realised"
CAPITAL = "capital"
"""What the account held when the run found it."""
ADJUSTMENTS = "adjustments"
"""What a later look at the broker changed without a fill that explains it."""


def position_account(symbol: str) -> str:
    """Name the account that holds the cost of a symbol's shares."""
    return f"position:{symbol}"


class Entry(NamedTuple):
    """One side of a posting set; `amount` in dollars, debit positive."""

    account: str
    amount: Decimal


class Books:
    """The balances of all accounts."""

    def __init__(self) -> None:
        self._balances: dict[str, Decimal] = {}

    def post(self, entries: Iterable[Entry]) -> None:
        """Book one posting set, whole or not at all."""
        entries = tuple(entries)
        total = sum((entry.amount for entry in entries), ZERO)
        assert total == 0, f"a posting set must sum to zero, not {total}: {entries}"
        for account, amount in entries:
            self._balances[account] = self._balances.get(account, ZERO) + amount

    def balance(self, account: str) -> Decimal:
        """Give an account's balance in dollars, debit positive."""
        return self._balances.get(account, ZERO)

    def total(self) -> Decimal:
        """Add all balances up; anything but zero is a bug."""
        return sum(self._balances.values(), ZERO)
