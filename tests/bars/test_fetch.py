import threading
from asyncio import Event
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.bars.sites import (
    HURRIED,
    PatientClock,
    Scripted,
    Sites,
    asking,
    dividend,
    serving,
    split,
)
from tests.bars.tables import Row, bar, days_from
from tradeengine.bars.alpaca import read_bars
from tradeengine.bars.fetch import FetchReport, fetch_daily
from tradeengine.bars.lined_up import panel
from tradeengine.bars.parameters import BarsParameters
from tradeengine.bars.store import BarStore, ChangedBar
from tradeengine.errors import BadConfiguration, ProtocolViolation

DAYS = days_from(date(2010, 1, 4), 120)


def history(symbol: str, first: int = 0, last: int = 120) -> list[Row]:
    return [bar(symbol, DAYS[place], 50.0 + place / 10) for place in range(first, last)]


@dataclass
class Fetching:
    """Fetches into one store, and keeps what was told."""

    store: BarStore
    sites: Sites
    parameters: BarsParameters = HURRIED
    told: list[tuple[str, int, int]] = field(default_factory=list)

    async def __call__(
        self, symbols: list[str], through: date, session: date | None = None
    ) -> FetchReport:
        self.sites.asked.clear()
        self.told.clear()

        def progress(what: str, done: int, of: int) -> None:
            self.told.append((what, done, of))

        async with (
            serving(self.sites) as url,
            asking(url, self.parameters, PatientClock()) as asker,
        ):
            return await fetch_daily(
                self.store, asker, symbols, through, self.parameters, progress, session=session
            )

    def starts(self) -> list[str]:
        """Give the days from which on bars were asked for."""
        return [q["start"][:10] for path, q in self.sites.asked if path == "/v2/stocks/bars"]


@pytest.fixture
def fetch(tmp_path: Path) -> Fetching:
    return Fetching(BarStore(tmp_path), Sites(bars=[*history("A"), *history("B")]))


async def test_a_first_fetch_brings_the_whole_history_page_by_page(fetch: Fetching) -> None:
    fetch.sites.page_items = 77

    report = await fetch(["B", "A", "Z", "A"], DAYS[99])

    assert fetch.store.read().rows() == sorted(history("A", 0, 100) + history("B", 0, 100))
    assert (report.asked, report.new_bars, report.silent) == (3, 200, ("Z",))
    assert (report.changed, report.problem, report.not_reached) == ((), "", ())
    assert fetch.told == [("daily bars", 0, 3), ("daily bars", 3, 3)]
    assert fetch.sites.paths().count("/v2/stocks/bars") == 3
    _, query = fetch.sites.asked[0]
    assert query["adjustment"] == "raw"
    assert query["timeframe"] == "1Day"


async def test_later_only_new_days_and_the_last_few_are_asked_for(fetch: Fetching) -> None:
    await fetch(["A", "B"], DAYS[99])

    report = await fetch(["A", "B"], DAYS[109])

    assert fetch.starts() == [str(DAYS[95])]
    assert report.new_bars == 20
    assert fetch.store.read(["A"]).height == 110


async def test_a_symbol_without_bars_is_asked_for_apart_from_those_that_have_theirs(
    fetch: Fetching,
) -> None:
    await fetch(["A"], DAYS[99])

    report = await fetch(["A", "B"], DAYS[109])

    whole = DAYS[109] - timedelta(days=HURRIED.history_days)
    assert fetch.starts() == [str(whole), str(DAYS[95])]
    assert report.new_bars == 10 + 110


async def test_symbols_that_lack_about_the_same_days_are_asked_for_together(
    fetch: Fetching,
) -> None:
    await fetch(["A"], DAYS[99])
    await fetch(["B"], DAYS[89])

    report = await fetch(["A", "B"], DAYS[109])

    assert fetch.starts() == [str(DAYS[85])]
    assert report.new_bars == 10 + 20


async def test_of_two_bars_of_one_day_in_an_answer_the_first_counts(fetch: Fetching) -> None:
    fetch.sites.bars.append(bar("A", DAYS[5], 99.0))

    report = await fetch(["A"], DAYS[9])

    assert report.new_bars == 10
    assert fetch.store.read().rows() == history("A", 0, 10)


async def test_a_store_that_was_filled_for_a_later_day_is_filled_backwards_too(
    fetch: Fetching,
) -> None:
    fetch.parameters = HURRIED.model_copy(update={"history_days": 30})
    await fetch(["A", "B"], DAYS[99])

    earlier = await fetch(["A"], DAYS[85])
    other = await fetch(["A", "B"], DAYS[85])

    assert (earlier.new_bars, other.new_bars) == (14, 14)
    month = DAYS[85] - timedelta(days=30)
    assert min(fetch.store.read(["A"])["date"]) == min(day for day in DAYS if day >= month)


