"""
The conversation with Alpaca's stock stream, without a socket in sight.

Bytes come in by `receive`, which gives events; bytes to send wait in
`outgoing`. Whoever owns a socket moves both, so the whole protocol is tested as
a table and a fault in it cannot hide behind the network.

The life of a session is the table `MOVES`, total over states and signals:

    CONNECTING ── connected ──> AUTHENTICATING ── authenticated ──> SUBSCRIBING
                                    │   ^                               │ acknowledged
                          slot taken v   │ retry                        v
                                 WAITING_FOR_SLOT                   STREAMING

REFUSED (only the operator can help) and BROKEN (connect again) end it from
anywhere. The server closes no socket on 406, so neither do we: WAITING_FOR_SLOT
authenticates again on the same one.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple

import msgspec

from tradeengine.feed.codec import Codec
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import Encoding
from tradeengine.feed.refusals import (
    as_configuration_error,
    in_words,
    is_harmless,
    is_slot_taken,
    is_terminal,
)
from tradeengine.feed.wire import Control, Refusal, Subscription, Success
from tradeengine.model.events import FeedConnected, Input, MessageRejected


class State(Enum):
    """Where the conversation is."""

    CONNECTING = auto()
    AUTHENTICATING = auto()
    WAITING_FOR_SLOT = auto()
    SUBSCRIBING = auto()
    STREAMING = auto()
    REFUSED = auto()
    BROKEN = auto()


class Signal(Enum):
    """What can move it."""

    CONNECTED = auto()
    AUTHENTICATED = auto()
    ACKNOWLEDGED = auto()
    SLOT_TAKEN = auto()
    RETRY = auto()
    FORBIDDEN = auto()
    FAILED = auto()


ENDED = frozenset({State.REFUSED, State.BROKEN})

_EVERYWHERE = {
    Signal.SLOT_TAKEN: State.WAITING_FOR_SLOT,
    Signal.FORBIDDEN: State.REFUSED,
    Signal.FAILED: State.BROKEN,
}
_PROGRESS = {
    (State.CONNECTING, Signal.CONNECTED): State.AUTHENTICATING,
    (State.AUTHENTICATING, Signal.AUTHENTICATED): State.SUBSCRIBING,
    (State.WAITING_FOR_SLOT, Signal.RETRY): State.AUTHENTICATING,
    # The answer to the last try can come after the refusal of the one before it.
    (State.WAITING_FOR_SLOT, Signal.AUTHENTICATED): State.SUBSCRIBING,
    (State.SUBSCRIBING, Signal.ACKNOWLEDGED): State.STREAMING,
}


def _move(state: State, signal: Signal) -> State:
    """A signal out of its turn changes nothing; an ended session stays ended."""
    if state in ENDED:
        return state
    return _PROGRESS.get((state, signal), _EVERYWHERE.get(signal, state))


MOVES = {(state, signal): _move(state, signal) for state in State for signal in Signal}
"""(state, signal) -> next state, total."""


class Received(NamedTuple):
    """The events of frames: what the session has to say, then market data."""

    notices: list[Input]
    data: list[Input]


class Session:
    """One conversation on one connection."""

    def __init__(
        self,
        *,
        codec: Codec,
        credentials: Credentials,
        encoding: Encoding,
        symbols: Sequence[str],
        canary: str,
        quotes: bool = True,
    ) -> None:
        self._codec, self._credentials = codec, credentials
        self._encode: Callable[[object], bytes] = (
            msgspec.json.encode if encoding is Encoding.JSON else msgspec.msgpack.encode
        )
        self._symbols = sorted(set(symbols))
        self._bars = sorted({*symbols, canary})
        self._quotes = quotes
        self._outgoing: list[bytes] = []
        self.state = State.CONNECTING
        self.refusal: Refusal | None = None
        """The last thing the server refused."""

    def receive(self, frame: bytes, received_at: int) -> Received:
        """Take in a frame and give its events. Never raises."""
        return self.receive_all((frame,), received_at)

    def receive_all(self, frames: Iterable[bytes], received_at: int) -> Received:
        """Take in frames that came together and give their events. Never raises."""
        notices: list[Input] = []
        data: list[Input] = []
        decode = self._codec.decode
        for frame in frames:
            for control in decode(frame, received_at, data, notices):
                notices += self._hear(control, received_at)
        return Received(notices, data)

    def outgoing(self) -> list[bytes]:
        """Take the messages that wait to be sent."""
        waiting, self._outgoing = self._outgoing, []
        return waiting

    def retry(self) -> None:
        """Ask for the slot again (WAITING_FOR_SLOT)."""
        self._signal(Signal.RETRY)

    def raise_if_refused(self) -> None:
        """Raise BadConfiguration when only the operator can help."""
        if self.state is State.REFUSED and self.refusal is not None:
            raise as_configuration_error(self.refusal)

    def trouble(self) -> str:
        """Say in plain words what the server last refused."""
        return in_words(self.refusal) if self.refusal else "the stream did not answer as expected"

    def _hear(self, control: Control, received_at: int) -> list[Input]:
        if isinstance(control, Success):
            self._signal(_SUCCESSES.get(control.message))
            return []
        if isinstance(control, Refusal):
            self._refused(control)
            return []
        return self._acknowledged(control, received_at)

    def _refused(self, refusal: Refusal) -> None:
        if is_harmless(refusal.code):
            self._signal(Signal.AUTHENTICATED)
            return
        self.refusal = refusal
        if is_slot_taken(refusal.code):
            self._signal(Signal.SLOT_TAKEN)
        else:
            self._signal(Signal.FORBIDDEN if is_terminal(refusal.code) else Signal.FAILED)

    def _acknowledged(self, ack: Subscription, at: int) -> list[Input]:
        if self.state is not State.SUBSCRIBING:
            return []
        self._signal(Signal.ACKNOWLEDGED)
        missing = self._missing(ack)
        connected = FeedConnected(at=at, received_at=at, symbols=len(self._symbols))
        if not missing:
            return [connected]
        problem = f"not subscribed: {missing}"
        shortfall = MessageRejected(
            at=at, received_at=at, place="stream subscription", problem=problem, text=""
        )
        return [connected, shortfall]

    def _missing(self, ack: Subscription) -> str:
        """List what was asked for and is not in the acknowledgement."""
        granted = {"trades": ack.trades, "quotes": ack.quotes, "bars": ack.bars}
        lacks = {
            channel: sorted({*asked} - {*(granted[channel] or ())})
            for channel, asked in self._channels().items()
            if channel in granted
        }
        return "; ".join(
            f"{channel} {' '.join(names)}" for channel, names in lacks.items() if names
        )

    def _channels(self) -> dict[str, list[str]]:
        channels = {
            "trades": self._symbols,
            "quotes": self._symbols,
            "bars": self._bars,
            "updatedBars": self._symbols,
            "statuses": self._symbols,
            "lulds": self._symbols,
        }
        if not self._quotes:
            del channels["quotes"]
        return channels

    def _signal(self, signal: Signal | None) -> None:
        if signal is None:
            return
        before, self.state = self.state, MOVES[self.state, signal]
        if self.state is State.AUTHENTICATING is not before:
            self._outgoing.append(self._encode(self._credentials.auth_message()))
        elif self.state is State.SUBSCRIBING is not before:
            self._outgoing.append(self._encode({"action": "subscribe", **self._channels()}))


_SUCCESSES = {"connected": Signal.CONNECTED, "authenticated": Signal.AUTHENTICATED}
