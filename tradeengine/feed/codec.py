"""
Frames to events, JSON or msgpack, told apart by their first byte.

The fast path decodes a whole frame of plain market data in one call. Any
surprise (a control message, a status, a type we do not know, a broken element)
sends the frame down the careful path, which takes it apart and reads each
element on its own: a bad one becomes `MessageRejected`, and its neighbours are
events as if it had not been there. A type nobody knows is counted and ignored,
because Alpaca adds types without a new version.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct, field

from tradeengine.feed import salvage
from tradeengine.feed.halts import Halts
from tradeengine.feed.stamps import instant_of
from tradeengine.feed.wire import AnyMessage, Control, MarketData, WireStatus
from tradeengine.model.events import Input, MessageRejected, TradingStatus

KNOWN = frozenset({"t", "q", "b", "u", "l", "c", "x", "s", "success", "error", "subscription"})

TEXT_KEPT = 200
"""Characters of a bad message that are kept for the reader of the log."""

TYPES_COUNTED = 50
"""Unknown types counted by name; a peer gone mad must not fill the memory."""

UNREADABLE = (ValueError, RecursionError)
"""What msgspec raises: DecodeError and UnicodeDecodeError are ValueErrors."""

ASCII = 0x7F
"""JSON begins below; a msgpack array, of any length, above."""


class _Tag(Struct, gc=False):
    """Any object at all; only its type is read."""

    type: str = field(name="T")


class _Format(NamedTuple):
    """The decoders of one encoding."""

    market_data: Callable[[bytes], list[MarketData]]
    elements: Callable[[bytes], list[Raw]]
    element: Callable[[Raw], AnyMessage]
    tag: Callable[[Raw], _Tag]
    salvage: Callable[[bytes], list[bytes]]


_JSON = _Format(
    msgspec.json.Decoder(list[MarketData]).decode,
    msgspec.json.Decoder(list[Raw]).decode,
    msgspec.json.Decoder(AnyMessage).decode,
    msgspec.json.Decoder(_Tag).decode,
    salvage.from_json,
)
_MSGPACK = _Format(
    msgspec.msgpack.Decoder(list[MarketData]).decode,
    msgspec.msgpack.Decoder(list[Raw]).decode,
    msgspec.msgpack.Decoder(AnyMessage).decode,
    msgspec.msgpack.Decoder(_Tag).decode,
    salvage.from_msgpack,
)


class Codec:
    """Read frames. Remembers halts and counts what it ignored."""

    def __init__(self) -> None:
        self._halts = Halts()
        self.ignored: Counter[str] = Counter()
        """Messages of types that we do not use, by type."""

    def decode(
        self, frame: bytes, received_at: int, data: list[Input], rejections: list[Input]
    ) -> Sequence[Control]:
        """
        Read a frame; nothing in it can raise.

        Adds market data (every event has a symbol) to `data`, `MessageRejected`
        to `rejections`, and gives the control messages.
        """
        form = _MSGPACK if frame and frame[0] > ASCII else _JSON
        try:
            events = [wire.event(received_at) for wire in form.market_data(frame)]
        except UNREADABLE:
            return self._carefully(form, frame, received_at, data, rejections)
        data += self._halts.ended_by(events) if self._halts.since else events
        return ()

    def _carefully(
        self,
        form: _Format,
        frame: bytes,
        received_at: int,
        data: list[Input],
        rejections: list[Input],
    ) -> list[Control]:
        try:
            elements = [bytes(element) for element in form.elements(frame)]
        except UNREADABLE as error:
            rejections.append(rejected("stream frame", error, frame, received_at))
            elements = form.salvage(frame)
        controls: list[Control] = []
        for index, element in enumerate(elements):
            try:
                message = self._read(form, element, received_at)
            except UNREADABLE as error:
                place = f"stream element {index}"
                rejections.append(rejected(place, error, element, received_at))
                continue
            if isinstance(message, Control):
                controls.append(message)
            elif message is not None:
                data += self._halts.ended_by((message,))
        return controls

    def _read(self, form: _Format, element: bytes, received_at: int) -> Input | Control | None:
        """Read one element; None when its type is not ours. Raises UNREADABLE."""
        try:
            message = form.element(Raw(element))
        except UNREADABLE:
            if self._ignores(form, element):
                return None
            raise
        if isinstance(message, Control):
            return message
        if isinstance(message, WireStatus):
            return self._status(message, received_at)
        return message.event(received_at)

    def _ignores(self, form: _Format, element: bytes) -> bool:
        """Count an element whose type is not ours; say whether it was one."""
        try:
            name = form.tag(Raw(element)).type
        except UNREADABLE:
            return False
        if name in KNOWN:
            return False
        self.ignored[name if len(self.ignored) < TYPES_COUNTED else "other"] += 1
        return True

    def _status(self, wire: WireStatus, received_at: int) -> TradingStatus:
        at = instant_of(wire.stamp)
        return TradingStatus(
            at=at,
            received_at=received_at,
            symbol=wire.symbol,
            code=wire.code,
            halted=self._halts.read(wire.symbol, wire.code, at),
            reason=wire.reason or wire.meaning,
        )


def rejected(place: str, error: Exception, data: bytes, received_at: int) -> MessageRejected:
    """Make the event for something that could not be read."""
    problem = str(error) or type(error).__name__
    text = data[: 4 * TEXT_KEPT].decode("utf-8", "backslashreplace")[:TEXT_KEPT]
    return MessageRejected(
        at=received_at,
        received_at=received_at,
        place=place,
        problem=problem,
        text=text,
    )
