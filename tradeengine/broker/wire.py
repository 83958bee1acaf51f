"""
Reading what Alpaca sends, with the world left open.

Only the keys that are used are declared, so new and vanished ones do no harm.
Enums stay text. Numbers may be strings, ints or floats and become `Decimal`
digit by digit; one that is no amount of anything makes its row unreadable. A list
is read row by row: a bad row is set aside with its reason, its neighbours are kept.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import ClassVar, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from tradeengine.errors import ProtocolViolation
from tradeengine.model.instants import BadInstant, parse_instant

ZERO = Decimal(0)
_TEXT_SHOWN = 300
_DIGITS_SHOWN = 40

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading may raise; the last by JSON that is nested thousands deep."""

_NINE_PLACES = Decimal("0.000000001")
"""The broker counts shares to nine places; money and prices need no more."""


class Row(Struct, frozen=True, kw_only=True):
    """A JSON object; a number in it that is not finite or too large makes it unreadable."""

    LARGEST: ClassVar[Decimal] = Decimal(10**9)
    """Shares and prices stay below it; a typing error at the broker does not get by."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal) and not self._is_amount(value):
                raise ValueError(f"{name} is {str(value)[:_DIGITS_SHOWN]}")

    def _is_amount(self, value: Decimal) -> bool:
        return value.is_finite() and -self.LARGEST < value < self.LARGEST


class OrderRow(Row, frozen=True, kw_only=True):
    """An order, from REST or from inside a trade update."""

    id: str
    client_order_id: str | None = None
    symbol: str | None = None
    side: str | None = None
    type: str | None = None
    status: str | None = None
    time_in_force: str | None = None
    qty: Decimal | None = None
    filled_qty: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    created_at: str | None = None
    updated_at: str | None = None
    submitted_at: str | None = None
    replaced_by: str | None = None
    legs: list[Raw] | None = None
    leg_ids: tuple[str, ...] = ()
    """Not on the wire: `with_legs` fills it in."""


class TradeUpdateRow(Row, frozen=True, kw_only=True):
    """One message of the order stream. `event_id` and `execution_id` de-duplicate."""

    event: str
    order: OrderRow
    event_id: str | int | None = None
    at: str | None = None
    timestamp: str | None = None
    execution_id: str | None = None
    previous_execution_id: str | None = None
    price: Decimal | None = None
    qty: Decimal | None = None
    position_qty: Decimal | None = None


class PositionRow(Row, frozen=True, kw_only=True):
    """A position; a short has a negative `qty`."""

    symbol: str
    qty: Decimal
    avg_entry_price: Decimal
    qty_available: Decimal | None = None
    current_price: Decimal | None = None


class AccountRow(Row, frozen=True, kw_only=True):
    """The account's money. The day-trading fields that went in 2026-07 are not asked for."""

    LARGEST: ClassVar[Decimal] = Decimal(10**15)

    account_number: str
    cash: Decimal
    equity: Decimal
    buying_power: Decimal
    last_equity: Decimal | None = None
    created_at: str | None = None


class ActivityRow(Row, frozen=True, kw_only=True):
    """A FILL activity. `id` is `<New York time>::<uuid>` and pages the list."""

    id: str
    order_id: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    cum_qty: Decimal
    leaves_qty: Decimal | None = None
    transaction_time: str | None = None


class CashRow(Row, frozen=True, kw_only=True):
    """A deposit, withdrawal or journal entry of cash; `net_amount` is negative when it left."""

    id: str
    activity_type: str
    net_amount: Decimal
    date: str | None = None
    created_at: str | None = None
    status: str | None = None


class CalendarRow(Row, frozen=True, kw_only=True):
    """A trading day in New York's wall-clock time: `date` ISO, `open` and `close` HH:MM."""

    date: str
    open: str
    close: str


class ClockRow(Row, frozen=True, kw_only=True):
    """The broker's clock."""

    timestamp: str
    is_open: bool


class Unreadable(Struct, frozen=True):
    """A piece that could not be read, and why."""

    problem: str
    text: str


RowT = TypeVar("RowT", bound=Row)


class Rows(Struct, Generic[RowT]):
    """A list as far as it could be read."""

    good: list[RowT]
    bad: list[Unreadable]


@cache
def _decoder(kind: type[RowT]) -> msgspec.json.Decoder[RowT]:
    return msgspec.json.Decoder(kind)


def word_of(word: str, order: OrderRow) -> str:
    """
    Give the broker's word for an order, in a form that is an end only where nothing comes after.

    An order that lasts until it is cancelled and is done for the day works again tomorrow.
    """
    lasts = word == "done_for_day" and order.time_in_force == "gtc"
    return "suspended" if lasts else word


_PIECES = msgspec.json.Decoder(list[Raw])


def shown(piece: bytes) -> str:
    """Give the beginning of a piece as text fit for a log line."""
    return bytes(piece[:_TEXT_SHOWN]).decode(errors="replace")


def read_one(body: bytes | Raw, kind: type[RowT], place: str) -> RowT:
    """Read one object. Raises ProtocolViolation, naming the place."""
    try:
        row: RowT = _decoder(kind).decode(body)
    except UNREADABLE as error:
        raise ProtocolViolation(place, str(error), shown(bytes(body))) from error
    return row


def read_rows(body: bytes, kind: type[RowT], place: str) -> Rows[RowT]:
    """Read a list row by row. Raises ProtocolViolation when it is not a list at all."""
    try:
        pieces = _PIECES.decode(body)
    except UNREADABLE as error:
        raise ProtocolViolation(place, str(error), shown(body)) from error
    return rows_of(pieces, kind)


def rows_of(pieces: list[Raw], kind: type[RowT]) -> Rows[RowT]:
    """Read pieces one by one, setting the bad ones aside."""
    rows: Rows[RowT] = Rows([], [])
    decode = _decoder(kind).decode
    for piece in pieces:
        try:
            rows.good.append(decode(piece))
        except UNREADABLE as error:
            rows.bad.append(Unreadable(str(error), shown(bytes(piece))))
    return rows


def with_legs(orders: Rows[OrderRow]) -> Rows[OrderRow]:
    """Give the orders and, after each, its legs (bracket, oco, oto)."""
    flat: Rows[OrderRow] = Rows([], list(orders.bad))
    for order in orders.good:
        legs = with_legs(rows_of(order.legs or [], OrderRow))
        ids = tuple(leg.id for leg in legs.good)
        flat.good += [msgspec.structs.replace(order, leg_ids=ids) if ids else order, *legs.good]
        flat.bad += legs.bad
    return flat


def instant_of(*texts: str | None, default: int) -> int:
    """Give the first text that is an instant, or the default: a bad stamp loses no fill."""
    for text in texts:
        if text:
            try:
                return parse_instant(text)
            except BadInstant:
                continue
    return default


def trimmed(value: Decimal) -> Decimal:
    """
    Drop trailing zeros without an exponent, so that equal numbers are written equally.

    Rounds to nine places.
    """
    if value == value.to_integral_value():
        return value.quantize(Decimal(1))
    rounded = value.quantize(_NINE_PLACES, ROUND_HALF_EVEN)
    return trimmed(rounded) if rounded == rounded.to_integral_value() else rounded.normalize()
