"""
Commands: imperatives. Exactly one handler hears one.

`SubmitOrder`, `CancelOrder`, `ReplaceOrder` and `AskBroker` leave the core: the
broker's edge carries them out, after they are durable in the journal.
"""

from decimal import Decimal

from msgspec import Struct

from tradeengine.model.orders import (
    OrderType,
    Purpose,
    Side,
    StopTrigger,
    TimeInForce,
)


class Command(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Something to be done. `at` is the instant of the input that caused it."""

    at: int


class OrderIntent(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """
    What a strategy wants. The gate sizes it when `quantity` is None.

    `stop_distance` (dollars a share) is how far from the entry the broker-held stop
    belongs; the size rule does not look at it. `reason` is for people.
    """

    strategy: str
    symbol: str
    side: Side
    purpose: Purpose
    order_type: OrderType
    time_in_force: TimeInForce
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_distance: Decimal | None = None
    extended_hours: bool = False
    reason: str = ""


class ApprovedOrder(Command, frozen=True, kw_only=True, tag=True):
    """An intent with its quantity settled. Only `risk/gate.py` may construct one."""

    intent: OrderIntent
    quantity: Decimal


class SubmitOrder(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """Send an order to the broker, once."""

    client_order_id: str
    symbol: str
    side: Side
    purpose: Purpose
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    extended_hours: bool = False


class CancelOrder(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """Cancel an order. `order_id` is the broker's, "" when not known yet."""

    client_order_id: str
    order_id: str
    symbol: str


class ReplaceOrder(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """Replace quantity or prices of a working order (whole shares only)."""

    client_order_id: str
    order_id: str
    symbol: str
    new_client_order_id: str
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None


class AskBroker(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """Ask what the broker holds. Answered by `BrokerSnapshot` or `BrokerUnreachable`."""

    why: str


class FlattenAll(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """Cancel every order and close every position until the broker says flat."""

    trigger: StopTrigger
    reason: str


class LockTrading(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """
    Lock the account until a person has reviewed it; durable before anything else leaves.

    Money in dollars; `drawdown` and `limit` are fractions of `baseline`.
    """

    equity: Decimal
    baseline: Decimal
    drawdown: Decimal
    limit: Decimal


class KeepBaseline(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """Keep the day's first baseline (dollars, before flows) for later runs of the session."""

    account_number: str
    baseline: Decimal


class RequestStop(Command, frozen=True, kw_only=True, tag=True, gc=False):
    """Stop trading: gate closed, cancel, flatten, end. An input."""

    received_at: int
    trigger: StopTrigger
    reason: str = ""
