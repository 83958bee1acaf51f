"""
Requests as clients really send them, read into exact values.

A quantity may come as `"2"`, `2` or `2.0`, a boolean as `true` or `"True"`, an
unset field as null or not at all, an order class as `""`, a body as text/plain.
Numbers keep the digits that were sent: JSON fractions become `Decimal` without
passing through a float.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import NoReturn

from tradeengine.model.instants import NANOS, BadInstant, parse_instant
from tradeengine.venue.records import OrderRequest, Refused, ReplaceRequest

Body = Mapping[str, object]

DIRECTIONS = ("asc", "desc")

_LARGEST = Decimal(10) ** 15
"""No quantity or price of a stock order is as large; larger ones are mistakes."""

_SMALLEST = Decimal("1e-30")
"""No client sends a finer number; written out, `1e-999999999` is a gigabyte."""

_EXACT = Context(prec=50)

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""What JSON calls a number, loosely; Python's own reader also takes `1_0` and other scripts."""


def malformed(message: str) -> Refused:
    """Make the refusal of a request that cannot be read."""
    return Refused(422, 40010001, message)


def body_of(raw: bytes) -> Body:
    """Read a JSON object whatever its content type; nothing at all is an empty one."""
    if not raw.strip():
        return {}
    try:
        text = raw.decode()  # Strict UTF-8: the reader of bytes lets half a character pass.
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        if "\\u" in text:
            _require_text(value)
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise Refused(400, 40010000, "request body format is invalid") from error
    if not isinstance(value, dict):
        raise Refused(400, 40010000, "request body format is invalid")
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _require_text(value: object) -> None:
    """Raise ValueError for half a surrogate pair: no answer could ever say it again."""
    json.dumps(value, ensure_ascii=False, default=str).encode()


def decimal_of(body: Body, name: str) -> Decimal | None:
    """Read a number given as text or number; null, absent and `""` are None."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise malformed(f"invalid {name}")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise malformed(f"invalid {name}")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise malformed(f"invalid {name}") from error
    if number.copy_abs() >= _LARGEST or number != number.quantize(_SMALLEST, context=_EXACT):
        raise malformed(f"invalid {name}")
    return number


def text_of(body: Body, name: str) -> str | None:
    """Read a text; null, absent and `""` are None."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise malformed(f"invalid {name}")
    return value


def word_of(body: Body, name: str) -> str:
    """Read a word of a closed list in lower case, `""` when it is not given."""
    return (text_of(body, name) or "").lower()


def flag_of(value: object) -> bool:
    """Read a boolean in any of its spellings; anything else is False."""
    return value is True or str(value).lower() in ("true", "1")


def object_of(body: Body, name: str) -> Body:
    """Read an inner object; null and absent are empty."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise malformed(f"invalid {name}")
    return value


def order_request(body: Body) -> OrderRequest:
    """Read POST /v2/orders. Raises Refused for what cannot be read."""
    profit, loss = object_of(body, "take_profit"), object_of(body, "stop_loss")
    return OrderRequest(
        symbol=text_of(body, "symbol") or "",
        side=word_of(body, "side"),
        type=word_of(body, "type"),
        time_in_force=word_of(body, "time_in_force"),
        qty=decimal_of(body, "qty"),
        notional=decimal_of(body, "notional"),
        limit_price=decimal_of(body, "limit_price"),
        stop_price=decimal_of(body, "stop_price"),
        trail_price=decimal_of(body, "trail_price"),
        trail_percent=decimal_of(body, "trail_percent"),
        extended_hours=flag_of(body.get("extended_hours")),
        client_order_id=text_of(body, "client_order_id"),
        order_class=_order_class(word_of(body, "order_class")),
        take_profit_limit=decimal_of(profit, "limit_price"),
        stop_loss_stop=decimal_of(loss, "stop_price"),
        stop_loss_limit=decimal_of(loss, "limit_price"),
        position_intent=word_of(body, "position_intent") or None,
    )


def _order_class(word: str) -> str:
    return "" if word == "simple" else word


def replace_request(body: Body) -> ReplaceRequest:
    """Read PATCH /v2/orders/{id}. Raises Refused for what cannot be read."""
    return ReplaceRequest(
        qty=decimal_of(body, "qty"),
        time_in_force=word_of(body, "time_in_force") or None,
        limit_price=decimal_of(body, "limit_price"),
        stop_price=decimal_of(body, "stop_price"),
        trail=decimal_of(body, "trail"),
        client_order_id=text_of(body, "client_order_id"),
    )


def names_in(query: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a comma-separated list; empty when absent."""
    return tuple(part.strip() for part in query.get(name, "").split(",") if part.strip())


