"""
The order stream's conversation, without the socket.

    we say authenticate  ->  authorization: authorized   ->  we say listen
                         ->  listening: trade_updates    ->  ready, then trade_updates

Frames are read by their content: paper sends JSON in binary frames, live in text
frames, and msgpack is possible; a lone byte 0x01 is a heartbeat. `listen` may be
said again at any time, and is always acknowledged: that is the probe for a
stream that is open but mute.
"""

from enum import IntEnum

import msgspec
from msgspec import Raw, Struct

from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.updates import Report
from tradeengine.broker.wire import (
    UNREADABLE,
    ZERO,
    TradeUpdateRow,
    Unreadable,
    instant_of,
    read_one,
    shown,
    word_of,
)
from tradeengine.errors import ProtocolViolation

TRADE_UPDATES = "trade_updates"
HEARTBEAT = b"\x01"


class Phase(IntEnum):
    """How far the conversation has come."""

    AUTHENTICATING = 0
    ASKING = 1
    READY = 2


class Heard(Struct):
    """What a frame meant. `reply` is to be sent; `acknowledged` answers a `listen`."""

    reply: str | None = None
    acknowledged: bool = False
    reports: list[Report] = msgspec.field(default_factory=list)
    unreadable: list[Unreadable] = msgspec.field(default_factory=list)


class _Envelope(Struct):
    stream: str
    data: Raw = Raw(b"")


class _Authorization(Struct):
    status: str = ""


class _Listening(Struct):
    streams: list[str | list[str]] | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_LISTEN = '{"action":"listen","data":{"streams":["trade_updates"]}}'


class OrderStreamSession:
    """One connection's conversation."""

    def __init__(self, access: AlpacaAccess) -> None:
        self._access = access
        self.phase = Phase.AUTHENTICATING
        self.refusal = ""
        """Why the broker does not let us in, in its words; "" while it may."""

    def opening(self) -> str:
        """Give the first thing to say."""
        keys = {"key_id": self._access.key, "secret_key": self._access.secret}
        return msgspec.json.encode({"action": "authenticate", "data": keys}).decode()

    def probe(self) -> str:
        """Give a question that a healthy stream acknowledges."""
        return _LISTEN

    def receive(self, frame: bytes, received_at: int) -> Heard:
        """Take a frame in. What cannot be read is set aside with its reason."""
        heard = Heard()
        if frame in (b"", HEARTBEAT):
            return heard
        try:
            envelope = _ENVELOPE.decode(_as_json(frame))
        except (*UNREADABLE, TypeError) as error:
            heard.unreadable.append(Unreadable(str(error), shown(frame)))
            return heard
        self._open(envelope, heard, received_at)
        return heard

    def _open(self, envelope: _Envelope, heard: Heard, received_at: int) -> None:
        try:
            if envelope.stream == TRADE_UPDATES:
                _take_update(envelope.data, heard, received_at)
            elif envelope.stream == "authorization":
                self._take_authorization(envelope.data, heard)
            elif envelope.stream == "listening":
                self._take_listening(envelope.data, heard)
            else:
                text = shown(bytes(envelope.data))
                heard.unreadable.append(Unreadable(f"unknown stream {envelope.stream!r}", text))
        except UNREADABLE as error:
            heard.unreadable.append(Unreadable(str(error), shown(bytes(envelope.data))))
        except ProtocolViolation as error:
            heard.unreadable.append(Unreadable(error.problem, error.text))

    def _take_authorization(self, data: Raw, heard: Heard) -> None:
        status = msgspec.json.decode(data, type=_Authorization).status
        if status != "authorized":
            self.refusal = status or "no status"
        elif self.phase is Phase.AUTHENTICATING:
            self.phase, heard.reply = Phase.ASKING, _LISTEN

    def _take_listening(self, data: Raw, heard: Heard) -> None:
        streams = msgspec.json.decode(data, type=_Listening).streams or []
        if TRADE_UPDATES in streams or [TRADE_UPDATES] in streams:
            heard.acknowledged = True
            self.phase = Phase.READY


def _as_json(frame: bytes) -> bytes:
    """Give the frame's JSON; anything that cannot be JSON is taken for msgpack."""
    if frame.lstrip()[:1] in (b"{", b"["):
        return frame
    return msgspec.json.encode(msgspec.msgpack.decode(frame))


def _take_update(data: Raw, heard: Heard, received_at: int) -> None:
    if bytes(data) == b"null":
        return  # seen in the wild: alpacahq/Alpaca-API issue 110
    heard.reports.append(report_of(read_one(data, TradeUpdateRow, TRADE_UPDATES), received_at))


def report_of(row: TradeUpdateRow, received_at: int) -> Report:
    """Give a trade update in neutral words. Its own timestamp has the nanoseconds."""
    order = row.order
    return Report(
        word=word_of(row.event, order),
        at=instant_of(row.timestamp, row.at, default=received_at),
        client_order_id=order.client_order_id or "",
        order_id=order.id,
        symbol=order.symbol or "",
        side=order.side or "",
        status=order.status or "",
        filled=order.filled_qty or ZERO,
        event_id=str(row.event_id or ""),
        execution_id=row.execution_id or "",
        previous_execution_id=row.previous_execution_id or "",
        quantity=row.qty,
        price=row.price,
        position=row.position_qty,
        replaced_by=order.replaced_by or "",
        created_at=instant_of(order.created_at, default=0),
    )
