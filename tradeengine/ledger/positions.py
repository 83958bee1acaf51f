"""
What is held of a symbol, and what a fill does to it.

The average cost method: shares that leave take their part of the cost with
them. The cost is kept as one total, never as a rounded average, so that nothing
is lost over many fills. A short has a negative quantity and a negative cost
(what its sale brought in).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

ZERO = Decimal(0)
GRAIN = Decimal("0.000000001")
"""Dollars are kept to this fraction; the rounding is owned here and nowhere else."""


def dollars(amount: Decimal) -> Decimal:
    """
    Round to the grain; what lies on it keeps its form: 50, not 50.000000000.

    What is on one grid adds up exactly, and so the postings of a fill sum to zero.
    """
    rounded = amount.quantize(GRAIN, ROUND_HALF_EVEN)
    return amount if amount == rounded else rounded


@dataclass(frozen=True, slots=True)
class Position:
    """Shares, what they cost in dollars, and the profit taken so far in dollars."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realised: Decimal = ZERO

    @property
    def average_price(self) -> Decimal:
        """Cost of one share in dollars; zero when flat."""
        if not self.quantity:
            return ZERO
        return dollars(self.cost / self.quantity)

    def value(self, mark: Decimal) -> Decimal:
        """Worth of the shares at a price, in dollars; negative for a short."""
        return self.quantity * mark

    def unrealised(self, mark: Decimal) -> Decimal:
        """Profit that a sale of everything at `mark` would take, in dollars."""
        return self.value(mark) - self.cost

    def filled(self, shares: Decimal, price: Decimal) -> "Position":
        """
        Give the position after a fill of `shares` (negative: sold) at `price`.

        A fill larger than an opposite position closes it and opens the rest.
        """
        notional = dollars(shares * price)
        if self.quantity * shares >= 0:
            return Position(self.quantity + shares, self.cost + notional, self.realised)
        if abs(shares) <= abs(self.quantity):
            return self._reduced(shares, notional)
        closing = dollars(-self.quantity * price)
        gain = -closing - self.cost
        return Position(self.quantity + shares, notional - closing, self.realised + gain)

    def price_of_becoming(self, after: "Position", mark: Decimal) -> Decimal:
        """
        Give the dollars that shares must have cost which came, or went, without a fill.

        New ones cost what the broker says of them; those that are gone brought `mark`. So
        the account looks neither poorer nor richer until its cash is compared.
        """
        grew = after.quantity * self.quantity >= 0 and abs(after.quantity) > abs(self.quantity)
        return after.cost - self.cost if grew else (after.quantity - self.quantity) * mark

    def _reduced(self, shares: Decimal, notional: Decimal) -> "Position":
        left = self.quantity + shares
        released = self.cost if not left else self._share_of_cost(-shares)
        gain = -notional - released
        return Position(left, self.cost - released, self.realised + gain)

    def _share_of_cost(self, shares: Decimal) -> Decimal:
        return (self.cost * shares / self.quantity).quantize(GRAIN, ROUND_HALF_EVEN)
