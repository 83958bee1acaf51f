"""One message of every type as Alpaca writes it, and the event it means."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tradeengine.model.events import (
    Bar,
    Input,
    PriceBand,
    Quote,
    Trade,
    TradeCancelled,
    TradingStatus,
)

# 2019-02-13T14:31:07.123456789Z
AT = 1_550_068_267_123_456_789
TEXT_AT = "2019-02-13T14:31:07.123456789Z"
MINUTE_AT = 1_550_068_260_000_000_000
NOW = 1_550_068_268_000_000_000

Wire = dict[str, Any]
Encode = Callable[[Sequence[object]], bytes]

QUOTE: Wire = {
    "T": "q",
    "S": "AMD",
    "bx": "U",
    "bp": 87.66,
    "bs": 100,
    "ax": "X",
    "ap": 87.68,
    "as": 400,
    "c": ["R"],
    "z": "C",
    "t": TEXT_AT,
}
TRADE: Wire = {
    "T": "t",
    "S": "AAPL",
    "i": 96921,
    "x": "D",
    "p": 126.55,
    "s": 1,
    "c": ["@", "I"],
    "z": "C",
    "t": TEXT_AT,
}
BAR: Wire = {
    "T": "b",
    "S": "SPY",
    "o": 388.985,
    "h": 389.13,
    "l": 388.975,
    "c": 389.12,
    "v": 49378,
    "n": 461,
    "vw": 389.062639,
    "t": "2019-02-13T14:31:00Z",
}
STATUS: Wire = {
    "T": "s",
    "S": "AAPL",
    "sc": "H",
    "sm": "Trading Halt",
    "rc": "T12",
    "rm": "Trading Halted; For information requested by NASDAQ",
    "t": TEXT_AT,
    "z": "C",
}
BAND: Wire = {"T": "l", "S": "IONM", "u": 3.24, "d": 2.65, "i": "B", "t": TEXT_AT, "z": "C"}
CORRECTION: Wire = {
    "T": "c",
    "S": "EEM",
    "x": "M",
    "oi": 52983525033527,
    "op": 39.1582,
    "os": 440000,
    "oc": [" ", "7"],
    "ci": 52983525034326,
    "cp": 39.1809,
    "cs": 440000,
    "cc": [" ", "7"],
    "t": TEXT_AT,
    "z": "B",
}
CANCEL: Wire = {
    "T": "x",
    "S": "GOOGL",
    "i": 465,
    "x": "D",
    "p": 2726.91,
    "s": 200,
    "a": "C",
    "t": TEXT_AT,
    "z": "C",
}

GOLDEN: dict[str, tuple[Wire, Input]] = {
    "quote": (
        QUOTE,
        Quote(
            at=AT, received_at=NOW, symbol="AMD", bid=87.66, bid_size=100, ask=87.68, ask_size=400
        ),
    ),
    "trade": (
        TRADE,
        Trade(
            at=AT,
            received_at=NOW,
            symbol="AAPL",
            price=126.55,
            size=1.0,
            trade_id=96921,
            conditions="@I",
        ),
    ),
    "bar": (
        BAR,
        Bar(
            at=MINUTE_AT,
            received_at=NOW,
            symbol="SPY",
            open=388.985,
            high=389.13,
            low=388.975,
            close=389.12,
            volume=49378.0,
            vwap=389.062639,
            trade_count=461,
        ),
    ),
    "revised bar": (
        {**BAR, "T": "u"},
        Bar(
            at=MINUTE_AT,
            received_at=NOW,
            symbol="SPY",
            open=388.985,
            high=389.13,
            low=388.975,
            close=389.12,
            volume=49378.0,
            vwap=389.062639,
            trade_count=461,
            revised=True,
        ),
    ),
    "status": (
        STATUS,
        TradingStatus(
            at=AT,
            received_at=NOW,
            symbol="AAPL",
            code="H",
            halted=True,
            reason="Trading Halted; For information requested by NASDAQ",
        ),
    ),
    "band": (BAND, PriceBand(at=AT, received_at=NOW, symbol="IONM", low=2.65, high=3.24)),
    "correction": (
        CORRECTION,
        TradeCancelled(
            at=AT,
            received_at=NOW,
            symbol="EEM",
            trade_id=52983525033527,
            corrected_price=39.1809,
        ),
    ),
    "cancel": (CANCEL, TradeCancelled(at=AT, received_at=NOW, symbol="GOOGL", trade_id=465)),
}


# The same two instants as msgpack writes them: 30 bits of nanoseconds, 34 of seconds.
STAMPS = {
    TEXT_AT: msgspec.msgpack.Ext(-1, bytes.fromhex("1d6f34545c642a2b")),
    "2019-02-13T14:31:00Z": msgspec.msgpack.Ext(-1, bytes.fromhex("5c642a24")),
}


def in_json(messages: Sequence[object]) -> bytes:
    """Encode a frame as the server does when it speaks JSON."""
    return msgspec.json.encode(messages)


def in_msgpack(messages: Sequence[object]) -> bytes:
    """Encode a frame as the server does when it speaks msgpack."""
    return msgspec.msgpack.encode([_stamped(message) for message in messages])


def _stamped(message: object) -> object:
    if isinstance(message, dict) and isinstance(message.get("t"), str):
        return {**message, "t": STAMPS.get(message["t"], message["t"])}
    return message
