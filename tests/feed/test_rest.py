"""The data host over a real socket."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.feed.frames import NOW
from tests.feed.scripted import ScriptedAlpaca, scripted_alpaca
from tradeengine.errors import RefusedByBroker, VenueUnreachable
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.rest import DataRest, is_transient
from tradeengine.quiescence import Quiescence

BARS = "/v2/stocks/bars"


class PatientClock:
    """A clock that notes how long it was asked to wait, and whether work was held then."""

    def __init__(self, quiescence: Quiescence) -> None:
        self._quiescence = quiescence
        self.waits: list[float] = []
        self.pending: list[int] = []

    def now(self) -> int:
        return NOW

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pending.append(self._quiescence.pending)

    async def sleep_until(self, at: int) -> None:
        raise AssertionError(at)


@pytest.fixture
async def alpaca() -> AsyncIterator[ScriptedAlpaca]:
    async with scripted_alpaca() as served:
        yield served


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock(Quiescence())


@pytest.fixture
def rest(alpaca: ScriptedAlpaca, http: aiohttp.ClientSession, clock: PatientClock) -> DataRest:
    return DataRest(
        http=http,
        url=alpaca.data_url + "/",
        credentials=Credentials("K", "S"),
        parameters=FeedParameters(request_timeout_seconds=0.2),
        clock=clock,
        random=lambda: 0.5,
        quiescence=clock._quiescence,
    )


async def test_a_request_is_signed_and_its_body_given(
    rest: DataRest, alpaca: ScriptedAlpaca, clock: PatientClock
) -> None:
    assert await rest.get(BARS, {"symbols": "A"}) == b'{"bars": {}, "next_page_token": null}'
    assert alpaca.requests == [(BARS, {"symbols": "A"})]
    assert alpaca.headers[0]["APCA-API-KEY-ID"] == "K"
    assert alpaca.headers[0]["APCA-API-SECRET-KEY"] == "S"
    assert clock.waits == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_passing_failure_is_tried_again(
    rest: DataRest, alpaca: ScriptedAlpaca, clock: PatientClock, status: int
) -> None:
    alpaca.answers.extend([web.Response(status=status), web.Response(status=status)])
    assert b"bars" in await rest.get(BARS, {"symbols": "A"})
    assert clock.waits == [0.5, 1.0]
    assert clock.pending == [0, 0]


async def test_it_gives_up_after_the_last_attempt(rest: DataRest, alpaca: ScriptedAlpaca) -> None:
    alpaca.answers.extend(web.Response(status=503, text="<html>busy</html>") for _ in range(9))
    with pytest.raises(RefusedByBroker, match="HTTP 503 code 0: <html>busy</html>"):
        await rest.get(BARS, {"symbols": "A"})
    assert len(alpaca.requests) == 4


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"message":"subscription does not permit querying recent SIP data"}', "does not permit"),
        ('{"code":40310000,"message":"forbidden."}', "code 40310000: forbidden."),
        ("", "HTTP 403 code 0: Forbidden"),
        ("\x00", "HTTP 403"),
    ],
)
async def test_a_final_refusal_is_not_tried_again(
    rest: DataRest, alpaca: ScriptedAlpaca, body: str, words: str
) -> None:
    alpaca.answers.append(web.Response(status=403, text=body))
    with pytest.raises(RefusedByBroker, match=words):
        await rest.get(BARS, {"symbols": "A"})
    assert len(alpaca.requests) == 1


async def test_the_wait_that_the_server_asks_for_is_kept(
    rest: DataRest, alpaca: ScriptedAlpaca, clock: PatientClock
) -> None:
    alpaca.answers.append(web.Response(status=429, headers={"Retry-After": "7"}))
    alpaca.answers.append(web.Response(status=429, headers={"Retry-After": "9999"}))
    alpaca.answers.append(web.Response(status=429, headers={"Retry-After": "\u00b2"}))
    await rest.get(BARS, {"symbols": "A"})
    assert clock.waits == [7.0, 60.0, 2.0]


async def test_a_server_that_never_answers_is_unreachable(
    rest: DataRest, alpaca: ScriptedAlpaca
) -> None:
    alpaca.answers.append(None)
    with pytest.raises(VenueUnreachable, match="GET /v2/stocks/bars: no answer in time"):
        await rest.get(BARS, {"symbols": "A"}, attempts=1)


async def test_a_dead_server_is_asked_again(
    http: aiohttp.ClientSession, clock: PatientClock, unused_tcp_port: int
) -> None:
    rest = DataRest(
        http=http,
        url=f"http://127.0.0.1:{unused_tcp_port}",
        credentials=Credentials("K", "S"),
        parameters=FeedParameters(request_attempts=2),
        clock=clock,
        random=lambda: 1.0,
    )
    with pytest.raises(VenueUnreachable, match="ClientConnectorError"):
        await rest.get(BARS, {"symbols": "A"})
    assert clock.waits == [1.0]


async def test_a_redirect_is_not_followed(rest: DataRest, alpaca: ScriptedAlpaca) -> None:
    alpaca.answers.append(web.Response(status=302, headers={"Location": "http://elsewhere/"}))
    with pytest.raises(RefusedByBroker, match="HTTP 302"):
        await rest.get(BARS, {"symbols": "A"})


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (VenueUnreachable("gone"), True),
        (RefusedByBroker(429, 0, ""), True),
        (RefusedByBroker(504, 0, ""), True),
        (RefusedByBroker(400, 0, ""), False),
        (RefusedByBroker(401, 0, ""), False),
        (RefusedByBroker(403, 0, ""), False),
        (RefusedByBroker(422, 0, ""), False),
    ],
)
def test_failures_are_sorted(error: RefusedByBroker | VenueUnreachable, transient: bool) -> None:
    assert is_transient(error) is transient
