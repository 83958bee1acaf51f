"""What others may read of the ledger: a frozen picture at an instant."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PositionView:
    """One open position. Prices and profits in dollars."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    mark: Decimal
    unrealised: Decimal
    realised: Decimal


@dataclass(frozen=True, slots=True)
class LedgerView:
    """
    The account as the ledger knows it, in dollars, beside the broker's own words.

    `baseline` is the equity at the previous close; it and the broker's numbers
    are None until the broker was read.
    """

    cash: Decimal
    equity: Decimal
    realised: Decimal
    unrealised: Decimal
    drawdown: Decimal
    baseline: Decimal | None
    positions: tuple[PositionView, ...]
    broker_equity: Decimal | None
    broker_cash: Decimal | None
