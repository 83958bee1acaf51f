"""
What a fault is: a small struct with hooks, each of which does nothing by default.

A fault's tag is its name on the control endpoint and its fields are its options,
so the JSON a person sends is the constructor. A new fault is one class that
overrides the hooks it needs, and one line in `catalogue.py`.

    strike             at the moment it is armed (`momentary` faults only)
    on_rest            before a handler: an answer instead of it
    on_done            after a handler: act, and say for how long to hold the answer
    on_body            after a handler: another body
    on_answer          after a handler: another answer than its own
    on_handshake       a websocket asks to be opened: an answer instead
    on_data_auth       a data socket authenticates: the error code it gets
    on_slot_release    an authenticated data socket ends: for how long its slot stays taken
    on_data_channel    market events of a channel for the data sockets: may they go
    on_data_message    one message for the data sockets: how it is written
    on_told            the exchange told an account something
    on_order_frame     a trade update for the order sockets: may it go
    on_update          a trade update for the order sockets: what is written instead
    on_frame           an encoded frame for one socket: what is sent instead
    on_clock           how far a clock is off
    on_site            a request for a page of a public site: what goes wrong with it
"""

from dataclasses import dataclass, field
from datetime import time
from typing import Annotated, Any, ClassVar, Literal, Protocol

from msgspec import Meta, Struct

from tradeengine.model.instants import NANOS, instant_of, new_york
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.records import AccountUpdate

Stream = Literal["data", "orders"]
"""The two kinds of websocket."""

Place = Literal["clock", "data", "orders"]
"""Who reads a clock: /v2/clock and its kin, or the stamps of a stream."""

Site = Literal["edgar", "vix", "rates"]
"""The public sites beside the broker: the SEC's EDGAR, Cboe and FRED."""

Body = dict[str, Any]
"""A JSON object that a fault may change."""

Seconds = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(gt=0, le=1)]
Count = Annotated[int, Meta(ge=1)]
WallTime = Annotated[time, Meta(tz=False)]


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A REST answer that stands in for the real one. `body` is text or JSON text.

    A `bare` answer lacks the headers that Alpaca puts on every answer.
    """

    status: int
    body: str
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """
    What goes wrong with a request to a public site, in this order.

    `hold` seconds of venue time pass; the connection is `cut` without an answer; an
    `answer` comes in the place of the page; only a `share` of the page comes.
    """

    hold: float = 0.0
    cut: bool = False
    answer: Answer | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Done:
    """A request of an account that its handler has carried out, and the answer."""

    account_id: str
    method: str
    path: str
    status: int
    body: bytes


class World(Protocol):
    """What a fault may do to the venue."""

    @property
    def exchange(self) -> Exchange:
        """The exchange whose accounts and tape it may tamper with."""

    @property
    def account_id(self) -> str:
        """The engine's account."""

    def catch_up(self) -> None:
        """Let the exchange see the clock's present."""

    def settle(self) -> None:
        """Tell the clients what was caused, unless the pace does."""

    def tell_now(self) -> None:
        """Tell the clients what was caused, in lock-step too."""

    def drop(self, stream: Stream) -> int:
        """Cut the sockets of a stream without a close frame; give their number."""

    def end_slow(self) -> int:
        """End the data sockets as too slow (407); give their number."""

    def shut_doors(self, seconds: float) -> None:
        """Refuse new connections for `seconds` of venue time."""


class Fault(
    Struct, tag_field="fault", kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The base: no hook does anything, and the fault lasts until it is cleared."""

    momentary: ClassVar[bool] = False

    after: Seconds = 0.0
    """Seconds of venue time until it begins."""

    at: WallTime | None = None
    """When it begins, New York wall-clock time of the venue's day; `after` is added."""

    def begins(self, now: int) -> int:
        """Give the instant from which the fault is in force."""
        start = now if self.at is None else instant_of(new_york(now).date(), self.at)
        return max(now, start + int(self.after * NANOS))

    @property
    def spent(self) -> bool:
        """Whether the fault has done all it will do."""
        return False

    def strike(self, world: World) -> None:
        """Act once. Raises Refused when it cannot."""

    def on_rest(self, method: str, path: str) -> Answer | None:
        """Answer a request instead of its handler, or None."""

    def on_done(self, done: Done, world: World) -> float | None:
        """
        Act after a handler; give the seconds of venue time to hold its answer.

        Not None: the streams are given the time to deliver what was told, first.
        """

    def on_body(self, done: Done) -> bytes:
        """Give the body of the answer."""
        return done.body

    def on_answer(self, method: str, path: str, status: int) -> Answer | None:
        """Replace the handler's answer, or None."""

    def on_handshake(self, stream: Stream) -> Answer | None:
        """Answer a websocket's handshake instead of opening it, or None."""

    def on_data_auth(self) -> int | None:
        """Refuse the authentication of a data socket with an error code, or None."""

    def on_slot_release(self) -> float:
        """Give the seconds of venue time for which a data socket's slot stays taken."""
        return 0.0

    def on_data_channel(self, channel: str) -> bool:  # noqa: ARG002 - a hook
        """Say whether the market events of a channel may go."""
        return True

    def on_data_message(self, body: Body) -> Body:
        """Give the body of a data message."""
        return body

    def on_told(self, update: AccountUpdate, world: World) -> None:
        """Hear what an account was told, before its clients do."""

    def on_order_frame(self, _event: str, /) -> bool:
        """Say whether a trade update may go."""
        return True

    def on_update(self, account_id: str, message: Body) -> list[Body]:  # noqa: ARG002 - a hook
        """Give the messages that are sent in the place of a trade update."""
        return [message]

    def on_frame(self, stream: Stream, frame: bytes) -> list[bytes]:  # noqa: ARG002 - a hook
        """Give the frames that are sent in the place of one."""
        return [frame]

    def on_clock(self, place: Place) -> float:  # noqa: ARG002 - a hook
        """Give the seconds by which a clock is ahead."""
        return 0.0

    def on_site(self, site: Site, path: str) -> Trouble | None:
        """Say what goes wrong with a request to a public site, None: nothing."""


class Momentary(Fault, kw_only=True):
    """A fault that acts once and is gone."""

    momentary: ClassVar[bool] = True


class Lasting(Fault, kw_only=True):
    """A fault that ends by itself after `seconds` of venue time (None: never)."""

    seconds: Seconds | None = None


class Counted(Fault, kw_only=True):
    """A fault that is spent after it struck `times` times."""

    times: Count = 1

    @property
    def spent(self) -> bool:
        return self.times <= 0

    def use(self) -> None:
        """Count one strike."""
        self.times -= 1
