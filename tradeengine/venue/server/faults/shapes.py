"""The objects inside messages and answers that faults of shape may change."""

from collections.abc import Callable
from typing import Literal

import msgspec

from tradeengine.venue.server.faults.fault import Body
from tradeengine.venue.server.json_value import encode

Kind = Literal["orders", "data"]
Where = Literal["orders", "data", "rest"]


def bearers(where: Kind, message: Body, kind: str | None) -> list[Body]:
    """Give the objects in a message that bear fields: an update has two, its order first."""
    if where == "data":
        return [message] if kind in (None, message.get("T")) else []
    data = message.get("data")
    if not isinstance(data, dict) or kind not in (None, data.get("event")):
        return []
    return [row for row in (data.get("order"), data) if isinstance(row, dict)]


def rewritten(body: bytes, change: Callable[[list[Body]], None]) -> bytes:
    """Let an answer's objects be changed: itself, or the elements of its list."""
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    rows = value if isinstance(value, list) else [value]
    change([row for row in rows if isinstance(row, dict)])
    return encode(value)
