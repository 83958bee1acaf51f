"""What the operator can choose about the ledger."""

from pydantic import Field

from tradeengine.model.parameters import Parameters


class LedgerParameters(Parameters):
    """The `ledger` section of `config/config.yaml`."""

    mark_seconds: float = Field(default=10.0, ge=1, le=60)
    """Seconds of engine time between two valuations of the account without a fill."""

    mark_spread_max_bps: float = Field(default=100.0, gt=0, le=1000)
    """Quotes wider than this, in basis points of the ask, say nothing about the price."""