def choice_in(query: Mapping[str, str], name: str, choices: Collection[str], default: str) -> str:
    """Read a word of a closed list, in any case; `default` when absent."""
    text = query.get(name) or default
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    raise malformed(f"invalid {name}: {text}")


def count_in(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Read a count of 1 or more, cut to `most`; `default` when absent."""
    text = query.get(name) or str(default)
    try:
        count = int(text)
    except ValueError as error:
        raise malformed(f"invalid {name}: {text}") from error
    if count < 1:
        raise malformed(f"invalid {name}: {text}")
    return min(count, most)


_EPOCH = re.compile(r"\d{9,19}", re.ASCII)

_FIRST_DAY, _LAST_DAY = date(1678, 1, 1), date(2261, 12, 31)
"""What 64 bits of nanoseconds hold; beyond is as good as the first or the last day."""

_LAST_SECOND = int(datetime.combine(_LAST_DAY, datetime.min.time(), UTC).timestamp())


def instant_in(query: Mapping[str, str], name: str, *, end_of_day: bool = False) -> int | None:
    """
    Read an instant: RFC 3339, an ISO date (UTC) or seconds since 1970.

    A `+` that a client forgot to escape arrives as a space and is put back. With
    `end_of_day` a date means its last nanosecond.
    """
    text = query.get(name)
    if not text:
        return None
    if _EPOCH.fullmatch(text):
        return min(int(text), _LAST_SECOND) * NANOS
    try:
        if len(text) == 10:
            day = _within(date.fromisoformat(text))
            midnight = datetime.combine(day, datetime.min.time(), UTC)
            return int(midnight.timestamp()) * NANOS + (86_400 * NANOS - 1 if end_of_day else 0)
        return parse_instant(_mended(text))
    except (BadInstant, ValueError) as error:
        raise malformed(f"invalid {name}: {text}") from error


def _mended(text: str) -> str:
    mended = text[:10] + "T" + text[11:].replace(" ", "+")
    return mended if re.search(r"(Z|[+-]\d\d:\d\d)$", mended) else mended + "Z"


def day_in(query: Mapping[str, str], name: str) -> date | None:
    """Read an ISO date, or the date of an RFC 3339 instant."""
    text = query.get(name)
    if not text:
        return None
    try:
        if len(text) != 10:
            parse_instant(_mended(text))
        return _within(date.fromisoformat(text[:10]))
    except ValueError as error:
        raise malformed(f"invalid {name}: {text}") from error


def _within(day: date) -> date:
    return max(_FIRST_DAY, min(day, _LAST_DAY))


def page_token(*parts: str | int) -> str:
    """Make an opaque page token of the next item's parts (recorded: `SPY|M|<ns>`)."""
    return base64.b64encode("|".join(str(part) for part in parts).encode()).decode()


def page_parts(token: str, count: int) -> list[str]:
    """Read a page token of ours. Raises Refused if it is not one."""
    try:
        parts = base64.b64decode(token, validate=True).decode().split("|")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise malformed("invalid page_token") from error
    if len(parts) != count:
        raise malformed("invalid page_token")
    return parts
