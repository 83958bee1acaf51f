"""Faults of frames, on either stream: they do not come, or are not what they should be."""

from typing import Literal

from tradeengine.venue.server.faults.fault import Body, Counted, Done, Lasting, Share, Stream
from tradeengine.venue.server.faults.shapes import Kind, Where, bearers, rewritten


class MuteData(Lasting, tag="mute_data", kw_only=True):
    """The data sockets stay open and answer pings, but nothing comes, or nothing of a `channel`."""

    channel: Literal["quotes", "trades", "bars"] | None = None

    def on_data_channel(self, channel: str) -> bool:
        return self.channel is not None and self.channel != channel


class MuteOrders(Lasting, tag="mute_orders", kw_only=True):
    """The order sockets stay open and answer pings, but no update comes."""

    def on_order_frame(self, _event: str, /) -> bool:
        return False


class OfFrames(Counted, kw_only=True):
    """A fault of the next frames of market data or trade updates to one socket each."""

    stream: Stream

    def on_frame(self, stream: Stream, frame: bytes) -> list[bytes]:
        if self.spent or stream != self.stream:
            return [frame]
        self.use()
        return self.instead_of(frame)

    def instead_of(self, frame: bytes) -> list[bytes]:
        """Give what is sent for a frame."""
        return [frame]


class DropFrame(OfFrames, tag="drop_frame", kw_only=True):
    """The next frame of a stream is lost."""

    def instead_of(self, frame: bytes) -> list[bytes]:  # noqa: ARG002 - lost
        return []


class TruncatedFrame(OfFrames, tag="truncated_frame", kw_only=True):
    """The next frame of a stream ends after a part of its bytes."""

    share: Share = 0.5

    def instead_of(self, frame: bytes) -> list[bytes]:
        return [frame[: int(len(frame) * self.share)]]


class MalformedFrame(OfFrames, tag="malformed_frame", kw_only=True):
    """In the place of the next frame of a stream comes something that is no message."""

    text: str = '[{"T":"q",}'

    def instead_of(self, frame: bytes) -> list[bytes]:  # noqa: ARG002 - replaced
        return [self.text.encode()]


class OfShapes(Counted, kw_only=True):
    """
    A fault of the next messages `where`: `orders`, `data` or `rest` answers.

    `kind` is a trade update's event or a data message's `T` (None: any); `path`
    is how the path of a REST request starts. In a list only the first element
    is changed.
    """

    where: Where = "orders"
    kind: str | None = None
    path: str = "/v2/orders"

    def change(self, body: Body) -> None:
        """Change an object in place."""

    def on_data_message(self, body: Body) -> Body:
        return self._changed("data", body)

    def on_update(self, account_id: str, message: Body) -> list[Body]:  # noqa: ARG002 - a hook
        return [self._changed("orders", message)]

    def on_body(self, done: Done) -> bytes:
        if self.where != "rest" or not done.path.startswith(self.path):
            return done.body
        return rewritten(done.body, self._change_first)

    def _changed(self, where: Kind, message: Body) -> Body:
        found = bearers(where, message, self.kind) if where == self.where else []
        self._change_first(found)
        return message

    def _change_first(self, found: list[Body]) -> None:
        for body in found:
            if not self.spent and self.fits(body):
                self.use()
                self.change(body)
                return

    def fits(self, body: Body) -> bool:  # noqa: ARG002 - for those who choose
        """Say whether an object can be changed."""
        return True


class UnknownEnum(OfShapes, tag="unknown_enum", kw_only=True):
    """A field (`status`, `event`, `asset_class`, `T`, …) has a value that nobody knows."""

    field: str = "status"
    value: str = "quantum"

    def fits(self, body: Body) -> bool:
        return self.field in body

    def change(self, body: Body) -> None:
        body[self.field] = self.value


class UnknownField(OfShapes, tag="unknown_field", kw_only=True):
    """An object has a field that nobody knows."""

    field: str = "quantum_state"
    value: str | int | float | bool | None = "both"

    def change(self, body: Body) -> None:
        body[self.field] = self.value


class MissingField(OfShapes, tag="missing_field", kw_only=True):
    """An object lacks a field."""

    field: str = "filled_qty"

    def fits(self, body: Body) -> bool:
        return self.field in body

    def change(self, body: Body) -> None:
        del body[self.field]
