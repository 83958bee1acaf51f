"""
From a command to a request: method, target, body. Pure.

Numbers go out as strings, digit by digit. Each request knows its lane: entries
share what the reserved lane leaves them, all else (cancels, closes, looks)
may use the whole budget.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import IntEnum
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from tradeengine.model.commands import ReplaceOrder, SubmitOrder
from tradeengine.model.instants import NANOS, format_instant
from tradeengine.model.orders import Purpose

_ENCODER = msgspec.json.Encoder()


class Lane(IntEnum):
    """Which part of the request budget a request may use; lower goes first."""

    CANCEL = 0
    CLOSE_OR_LOOK = 1
    ENTRY = 2


class Request(Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP request. `target` is path and query, already encoded."""

    method: str
    target: str
    lane: Lane
    body: bytes | None = None

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method in ("GET", "DELETE")


def number(value: Decimal) -> str:
    """Write a number without an exponent."""
    return f"{value:f}"


def submit(command: SubmitOrder) -> Request:
    """Write a new order. Absent prices are left out, not sent as null."""
    body: dict[str, str | bool] = {
        "symbol": command.symbol,
        "qty": number(command.quantity),
        "side": command.side.value,
        "type": command.order_type.value,
        "time_in_force": command.time_in_force.value,
        "client_order_id": command.client_order_id,
        **_prices(command.limit_price, command.stop_price),
    }
    if command.extended_hours:
        body["extended_hours"] = True
    entry = command.purpose is Purpose.ENTRY
    return Request(
        method="POST",
        target="/v2/orders",
        lane=Lane.ENTRY if entry else Lane.CLOSE_OR_LOOK,
        body=_ENCODER.encode(body),
    )


def replace(command: ReplaceOrder) -> Request:
    """Write the replacement of an order."""
    body: dict[str, str] = {
        "client_order_id": command.new_client_order_id,
        **_prices(command.limit_price, command.stop_price),
    }
    if command.quantity is not None:
        body["qty"] = number(command.quantity)
    return Request(
        method="PATCH",
        target=f"/v2/orders/{quote(command.order_id, safe='')}",
        lane=Lane.CLOSE_OR_LOOK,
        body=_ENCODER.encode(body),
    )


def cancel(order_id: str) -> Request:
    """Write a cancel of the order that the broker calls `order_id`."""
    return Request(
        method="DELETE", target=f"/v2/orders/{quote(order_id, safe='')}", lane=Lane.CANCEL
    )


def look(path: str, query: Mapping[str, str | int] | None = None) -> Request:
    """Write a question."""
    tail = "?" + urlencode(query) if query else ""
    return Request(method="GET", target=path + tail, lane=Lane.CLOSE_OR_LOOK)


def asset(symbol: str) -> Request:
    """Ask what may be done with a symbol; goes before a short sale, so it has its lane."""
    return Request(method="GET", target=f"/v2/assets/{quote(symbol, safe='')}", lane=Lane.ENTRY)


def look_up(client_order_id: str) -> Request:
    """Ask for an order by our own id."""
    return look("/v2/orders:by_client_order_id", {"client_order_id": client_order_id})


def order(order_id: str) -> Request:
    """Ask for an order by the broker's id."""
    return look(f"/v2/orders/{quote(order_id, safe='')}")


def orders(status: str, limit: int, before_order_id: str = "") -> Request:
    """Ask for a page of orders, newest first, legs nested in their parents."""
    query: dict[str, str | int] = {
        "status": status,
        "limit": limit,
        "direction": "desc",
        "nested": "true",
    }
    if before_order_id:
        query["before_order_id"] = before_order_id
    return look("/v2/orders", query)


def fills(since: int, page_size: int, page_token: str = "") -> Request:
    """Ask for a page of FILL activities after an instant (cut to its second), oldest first."""
    query: dict[str, str | int] = {
        "after": format_instant(since // NANOS * NANOS),
        "direction": "asc",
        "page_size": page_size,
    }
    if page_token:
        query["page_token"] = page_token
    return look("/v2/account/activities/FILL", query)


def cash_flows(kinds: Sequence[str], since: int, page_size: int, page_token: str = "") -> Request:
    """Ask for a page of cash activities after an instant (cut to its second), oldest first."""
    query: dict[str, str | int] = {
        "activity_types": ",".join(kinds),
        "after": format_instant(since // NANOS * NANOS),
        "direction": "asc",
        "page_size": page_size,
    }
    if page_token:
        query["page_token"] = page_token
    return look("/v2/account/activities", query)


def account() -> Request:
    """Ask for the account."""
    return look("/v2/account")


def positions() -> Request:
    """Ask for all positions."""
    return look("/v2/positions")


def clock() -> Request:
    """Ask what time it is at the broker."""
    return look("/v2/clock")


def calendar(day: date) -> Request:
    """Ask for the hours of one day."""
    return look("/v2/calendar", {"start": day.isoformat(), "end": day.isoformat()})


def _prices(limit_price: Decimal | None, stop_price: Decimal | None) -> dict[str, str]:
    prices = {"limit_price": limit_price, "stop_price": stop_price}
    return {name: number(price) for name, price in prices.items() if price is not None}
