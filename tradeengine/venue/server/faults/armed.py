"""The faults that are on, and the questions the venue asks them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from tradeengine.model.instants import NANOS
from tradeengine.venue.records import AccountUpdate, Refused
from tradeengine.venue.server.faults.catalogue import AnyFault, Clear
from tradeengine.venue.server.faults.fault import (
    Answer,
    Body,
    Done,
    Fault,
    Lasting,
    Place,
    Site,
    Stream,
    Trouble,
    World,
)

BEGINNINGS_KEPT = 1_000


@dataclass(slots=True)
class _Armed:
    fault: Fault
    begins_at: int
    ends_at: int | None


class ArmedFaults:
    """The faults that are on, asked in the order they were armed."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self.failed: list[str] = []
        """What momentary faults could not do when their instant came."""

        self.begun: deque[tuple[int, str]] = deque(maxlen=BEGINNINGS_KEPT)
        """From which instant each fault was or will be in force, in the order of arming."""

    def arm(self, fault: AnyFault, now: int, world: World) -> None:
        """
        Switch a fault on; a momentary one acts, now or later, and is gone.

        Raises Refused when it cannot act now.
        """
        begins = fault.begins(now)
        self.begun.append((begins, _name(fault)))
        if not fault.momentary:
            self._armed.append(_Armed(fault, begins, _end(fault, begins)))
        elif begins > now:
            world.exchange.tampering.later(begins, partial(self._strike_later, fault, world))
            world.settle()
        else:
            world.catch_up()
            self._strike(fault, world)
            world.settle()

    def _strike(self, fault: Fault, world: World) -> None:
        if isinstance(fault, Clear):
            self.clear(fault.name)
        else:
            fault.strike(world)

    def _strike_later(self, fault: Fault, world: World) -> None:
        try:
            self._strike(fault, world)
        except Refused as refusal:
            self.failed.append(f"{_name(fault)}: {refusal}")

    def clear(self, name: str | None = None) -> None:
        """Switch off the faults called `name`, or all."""
        self._armed = [armed for armed in self._armed if name and _name(armed.fault) != name]

    def shown(self, now: int) -> list[Fault]:
        """Give the faults that are on or will be."""
        self._forget(now)
        return [armed.fault for armed in self._armed]

    def active(self, now: int) -> list[Fault]:
        """Give the faults in force, having forgotten the spent and the ended."""
        if not self._armed:
            return []
        self._forget(now)
        return [armed.fault for armed in self._armed if armed.begins_at <= now]

    def _forget(self, now: int) -> None:
        self._armed = [armed for armed in self._armed if _lives(armed, now)]

    # REST.

    def on_rest(self, method: str, path: str, now: int) -> Answer | None:
        """Ask for an answer that replaces the handler."""
        answers = (fault.on_rest(method, path) for fault in self.active(now))
        return next((answer for answer in answers if answer), None)

    def on_done(self, done: Done, now: int, world: World) -> float | None:
        """Let the faults act after a handler; give the longest hold they ask for."""
        asked = [fault.on_done(done, world) for fault in self.active(now)]
        return max((hold for hold in asked if hold is not None), default=None)

    def on_body(self, done: Done, now: int) -> bytes:
        """Ask for the body of an answer."""
        for fault in self.active(now):
            done = replace(done, body=fault.on_body(done))
        return done.body

    def on_answer(self, method: str, path: str, status: int, now: int) -> Answer | None:
        """Ask for an answer that replaces the handler's own."""
        answers = (fault.on_answer(method, path, status) for fault in self.active(now))
        return next((answer for answer in answers if answer), None)

    def on_site(self, site: Site, path: str, now: int) -> Trouble | None:
        """Ask what goes wrong with a request to a public site."""
        troubles = (fault.on_site(site, path) for fault in self.active(now))
        return next((trouble for trouble in troubles if trouble), None)

    # Sockets.

    def on_handshake(self, stream: Stream, now: int) -> Answer | None:
        """Ask for an answer that refuses a handshake."""
        answers = (fault.on_handshake(stream) for fault in self.active(now))
        return next((answer for answer in answers if answer), None)

    def on_data_auth(self, now: int) -> int | None:
        """Ask for an error code that refuses a data socket."""
        codes = (fault.on_data_auth() for fault in self.active(now))
        return next((code for code in codes if code), None)

    def slot_free_at(self, now: int) -> int:
        """Ask when the slot of a data socket that ends now is free again."""
        holds = (fault.on_slot_release() for fault in self.active(now))
        return now + int(max(holds, default=0.0) * NANOS)

    def frames(self, stream: Stream, frame: bytes, now: int) -> Sequence[bytes]:
        """Ask what is sent to a socket in the place of a frame."""
        frames = [frame]
        for fault in self.active(now):
            frames = [sent for each in frames for sent in fault.on_frame(stream, each)]
        return frames

    # Messages.

    def data_channel_may_go(self, channel: str, now: int) -> bool:
        """Ask whether the market events of a channel may be sent."""
        return all(fault.on_data_channel(channel) for fault in self.active(now))

    def on_data_message(self, body: Body, now: int) -> Body:
        """Ask for the body of a data message."""
        for fault in self.active(now):
            body = fault.on_data_message(body)
        return body

    def on_told(self, update: AccountUpdate, now: int, world: World) -> None:
        """Let the faults hear what an account was told."""
        for fault in self.active(now):
            fault.on_told(update, world)

    def order_frame_may_go(self, event: str, now: int) -> bool:
        """Ask whether a trade update may be sent."""
        return all(fault.on_order_frame(event) for fault in self.active(now))

    def on_update(self, account_id: str, message: Body, now: int) -> list[Body]:
        """Ask for the messages that are sent in the place of a trade update."""
        messages = [message]
        for fault in self.active(now):
            messages = [sent for each in messages for sent in fault.on_update(account_id, each)]
        return messages

    def skew(self, place: Place, now: int) -> int:
        """Ask how far a clock is ahead, in nanoseconds."""
        return int(sum(fault.on_clock(place) for fault in self.active(now)) * NANOS)


def _name(fault: Fault) -> str:
    return str(fault.__struct_config__.tag)


def _end(fault: Fault, begins: int) -> int | None:
    if isinstance(fault, Lasting) and fault.seconds is not None:
        return begins + int(fault.seconds * NANOS)
    return None


def _lives(armed: _Armed, now: int) -> bool:
    return not armed.fault.spent and (armed.ends_at is None or now < armed.ends_at)
