"""Faults of connections: cut, refused at the handshake, or not listened for at all."""

from tradeengine.venue.server.faults.fault import (
    Answer,
    Count,
    Counted,
    Lasting,
    Momentary,
    Seconds,
    Stream,
    World,
)
from tradeengine.venue.server.json_value import encode


class DropConnection(Momentary, tag="drop_connection", kw_only=True):
    """The sockets of one stream are cut without a close frame; the clients see 1006."""

    stream: Stream

    def strike(self, world: World) -> None:
        world.drop(self.stream)


class HandshakeTooMany(Counted, tag="handshake_429", kw_only=True):
    """Websocket handshakes are answered 429, with `Retry-After` seconds or without."""

    stream: Stream | None = None
    retry_after: Count | None = None

    def on_handshake(self, stream: Stream) -> Answer | None:
        if self.stream not in (None, stream):
            return None
        self.use()
        extra = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        body = encode({"code": 42910000, "message": "too many requests"})
        return Answer(429, body.decode(), headers=extra)


class RefuseConnections(Momentary, tag="refuse_connections", kw_only=True):
    """All connections end and the port is closed for `seconds` of venue time."""

    seconds: Seconds = 10.0

    def strike(self, world: World) -> None:
        world.shut_doors(self.seconds)


class RefuseDataConnections(Lasting, tag="data_406", kw_only=True):
    """Every authentication on the data feeds is answered 406 for a while."""

    def on_data_auth(self) -> int | None:
        return 406


class SlowSlotRelease(Lasting, tag="slow_slot_release", kw_only=True):
    """A data socket's slot stays taken for `hold` seconds of venue time after its end: 406."""

    hold: Seconds = 30.0

    def on_slot_release(self) -> float:
        return self.hold


class SlowConsumer(Momentary, tag="slow_consumer_407", kw_only=True):
    """The data sockets are told 407 (slow client) and cut, whatever they have read."""

    def strike(self, world: World) -> None:
        world.end_slow()
