"""What a fetch keeps when a symbol is refused, or when it is cancelled itself."""

import asyncio
from asyncio import Event
from pathlib import Path

import pytest

from tests.bars.sites import HURRIED, Scripted, Sites, split
from tests.bars.test_fetch import DAYS, Fetching, history
from tradeengine.bars import answers
from tradeengine.bars.asked import Asked
from tradeengine.bars.batch import Batch
from tradeengine.bars.coming import Ahead, ComingSplits
from tradeengine.bars.store import BarStore
from tradeengine.errors import BadConfiguration

NAMES = [f"S{number:02}" for number in range(20)]


@pytest.fixture
def fetch(tmp_path: Path) -> Fetching:
    rows = [row for name in NAMES for row in history(name)]
    made = Fetching(BarStore(tmp_path), Sites(bars=rows))
    made.parameters = HURRIED.model_copy(update={"symbols_per_request": 5, "request_attempts": 1})
    return made


async def test_a_symbol_that_is_refused_costs_its_own_bars_only(fetch: Fetching) -> None:
    fetch.sites.unknown = frozenset({"S02", "S11"})

    report = await fetch(NAMES, DAYS[50])

    assert [each.symbol for each in report.refused] == ["S02", "S11"]
    assert "invalid symbol: S02" in report.refused[0].words
    assert report.refused[0].for_good
    assert (report.problem, report.not_reached, report.silent) == ("", (), ())
    assert set(fetch.store.read()["symbol"]) == set(NAMES) - {"S02", "S11"}
    assert fetch.told[-1] == ("daily bars", 20, 20)
    # Two of four groups of five are halved: at most five requests instead of one, with actions.
    assert fetch.sites.paths().count("/v2/stocks/bars") <= 2 + 2 * 7


async def test_old_bars_of_a_symbol_that_is_refused_later_stand(fetch: Fetching) -> None:
    await fetch(NAMES, DAYS[50])
    fetch.sites.unknown = frozenset({"S02"})

    report = await fetch(NAMES, DAYS[60])

    assert [each.symbol for each in report.refused] == ["S02"]
    assert max(fetch.store.read(["S02"])["date"]) == DAYS[50]
    assert max(fetch.store.read(["S03"])["date"]) == DAYS[60]


async def test_an_answer_about_one_symbol_that_is_none_costs_that_one_and_is_a_problem(
    fetch: Fetching,
) -> None:
    fetch.sites.splits = [split("S07", DAYS[40], 0)]

    report = await fetch(NAMES, DAYS[50])

    assert [(each.symbol, each.for_good) for each in report.refused] == [("S07", False)]
    assert "a split of nothing" in report.problem
    assert set(fetch.store.read()["symbol"]) == set(NAMES) - {"S07"}


async def test_when_everybody_is_refused_it_is_the_request_and_nobody_is_blamed(
    fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_REFUSED", 3)
    monkeypatch.setattr("tradeengine.bars.fetch.MOST_REFUSED", 3)
    fetch.sites.unknown = frozenset(NAMES)

    report = await fetch(NAMES, DAYS[50])

    assert "HTTP 400" in report.problem
    assert (report.refused, report.not_reached) == ((), tuple(NAMES))
    assert len(fetch.sites.paths()) < 12


async def test_a_site_that_is_down_is_not_asked_for_each_symbol(fetch: Fetching) -> None:
    fetch.sites.script.extend([Scripted(503)] * 50)

    report = await fetch(NAMES, DAYS[50])

    assert report.problem.startswith("HTTP 503")
    assert report.not_reached == tuple(NAMES)
    assert len(fetch.sites.paths()) == 1


async def _cancelled(fetch: Fetching, after: int) -> None:
    """Fetch, and cancel when so many symbols are done and the next are waited for."""
    fetch.sites.held = Event()
    fetch.sites.held_symbols = frozenset(NAMES[after:])
    fetching = asyncio.create_task(fetch(NAMES, DAYS[50]), name="fetch")
    try:
        async with asyncio.timeout(30):
            await fetch.sites.waiting.wait()
            fetching.cancel()
            await fetching
    finally:
        fetch.sites.held.set()


async def test_a_fetch_that_is_cancelled_keeps_what_it_had_and_is_cancelled(
    fetch: Fetching,
) -> None:
    with pytest.raises(asyncio.CancelledError):
        await _cancelled(fetch, after=10)

    assert set(fetch.store.read()["symbol"]) == set(NAMES[:10])
    assert fetch.store.read(["S00"]).height == 51
    assert set(Asked(fetch.store.path.parent).read()) == set(NAMES[:10])

    fetch.sites.held = None
    report = await fetch(NAMES, DAYS[50])
    assert report.new_bars == 10 * 51
    assert not list(fetch.store.path.parent.glob(".daily*"))


async def test_a_disk_that_says_no_to_a_cancelled_fetch_is_told(
    fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise BadConfiguration("daily.parquet", "cannot be written", "make room")

    monkeypatch.setattr(BarStore, "merge", full)
    with pytest.raises(BadConfiguration, match="cannot be written"):
        await _cancelled(fetch, after=5)


async def test_a_cancel_while_a_batch_is_written_waits_for_it(
    fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = Event(), Event()
    loop = asyncio.get_running_loop()
    keep = Batch._keep

    def slow(batch: Batch) -> None:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(30)
        keep(batch)

    monkeypatch.setattr(Batch, "_keep", slow)
    fetching = asyncio.create_task(fetch(NAMES, DAYS[50]), name="fetch")
    async with asyncio.timeout(30):
        await begun.wait()
        fetching.cancel()
        await asyncio.sleep(0)
        assert not fetching.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await fetching

    assert set(fetch.store.read()["symbol"]) == set(NAMES)


async def test_a_batch_that_is_full_is_kept_while_others_are_waited_for(
    fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradeengine.bars.batch._FULL", 1)
    fetch.sites.held = Event()
    fetch.sites.held_symbols = frozenset(NAMES[10:])
    fetching = asyncio.create_task(fetch(NAMES, DAYS[50]), name="fetch")
    async with asyncio.timeout(30):
        await fetch.sites.waiting.wait()
        kept = set(fetch.store.read()["symbol"])
        fetch.sites.held.set()
        report = await fetching

    assert kept == set(NAMES[:10])
    assert report.new_bars == 20 * 51


async def test_keys_that_are_refused_half_way_lose_nothing_that_came(fetch: Fetching) -> None:
    fetch.sites.script.extend([Scripted(200, '{"bars": {}}'), Scripted(200, "{}"), Scripted(403)])

    with pytest.raises(BadConfiguration, match="ALPACA_API_KEY"):
        await fetch(NAMES, DAYS[50])

    assert set(Asked(fetch.store.path.parent).read()) == set(NAMES[:5])


async def test_splits_up_to_the_session_to_come_are_kept_and_no_later_ones(
    fetch: Fetching,
) -> None:
    fetch.sites.splits = [split("S01", DAYS[51], 2), split("S02", DAYS[52], 3)]

    await fetch(NAMES, DAYS[50], DAYS[51])

    coming = ComingSplits(fetch.store.path.parent).read(NAMES, Ahead(DAYS[50], DAYS[119]))
    assert coming.rows() == [("S01", DAYS[51], 2.0)]
    assert set(fetch.store.read()["split"]) == {1.0}

    await fetch(NAMES, DAYS[51], DAYS[52])
    assert fetch.store.read(["S01"], DAYS[51], DAYS[51])["split"].item() == 2.0
