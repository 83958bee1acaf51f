"""The one question to REST."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.feed.scripted import ScriptedAlpaca, scripted_alpaca
from tradeengine.clock import SimulatedClock
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.liveness import Probe
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.probe import ask
from tradeengine.feed.rest import DataRest
from tradeengine.model.instants import parse_instant

EARLY, LATE = "2026-11-23T15:00:01.5Z", "2026-11-23T15:00:02.000000001Z"


@pytest.fixture
async def alpaca() -> AsyncIterator[ScriptedAlpaca]:
    async with scripted_alpaca() as served:
        yield served


@pytest.fixture
async def rest(alpaca: ScriptedAlpaca) -> AsyncIterator[DataRest]:
    async with aiohttp.ClientSession() as http:
        yield DataRest(
            http=http,
            url=alpaca.data_url,
            credentials=Credentials("K", "S"),
            parameters=FeedParameters(),
            clock=SimulatedClock(0),
            random=lambda: 0.5,
        )


async def test_it_gives_the_newest_trade_of_ours_and_of_the_canary(
    rest: DataRest, alpaca: ScriptedAlpaca
) -> None:
    alpaca.latest = {"AAPL": {"t": EARLY, "p": 1}, "SPY": {"t": LATE}, "MSFT": {}}
    assert await ask(rest, FeedParameters(), ["AAPL", "MSFT"]) == Probe(
        True,
        parse_instant(EARLY),
        parse_instant(LATE),
        "REST knows a trade of SPY at 2026-11-23T15:00:02.000000001Z",
    )
    assert alpaca.requests == [
        ("/v2/stocks/trades/latest", {"symbols": "AAPL,MSFT,SPY", "feed": "iex"})
    ]


async def test_no_trades_are_an_answer(rest: DataRest) -> None:
    assert await ask(rest, FeedParameters(), ["AAPL"]) == Probe(
        True, 0, 0, "REST knows no trade at all"
    )


@pytest.mark.parametrize("answer", [web.Response(status=503), web.Response(text="<html>")])
async def test_a_failure_is_no_answer_and_is_not_tried_again(
    rest: DataRest, alpaca: ScriptedAlpaca, answer: web.Response
) -> None:
    alpaca.answers.append(answer)
    probe = await ask(rest, FeedParameters(), ["AAPL"])
    assert not probe.answered
    assert probe.words.startswith("REST gave no answer either: ")
    assert len(alpaca.requests) == 1
