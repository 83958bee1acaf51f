"""History by REST: pages, order, gaps."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import aiohttp
import pytest
from aiohttp import web

from tests.feed.scripted import ScriptedAlpaca, ShowingInbox, scripted_alpaca, until
from tradeengine.clock import SimulatedClock
from tradeengine.errors import ProtocolViolation, RefusedByBroker
from tradeengine.feed.backfill import Backfill
from tradeengine.feed.continuity import Continuity
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.rest import DataRest
from tradeengine.model.events import Bar, FeedGap, MessageRejected
from tradeengine.model.instants import MINUTE, NANOS, format_instant, parse_instant

TEN = parse_instant("2026-11-23T15:00:00Z")
NOW = TEN + 10 * MINUTE + 20 * NANOS

Make = Callable[..., Backfill]


def wire_bar(minute: int) -> dict[str, object]:
    return {
        "t": format_instant(TEN + minute * MINUTE),
        "o": 131,
        "h": 132.5,
        "l": 130,
        "c": 131.25,
        "v": 1200,
        "n": 17,
        "vw": 131.1,
    }


@pytest.fixture
async def alpaca() -> AsyncIterator[ScriptedAlpaca]:
    async with scripted_alpaca() as served:
        yield served


@pytest.fixture
def inbox() -> ShowingInbox:
    return ShowingInbox()


@pytest.fixture
async def backfill(alpaca: ScriptedAlpaca, inbox: ShowingInbox) -> AsyncIterator[Make]:
    async with aiohttp.ClientSession() as http:

        def make(**changes: object) -> Backfill:
            parameters = FeedParameters.model_validate({"request_attempts": 1, **changes})
            clock = SimulatedClock(NOW)
            rest = DataRest(
                http=http,
                url=alpaca.data_url,
                credentials=Credentials("K", "S"),
                parameters=parameters,
                clock=clock,
                random=lambda: 0.5,
            )
            return Backfill(
                rest=rest,
                parameters=parameters,
                clock=clock,
                inbox=inbox,
                continuity=Continuity(),
            )

        yield make


def when_and_who(inbox: ShowingInbox) -> list[tuple[int, str]]:
    return [((bar.at - TEN) // MINUTE, bar.symbol) for bar in inbox.of(Bar)]


async def test_warm_up_reads_all_pages_in_order_of_time_then_symbol(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    alpaca.bars = {"MSFT": [wire_bar(0), wire_bar(1), wire_bar(2)], "AAPL": [wire_bar(1)]}
    alpaca.page_size = 3
    assert await backfill().warm_up(["MSFT", "AAPL"], TEN, NOW) == 4
    assert when_and_who(inbox) == [(0, "MSFT"), (1, "AAPL"), (1, "MSFT"), (2, "MSFT")]
    assert [query.get("page_token") for _, query in alpaca.requests] == [None, "3"]
    assert inbox.messages[0] == Bar(
        at=TEN,
        received_at=NOW,
        symbol="MSFT",
        open=131.0,
        high=132.5,
        low=130.0,
        close=131.25,
        volume=1200.0,
        vwap=131.1,
        trade_count=17,
        history=True,
    )


async def test_a_warm_up_that_is_given_up_waits_for_no_room(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up when the engine has stopped, and then nobody makes room any more."""
    get, asked = DataRest.get, asyncio.Event()

    async def hanging(rest: DataRest, path: str, query: Mapping[str, str]) -> bytes:
        if "page_token" in query:
            asked.set()
            await asyncio.get_running_loop().create_future()
        return await get(rest, path, query)

    monkeypatch.setattr(DataRest, "get", hanging)
    alpaca.bars = {"MSFT": [wire_bar(0), wire_bar(1)]}
    alpaca.page_size = 1
    inbox.room.clear()
    warming_up = asyncio.create_task(backfill().warm_up(["MSFT"], TEN, NOW))
    await asked.wait()
    warming_up.cancel()

    async with asyncio.timeout(30):
        with pytest.raises(asyncio.CancelledError):
            await warming_up
    assert inbox.messages == []


async def test_the_question_names_tape_time_and_adjustment(
    backfill: Make, alpaca: ScriptedAlpaca
) -> None:
    await backfill(feed="sip").warm_up(["MSFT", "AAPL"], TEN, NOW)
    assert alpaca.requests == [
        (
            "/v2/stocks/bars",
            {
                "symbols": "MSFT,AAPL",
                "timeframe": "1Min",
                "start": "2026-11-23T15:00:00Z",
                "end": "2026-11-23T15:10:20Z",
                "limit": "10000",
                "adjustment": "split",
                "feed": "sip",
                "sort": "asc",
            },
        )
    ]


