"""What an execution costs besides its price: nothing on paper, SEC and FINRA fees live."""

from decimal import ROUND_UP, Decimal
from typing import Protocol

from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.records import ZERO

CENT = Decimal("0.01")


class Fees(Protocol):
    """A fee schedule."""

    def charge(self, side: str, qty: Decimal, price: Decimal) -> Decimal:
        """Give the fee of an execution, in whole cents."""
        ...


class NoFees:
    """Paper: nothing is charged."""

    def charge(self, side: str, qty: Decimal, price: Decimal) -> Decimal:
        """Charge nothing."""
        del side, qty, price
        return ZERO


class RegulatoryFees:
    """Sells pay the SEC's section 31 fee and FINRA's activity fee, each rounded up."""

    def __init__(self, parameters: VenueParameters) -> None:
        self._per_million = parameters.sec_fee_dollars_per_million
        self._per_share = parameters.taf_fee_dollars_per_share
        self._cap = parameters.taf_fee_cap_dollars

    def charge(self, side: str, qty: Decimal, price: Decimal) -> Decimal:
        """Charge a sell; a buy is free."""
        if side == "buy":
            return ZERO
        sec = qty * price * self._per_million / 1_000_000
        taf = min(qty * self._per_share, self._cap)
        return sec.quantize(CENT, ROUND_UP) + taf.quantize(CENT, ROUND_UP)


def fees_from(parameters: VenueParameters) -> Fees:
    """Give the schedule that the parameters name."""
    return RegulatoryFees(parameters) if parameters.fees == "regulatory" else NoFees()
