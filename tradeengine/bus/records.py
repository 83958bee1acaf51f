"""
The journal's file format, and its reader.

One append-only file a run: a line that names the format, then records, each

    length (4 bytes, little endian) · CRC-32 of the payload (4 bytes) · payload

and a payload is one letter and its body: `H` the header (JSON), `I` an input,
`E` an effect (msgpack, tagged with the message's name). A record that is cut
short or whose sum is wrong ends the readable part.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Union
from zlib import crc32

import msgspec

from tradeengine.errors import JournalDamaged
from tradeengine.model import commands, events
from tradeengine.model.message import Message

MAGIC = b"tradeengine journal 1\n"
FRAME = struct.Struct("<II")
LARGEST_RECORD = 64 * 1024 * 1024
_ABSTRACT = {commands.Command, events.Event, events.Input, events.OrderEvent}


def message_types() -> tuple[type[Message], ...]:
    """List every concrete message class of the vocabulary, in order of definition."""
    return tuple(
        kind
        for module in (commands, events)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, commands.Command | events.Event)
        and kind.__module__ == module.__name__
        and kind not in _ABSTRACT
    )


# A union made from the vocabulary itself, so that no message can be forgotten;
# `|` cannot build it because the members are only known at run time.
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(
    Union[message_types()]  # noqa: UP007
)
_encode = msgspec.msgpack.Encoder().encode
_pack = FRAME.pack


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a replay needs besides the messages.

    `build` is the input of `wiring.build` as JSON text; `version`, `run_id` and
    `host` are for people and never compared.
    """

    run_id: str
    version: str
    host: str
    venue: str
    build: str


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One input (`is_input`) or one effect of the input before it."""

    is_input: bool
    body: bytes

    def message(self) -> Message:
        """Decode the message. Raises msgspec.MsgspecError for a foreign body."""
        return _decoder.decode(self.body)


def frame(letter: bytes, body: bytes) -> bytes:
    """Wrap a body as a record."""
    payload = letter + body
    return FRAME.pack(len(payload), crc32(payload)) + payload


def frame_message(letter: bytes, message: Message) -> bytes:
    """Encode and wrap a message: on the path of every tick, so `frame` stands here again."""
    payload = letter + _encode(message)
    return _pack(len(payload), crc32(payload)) + payload


def frame_header(header: Header) -> bytes:
    """Write the start of a file: the format's name and the header."""
    return MAGIC + frame(b"H", msgspec.json.encode(header))


class JournalFile:
    """
    A journal read back. `damage` is None, or says where reading had to stop.

    `offset` is where the record read last begins.
    """

    def __init__(self, path: Path) -> None:
        """Open a journal. Raises JournalDamaged when not even its header can be read."""
        self.path = path
        self.damage: JournalDamaged | None = None
        self.offset = 0
        try:
            self._content = path.read_bytes()
        except OSError as error:
            raise JournalDamaged(str(path), 0, error.strerror or "cannot be read") from error
        if not self._content.startswith(MAGIC):
            raise JournalDamaged(str(path), 0, "not a tradeengine journal")
        payload, self._start = self._payload(len(MAGIC))
        try:
            self.header = msgspec.json.decode(payload[1:], type=Header)
        except msgspec.MsgspecError as error:
            raise self._damaged(len(MAGIC), f"the header cannot be read ({error})") from error

    def records(self) -> Iterator[Record]:
        """Yield the whole records; sets `damage` if the file goes on after them."""
        offset = self._start
        while offset < len(self._content):
            self.offset = offset
            try:
                payload, offset = self._payload(offset)
            except JournalDamaged as damage:
                self.damage = damage
                return
            yield Record(is_input=payload[:1] == b"I", body=payload[1:])

    def _payload(self, offset: int) -> tuple[bytes, int]:
        start = offset + FRAME.size
        if start > len(self._content):
            raise self._damaged(offset, "the last record is cut short")
        length, checksum = FRAME.unpack_from(self._content, offset)
        payload = self._content[start : start + length]
        if not 0 < length <= LARGEST_RECORD or len(payload) < length:
            raise self._damaged(offset, "the last record is cut short")
        if crc32(payload) != checksum:
            raise self._damaged(offset, "a record's checksum is wrong")
        return payload, start + length

    def _damaged(self, offset: int, problem: str) -> JournalDamaged:
        return JournalDamaged(str(self.path), offset, problem)
