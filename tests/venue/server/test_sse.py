"""Trade updates as server-sent events, with replay."""

import asyncio
import json
from typing import Any

import aiohttp

from tests.venue.server.conftest import ENGINE, OTHER, OpenVenue, Venue
from tradeengine.venue.server import sse
from tradeengine.venue.server.sse import Reader

PATH = "/v2/events/trades"


async def lines(answer: aiohttp.ClientResponse, count: int) -> list[Any]:
    """Read so many `data:` lines."""
    found: list[Any] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            line = await answer.content.readline()
            assert line, found
            if line.startswith(b"data: "):
                found.append(json.loads(line[6:]))
    return found


async def test_a_reader_hears_what_happens_from_now_on(venue: Venue) -> None:
    await venue.buy("SPY", "1")
    async with venue.http.get(PATH) as answer:
        assert answer.content_type == "text/event-stream"
        assert "X-Request-ID" in answer.headers
        assert await answer.content.readline() == b": connected\n"
        await venue.buy("AAPL", "1")
        updates = await lines(answer, 3)
    assert [update["event"] for update in updates] == ["pending_new", "new", "fill"]
    assert {update["order"]["symbol"] for update in updates} == {"AAPL"}


async def test_since_id_replays_what_came_after_it(venue: Venue) -> None:
    await venue.buy("AAPL", "1")
    async with venue.http.get(f"{PATH}?since=2019-02-13T00:00:00Z") as answer:
        past = await lines(answer, 3)
    async with venue.http.get(f"{PATH}?since_id={past[0]['event_id']}") as answer:
        assert await lines(answer, 2) == past[1:]
    headers = {"Last-Event-ID": past[1]["event_id"]}
    async with venue.http.get(PATH, headers=headers) as answer:
        assert await lines(answer, 1) == past[2:]


async def test_until_ends_the_stream(venue: Venue) -> None:
    await venue.buy("AAPL", "1")
    async with venue.http.get(f"{PATH}?since=2019-02-13&until=2019-02-13T15:00:00Z") as answer:
        assert (await answer.text()).count("data: ") == 1
    async with venue.http.get(f"{PATH}?since=2019-02-13") as answer:
        past = await lines(answer, 3)
    until_id = past[1]["event_id"]
    async with venue.http.get(f"{PATH}?since=2019-02-13&until_id={until_id}") as answer:
        assert (await answer.text()).count("data: ") == 2


async def test_an_end_in_the_future_comes_with_the_first_update_after_it(venue: Venue) -> None:
    async with venue.http.get(f"{PATH}?until=2019-02-13T15:00:01Z") as answer:
        await venue.buy("AAPL", "1")
        assert (await answer.text()).count("data: ") >= 1


async def test_readers_of_another_account_hear_nothing(venue: Venue) -> None:
    async with venue.session(OTHER) as http, http.get(f"{PATH}?since=2019-02-13") as answer:
        await answer.content.readline()
        await venue.buy("AAPL", "1")
        reader = Reader("other")
        venue.server.publisher.orders.add_listener(reader.hear)
        await venue.buy("AAPL", "1")
        venue.server.publisher.orders.remove_listener(reader.hear)
        reader.close()
        assert await reader.next_batch() == (0, [])


async def test_a_slow_reader_is_told_how_much_it_lost(venue: Venue, monkeypatch: Any) -> None:  # noqa: ANN401 - pytest's
    monkeypatch.setattr(sse, "_WAITING_LIMIT", 2)
    async with venue.http.get(PATH) as answer:
        await answer.content.readline()
        venue.server.publisher.orders.add_listener(lambda _update: None)
        order = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market"}
        await venue.ask("POST", "/v2/orders", json={**order, "time_in_force": "day"})
        await lines(answer, 1)
        for update in venue.server.publisher.orders.told("engine") * 5:
            venue.server.publisher.update(update)
        async with asyncio.timeout(30):
            while not (line := await answer.content.readline()).startswith(b": you"):
                pass
        assert line == b": you are reading too slowly, dropped 3 messages\n"
        await lines(answer, 2)


async def test_a_reader_that_leaves_is_forgotten(venue: Venue) -> None:
    async with aiohttp.ClientSession(venue.urls.trading_url) as http:
        headers = {"APCA-API-KEY-ID": ENGINE.key, "APCA-API-SECRET-KEY": ENGINE.secret}
        answer = await http.get(PATH, headers=headers)
        await answer.content.readline()
        answer.close()
    await asyncio.sleep(0.02)
    for _ in range(3):
        await venue.buy("AAPL", "1")
    async with asyncio.timeout(30):
        while venue.server.publisher.events.readers:  # noqa: ASYNC110 - the socket tells late
            await asyncio.sleep(0.01)


async def test_readers_end_when_the_venue_stops(open_venue: OpenVenue) -> None:
    venue = await open_venue()
    async with venue.http.get(PATH) as answer:
        await answer.content.readline()
        stopping = asyncio.create_task(venue.server.stop())
        assert b"data" not in await answer.content.read()
        await stopping
