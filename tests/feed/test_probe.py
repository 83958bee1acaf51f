"""The one question to REST."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.feed.scripted import ScriptedAlpaca, scripted_alpaca
from tradeengine.clock import SimulatedClock
from tradeengine.feed.channels import Channel
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.probe import ask
from tradeengine.feed.rest import DataRest
from tradeengine.feed.suspicion import Probe
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


@pytest.mark.parametrize("channel", [Channel.FEED, Channel.TRADES])
async def test_it_gives_the_newest_trade_of_ours(
    rest: DataRest, alpaca: ScriptedAlpaca, channel: Channel
) -> None:
    alpaca.latest = {"AAPL": {"t": EARLY, "p": 1}, "MSFT": {"t": LATE}, "KO": {}}
    assert await ask(rest, FeedParameters(), ["AAPL", "KO", "MSFT"], channel) == Probe(
        True,
        parse_instant(LATE),
        "REST knows a trade of MSFT at 2026-11-23T15:00:02.000000001Z",
    )
    assert alpaca.requests == [
        ("/v2/stocks/trades/latest", {"symbols": "AAPL,KO,MSFT", "feed": "iex"})
    ]


async def test_of_bars_the_canary_counts_too(rest: DataRest, alpaca: ScriptedAlpaca) -> None:
    alpaca.latest = {"SPY": {"t": EARLY}}
    probe = await ask(rest, FeedParameters(), ["AAPL"], Channel.BARS)
    assert probe.words == "REST knows a bar of SPY at 2026-11-23T15:00:01.5Z"
    assert alpaca.requests == [("/v2/stocks/bars/latest", {"symbols": "AAPL,SPY", "feed": "iex"})]


async def test_quotes_have_a_question_of_their_own(rest: DataRest, alpaca: ScriptedAlpaca) -> None:
    alpaca.latest = {"AAPL": {"t": LATE}}
    probe = await ask(rest, FeedParameters(), ["AAPL"], Channel.QUOTES)
    assert probe.newest_at == parse_instant(LATE)
    assert alpaca.requests[0][0] == "/v2/stocks/quotes/latest"


async def test_no_trades_are_an_answer(rest: DataRest) -> None:
    assert await ask(rest, FeedParameters(), ["AAPL"], Channel.TRADES) == Probe(
        True, 0, "REST knows no trades at all"
    )


@pytest.mark.parametrize("answer", [web.Response(status=503), web.Response(text="<html>")])
async def test_a_failure_is_no_answer_and_is_not_tried_again(
    rest: DataRest, alpaca: ScriptedAlpaca, answer: web.Response
) -> None:
    alpaca.answers.append(answer)
    probe = await ask(rest, FeedParameters(), ["AAPL"], Channel.FEED)
    assert not probe.answered
    assert probe.words.startswith("REST gave no answer either: ")
    assert len(alpaca.requests) == 1


async def test_an_answer_that_does_not_come_in_time_is_none(
    rest: DataRest, alpaca: ScriptedAlpaca
) -> None:
    alpaca.answers.append(None)
    parameters = FeedParameters(probe_timeout_seconds=0.05)
    probe = await ask(rest, parameters, ["AAPL"], Channel.FEED)
    assert probe == Probe(False, 0, "REST gave no answer in time either")
