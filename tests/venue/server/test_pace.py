"""Venue time: free as the clock goes, or in lock-step with the engine."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp
import pytest

from tests.venue.server.conftest import ENGINE, TEN, OpenVenue, Venue
from tradeengine.clock import ScaledClock, SimulatedClock
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.quiescence import Channel, Quiescence
from tradeengine.venue.server.pace import run_lockstep
from tradeengine.venue.server.server import EngineChannels

ORDER = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}


class Engine:
    """A client that counts its frames, submits on some, and writes down what it sees."""

    def __init__(self, venue: Venue, quiescence: Quiescence, channels: EngineChannels) -> None:
        self._venue, self._quiescence, self._channels = venue, quiescence, channels
        self.seen: list[str] = []
        self.inbox: asyncio.Queue[str] = asyncio.Queue()

    async def run(self, ready: asyncio.Event) -> None:
        """Connect, and take messages one at a time until cancelled."""
        http = self._venue.http
        async with (
            http.ws_connect(self._venue.urls.data_stream) as data,
            http.ws_connect(self._venue.urls.trading_stream) as orders,
            asyncio.TaskGroup() as tasks,
        ):
            await data.send_json({"action": "subscribe", "bars": ["*"], "trades": ["SPY"]})
            await orders.send_json({"action": "listen", "data": {"streams": ["trade_updates"]}})
            tasks.create_task(self._read(data, self._channels.data), name="data")
            tasks.create_task(self._read(orders, self._channels.orders), name="orders")
            tasks.create_task(self._beat(), name="heartbeat")
            ready.set()
            while True:
                await self._take(await self.inbox.get())

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, channel: Channel) -> None:
        async for message in socket:
            text = message.data if isinstance(message.data, str) else message.data.decode()
            self._put(text)
            channel.received()

    async def _beat(self) -> None:
        clock, at = self._venue.clock, TEN
        while True:
            at += NANOS
            await clock.sleep_until(at)
            self._put(f"beat {clock.now()}")

    def _put(self, text: str) -> None:
        self._quiescence.begin()
        self.inbox.put_nowait(text)

    async def _take(self, text: str) -> None:
        self.seen.append(text)
        if '"T":"b"' in text and len(self.seen) % 3 == 0:
            made = await self._venue.ask("POST", "/v2/orders", json=ORDER)
            self.seen.append(json.dumps(made))
        self._quiescence.end()


async def session(open_venue: OpenVenue, minutes: int) -> list[str]:
    """Run minutes of a session in lock-step and give what the engine saw."""
    quiescence = Quiescence()
    channels = EngineChannels(Channel(quiescence), Channel(quiescence))
    venue = await open_venue(channels=channels)
    engine, ready = Engine(venue, quiescence, channels), asyncio.Event()
    running = asyncio.create_task(engine.run(ready), name="engine")
    await ready.wait()
    clock = venue.clock
    assert isinstance(clock, SimulatedClock)
    await run_lockstep(
        venue.exchange,
        venue.server.publisher,
        clock,
        quiescence,
        lambda: clock.now() >= TEN + minutes * MINUTE,
    )
    running.cancel()
    await asyncio.wait([running])
    return engine.seen


async def test_two_sessions_in_lock_step_are_equal_message_by_message(
    open_venue: OpenVenue,
) -> None:
    first = await session(open_venue, 5)
    second = await session(open_venue, 5)
    assert first == second
    assert sum('"event":"fill"' in text for text in first) >= 1
    assert sum(text.startswith("beat") for text in first) == 300


async def test_the_answer_comes_before_the_updates_it_causes(open_venue: OpenVenue) -> None:
    seen = await session(open_venue, 3)
    answer = next(index for index, text in enumerate(seen) if text.startswith('{"id"'))
    update = next(index for index, text in enumerate(seen) if '"event":"pending_new"' in text)
    assert update == answer + 1


async def test_lock_step_waits_when_nothing_at_all_is_due(open_venue: OpenVenue) -> None:
    venue = await open_venue(channels=EngineChannels(Channel(Quiescence()), Channel(Quiescence())))
    clock = venue.clock
    assert isinstance(clock, SimulatedClock)
    close = venue.market.session.post_close_at
    venue.run_to(close)
    asked = iter((False, False, True))
    await run_lockstep(
        venue.exchange, venue.server.publisher, clock, Quiescence(), lambda: next(asked)
    )
    assert clock.now() == close


async def test_free_time_flows_though_nobody_is_connected(open_venue: OpenVenue) -> None:
    venue = await open_venue(speed=600)
    async with asyncio.timeout(30):
        while venue.exchange.now < TEN + MINUTE:  # noqa: ASYNC110 - time is what we wait for
            await asyncio.sleep(0.01)
    assert isinstance(venue.clock, ScaledClock)
    assert venue.exchange.now <= venue.clock.now()


async def test_a_request_wakes_the_pace_before_the_next_tick(open_venue: OpenVenue) -> None:
    venue = await open_venue(speed=1)
    async with AsyncExitStack() as stack:
        socket = await stack.enter_async_context(venue.http.ws_connect(venue.urls.trading_stream))
        await socket.send_json({"action": "listen", "data": {"streams": ["trade_updates"]}})
        await socket.receive()
        limit = {**ORDER, "type": "limit", "limit_price": "100"}
        made = await venue.ask("POST", "/v2/orders", json=limit)
        events = [json.loads(await socket.receive_bytes(timeout=30))["data"] for _ in range(2)]
    assert [event["event"] for event in events] == ["pending_new", "new"]
    assert events[1]["order"]["id"] == made["id"]


async def test_turns_that_are_due_together_share_frames(open_venue: OpenVenue) -> None:
    venue = await open_venue(speed=2_000)
    sizes: list[int] = []
    publish = venue.server.publisher
    tell = publish.market_events

    def count(events: Sequence[object]) -> None:
        sizes.append(len(events))
        tell(events)  # type: ignore[arg-type] # the same messages

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "market_events", count)
        async with asyncio.timeout(30):
            while not sizes or max(sizes) < 10:  # noqa: ASYNC110 - time is what we wait for
                await asyncio.sleep(0.01)


__all__ = ["ENGINE"]