async def test_a_longer_history_in_the_settings_reaches_a_store_that_is_filled(
    fetch: Fetching,
) -> None:
    fetch.parameters = HURRIED.model_copy(update={"history_days": 30})
    await fetch(["A"], DAYS[99])
    fetch.parameters = HURRIED

    await fetch(["A"], DAYS[99])
    await fetch(["A"], DAYS[99])

    assert fetch.store.read(["A"]).height == 100
    assert fetch.starts() == [str(DAYS[95])]


async def test_days_between_two_stretches_are_no_hole_for_long(fetch: Fetching) -> None:
    fetch.parameters = HURRIED.model_copy(update={"history_days": 30})
    await fetch(["A"], DAYS[110])
    await fetch(["A"], DAYS[40])
    fetch.parameters = fetch.parameters.model_copy(update={"history_days": 100})

    await fetch(["A"], DAYS[110])

    assert fetch.store.read(["A"], since=DAYS[45], through=DAYS[110]).height == 66


async def test_bars_that_were_moved_away_are_asked_for_again_whatever_was_noted(
    fetch: Fetching,
) -> None:
    await fetch(["A"], DAYS[99])
    fetch.store.path.unlink()
    fetch.parameters = HURRIED.model_copy(update={"history_days": 30})
    await fetch(["A"], DAYS[99])
    fetch.parameters = HURRIED

    await fetch(["A"], DAYS[99])

    assert fetch.store.read(["A"]).height == 100


async def test_a_note_of_what_was_asked_that_is_damaged_costs_a_whole_fetch_only(
    fetch: Fetching, tmp_path: Path
) -> None:
    await fetch(["A"], DAYS[99])
    (tmp_path / "asked.json").write_text("{")

    report = await fetch(["A"], DAYS[99])

    assert (report.new_bars, report.problem) == (0, "")
    assert fetch.starts() == [str(DAYS[99] - timedelta(days=HURRIED.history_days))]


async def test_without_rereading_what_is_up_to_date_is_not_asked_for(fetch: Fetching) -> None:
    fetch.parameters = HURRIED.model_copy(update={"reread_days": 0})
    await fetch(["A"], DAYS[99])

    report = await fetch(["A"], DAYS[99])

    assert fetch.starts() == []
    assert (report.new_bars, report.problem) == (0, "")


async def test_a_bar_that_changed_after_its_evening_is_named(fetch: Fetching) -> None:
    await fetch(["A"], DAYS[99])
    fetch.sites.bars = [row for row in history("A") if row[1] != DAYS[98]]
    fetch.sites.bars.append(bar("A", DAYS[98], 60.0))

    report = await fetch(["A"], DAYS[100])

    assert ChangedBar("A", DAYS[98], "close", 59.8, 60.0) in report.changed
    assert {changed.date for changed in report.changed} == {DAYS[98]}
    assert fetch.store.read(["A"], DAYS[98], DAYS[98])["close"].item() == 60.0


async def test_a_name_that_is_another_companys_now_gets_the_others_whole_history(
    fetch: Fetching,
) -> None:
    fetch.sites.splits = [split("A", DAYS[20], 2)]
    await fetch(["A", "B"], DAYS[99])
    assert fetch.store.read(["A"])["split"].product() == 2.0
    # The other company began to trade later, and had a split of its own.
    fetch.sites.splits = [split("A", DAYS[60], 3)]
    fetch.sites.bars = [
        *(bar("A", day, 20.0) for day in DAYS[40:110]),
        *history("B"),
    ]

    report = await fetch(["A", "B"], DAYS[105])

    kept = fetch.store.read(["A"], through=DAYS[105])
    assert (min(kept["date"]), kept.height, set(kept["close"])) == (DAYS[40], 66, {20.0})
    assert kept.filter(pl.col("split") != 1.0)["date"].to_list() == [DAYS[60]]
    assert (report.renewed, report.changed, report.problem) == (("A",), (), "")
    assert fetch.store.read(["B"]).height == 106

    again = await fetch(["A", "B"], DAYS[106])
    assert (again.renewed, again.new_bars) == ((), 2)
    assert fetch.starts() == [str(DAYS[101])]


async def test_a_history_is_not_replaced_by_nothing(fetch: Fetching) -> None:
    await fetch(["A"], DAYS[99])
    before = fetch.store.read()
    strange = Sites(bars=[bar("A", day, 20.0) for day in DAYS])
    async with serving(strange) as url, asking(url) as asker:
        few = {"symbols": "A", "start": f"{DAYS[95]}T", "end": f"{DAYS[99]}T"}
        page = (await asker.get("/v2/stocks/bars", few)).decode()
    fetch.sites.script.extend(
        [Scripted(200, page), Scripted(200, "{}"), Scripted(200, '{"bars": {}}')]
    )

    report = await fetch(["A"], DAYS[99])

    assert report.renewed == ()
    assert fetch.store.read().equals(before)


