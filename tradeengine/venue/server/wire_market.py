"""
Market data as JSON objects: REST rows, and stream messages for JSON and msgpack.

A stream message is a row with `T` (first: the Go client reads it so) and `S` in
front. Sizes, volumes and counts are true integers, whole prices may be written
as integers, quote sizes are shares (since 2025-11-03). The instant `t` is text
in JSON and a msgpack timestamp (extension -1) in msgpack.
"""

import struct
from dataclasses import dataclass

import msgspec

from tradeengine.model.events import Bar, PriceBand, Quote, Trade, TradingStatus
from tradeengine.model.instants import NANOS, format_instant
from tradeengine.venue.market.messages import MarketMessage
from tradeengine.venue.server.json_value import JsonObject


@dataclass(frozen=True, slots=True)
class Listing:
    """Where prints of a symbol carry: the exchange's letter and the tape's."""

    exchange: str
    tape: str


IEX_LETTER = "V"
"""IEX prints carry this letter whatever the listing exchange."""

LISTINGS = {
    "NYSE": Listing("N", "A"),
    "NASDAQ": Listing("Q", "C"),
    "ARCA": Listing("P", "B"),
    "AMEX": Listing("A", "B"),
    "BATS": Listing("Z", "B"),
}
"""Letters of the consolidated tape by the listing exchange's name."""

NO_LISTING = Listing("V", "C")


def _count(value: float) -> int | float:
    """Give a whole number as an integer."""
    return int(value) if value == int(value) else value


def trade(event: Trade, listing: Listing) -> JsonObject:
    """Write a print as a REST row."""
    return {
        "t": format_instant(event.at),
        "x": listing.exchange,
        "p": event.price,
        "s": _count(event.size),
        "c": list(event.conditions) or ["@"],
        "i": event.trade_id,
        "z": listing.tape,
    }


def quote(event: Quote, listing: Listing) -> JsonObject:
    """Write a quote as a REST row; an absent side has price 0 and no exchange."""
    return {
        "t": format_instant(event.at),
        "ax": listing.exchange if event.ask else "",
        "ap": event.ask,
        "as": event.ask_size,
        "bx": listing.exchange if event.bid else "",
        "bp": event.bid,
        "bs": event.bid_size,
        "c": ["R"],
        "z": listing.tape,
    }


def bar(event: Bar) -> JsonObject:
    """Write a bar as a REST row; `t` is its start."""
    return {
        "t": format_instant(event.at),
        "o": event.open,
        "h": event.high,
        "l": event.low,
        "c": event.close,
        "v": int(event.volume),
        "n": event.trade_count,
        "vw": round(event.vwap, 6),
    }


_STATUS_WORDS = {
    "H": "Trading Halt",
    "P": "Volatility Trading Pause",
    "Q": "Quotation Resumption",
    "T": "Trading Resumption",
}


def status(event: TradingStatus, listing: Listing) -> JsonObject:
    """Write a halt, pause or resumption as the body of a stream message."""
    return {
        "sc": event.code,
        "sm": _STATUS_WORDS.get(event.code, ""),
        "rc": event.reason,
        "rm": "",
        "t": format_instant(event.at),
        "z": listing.tape,
    }


def price_band(event: PriceBand, listing: Listing) -> JsonObject:
    """Write a limit-up limit-down band as the body of a stream message."""
    return {
        "u": event.high,
        "d": event.low,
        "i": "B",
        "t": format_instant(event.at),
        "z": listing.tape,
    }


@dataclass(slots=True)
class StreamMessage:
    """One stream message: who may hear it, and its bytes in each encoding, made once."""

    channel: str
    symbol: str
    at: int
    body: JsonObject
    _json: bytes | None = None
    _msgpack: bytes | None = None

    def stamped(self, at: int) -> "StreamMessage":
        """Give the message with another instant."""
        return StreamMessage(self.channel, self.symbol, at, {**self.body, "t": format_instant(at)})

    def as_json(self) -> bytes:
        """Give the message as JSON."""
        if self._json is None:
            self._json = _JSON.encode(self.body)
        return self._json

    def as_msgpack(self) -> bytes:
        """Give the message as msgpack with its instant as a timestamp."""
        if self._msgpack is None:
            body = self.body
            stamped = {**body, "t": timestamp(self.at)} if "t" in body else body
            self._msgpack = _MSGPACK.encode(stamped)
        return self._msgpack


_JSON = msgspec.json.Encoder()
_MSGPACK = msgspec.msgpack.Encoder()


def timestamp(at: int) -> msgspec.msgpack.Ext:
    """Give an instant as a msgpack timestamp, 4 bytes for whole seconds, else 8."""
    seconds, nanos = divmod(at, NANOS)
    packed = struct.pack(">Q", nanos << 34 | seconds) if nanos else struct.pack(">I", seconds)
    return msgspec.msgpack.Ext(-1, packed)


def stream_message(event: MarketMessage, listing: Listing) -> StreamMessage:
    """Make the stream message of a market event."""
    if isinstance(event, Quote):
        return _message("q", "quotes", event.symbol, event.at, quote(event, listing))
    if isinstance(event, Trade):
        return _message("t", "trades", event.symbol, event.at, trade(event, listing))
    if isinstance(event, Bar):
        kind, channel = ("u", "updatedBars") if event.revised else ("b", "bars")
        return _message(kind, channel, event.symbol, event.at, bar(event))
    if isinstance(event, TradingStatus):
        return _message("s", "statuses", event.symbol, event.at, status(event, listing))
    return _message("l", "lulds", event.symbol, event.at, price_band(event, listing))


def daily_bar_message(event: Bar) -> StreamMessage:
    """Make the stream message of the day's bar so far."""
    return _message("d", "dailyBars", event.symbol, event.at, bar(event))


def _message(kind: str, channel: str, symbol: str, at: int, body: JsonObject) -> StreamMessage:
    return StreamMessage(channel, symbol, at, {"T": kind, "S": symbol, **body})
