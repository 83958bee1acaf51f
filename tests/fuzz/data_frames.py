"""
Frames of the data stream, through codec, session and intake.

Each frame holds good messages beside a bad one. Whatever the bad one is, the good
ones arrive as if it were not there, and it does not vanish without a word: it is an
event after all, a control message, a type that is counted, or a rejection.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from msgspec import structs

from tests.feed.frames import GOLDEN, in_json, in_msgpack
from tests.fuzz.journal import JournalingInbox
from tests.fuzz.mutations import FORMATS, JSON, MSGPACK, Format, Json, damaged, spoilt
from tradeengine.feed.codec import Codec
from tradeengine.feed.continuity import Continuity
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.intake import Intake
from tradeengine.feed.liveness import Liveness
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import Encoding, FeedParameters
from tradeengine.feed.session import Received, Session, State
from tradeengine.feed.wire import Control
from tradeengine.model.events import (
    Bar,
    Input,
    MessageRejected,
    PriceBand,
    Quote,
    Trade,
    TradingStatus,
)
from tradeengine.venue.market.messages import MarketMessage
from tradeengine.venue.server.frames import join_json, join_msgpack
from tradeengine.venue.server.wire_market import NO_LISTING, StreamMessage, stream_message

NOW = 1_550_068_268_000_000_000
AT = 1_550_068_267_123_456_789
MINUTE_AT = 1_550_068_260_000_000_000

_CONTROLS: tuple[Json, ...] = (
    {"T": "success", "msg": "connected"},
    {"T": "success", "msg": "authenticated"},
    {"T": "subscription", "trades": ["AAPL"], "quotes": ["AAPL"], "bars": ["AAPL"]},
    {"T": "error", "code": 406, "msg": "connection limit exceeded"},
    {"T": "n", "headline": "a type that we do not use"},
    {"T": "d", "S": "AAPL", "o": 1},
)


class Good(NamedTuple):
    """A good message in both encodings, and the event that it must become."""

    json: bytes
    msgpack: bytes
    event: Input

    def written(self, form: Format) -> bytes:
        return self.json if form is JSON else self.msgpack


class CountingCodec(Codec):
    """The codec, with a count of the control messages it gave."""

    controls = 0

    def decode(
        self, frame: bytes, received_at: int, data: list[Input], rejections: list[Input]
    ) -> Sequence[Control]:
        controls = super().decode(frame, received_at, data, rejections)
        self.controls = len(controls)
        return controls


def good_messages() -> list[Good]:
    """Make market data as the venue writes it, and what it writes none of by hand."""
    made = [_of_venue(event) for event in _market()]
    for name in ("correction", "cancel"):
        wire, event = GOLDEN[name]
        made.append(Good(in_json([wire])[1:-1], in_msgpack([wire])[1:], event))
    return made


def _market() -> list[MarketMessage]:
    events: list[MarketMessage] = []
    for number, symbol in enumerate(("AAPL", "BRK.B", "A", "SPY")):
        price = 100.25 + number
        quote = Quote(
            at=AT,
            received_at=NOW,
            symbol=symbol,
            bid=price,
            bid_size=100,
            ask=price + 0.01,
            ask_size=300,
        )
        trade = Trade(
            at=AT + number,
            received_at=NOW,
            symbol=symbol,
            price=price,
            size=12.5,
            trade_id=2**62 + number,
            conditions="@I",
        )
        band = PriceBand(at=AT, received_at=NOW, symbol=symbol, low=price - 5, high=price + 5)
        bar = Bar(
            at=MINUTE_AT,
            received_at=NOW,
            symbol=symbol,
            open=price,
            high=price + 1,
            low=price - 1,
            close=price,
            volume=1200.0,
            vwap=price,
            trade_count=7,
        )
        events += [quote, trade, band, bar, structs.replace(bar, revised=True)]
    return events


def _of_venue(event: MarketMessage) -> Good:
    message = stream_message(event, NO_LISTING)
    return Good(message.as_json(), message.as_msgpack(), event)


def _bodies() -> list[StreamMessage]:
    halt = TradingStatus(at=AT, received_at=NOW, symbol="AAPL", code="H", halted=True, reason="T1")
    return [stream_message(event, NO_LISTING) for event in (*_market(), halt)]


class DataFrames:
    """The data stream."""

    name = "data frames"

    def __init__(self) -> None:
        self._good, self._bodies = good_messages(), _bodies()
        self._inbox = JournalingInbox()
        self._codec, self._session, self._intake = self._streaming()
        self.swallowed = 0
        """Frames of damaged msgpack in which a bad message took in a good one unnoticed."""

    def _streaming(self) -> tuple[CountingCodec, Session, Intake]:
        codec = CountingCodec()
        session = Session(
            codec=codec,
            credentials=Credentials("K", "S"),
            encoding=Encoding.JSON,
            symbols=("AAPL",),
            canary="SPY",
        )
        for control in _CONTROLS[:3]:
            session.receive(in_json([control]), NOW)
        assert session.state is State.STREAMING
        intake = Intake(
            inbox=self._inbox,
            liveness=Liveness(FeedParameters(), MarketTime([])),
            continuity=Continuity(),
            conflate_above=10,
        )
        return codec, session, intake

    def strike(self, random: Random) -> None:
        if self._session.state is not State.STREAMING:
            self._codec, self._session, self._intake = self._streaming()
        form = random.choice(FORMATS)
        good = random.choices(self._good, k=random.randrange(1, 5))
        elements = [message.written(form) for message in good]
        place = random.randrange(len(good) + 1)
        match random.randrange(10):
            case 0:
                self._cut_short(random, form, elements, good)
            case 1:
                self._anything(random, self._join(form, elements))
            case 2 | 3 | 4:
                elements.insert(place, damaged(random, random.choice(self._good).written(form)))
                self._beside(self._join(form, elements), good, None, form is MSGPACK)
            case _:
                wrong = self._wrong(random, form)
                elements.insert(place, form.encode(wrong))
                # A raw piece of msgpack may lie about its length, as damage does.
                self._beside(self._join(form, elements), good, len(elements), form is MSGPACK)

    def _join(self, form: Format, elements: Sequence[bytes]) -> bytes:
        return join_json(elements) if form is JSON else join_msgpack(elements)

    def _wrong(self, random: Random, form: Format) -> object:
        match random.randrange(8):
            case 0:
                return random.choice(form.odd)
            case 1:
                return random.choice(_CONTROLS)
            case 2:
                return spoilt(random, random.choice(_CONTROLS), form)
            case _:
                return spoilt(random, random.choice(self._bodies).body, form)

    def _beside(
        self,
        frame: bytes,
        good: Sequence[Good],
        elements: int | None,
        damaged_msgpack: bool,
    ) -> None:
        """Every good message arrives, in order; and of the bad one something is known."""
        ignored = self._codec.ignored.total()
        received = self._receive(frame)
        rejections = [one for one in received.notices if type(one) is MessageRejected]
        whole = not any(one.place == "stream frame" for one in rejections)
        left = iter(received.data)
        for message in good:
            if message.event in left:
                continue
            # Wrong lengths can leave as many values as there should be, by chance.
            by_chance = damaged_msgpack and whole and rejections
            assert by_chance, f"lost {message.event} of {frame!r}"
            self.swallowed += 1
            return
        ignored = self._codec.ignored.total() - ignored
        known = len(received.data) + len(rejections) + self._codec.controls + ignored
        assert known > len(good), f"nothing is known of the bad one in {frame!r}"
        if whole and elements is not None and self._codec.controls == 0:
            assert known >= elements, f"{known} of {elements} are known of {frame!r}"

    def _cut_short(
        self, random: Random, form: Format, elements: Sequence[bytes], good: Sequence[Good]
    ) -> None:
        """What came whole arrives; that the frame is cut is told."""
        frame = self._join(form, elements)
        cut = random.randrange(len(frame))
        head = len(frame) - sum(map(len, elements)) - (form is JSON) * len(elements)
        whole, end = 0, head
        for element in elements:
            end += len(element) + (form is JSON and whole > 0)
            whole += end <= cut
        received = self._receive(frame[:cut])
        assert [m.event for m in good[:whole]] == received.data[:whole], f"lost of {frame[:cut]!r}"
        assert received.notices, f"not told: {frame[:cut]!r}"

    def _anything(self, random: Random, frame: bytes) -> None:
        """Nothing is promised but that it ends and that something is said."""
        match random.randrange(4):
            case 0:
                frame = random.randbytes(random.randrange(200))
            case 1:
                frame = random.choice((b"", b"[]", b"null", b"\x90", b"{}", b"[[]]", b"[null]"))
            case 2:
                frame = frame * 2
            case _:
                frame = damaged(random, damaged(random, frame))
        self._receive(frame)

    def _receive(self, frame: bytes) -> Received:
        received = self._session.receive(frame, NOW)
        assert all(structs.asdict(one)["received_at"] == NOW for one in received.data)
        self._intake.take(Received(received.notices, list(received.data)), 1)
        self._inbox.taken()
        return received
