"""
From a trade update to the engine's own event: one table, for both brokers.

`Report` is a trade update in neutral words; the wire, the in-process exchange
and the sweep by REST all make reports. `KIND_OF_WORD` says which event a word
of the broker becomes. It is total over the documented words; an unknown word
becomes `MessageRejected`, which is heard and counted, and the next sweep reads
the order itself.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TypedDict

from msgspec import Struct

from tradeengine.broker.wire import ZERO, trimmed
from tradeengine.model.events import (
    CancelRejected,
    FillBusted,
    Input,
    MessageRejected,
    OrderAccepted,
    OrderCancelled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
)
from tradeengine.model.orders import Side


class Report(Struct, frozen=True, kw_only=True, gc=False):
    """
    What happened to an order, in the broker's word for it.

    `filled` is the order's total after it; `quantity` and `price` are the
    execution's. `event_id` is "" when the report was read back by REST.
    """

    word: str
    at: int
    client_order_id: str
    order_id: str
    symbol: str
    side: str
    status: str
    filled: Decimal = ZERO
    event_id: str = ""
    execution_id: str = ""
    previous_execution_id: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    position: Decimal | None = None
    replaced_by: str = ""
    new_client_order_id: str = ""
    created_at: int = 0


KIND_OF_WORD: Mapping[str, type[OrderEvent]] = MappingProxyType(
    {
        "accepted": OrderAccepted,
        "pending_new": OrderAccepted,
        "new": OrderAccepted,
        "held": OrderAccepted,
        "stopped": OrderAccepted,  # a price is guaranteed, the fill is still to come
        "suspended": OrderAccepted,
        "calculated": OrderAccepted,  # done for the day, settlement still being worked out
        "restated": OrderAccepted,  # the venue changed the order's terms by itself
        "pending_cancel": OrderAccepted,
        "pending_replace": OrderAccepted,
        "accepted_for_bidding": OrderAccepted,
        "fill": OrderFilled,
        "partial_fill": OrderFilled,
        "canceled": OrderCancelled,
        "expired": OrderExpired,
        "done_for_day": OrderExpired,  # one that lasts longer is `suspended`: `wire.word_of`
        "replaced": OrderReplaced,
        "rejected": OrderRejected,
        "order_cancel_rejected": CancelRejected,
        "order_replace_rejected": ReplaceRejected,
        "trade_bust": FillBusted,
        "trade_correct": FillBusted,
    }
)

FILLS = frozenset({"fill", "partial_fill"})
CORRECTIONS = frozenset({"trade_bust", "trade_correct"})
ENDS = frozenset({"canceled", "expired", "done_for_day", "replaced", "rejected"})
"""Words after which nothing more is filled."""


class Incomplete(ValueError):
    """A report lacks what its word needs."""


def read_side(word: str) -> Side:
    """Read buy and sell with their variants (sell_short). Raises Incomplete."""
    for side in Side:
        if word.startswith(side.value):
            return side
    raise Incomplete(f"unknown side {word!r}")


def _needed(value: Decimal | None, name: str) -> Decimal:
    if value is None:
        raise Incomplete(f"no {name}")
    return trimmed(value)


class _Head(TypedDict):
    at: int
    received_at: int
    client_order_id: str
    order_id: str
    symbol: str
    event_id: str


def _head(report: Report, received_at: int) -> _Head:
    return {
        "at": report.at,
        "received_at": received_at,
        "client_order_id": report.client_order_id,
        "order_id": report.order_id,
        "symbol": report.symbol,
        "event_id": report.event_id,
    }


def _accepted(report: Report, received_at: int) -> OrderAccepted:
    return OrderAccepted(
        **_head(report, received_at),
        status=report.status or report.word,
    )


def can_be_booked(fill: Report) -> bool:
    """Tell whether a fill says all that the books need."""
    try:
        _filled(fill, 0)
    except Incomplete:
        return False
    return True


def _filled(report: Report, received_at: int) -> OrderFilled:
    quantity = _needed(report.quantity, "quantity")
    if quantity <= 0:
        raise Incomplete(f"the quantity filled is {quantity}")
    if not report.symbol:
        raise Incomplete("no symbol")
    return OrderFilled(
        **_head(report, received_at),
        execution_id=report.execution_id or report.event_id,
        side=read_side(report.side),
        quantity=quantity,
        price=_needed(report.price, "price"),
        cumulative=trimmed(report.filled),
        complete=report.word == "fill",
        position=None if report.position is None else trimmed(report.position),
    )


def _cancelled(report: Report, received_at: int) -> OrderCancelled:
    return OrderCancelled(
        **_head(report, received_at),
        cumulative=trimmed(report.filled),
    )


def _expired(report: Report, received_at: int) -> OrderExpired:
    return OrderExpired(
        **_head(report, received_at),
        cumulative=trimmed(report.filled),
    )


def _replaced(report: Report, received_at: int) -> OrderReplaced:
    return OrderReplaced(
        **_head(report, received_at),
        new_client_order_id=report.new_client_order_id,
        new_order_id=report.replaced_by,
    )


def _rejected(report: Report, received_at: int) -> OrderRejected:
    return OrderRejected(
        **_head(report, received_at),
        status_code=0,
        code=0,
        reason="the venue rejected the order after it had been taken",
    )


def _cancel_rejected(report: Report, received_at: int) -> CancelRejected:
    return CancelRejected(
        **_head(report, received_at),
        reason="the venue refused the cancel",
    )


def _replace_rejected(report: Report, received_at: int) -> ReplaceRejected:
    return ReplaceRejected(
        **_head(report, received_at),
        reason="the venue refused the replacement",
    )


def _busted(report: Report, received_at: int) -> FillBusted:
    if not report.previous_execution_id:
        raise Incomplete("no previous_execution_id")
    corrected = report.word == "trade_correct"
    return FillBusted(
        **_head(report, received_at),
        previous_execution_id=report.previous_execution_id,
        execution_id=report.execution_id or report.event_id,
        quantity=_needed(report.quantity, "quantity") if corrected else ZERO,
        price=_needed(report.price, "price") if corrected else None,
    )


_MAKERS: Mapping[type[OrderEvent], Callable[[Report, int], OrderEvent]] = MappingProxyType(
    {
        OrderAccepted: _accepted,
        OrderFilled: _filled,
        OrderCancelled: _cancelled,
        OrderExpired: _expired,
        OrderReplaced: _replaced,
        OrderRejected: _rejected,
        CancelRejected: _cancel_rejected,
        ReplaceRejected: _replace_rejected,
        FillBusted: _busted,
    }
)


def event_of(report: Report, received_at: int) -> Input:
    """Make the engine's event of a report, or `MessageRejected` with the reason."""
    kind = KIND_OF_WORD.get(report.word)
    problem = f"unknown event word {report.word!r}"
    if kind is not None:
        try:
            return _MAKERS[kind](report, received_at)
        except Incomplete as error:
            problem = f"{report.word}: {error}"
    return MessageRejected(
        at=report.at,
        received_at=received_at,
        place="order update",
        problem=problem,
        text=f"order {report.order_id} ({report.client_order_id}) {report.symbol}"
        f" is {report.status}, filled {trimmed(report.filled)}",
    )