async def test_many_symbols_are_asked_for_in_parts(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    alpaca.bars = {name: [wire_bar(0)] for name in "ABCDE"}
    assert await backfill(symbols_per_request=2).warm_up([*"ABCDE"], TEN, NOW) == 5
    assert [query["symbols"] for _, query in alpaca.requests] == ["A,B", "C,D", "E"]
    assert [bar.symbol for bar in inbox.of(Bar)] == [*"ABCDE"]


async def test_a_minute_that_is_not_over_is_left_to_the_stream(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    alpaca.bars = {"A": [wire_bar(8), wire_bar(9), wire_bar(10)]}
    assert await backfill().warm_up(["A"], TEN, NOW) == 2
    assert when_and_who(inbox) == [(8, "A"), (9, "A")]


async def test_the_same_bars_do_not_come_twice(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    history = backfill()
    alpaca.bars = {"A": [wire_bar(0), wire_bar(1)]}
    assert await history.warm_up(["A"], TEN, NOW) == 2
    alpaca.bars = {"A": [wire_bar(1), wire_bar(2)]}
    assert await history.warm_up(["A"], TEN, NOW) == 1
    assert when_and_who(inbox) == [(0, "A"), (1, "A"), (2, "A")]


async def test_a_bad_bar_does_not_touch_its_neighbours(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    alpaca.bars = {"A": [wire_bar(0), {**wire_bar(1), "c": None}, wire_bar(2)]}
    assert await backfill().warm_up(["A"], TEN, NOW) == 2
    [rejection] = inbox.of(MessageRejected)
    assert rejection.place == "history of A, bar 1"
    assert "Expected `float`, got `null`" in rejection.problem


async def test_no_bars_at_all_is_an_answer(backfill: Make, alpaca: ScriptedAlpaca) -> None:
    alpaca.answers.append(web.json_response({"bars": None}))
    assert await backfill().warm_up(["A"], TEN, NOW) == 0


async def test_paging_that_never_ends_is_noticed(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    page = {"bars": {"A": [wire_bar(0)]}, "next_page_token": "same"}
    alpaca.answers.extend(web.json_response(page) for _ in range(5))
    with pytest.raises(ProtocolViolation, match="paging does not end"):
        await backfill().warm_up(["A"], TEN, NOW)
    assert len(alpaca.requests) == 2
    assert when_and_who(inbox) == [(0, "A")]


async def test_tokens_that_never_end_are_bounded(
    backfill: Make, alpaca: ScriptedAlpaca, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradeengine.feed.history.MOST_PAGES", 3)
    alpaca.answers.extend(
        web.json_response({"bars": {}, "next_page_token": str(number)}) for number in range(5)
    )
    with pytest.raises(ProtocolViolation, match="paging does not end"):
        await backfill().warm_up(["A"], TEN, NOW)


async def test_an_answer_that_is_no_page_is_a_violation(
    backfill: Make, alpaca: ScriptedAlpaca
) -> None:
    alpaca.answers.append(web.Response(text="<html>"))
    with pytest.raises(ProtocolViolation, match="<html>"):
        await backfill().warm_up(["A"], TEN, NOW)


async def test_a_refill_brings_the_missed_minutes_and_reports_the_gap(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    alpaca.bars = {"A": [wire_bar(7), wire_bar(8)], "B": [wire_bar(8)]}
    start = TEN + 7 * MINUTE + 30 * NANOS
    await backfill().refill(["A", "B"], start, NOW)
    # The bar of the minute before the loss may have been under way.
    assert alpaca.requests[0][1]["start"] == "2026-11-23T15:06:00Z"
    assert when_and_who(inbox) == [(7, "A"), (8, "A"), (8, "B")]
    assert inbox.messages[-1] == FeedGap(
        at=NOW, received_at=NOW, start=start, end=NOW, symbols=2, refilled=3
    )


async def test_a_refill_that_fails_still_reports_the_gap_and_keeps_what_came(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    page = {"bars": {"A": [wire_bar(7)]}, "next_page_token": "next"}
    alpaca.answers.append(web.json_response(page))
    alpaca.answers.append(web.json_response({"message": "forbidden."}, status=403))
    await backfill().refill(["A"], TEN + 7 * MINUTE, NOW)
    assert when_and_who(inbox) == [(7, "A")]
    [gap] = inbox.of(FeedGap)
    assert (gap.refilled, gap.problem) == (1, "HTTP 403 code 0: forbidden.")


async def test_of_a_very_long_gap_the_newest_part_is_refilled(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    await backfill(refill_limit_minutes=30).refill(["A"], NOW - 10_000 * MINUTE, NOW)
    assert alpaca.requests[0][1]["start"] == "2026-11-23T14:40:00Z"
    [gap] = inbox.of(FeedGap)
    assert gap.problem == "only the newest 30 minutes were read back"


async def test_history_waits_for_room_in_the_inbox(
    backfill: Make, alpaca: ScriptedAlpaca, inbox: ShowingInbox
) -> None:
    alpaca.bars = {"A": [wire_bar(0)]}
    inbox.room.clear()
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(backfill().warm_up(["A"], TEN, NOW))
        await until(lambda: len(alpaca.requests) == 1)
        assert inbox.messages == []
        inbox.room.set()
    assert reading.result() == 1


async def test_warm_up_raises_what_the_host_refuses(backfill: Make, alpaca: ScriptedAlpaca) -> None:
    alpaca.answers.append(web.json_response({"message": "unauthorized."}, status=401))
    with pytest.raises(RefusedByBroker, match=r"unauthorized\."):
        await backfill().warm_up(["A"], TEN, NOW)
