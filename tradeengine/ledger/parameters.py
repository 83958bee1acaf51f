"""What the operator can choose about the ledger."""

from decimal import Decimal

from pydantic import Field

from tradeengine.model.orders import ForeignPolicy
from tradeengine.model.parameters import Parameters


class LedgerParameters(Parameters):
    """The `ledger` section of `config/config.yaml`."""

    reconcile_seconds: float = Field(default=25.0, ge=5, le=300)
    """Seconds between two comparisons of our books with what the broker holds."""

    foreign: ForeignPolicy = ForeignPolicy.FREEZE
    """What others do in the account: freeze the symbol, adopt their shares, or ignore them."""

    cash_tolerance_dollars: Decimal = Field(default=Decimal(5), ge=0, le=10_000)
    """Unexplained difference in cash up to which nobody is alerted: fees, for one."""

    mark_seconds: float = Field(default=10.0, ge=1, le=60)
    """Seconds of engine time between two valuations of the account without a fill."""

    mark_spread_max_bps: float = Field(default=100.0, gt=0, le=1000)
    """Quotes wider than this, in basis points of the ask, say nothing about the price."""