async def test_splits_and_dividends_stand_on_their_ex_dates(fetch: Fetching) -> None:
    fetch.sites.cash_dividends = [
        dividend("A", DAYS[50], 0.4),
        dividend("A", DAYS[50], 0.1),
        dividend("B", DAYS[110], 9.0),
    ]
    fetch.sites.splits = [split("A", DAYS[60], 3, 2), split("B", DAYS[61], 1, 8)]
    fetch.sites.stock_dividends = [dividend("A", DAYS[70], 0.05)]

    await fetch(["A", "B"], DAYS[99])

    actions = fetch.store.read().filter(dividend=0.0, split=1.0)
    assert fetch.store.read().height - actions.height == 4
    assert fetch.store.read(["A"], DAYS[50], DAYS[50])["dividend"].item() == 0.5
    assert fetch.store.read(["A"], DAYS[60], DAYS[60])["split"].item() == 1.5
    assert fetch.store.read(["A"], DAYS[70], DAYS[70])["split"].item() == 1.05
    assert fetch.store.read(["B"], DAYS[61], DAYS[61])["split"].item() == 0.125


async def test_an_action_on_a_day_without_a_bar_is_booked_on_the_next(fetch: Fetching) -> None:
    fetch.sites.bars = [row for row in history("A") if row[1] != DAYS[50]]
    fetch.sites.splits = [split("A", DAYS[50], 2)]

    await fetch(["A"], DAYS[99])

    assert fetch.store.read(["A"], DAYS[49], DAYS[52])["split"].to_list() == [1.0, 2.0, 1.0]


async def test_a_split_that_is_booked_late_reaches_old_bars_and_is_named(fetch: Fetching) -> None:
    await fetch(["A"], DAYS[99])
    fetch.sites.splits = [split("A", DAYS[80], 2)]

    report = await fetch(["A"], DAYS[99])

    assert report.changed == (ChangedBar("A", DAYS[80], "split", 1.0, 2.0),)
    assert panel(fetch.store.read(), ["A"], DAYS[99], 100).close[79, 0] == (50.0 + 7.9) / 2


async def test_a_list_of_actions_that_comes_back_empty_takes_nothing_away(fetch: Fetching) -> None:
    fetch.sites.splits = [split("A", DAYS[98], 2)]
    await fetch(["A"], DAYS[99])
    fetch.sites.splits = []

    report = await fetch(["A"], DAYS[100])

    assert report.changed == ()
    assert fetch.store.read(["A"], DAYS[98], DAYS[98])["split"].item() == 2.0


async def test_no_day_after_the_one_that_was_asked_for_comes_in(fetch: Fetching) -> None:
    fetch.sites.splits = [split("A", DAYS[100], 2)]

    await fetch(["A"], DAYS[99])

    assert max(fetch.store.read()["date"]) == DAYS[99]
    assert set(fetch.store.read()["split"]) == {1.0}


async def test_what_came_before_a_site_went_down_is_kept(fetch: Fetching) -> None:
    fetch.parameters = HURRIED.model_copy(update={"symbols_per_request": 1, "request_attempts": 1})
    bars, actions = Scripted(200, '{"bars": {}}'), Scripted(200, "{}")
    fetch.sites.script.extend([bars, actions, Scripted(500, "out of order")])
    before = await fetch(["A", "B"], DAYS[50])

    assert before.problem.startswith("HTTP 500 code 0: GET http://")
    assert (before.silent, before.not_reached) == (("A",), ("B",))
    assert fetch.told[-1] == ("daily bars", 1, 2)

    after = await fetch(["A", "B"], DAYS[50])
    assert (after.problem, after.new_bars) == ("", 102)


@pytest.mark.parametrize(
    "body",
    [
        "<html>Bad gateway</html>",
        '{"bars": {"A": [{"t": "2010-01-04T05:00:00Z", "o": "much"}]}}',
        '{"bars": {"A": [{"t": "yesterday", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1}]}}',
        '{"bars": {"A": [{"t": "2010-03-01T00:00:00Z", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1}]}}',
        '{"bars": {}, "next_page_token": "again"}',
    ],
    ids=["html", "a price that is none", "a day that is none", "midnight of London", "no end"],
)
async def test_an_answer_that_is_none_changes_nothing(fetch: Fetching, body: str) -> None:
    fetch.sites.script.extend([Scripted(200, body)] * 5)

    report = await fetch(["A"], DAYS[50])

    assert report.problem.startswith(("GET /v2/stocks/bars: ", "/v2/stocks/bars: "))
    assert not fetch.store.path.exists()


