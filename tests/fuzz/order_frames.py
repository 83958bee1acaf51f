"""
Frames of the order stream, through its session, the memory of what was told, and news.

Each bad frame is followed by a good one, which must be told. The bad one is told, or
reported as unreadable; or it is one of those that say nothing.
"""

from random import Random

import msgspec
from msgspec import Raw, Struct

from tests.fuzz import accounts
from tests.fuzz.journal import JournalingInbox
from tests.fuzz.mutations import FORMATS, Json, damaged, spoilt
from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.news import News
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.snapshot import rejected
from tradeengine.broker.stream_session import OrderStreamSession, Phase
from tradeengine.clock import SimulatedClock
from tradeengine.model.events import OrderEvent

_ACCESS = AlpacaAccess(trading_url="http://x", stream_url="ws://x", key="k", secret="s")
_ANSWERS: tuple[Json, ...] = (
    {"stream": "authorization", "data": {"status": "authorized", "action": "authenticate"}},
    {"stream": "listening", "data": {"streams": ["trade_updates"]}},
)
_REMEMBERED = 1000
_NULLS, _FLOATS = {b"null", b"\xc0"}, {b"\xca", b"\xcb"}


class _Envelope(Struct):
    stream: str
    data: Raw = Raw(b"")


class OrderFrames:
    """The order stream."""

    name = "order frames"

    def __init__(self) -> None:
        self._inbox = JournalingInbox()
        clock = SimulatedClock(accounts.NOW)
        memory = OrderMemory(_REMEMBERED)
        self._news = News(BrokerParameters(), memory, self._inbox, clock)
        self._session = OrderStreamSession(_ACCESS)

    def strike(self, random: Random) -> None:
        if self._session.refusal or self._session.phase is not Phase.READY:
            self._session = OrderStreamSession(_ACCESS)
            for answer in _ANSWERS:
                self._session.receive(msgspec.json.encode(answer), accounts.NOW)
        self._bad(random)
        self._good(random)

    def _bad(self, random: Random) -> None:
        form = random.choice(FORMATS)
        envelope = self._update(random) if random.random() < 0.8 else random.choice(_ANSWERS)
        match random.randrange(5):
            case 0:
                frame = damaged(random, form.encode(envelope))
            case 1:
                whole = form.encode(envelope)
                frame = whole[: random.randrange(len(whole))]
            case 2:
                frame = random.choice((random.randbytes(random.randrange(60)), b"", b"\x01"))
            case _:
                frame = form.encode(spoilt(random, envelope, form))
        assert self._hear(frame) or _says_nothing(frame), f"nothing is known of {frame!r}"

    def _good(self, random: Random) -> None:
        envelope = self._update(random)
        assert self._hear(random.choice(FORMATS).encode(envelope))
        kinds = [isinstance(message, OrderEvent) for message in self._inbox.taken()]
        assert kinds == [True], f"not told: {envelope}"

    def _update(self, random: Random) -> Json:
        # Far apart, as the broker's ids are: damage must not turn one into another.
        data = accounts.update(random.getrandbits(48), random.choice(accounts.WORDS))
        return {"stream": "trade_updates", "data": data}

    def _hear(self, frame: bytes) -> bool:
        """Take a frame as the stream does; tell whether it said anything."""
        self._inbox.taken()
        heard = self._session.receive(frame, accounts.NOW)
        self._inbox.put_many(
            rejected(piece, "order stream", accounts.NOW) for piece in heard.unreadable
        )
        self._news.hear(heard.reports)
        return bool(heard.reports or heard.unreadable or heard.reply or heard.acknowledged)


def _says_nothing(frame: bytes) -> bool:
    """Tell whether a frame is a heartbeat, an update of null, or an answer out of turn."""
    if frame in (b"", b"\x01"):
        return True
    decode = msgspec.json.decode if frame.lstrip()[:1] in b"{[" else msgspec.msgpack.decode
    envelope = decode(frame, type=_Envelope)
    # A msgpack float that JSON cannot hold is null there.
    is_null = bytes(envelope.data) in _NULLS or bytes(envelope.data)[:1] in _FLOATS
    return is_null or envelope.stream in ("authorization", "listening")
