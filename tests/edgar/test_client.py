"""The client on a real socket: polite, patient for a while, and never for ever."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from aiohttp import web

from tests.edgar.site import HTML, HastyClock, Site, site_open
from tradeengine.edgar.client import Answer, Edgar, Version
from tradeengine.edgar.pace import Pace
from tradeengine.errors import SourceUnavailable
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.model.instants import NANOS

PATH = "/api/xbrl/companyfacts/CIK0000320193.json"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_open() as served:
        served.serve(PATH, {"cik": 320193})
        yield served


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"User-Agent": "tester a@b.example"}) as session:
        yield session


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def edgar(http: aiohttp.ClientSession, clock: HastyClock) -> Edgar:
    return made(http, clock)


def made(http: aiohttp.ClientSession, clock: HastyClock, **changed: float) -> Edgar:
    parameters = FundamentalsParameters(**changed)
    return Edgar(http, parameters, clock, lambda: 1.0, Pace())


def failing(*responses: web.Response) -> Iterator[web.Response | None]:
    yield from responses
    while True:
        yield None


async def test_who_asks_is_said_and_what_is_known_is_asked_for_by_its_version(
    edgar: Edgar, site: Site
) -> None:
    first = await edgar.get(site.url + PATH)
    assert first.body == b'{"cik":320193}'
    again = await edgar.get(site.url + PATH, first.version)
    assert again == Answer(body=None, version=first.version)
    assert [each["User-Agent"] for each in site.headers] == ["tester a@b.example"] * 2
    assert site.headers[1]["If-Modified-Since"] == "Thu, 01 Jul 2010 08:00:00 GMT"


async def test_a_document_that_is_not_there_is_gone(edgar: Edgar, site: Site) -> None:
    assert await edgar.get(site.url + "/submissions/CIK0000000001.json") == Answer(
        body=None, version=Version(), gone=True
    )
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_passing_refusal_is_tried_again(
    edgar: Edgar, site: Site, clock: HastyClock, status: int
) -> None:
    answers = failing(web.Response(status=status), web.Response(status=status))
    site.misbehave = lambda _request: next(answers)
    assert (await edgar.get(site.url + PATH)).body is not None
    assert clock.waits == [1.0, 2.0]


async def test_the_site_is_left_alone_for_as_long_as_it_says(
    edgar: Edgar, site: Site, clock: HastyClock
) -> None:
    answers = failing(
        web.Response(status=429, headers={"Retry-After": "7"}),
        web.Response(status=429, headers={"Retry-After": "86400"}),
        web.Response(status=429, headers={"Retry-After": "tomorrow"}),
    )
    site.misbehave = lambda _request: next(answers)
    await edgar.get(site.url + PATH)
    assert clock.waits == [7.0, 30.0, 4.0]  # A day is more than anybody waits here.


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (HTML, "not JSON but '<!DOCTYPE html>"),
        (b"", "an empty answer"),
        (b"[1]", "not JSON"),
        (b'{"cik": 320193, "fac', "cut off after 20 bytes"),
    ],
)
async def test_a_page_is_no_answer(edgar: Edgar, site: Site, body: bytes, words: str) -> None:
    site.misbehave = lambda _request: web.Response(body=body)
    with pytest.raises(SourceUnavailable, match="asked 4 times") as failure:
        await edgar.get(site.url + PATH)
    assert words in str(failure.value)
    assert len(site.asked) == 4


async def test_a_refusal_for_good_is_not_tried_again(edgar: Edgar, site: Site) -> None:
    site.misbehave = lambda _request: web.Response(status=301, headers={"Location": "/x"})
    with pytest.raises(SourceUnavailable, match="HTTP 301"):
        await edgar.get(site.url + PATH)
    assert len(site.asked) == 1


async def test_an_answer_that_is_cut_off_is_none(
    http: aiohttp.ClientSession, clock: HastyClock
) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"cik": 320193, "fac')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(SourceUnavailable, match="ClientPayloadError"):
            await made(http, clock).get(f"http://127.0.0.1:{port}{PATH}")


async def test_nobody_there(http: aiohttp.ClientSession, clock: HastyClock) -> None:
    with pytest.raises(SourceUnavailable, match="ClientConnectorError"):
        await made(http, clock).get(f"http://127.0.0.1:9{PATH}")
    assert len(clock.waits) == 3


async def test_a_site_that_never_answers_costs_a_bounded_time(
    http: aiohttp.ClientSession, clock: HastyClock, site: Site
) -> None:
    site.hang = asyncio.Event()
    edgar = made(http, clock, request_timeout_seconds=1, request_attempts=1)
    with pytest.raises(SourceUnavailable, match="no whole answer in 1 s"):
        await edgar.get(site.url + PATH)


async def test_an_endless_answer_is_not_read_to_the_end(
    http: aiohttp.ClientSession, clock: HastyClock, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradeengine.edgar.client.LARGEST_BYTES", 10)
    with pytest.raises(SourceUnavailable, match="more than 10 bytes"):
        await made(http, clock).get(site.url + PATH)
    assert len(site.asked) == 1


async def test_turns_are_evenly_spaced_whoever_asks() -> None:
    clock, pace = HastyClock(5 * NANOS), Pace()
    turns = []
    for _ in range(4):
        await pace.turn(clock, 5.0)
        turns.append(clock.now() / NANOS)
    assert turns == pytest.approx([5.0, 5.2, 5.4, 5.6])
    await pace.rest(clock, 10.0)
    await pace.turn(clock, 5.0)
    assert clock.now() / NANOS == pytest.approx(15.6)


async def test_without_a_pace_nobody_waits_for_a_turn(
    http: aiohttp.ClientSession, clock: HastyClock, site: Site
) -> None:
    edgar = Edgar(http, FundamentalsParameters(), clock, lambda: 0.5, None)
    answers = failing(web.Response(status=500))
    site.misbehave = lambda _request: next(answers)
    await asyncio.gather(*(edgar.get(site.url + PATH) for _ in range(10)))
    assert clock.waits == [0.5]
