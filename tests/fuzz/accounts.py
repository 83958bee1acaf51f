"""An account as the venue writes it: updates for the stream, rows for REST."""

from decimal import Decimal

from tests.fuzz.mutations import Json
from tradeengine.model.instants import parse_instant
from tradeengine.venue.records import (
    AccountRecord,
    AccountUpdate,
    Activity,
    PositionRecord,
    VenueOrder,
)
from tradeengine.venue.server import wire_trading

CREATED = parse_instant("2026-10-08T15:10:18.909428548Z")
NOW = CREATED + 60_000_000_000

_STATUSES = {
    "new": "new",
    "pending_new": "pending_new",
    "partial_fill": "partially_filled",
    "fill": "filled",
    "canceled": "canceled",
    "expired": "expired",
    "rejected": "rejected",
    "replaced": "replaced",
    "order_cancel_rejected": "new",
    "trade_bust": "partially_filled",
    "trade_correct": "partially_filled",
}
WORDS = tuple(_STATUSES)
_EXECUTED = {"partial_fill", "fill", "trade_bust", "trade_correct"}


def order(number: int, status: str = "new", filled: str = "0", legs: int = 0) -> VenueOrder:
    """Make an order; numbers make different ones."""
    return VenueOrder(
        id=f"order-{number}",
        client_order_id=f"te-fuzz-test-KO-{number:06d}-e",
        account_id="engine",
        symbol="KO",
        asset_id="3795cafe-fd54-4f66-a31e-66774be875ca",
        side="buy",
        type="limit",
        time_in_force="day",
        status=status,
        created_at=CREATED,
        updated_at=CREATED + 1,
        submitted_at=CREATED,
        position_intent="buy_to_open",
        qty=Decimal(10),
        filled_qty=Decimal(filled),
        limit_price=Decimal("78.19"),
        legs=[order(number * 1000 + leg) for leg in range(1, legs + 1)],
    )


def update(number: int, word: str) -> Json:
    """Make the data of a trade update about an order of its own."""
    executed = word in _EXECUTED
    told = AccountUpdate(
        account_id="engine",
        event=word,
        at=CREATED + number % 1000,
        event_id=f"event-{number}",
        order=order(number, _STATUSES[word], "4" if executed else "0"),
        execution_id=f"execution-{number}" if executed else None,
        price=Decimal("78.18") if executed else None,
        qty=Decimal(4) if executed else None,
        position_qty=Decimal(4) if executed else None,
        previous_execution_id=f"before-{number}" if word.startswith("trade_") else None,
    )
    return dict(wire_trading.trade_update(told))


def order_row(number: int, status: str = "new", legs: int = 0) -> Json:
    """Make an order as REST answers it."""
    return dict(wire_trading.order(order(number, status, legs=legs), nested=True))


def position_row(number: int) -> Json:
    """Make a position as REST answers it."""
    held = PositionRecord(
        symbol=f"S{number}",
        asset_id="3795cafe-fd54-4f66-a31e-66774be875ca",
        qty=Decimal("10.5"),
        qty_available=Decimal(10),
        avg_entry_price=Decimal("187.4527777777777778"),
        current_price=Decimal("188.01"),
        lastday_price=Decimal("186.5"),
    )
    return dict(wire_trading.position(held, exchange="NASDAQ", marginable=True))


def fill_row(number: int) -> Json:
    """Make a FILL activity as REST answers it."""
    row = Activity(
        id=f"20261008111018909::fill-{number}",
        at=CREATED + number,
        type="partial_fill",
        symbol="KO",
        side="buy",
        qty=Decimal(4),
        price=Decimal("78.18"),
        cum_qty=Decimal(4),
        leaves_qty=Decimal(6),
        order_id=f"order-{number}",
        order_status="partially_filled",
    )
    return dict(wire_trading.activity(row))


def account_row() -> Json:
    """Make the account as REST answers it."""
    money = Decimal("100000.25")
    record = AccountRecord(
        id="account",
        account_number="PA1FUZZ",
        created_at=CREATED,
        cash=money,
        equity=money,
        last_equity=money,
        long_market_value=Decimal(0),
        short_market_value=Decimal(0),
        buying_power=money * 4,
        regt_buying_power=money * 2,
        initial_margin=Decimal(0),
        maintenance_margin=Decimal(0),
        last_maintenance_margin=Decimal(0),
        multiplier=4,
        accrued_fees=Decimal(0),
        shorting_enabled=True,
        balance_asof="2026-10-07",
    )
    return dict(wire_trading.account(record, suspended=False, legacy=False))
