"""
What the venue keeps: orders, executions, accounts; and what it tells of them.

Instants are nanoseconds UTC, money and quantities `Decimal`. `status`, `type`
and the rest use the wire's words, so that the server only has to write them.
"""

from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)


class Refused(Exception):
    """A request breaks a rule: HTTP `status`, Alpaca `code`, words, extra keys."""

    def __init__(self, status: int, code: int, message: str, **extra: str | Decimal) -> None:
        super().__init__(status, code, message, extra)
        self.status, self.code, self.message, self.extra = status, code, message, extra

    def __str__(self) -> str:
        return f"HTTP {self.status} code {self.code}: {self.message}"


@dataclass(slots=True, kw_only=True)
class OrderRequest:
    """The body of POST /v2/orders after parsing: numbers are exact."""

    symbol: str
    side: str
    type: str
    time_in_force: str
    qty: Decimal | None = None
    notional: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    extended_hours: bool = False
    client_order_id: str | None = None
    order_class: str = ""
    take_profit_limit: Decimal | None = None
    stop_loss_stop: Decimal | None = None
    stop_loss_limit: Decimal | None = None
    position_intent: str | None = None


@dataclass(slots=True, kw_only=True)
class ReplaceRequest:
    """The body of PATCH /v2/orders/{id}; None leaves a value as it is."""

    qty: Decimal | None = None
    time_in_force: str | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    client_order_id: str | None = None


@dataclass(slots=True, kw_only=True)
class VenueOrder:
    """
    An order in the venue's book. Mutable; updates carry copies.

    `reject_reason` is for the in-process broker; the wire has no field for it.
    """

    id: str
    client_order_id: str
    account_id: str
    symbol: str
    asset_id: str
    side: str
    type: str
    time_in_force: str
    status: str
    created_at: int
    updated_at: int
    submitted_at: int
    position_intent: str
    order_class: str = ""
    qty: Decimal | None = None
    notional: Decimal | None = None
    filled_qty: Decimal = ZERO
    filled_avg_price: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    hwm: Decimal | None = None
    extended_hours: bool = False
    expires_at: int | None = None
    filled_at: int | None = None
    expired_at: int | None = None
    cancel_requested_at: int | None = None
    canceled_at: int | None = None
    failed_at: int | None = None
    replaced_at: int | None = None
    replaced_by: str | None = None
    replaces: str | None = None
    parent_id: str | None = None
    group_id: str | None = None
    group_role: str | None = None
    reject_reason: str | None = None
    legs: "list[VenueOrder]" = field(default_factory=list)


@dataclass(slots=True, kw_only=True, frozen=True)
class AccountUpdate:
    """
    One trade update: `event` is the wire's word (new, fill, canceled ...).

    `order` is a copy as it stood. `event_id` is a ULID, sortable.
    """

    account_id: str
    event: str
    at: int
    event_id: str
    order: VenueOrder
    execution_id: str | None = None
    price: Decimal | None = None
    qty: Decimal | None = None
    position_qty: Decimal | None = None
    settle_date: str | None = None
    previous_execution_id: str | None = None


@dataclass(slots=True, kw_only=True, frozen=True)
class Activity:
    """A FILL row of the account's activities (`type` fill or partial_fill)."""

    id: str
    at: int
    type: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    cum_qty: Decimal
    leaves_qty: Decimal
    order_id: str
    order_status: str


@dataclass(slots=True, kw_only=True, frozen=True)
class Transfer:
    """Cash that came (or left: negative); `kind` is the activity's type (CSD, CSW, JNLC)."""

    id: str
    at: int
    kind: str
    amount: Decimal


@dataclass(slots=True, kw_only=True, frozen=True)
class PositionRecord:
    """A position with its marks; a short has a negative `qty`."""

    symbol: str
    asset_id: str
    qty: Decimal
    qty_available: Decimal
    avg_entry_price: Decimal
    current_price: Decimal
    lastday_price: Decimal


@dataclass(slots=True, kw_only=True, frozen=True)
class AccountRecord:
    """An account's money at an instant."""

    id: str
    account_number: str
    created_at: int
    cash: Decimal
    equity: Decimal
    last_equity: Decimal
    long_market_value: Decimal
    short_market_value: Decimal
    buying_power: Decimal
    regt_buying_power: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    last_maintenance_margin: Decimal
    multiplier: int
    accrued_fees: Decimal
    shorting_enabled: bool
    balance_asof: str
