"""
Websocket frames: the three encodings, and requests read by what they hold.

Data sockets speak JSON text, or msgpack when the handshake asked for it. Trade
updates are JSON in binary frames on the paper host and in text frames on the
live one. Clients mix them up, so a request is read by its first byte.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import WSMsgType, web

from tradeengine.venue.server.json_value import Json

_JSON = msgspec.json.Encoder()
_MSGPACK = msgspec.msgpack.Encoder()


class Unreadable(ValueError):
    """A frame holds neither JSON nor msgpack."""


def join_json(messages: Sequence[bytes]) -> bytes:
    """Put encoded messages into one JSON array."""
    return b"[" + b",".join(messages) + b"]"


def join_msgpack(messages: Sequence[bytes]) -> bytes:
    """Put encoded messages into one msgpack array."""
    length = len(messages)
    if length < 16:
        header = bytes([0x90 | length])
    elif length < 65_536:
        header = struct.pack(">BH", 0xDC, length)
    else:
        header = struct.pack(">BI", 0xDD, length)
    return header + b"".join(messages)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a socket's frames are written. `name` is equal for equal bytes."""

    name: str
    opcode: WSMsgType
    encode: Callable[[Json], bytes]
    join: Callable[[Sequence[bytes]], bytes]


JSON_TEXT = Encoding("json", WSMsgType.TEXT, _JSON.encode, join_json)
JSON_BINARY = Encoding("json", WSMsgType.BINARY, _JSON.encode, join_json)
MSGPACK = Encoding("msgpack", WSMsgType.BINARY, _MSGPACK.encode, join_msgpack)


def encoding_asked_for(request: web.Request, otherwise: Encoding) -> Encoding:
    """Choose by the handshake's content type."""
    return MSGPACK if "msgpack" in request.headers.get("Content-Type", "") else otherwise


def read_frame(data: str | bytes) -> object:
    """Read a client's request. Raises Unreadable."""
    raw = data.encode() if isinstance(data, str) else data
    is_json = raw.lstrip()[:1] in (b"{", b"[")
    try:
        return msgspec.json.decode(raw) if is_json else msgspec.msgpack.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error
