"""The feed as a whole, over real sockets, on a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from tests.feed.frames import QUOTE, TRADE, in_json
from tests.feed.scripted import (
    LIMIT_SECONDS,
    Peer,
    ScriptedAlpaca,
    ShowingInbox,
    advance,
    scripted_alpaca,
    until,
)
from tradeengine.clock import SimulatedClock
from tradeengine.errors import BadConfiguration, VenueUnreachable
from tradeengine.feed import socket as socket_module
from tradeengine.feed.consumer import FeedConsumer
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.rest import DataRest
from tradeengine.model.events import (
    Bar,
    FeedConnected,
    FeedGap,
    FeedLost,
    FeedMuted,
    FeedStable,
    MessageRejected,
    Quote,
    QuotesConflated,
    SymbolQuiet,
    Trade,
)
from tradeengine.model.instants import MINUTE, NANOS, format_instant, parse_instant
from tradeengine.quiescence import Channel, Quiescence

OPEN = parse_instant("2026-11-23T14:30:00Z")
CLOSE = parse_instant("2026-11-23T21:00:00Z")
TEN = parse_instant("2026-11-23T15:00:00Z")


class Feed:
    """A consumer with everything around it."""

    def __init__(
        self, alpaca: ScriptedAlpaca, http: aiohttp.ClientSession, changes: dict[str, object]
    ) -> None:
        self.clock = SimulatedClock(TEN)
        self.inbox = ShowingInbox()
        self.quiescence = Quiescence()
        self.channel = Channel(self.quiescence)
        self.drawn = 0.75  # so that the reader's waits are not the watch's
        parameters = FeedParameters.model_validate(
            {"request_attempts": 1, "close_timeout_seconds": 0.2, **changes}
        )
        credentials = Credentials("K", "S")
        rest = DataRest(
            http=http,
            url=alpaca.data_url,
            credentials=credentials,
            parameters=parameters,
            clock=self.clock,
            random=lambda: self.drawn,
            quiescence=self.quiescence,
        )
        self.consumer = FeedConsumer(
            url=alpaca.stream_url,
            symbols=["AMD", "AAPL"],
            sessions=[(OPEN, CLOSE)],
            credentials=credentials,
            parameters=parameters,
            clock=self.clock,
            inbox=self.inbox,
            rest=rest,
            random=lambda: self.drawn,
            quiescence=self.quiescence,
            channel=self.channel,
        )

    async def asleep(self, seconds: float) -> None:
        """Wait until somebody sleeps for so long from now."""
        due = self.clock.now() + int(seconds * NANOS)
        await until(
            lambda: any(at == due for at, _, woken in self.clock._sleepers if not woken.done())
        )


@pytest.fixture
async def alpaca() -> AsyncIterator[ScriptedAlpaca]:
    async with scripted_alpaca() as served:
        yield served


@asynccontextmanager
async def running(alpaca: ScriptedAlpaca, **changes: object) -> AsyncIterator[Feed]:
    """Run a consumer for the length of a block; closing it must end it."""
    async with aiohttp.ClientSession() as http:
        feed = Feed(alpaca, http, changes)
        run = asyncio.create_task(feed.consumer.run())
        try:
            yield feed
        finally:
            async with asyncio.timeout(LIMIT_SECONDS):
                await feed.consumer.close()
                await run
        assert feed.quiescence.pending == 0


def wire_trade(at: int, symbol: str = "AAPL") -> dict[str, object]:
    return {**TRADE, "S": symbol, "t": format_instant(at)}


def wire_bar(at: int, symbol: str = "AAPL") -> dict[str, object]:
    return {
        "T": "b",
        "S": symbol,
        "o": 1,
        "h": 1,
        "l": 1,
        "c": 1,
        "v": 1,
        "n": 1,
        "vw": 1,
        "t": format_instant(at),
    }


def history_bar(at: int) -> dict[str, object]:
    return {key: value for key, value in wire_bar(at).items() if key not in ("T", "S")}


async def trade_every_second(feed: Feed, peer: Peer, seconds: int) -> None:
    for _ in range(seconds):
        count = len(feed.inbox.of(Trade))
        await advance(feed.clock, 1)
        await peer.say(wire_trade(feed.clock.now()))
        await feed.inbox.wait_for(Trade, count + 1)


# Connecting.


async def test_it_connects_subscribes_and_brings_data(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        asked = await peer.welcome()
        await feed.consumer.ready()
        assert asked["action"] == "subscribe"
        assert asked["trades"] == ["AAPL", "AMD"]
        assert asked["bars"] == ["AAPL", "AMD", "SPY"]
        await peer.say(QUOTE, TRADE)
        await feed.inbox.wait_for(Trade)
    assert [type(message) for message in feed.inbox.messages] == [FeedConnected, Quote, Trade]
    assert feed.inbox.of(FeedConnected)[0].symbols == 2


async def test_frames_count_for_the_venue_until_they_are_taken_in(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        assert feed.quiescence.pending >= 1  # the handshake is under way
        await peer.welcome()
        await feed.consumer.ready()
        await until(lambda: feed.quiescence.pending == 0)
        feed.channel.sent()
        await peer.say(QUOTE)
        await feed.quiescence.idle()
        assert len(feed.inbox.of(Quote)) == 1
        feed.channel.sent()  # this one is lost with the connection
        peer.drop()
        await feed.inbox.wait_for(FeedLost)
        assert feed.quiescence.pending == 0


async def test_frames_that_wait_on_the_socket_count_as_being_behind(
    alpaca: ScriptedAlpaca, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "BATCH", 10)
    async with running(alpaca, conflate_above=20) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        feed.inbox.room.clear()
        await peer.say(QUOTE)  # the reader takes it, and stops because there is no room
        await feed.inbox.wait_for(Quote)
        for _ in range(40):
            await peer.say(QUOTE)
        listener = feed.consumer._connection._socket._listener  # type: ignore[union-attr]  # it is there
        await until(lambda: len(listener.frames) == 40)
        feed.inbox.room.set()
        await until(lambda: not listener.frames)
    conflated = feed.inbox.of(QuotesConflated)
    assert [message.dropped for message in conflated] == [9]  # 30 waited behind the first ten


async def test_a_malformed_frame_is_reported_and_the_next_is_read(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await peer.socket.send_str('[{"T":"q","S":"AMD","bp":')
        await peer.socket.send_bytes(in_json([{"T": "t", "S": 5}, TRADE, {"T": "??"}]))
        await feed.inbox.wait_for(Trade)
        assert [rejection.place for rejection in feed.inbox.of(MessageRejected)] == [
            "stream frame",
            "stream element 0",
        ]
        assert feed.consumer.codec.ignored == {"??": 1}
        await peer.say(QUOTE)
        await feed.inbox.wait_for(Quote)
    assert feed.inbox.of(FeedLost) == []


async def test_a_handshake_that_stalls_is_given_up(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca, auth_timeout_seconds=0.05) as feed:
        peer = await alpaca.peer()
        await peer.hello()
        lost = await feed.inbox.wait_for(FeedLost)
        assert lost.reason == "the data stream said nothing for 0.05 s of its handshake"
        await feed.asleep(0.75)


async def test_a_refusal_for_good_ends_the_feed(alpaca: ScriptedAlpaca) -> None:
    async with aiohttp.ClientSession() as http:
        feed = Feed(alpaca, http, {})
        run = asyncio.create_task(feed.consumer.run())
        peer = await alpaca.peer()
        await peer.hello()
        await peer.refuse(402)
        with pytest.raises(BadConfiguration, match="402 no"):
            await feed.consumer.ready()
        with pytest.raises(BadConfiguration, match="ALPACA_SECRET_KEY"):
            await run
        await feed.consumer.close()
    assert alpaca.connections == 1
    assert len(feed.inbox.of(FeedLost)) == 1


async def test_ready_fails_when_the_feed_is_closed_before(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        await alpaca.peer()
        waiting = asyncio.create_task(feed.consumer.ready())
        await asyncio.sleep(0)
        await feed.consumer.close()
        with pytest.raises(VenueUnreachable, match="closed before"):
            await waiting


async def test_closing_what_never_ran_is_harmless(alpaca: ScriptedAlpaca) -> None:
    async with aiohttp.ClientSession() as http:
        await Feed(alpaca, http, {}).consumer.close()
    assert alpaca.connections == 0


# Losing the connection.


async def test_after_a_loss_it_waits_connects_again_and_refills_the_gap(
    alpaca: ScriptedAlpaca,
) -> None:
    alpaca.bars = {"AAPL": [history_bar(TEN + minute * MINUTE) for minute in range(-1, 5)]}
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await advance(feed.clock, 0.5)
        await peer.say(wire_bar(TEN - MINUTE))
        await feed.inbox.wait_for(Bar)

        feed.drawn = 200.5  # a test's own draw: the wait is 200.5 seconds
        peer.drop()
        lost = await feed.inbox.wait_for(FeedLost)
        assert "1006" in lost.reason
        await feed.asleep(200.5)
        await advance(feed.clock, 200.5)

        peer = await alpaca.peer()
        await peer.welcome()
        gap = await feed.inbox.wait_for(FeedGap)
        assert (gap.start, gap.end) == (TEN + NANOS // 2, TEN + 201 * NANOS)
        assert (gap.symbols, gap.refilled, gap.problem) == (3, 3, "")
        refilled = [bar.at for bar in feed.inbox.of(Bar) if bar.history]
        assert refilled == [TEN, TEN + MINUTE, TEN + 2 * MINUTE]

        # The stream repeats the last of them and goes on.
        await peer.say(wire_bar(TEN + 2 * MINUTE), wire_bar(TEN + 3 * MINUTE))
        await feed.inbox.wait_for(Bar, 5)
        assert [bar.at for bar in feed.inbox.of(Bar)][-1] == TEN + 3 * MINUTE
    kinds = [type(message) for message in feed.inbox.messages]
    assert kinds == [FeedConnected, Bar, FeedLost, FeedConnected, Bar, Bar, Bar, FeedGap, Bar]


async def test_a_gap_outside_market_hours_is_no_gap(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        feed.clock.advance_to(CLOSE + MINUTE)
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        peer.drop()
        await feed.inbox.wait_for(FeedLost)
        await feed.asleep(0.75)
        await advance(feed.clock, 1)
        await (await alpaca.peer()).welcome()
        await feed.inbox.wait_for(FeedConnected, 2)
    assert feed.inbox.of(FeedGap) == []
    assert alpaca.requests == []


async def test_the_waits_grow_until_data_has_flowed_for_a_minute(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        for wait in (0.75, 1.5, 3.0):
            peer = await alpaca.peer()
            await peer.welcome()
            await until(lambda: feed.quiescence.pending == 0)
            peer.drop()
            await feed.asleep(wait)
            await advance(feed.clock, wait)
        peer = await alpaca.peer()
        await peer.welcome()
        await trade_every_second(feed, peer, 60)
        peer.drop()
        await feed.asleep(0.75)


async def test_a_failure_to_connect_is_told_once(alpaca: ScriptedAlpaca) -> None:
    alpaca.handshakes.extend(web.Response(status=503) for _ in range(3))
    async with running(alpaca) as feed:
        for wait in (0.75, 1.5, 3.0):
            await feed.asleep(wait)
            await advance(feed.clock, wait)
        await (await alpaca.peer()).welcome()
        await feed.consumer.ready()
    assert [lost.reason for lost in feed.inbox.of(FeedLost)] == [
        "the data stream answered the handshake with HTTP 503"
    ]
    assert feed.inbox.of(FeedGap) == []


async def test_a_handshake_answered_429_is_tried_when_the_server_says(
    alpaca: ScriptedAlpaca,
) -> None:
    alpaca.handshakes.append(web.Response(status=429, headers={"Retry-After": "30"}))
    async with running(alpaca) as feed:
        await feed.asleep(30)
        assert alpaca.connections == 1


async def test_a_slow_client_notice_leads_to_a_new_connection(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        await peer.refuse(407)
        lost = await feed.inbox.wait_for(FeedLost)
        assert lost.reason == "the data stream refused: 407 no"
        await peer.gone.wait()
        await feed.asleep(0.75)


# Another program in our slot.


async def test_a_taken_slot_is_asked_for_again_on_the_same_socket(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.hello()
        await peer.refuse(406)
        lost = await feed.inbox.wait_for(FeedLost)
        assert lost.reason.startswith("another program holds the slot")
        await feed.asleep(5)
        assert feed.quiescence.pending == 0
        await advance(feed.clock, 5)
        assert (await peer.hear())["action"] == "auth"
        await peer.refuse(406)
        await feed.asleep(5)
        await advance(feed.clock, 5)
        await peer.hear()
        await peer.admit()
        await feed.consumer.ready()
    assert (alpaca.connections, alpaca.most_open) == (1, 1)
    assert len(feed.inbox.of(FeedLost)) == 1


async def test_a_minute_of_406_takes_few_connections_and_one_at_a_time(
    alpaca: ScriptedAlpaca,
) -> None:
    async with running(alpaca) as feed:
        while feed.clock.now() < TEN + 60 * NANOS:
            peer = await alpaca.peer()
            await peer.hello()
            await peer.refuse(406)
            await feed.asleep(5)
            peer.drop()  # the server ends an idle socket without a word
            await peer.gone.wait()
            await advance(feed.clock, 5)
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        assert feed.clock.now() <= TEN + 65 * NANOS
    assert alpaca.connections <= 13
    assert alpaca.most_open == 1


async def test_after_the_slot_was_won_a_loss_backs_off_as_usual(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.hello()
        await peer.refuse(406)
        await feed.asleep(5)
        await advance(feed.clock, 5)
        await peer.hear()
        await peer.admit()
        await feed.consumer.ready()
        peer.drop()
        await feed.asleep(0.75)


# Silence.


async def test_a_mute_feed_is_condemned_cut_and_found_stable_again(
    alpaca: ScriptedAlpaca,
) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        await trade_every_second(feed, peer, 3)
        alpaca.latest = {"AAPL": {"t": format_instant(TEN + 50 * NANOS)}}
        await advance(feed.clock, 60)
        muted = await feed.inbox.wait_for(FeedMuted)
        assert muted.silent_seconds == 60
        assert muted.last_event_at == TEN + 3 * NANOS
        assert muted.probe == "REST knows a trade of AAPL at 2026-11-23T15:00:50Z"
        await peer.gone.wait()

        await feed.asleep(0.75)
        await advance(feed.clock, 1)
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.inbox.wait_for(FeedGap)
        await trade_every_second(feed, peer, 31)
        stable = await feed.inbox.wait_for(FeedStable)
        assert stable.evidence.startswith("6 intervals")
    assert feed.inbox.of(FeedLost) == []


async def test_a_silent_market_is_left_in_peace(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        alpaca.latest = {"AAPL": {"t": format_instant(TEN - MINUTE)}}
        await advance(feed.clock, 60)
        await until(lambda: len(alpaca.requests) == 1)
        await until(lambda: feed.quiescence.pending == 0)
        await peer.say(wire_trade(feed.clock.now()))
        await feed.inbox.wait_for(Trade)
    assert feed.inbox.of(FeedMuted) == []


async def test_one_quiet_symbol_is_named_and_the_connection_kept(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca, symbol_quiet_seconds=60) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        for number in range(1, 36):
            await peer.say(wire_trade(TEN), wire_trade(TEN, "AMD"))
            await feed.inbox.wait_for(Trade, 2 * number)
            await advance(feed.clock, 1)
        await trade_every_second(feed, peer, 61)
        quiet = await feed.inbox.wait_for(SymbolQuiet)
        assert quiet.symbol == "AMD"
    assert alpaca.connections == 1


# An engine that is behind.


async def test_the_reader_waits_for_room_and_old_quotes_give_way(alpaca: ScriptedAlpaca) -> None:
    async with running(alpaca, conflate_above=10) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        feed.inbox.room.clear()
        await peer.say(TRADE)  # the reader was waiting for this one already
        await feed.inbox.wait_for(Trade)
        for number in range(1, 6):
            await peer.say({**QUOTE, "bp": number})
        await peer.say(TRADE)
        await until(lambda: _frames_waiting(feed) == 6)
        assert feed.inbox.of(Quote) == []
        feed.inbox.waiting = 11
        feed.inbox.room.set()
        conflated = await feed.inbox.wait_for(QuotesConflated)
        assert conflated.dropped == 4
        assert [quote.bid for quote in feed.inbox.of(Quote)] == [5.0]
        assert len(feed.inbox.of(Trade)) == 2


def _frames_waiting(feed: Feed) -> int:
    connection = feed.consumer._connection
    assert connection is not None
    return len(connection._socket._listener.frames)


async def test_warm_up_brings_history_once(alpaca: ScriptedAlpaca) -> None:
    alpaca.bars = {"AAPL": [history_bar(TEN - 2 * MINUTE), history_bar(TEN - MINUTE)]}
    async with running(alpaca) as feed:
        peer = await alpaca.peer()
        await peer.welcome()
        await feed.consumer.ready()
        assert await feed.consumer.backfill.warm_up(["AAPL"], OPEN, TEN) == 2
        await peer.say(wire_bar(TEN - MINUTE), wire_bar(TEN))
        await feed.inbox.wait_for(Bar, 3)
    assert [(bar.at, bar.history) for bar in feed.inbox.of(Bar)] == [
        (TEN - 2 * MINUTE, True),
        (TEN - MINUTE, True),
        (TEN, False),
    ]


async def test_a_bug_in_the_feed_is_not_swallowed(
    alpaca: ScriptedAlpaca, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with aiohttp.ClientSession() as http:
        feed = Feed(alpaca, http, {})

        def broken(_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(feed.inbox, "put_many", broken)
        run = asyncio.create_task(feed.consumer.run())
        peer = await alpaca.peer()
        await peer.welcome()
        with pytest.raises(ExceptionGroup) as caught:
            await run
        assert caught.group_contains(ZeroDivisionError)
