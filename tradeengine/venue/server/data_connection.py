"""One data socket of the venue."""

from collections.abc import Callable, Sequence

from tradeengine.venue.server.data_session import DataSession, error
from tradeengine.venue.server.frames import MSGPACK
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.outbox import Outbox
from tradeengine.venue.server.wire_market import StreamMessage

Frames = Callable[[bytes], Sequence[bytes]]
"""What a fault makes of a frame; one that is lost is never counted as sent."""


def as_it_is(frame: bytes) -> Sequence[bytes]:
    """Send a frame unchanged."""
    return (frame,)


class DataConnection:
    """Where one data socket stands, and its outgoing frames."""

    def __init__(self, feed: str, outbox: Outbox) -> None:
        self.feed, self.outbox = feed, outbox
        self.session: DataSession

    def answer(self, message: JsonObject) -> None:
        """Send a control message: an array of exactly one."""
        self._send(self._control(message))

    def answer_last(self, message: JsonObject) -> None:
        """Send a control message and cut the connection."""
        self.outbox.put_last(self._control(message))

    def end_slow(self) -> None:
        """Say that the client is too slow, and cut the connection."""
        self.answer_last(error(407))

    def wants(self, message: StreamMessage) -> bool:
        """Say whether the socket subscribed to a message."""
        return self.session.wants(message.channel, message.symbol)

    def deliver(self, messages: Sequence[StreamMessage], frames: Frames = as_it_is) -> None:
        """Send those messages that the socket subscribed to, as one frame."""
        wants = self.session.wants
        wanted = [m for m in messages if wants(m.channel, m.symbol)]
        if wanted:
            packed = self.outbox.encoding is MSGPACK
            parts = [m.as_msgpack() if packed else m.as_json() for m in wanted]
            for frame in frames(self.outbox.encoding.join(parts)):
                self._send(frame)

    def _control(self, message: JsonObject) -> bytes:
        encoding = self.outbox.encoding
        return encoding.join([encoding.encode(message)])

    def _send(self, frame: bytes) -> None:
        if not self.outbox.put(frame):
            self.end_slow()
