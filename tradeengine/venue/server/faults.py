"""
Faults that can be switched on, each a small object with hooks.

A fault is a struct whose tag is its name on the control endpoint and whose
fields are its options, so the JSON a person sends is the constructor. The server
asks `ArmedFaults` at five places; every hook of a fault defaults to "no effect",
so a new fault is one class that overrides the hooks it needs.

    on_rest         before a handler: an answer instead of it
    on_answer       after a handler: another answer than its own
    on_data_auth    a data socket authenticates: the error code it gets
    on_data_frame   a frame for a data socket: may it go
    on_order_frame  a trade update for the order sockets: may it go
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from tradeengine.model.instants import NANOS
from tradeengine.venue.server.json_value import encode


@dataclass(frozen=True, slots=True)
class Answer:
    """A REST answer that stands in for the real one. `body` is text or JSON text."""

    status: int
    body: str
    content_type: str = "application/json"


class Sockets(Protocol):
    """What a fault may do to the live connections."""

    def drop(self, stream: str) -> int:
        """Cut the sockets of a stream without a close frame; give their number."""


class Fault(Struct, tag_field="fault", kw_only=True):
    """The base: no hook does anything, and the fault lasts until it is cleared."""

    momentary: ClassVar[bool] = False

    @property
    def spent(self) -> bool:
        """Whether the fault has done all it will do."""
        return False

    def strike(self, sockets: Sockets) -> None:
        """Act once, at the moment the fault is armed."""

    def on_rest(self, method: str, path: str) -> Answer | None:
        """Answer a request instead of its handler, or None."""

    def on_answer(self, method: str, path: str, status: int) -> Answer | None:
        """Replace the handler's answer, or None."""

    def on_data_auth(self) -> int | None:
        """Refuse the authentication of a data socket with an error code, or None."""

    def on_data_frame(self) -> bool:
        """Say whether a data frame may go."""
        return True

    def on_order_frame(self, _event: str, /) -> bool:
        """Say whether a trade update may go."""
        return True


class Lasting(Fault, kw_only=True):
    """A fault that ends by itself after `seconds` of venue time (None: never)."""

    seconds: float | None = None


class Counted(Fault, kw_only=True):
    """A fault that is spent after it struck `times` times."""

    times: int = 1

    @property
    def spent(self) -> bool:
        return self.times <= 0


class MuteData(Lasting, tag="mute_data", kw_only=True):
    """The data sockets stay open and answer pings, but nothing comes."""

    def on_data_frame(self) -> bool:
        return False


class MuteOrders(Lasting, tag="mute_orders", kw_only=True):
    """The order sockets stay open and answer pings, but no update comes."""

    def on_order_frame(self, _event: str, /) -> bool:
        return False


class RefuseDataConnections(Lasting, tag="data_406", kw_only=True):
    """Every authentication on the data feeds is answered 406 for a while."""

    def on_data_auth(self) -> int | None:
        return 406


class DropConnection(Fault, tag="drop_connection", kw_only=True):
    """Cut the sockets of one stream; the clients see 1006."""

    momentary: ClassVar[bool] = True

    stream: Literal["data", "orders"]

    def strike(self, sockets: Sockets) -> None:
        sockets.drop(self.stream)


class DropFillFrame(Counted, tag="drop_fill_frame", kw_only=True):
    """The next fill happens and is on the books, but its frame is lost."""

    def on_order_frame(self, event: str, /) -> bool:
        if self.spent or event not in ("fill", "partial_fill"):
            return True
        self.times -= 1
        return False


def _submits(method: str, path: str) -> bool:
    return method == "POST" and path == "/v2/orders"


GATEWAY_TIMEOUT = (
    "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n"
    "<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n"
)


class TimeoutAfterAccept(Counted, tag="next_order_504_after_accept", kw_only=True):
    """The next order is accepted, and the gateway answers 504 with HTML."""

    def on_answer(self, method: str, path: str, status: int) -> Answer | None:
        if self.spent or not _submits(method, path) or status != 200:
            return None
        self.times -= 1
        return Answer(504, GATEWAY_TIMEOUT, "text/html")


class RejectNextOrder(Counted, tag="reject_next_order", kw_only=True):
    """The next order is refused with a code and words of choice."""

    status: int = 403
    code: int = 40310000
    message: str = "new orders are rejected by fault injection"

    def on_rest(self, method: str, path: str) -> Answer | None:
        if self.spent or not _submits(method, path):
            return None
        self.times -= 1
        body = encode({"code": self.code, "message": self.message})
        return Answer(self.status, body.decode())


class Clear(Fault, tag="clear", kw_only=True):
    """Take away the fault called `name`, or all of them."""

    momentary: ClassVar[bool] = True

    name: str | None = None


AnyFault = (
    MuteData
    | MuteOrders
    | RefuseDataConnections
    | DropConnection
    | DropFillFrame
    | TimeoutAfterAccept
    | RejectNextOrder
    | Clear
)
"""What the control endpoint reads; a new fault is added here."""


@dataclass(slots=True)
class _Armed:
    fault: Fault
    ends_at: int | None


class ArmedFaults:
    """The faults that are on, asked in the order they were armed."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def arm(self, fault: AnyFault, now: int, sockets: Sockets) -> None:
        """Switch a fault on at `now`; a momentary one acts and is gone."""
        if isinstance(fault, Clear):
            self.clear(fault.name)
            return
        fault.strike(sockets)
        if not fault.momentary:
            self._armed.append(_Armed(fault, _end(fault, now)))

    def clear(self, name: str | None = None) -> None:
        """Switch off the faults called `name`, or all."""
        self._armed = [armed for armed in self._armed if name and _name(armed.fault) != name]

    def active(self, now: int) -> list[Fault]:
        """Give the faults in force, having forgotten the spent and the ended."""
        if self._armed:
            self._armed = [armed for armed in self._armed if _lives(armed, now)]
        return [armed.fault for armed in self._armed]

    def on_rest(self, method: str, path: str, now: int) -> Answer | None:
        """Ask for an answer that replaces the handler."""
        answers = (fault.on_rest(method, path) for fault in self.active(now))
        return next((answer for answer in answers if answer), None)

    def on_answer(self, method: str, path: str, status: int, now: int) -> Answer | None:
        """Ask for an answer that replaces the handler's own."""
        answers = (fault.on_answer(method, path, status) for fault in self.active(now))
        return next((answer for answer in answers if answer), None)

    def on_data_auth(self, now: int) -> int | None:
        """Ask for an error code that refuses a data socket."""
        codes = (fault.on_data_auth() for fault in self.active(now))
        return next((code for code in codes if code), None)

    def data_frame_may_go(self, now: int) -> bool:
        """Ask whether a data frame may be sent."""
        return all(fault.on_data_frame() for fault in self.active(now))

    def order_frame_may_go(self, event: str, now: int) -> bool:
        """Ask whether a trade update may be sent."""
        return all(fault.on_order_frame(event) for fault in self.active(now))


def _name(fault: Fault) -> str:
    return str(fault.__struct_config__.tag)


def _end(fault: Fault, now: int) -> int | None:
    if isinstance(fault, Lasting) and fault.seconds is not None:
        return now + int(fault.seconds * NANOS)
    return None


def _lives(armed: _Armed, now: int) -> bool:
    return not armed.fault.spent and (armed.ends_at is None or now < armed.ends_at)