@pytest.mark.parametrize("stamp", ["2010-01-04T05:00:00Z", "2010-07-01T04:00:00Z"])
def test_a_bar_is_of_the_day_that_begins_in_new_york(stamp: str) -> None:
    body = f'{{"bars": {{"A": [{{"t": "{stamp}", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1}}]}}}}'

    assert read_bars(body.encode())["date"].item() == date.fromisoformat(stamp[:10])


@pytest.mark.parametrize("stamp", ["2010-01-04T05:00:00.5Z", "2010-01-04T05:00:01Z"])
def test_a_day_that_is_not_written_as_its_midnight_is_read_too(stamp: str) -> None:
    body = f'{{"bars": {{"A": [{{"t": "{stamp}", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1}}]}}}}'

    assert read_bars(body.encode())["date"].to_list() == [date(2010, 1, 4)]


@pytest.mark.parametrize("volume", ["9223372036854775808", "1e30", '"inf"', '"nan"', "-1e19"])
def test_a_volume_that_no_count_of_shares_has_is_named(volume: str) -> None:
    row = '{"t": "2010-01-04T05:00:00Z", "o": 1, "h": 1, "l": 1, "c": 1, "v": %s}'
    body = f'{{"bars": {{"A": [{row % 1}], "B": [{row % volume}]}}}}'

    with pytest.raises(ProtocolViolation, match=r"bars: a volume that is none: B 2010-01-04: "):
        read_bars(body.encode())


def test_a_volume_is_rounded_to_whole_shares() -> None:
    row = '{"t": "2010-01-04T05:00:00Z", "o": 1, "h": 1, "l": 1, "c": 1, "v": %s}'
    body = f'{{"bars": {{"A": [{row % 2.5}], "B": [{row % 9007199254740992}]}}}}'

    assert read_bars(body.encode())["volume"].to_list() == [2, 9007199254740992]


def test_an_evening_is_named_with_its_symbol() -> None:
    row = '{"t": "2010-01-04T%s:00:00Z", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1}'
    body = f'{{"bars": {{"A": [{row % "05"}], "B": [{row % "05"}, {row % "00"}]}}}}'

    with pytest.raises(ProtocolViolation, match=r"in the evening.*B 2010-01-03 19:00:00-05:00"):
        read_bars(body.encode())


async def test_a_split_of_nothing_is_no_answer(fetch: Fetching) -> None:
    fetch.sites.splits = [split("A", DAYS[40], 0)]

    report = await fetch(["A"], DAYS[50])

    assert "a split of nothing" in report.problem
    assert not fetch.store.path.exists()


async def test_a_dividend_below_nothing_is_no_answer(fetch: Fetching) -> None:
    fetch.sites.stock_dividends = [dividend("A", DAYS[40], -1.5)]
    stock = await fetch(["A"], DAYS[50])
    fetch.sites.stock_dividends, fetch.sites.cash_dividends = [], [dividend("A", DAYS[40], -0.1)]
    cash = await fetch(["A"], DAYS[50])

    assert "a dividend below nothing" in stock.problem
    assert "a dividend below nothing" in cash.problem
    assert not fetch.store.path.exists()


async def test_a_site_that_hangs_ends_with_the_deadline(fetch: Fetching) -> None:
    fetch.sites.held = Event()
    fetch.parameters = HURRIED.model_copy(update={"fetch_deadline_seconds": 0.05})

    fetching = fetch(["A"], DAYS[50])
    report = await fetching

    assert report.problem == "not done within 0.05 s"
    assert report.not_reached == ("A",)


async def test_keys_that_are_refused_stop_everything(fetch: Fetching) -> None:
    fetch.sites.script.append(Scripted(403))

    with pytest.raises(BadConfiguration, match="ALPACA_API_KEY"):
        await fetch(["A"], DAYS[50])


async def test_a_damaged_store_is_said_before_anybody_is_asked(fetch: Fetching) -> None:
    fetch.store.path.write_bytes(b"PAR1 and then nothing")

    with pytest.raises(BadConfiguration, match="is damaged"):
        await fetch(["A"], DAYS[50])

    assert fetch.sites.asked == []


async def test_pages_are_read_off_the_loop(
    fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def read(body: bytes) -> pl.DataFrame:
        threads.append(threading.get_ident())
        return read_bars(body)

    monkeypatch.setattr("tradeengine.bars.alpaca.read_bars", read)
    fetch.sites.bars = history("AAA")
    report = await fetch(["AAA"], DAYS[-1])

    assert report.new_bars == 120
    assert threads
    assert threading.get_ident() not in threads
