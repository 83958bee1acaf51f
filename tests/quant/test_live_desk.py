"""What the desk says of what it has fetched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, time
from pathlib import Path

import pytest
from msgspec import structs

from tests.bars.sites import Sites, serving, split
from tests.bars.tables import bar
from tests.quant.test_daily_bars import DAYS, RATES, TODAY, VIX, YESTERDAY, at
from tests.runs import make_home
from tests.universe.proposals import PROPOSAL, listed
from tradeengine.bars.defects import BarDefect
from tradeengine.edgar.store import FactStore
from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles
from tradeengine.model.rejections import Stage, Weight
from tradeengine.quant import live_desk
from tradeengine.quant.desk_day import EMBEDDED, DeskDay
from tradeengine.quant.live_desk import LiveDesk
from tradeengine.quant.plan_facts import read_facts
from tradeengine.quant.stored_desk import StoredDesk
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.schedule.entries import BARS, UNIVERSE
from tradeengine.settings import Settings, load_settings
from tradeengine.store.rejections import RejectionLog
from tradeengine.universe.proposal import Proposal

MORNING = DeskDay(EMBEDDED, TODAY, YESTERDAY)


NOBODY = "no daily bars of 498 of 499 members: A AABA AAPL and 495 more"
"""Only one member of 2010 has bars on the small sites."""


def silent(what: str, done: int, of: int) -> None:
    """Hear progress and do nothing."""


@pytest.fixture
def sites() -> Sites:
    market = [bar("SPY", day, 50.0) for day in DAYS]
    return Sites(bars=[*market, *(bar("MSFT", day, 20.0) for day in DAYS)], vix=VIX, rates=RATES)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(make_home(tmp_path).root, None, {})


@asynccontextmanager
async def refreshed(
    settings: Settings,
    sites: Sites,
    files: DeskFiles,
    day: DeskDay = MORNING,
    now: time = time(9, 0),
) -> AsyncIterator[LiveDesk]:
    async with serving(sites) as url:
        desk = LiveDesk(settings, files, at(url, now), day)
        await desk.refresh_bars(silent)
        yield desk


@pytest.fixture
def files(tmp_path: Path) -> DeskFiles:
    return DeskFiles(tmp_path / "data", EMBEDDED)


async def test_a_corrected_bar_is_told_and_is_no_failure(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    async with refreshed(settings, sites, files) as desk:
        assert (desk.problems, desk.notes) == ([], [NOBODY])
    # Prints of after the close: the volume of the last days is never the first one told.
    sites.bars[-6:] = [bar("MSFT", day, 20.0, volume=1_100_000) for day in DAYS[-6:]]
    async with refreshed(settings, sites, files) as desk:
        assert desk.problems == []
        silent, note = desk.notes
    assert silent == NOBODY
    assert note.startswith("corrected in stored bars: MSFT 2010-06-25 volume: 1e+06 -> 1.1e+06; ")
    assert note.endswith("; and 1 more")


async def test_an_evening_without_its_bars_is_told(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    tomorrow = DeskDay(EMBEDDED, date(2010, 7, 2), TODAY)

    async with refreshed(settings, sites, files, tomorrow, time(16, 10)) as desk:
        assert desk.notes == [NOBODY]
        assert desk.problems == [
            "the last daily bar of SPY is of 2010-06-30, and 2010-07-01 is wanted"
        ]


async def test_members_without_bars_are_logged_and_told_with_the_jobs_words(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    async with refreshed(settings, sites, files) as desk:
        assert NOBODY in desk.done[BARS]
        assert desk.suppliers().notes() == (NOBODY,)
    logged = RejectionLog(files.rejected).read(TODAY)

    assert len(logged) == 498
    assert {(line.stage, line.code, line.as_of) for line in logged} == {
        (Stage.BARS, BarDefect.NO_BARS, YESTERDAY)
    }
    assert {"MSFT", "SPY"}.isdisjoint(line.symbol for line in logged)


async def test_what_the_fetch_logs_is_what_the_screen_would_log(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    async with refreshed(settings, sites, files) as desk:
        told = next(line for line in RejectionLog(files.rejected).read(TODAY) if line.symbol == "A")
        (screened,) = desk.stored.screen(["A"], YESTERDAY)

        assert RejectionLog(files.rejected).append([screened], TODAY) == []
    assert (told.limit, told.source, told.weight) == (
        screened.limit,
        screened.source,
        screened.weight,
    )


async def test_a_log_that_cannot_be_written_is_told_whoever_writes_it(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    async with refreshed(settings, sites, files) as desk:
        (screened,) = desk.stored.screen(["A"], YESTERDAY)
        day = files.rejected / f"{TODAY}.jsonl"
        day.unlink()
        day.mkdir()
        with pytest.raises(BadConfiguration, match="cannot be written"):
            desk.suppliers().log_refusals([screened], TODAY)
        with pytest.raises(BadConfiguration, match="cannot be written"):
            read_facts(settings, desk, ["A"])


async def test_a_member_under_a_later_name_is_not_missing(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    # BBT of 2010 is TFC since 2019: its bars stand under that name.
    sites.bars += [bar("TFC", day, 30.0) for day in DAYS]

    async with refreshed(settings, sites, files) as desk:
        assert desk.notes == ["no daily bars of 497 of 499 members: A AABA AAPL and 494 more"]
    assert "BBT" not in {line.symbol for line in RejectionLog(files.rejected).read(TODAY)}


async def test_a_symbol_that_the_site_refuses_is_told_logged_and_no_failure(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    sites.unknown = frozenset({"BF.B"})

    async with refreshed(settings, sites, files) as desk:
        assert desk.problems == []
        assert desk.notes[0].startswith("daily bars of BF.B are refused; BF.B: HTTP 400 code 0: ")
        assert "invalid symbol: BF.B" in desk.done[BARS]
        assert desk.stored.companies_on(TODAY) == ["MSFT"]
    (line,) = [each for each in RejectionLog(files.rejected).read(TODAY) if each.symbol == "BF.B"]

    assert (line.code, line.weight) == (BarDefect.SRC_REFUSED, Weight.STRUCTURAL)
    assert "invalid symbol: BF.B" in line.value


async def test_a_member_whose_bars_have_ended_is_told(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    sites.bars += [bar("AAPL", day, 250.0) for day in DAYS[:10]]

    async with refreshed(settings, sites, files) as desk:
        assert f"daily bars that end before 2010-06-30: AAPL {DAYS[9]}" in desk.notes


async def test_a_log_that_cannot_be_written_is_the_operators_business(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    files.rejected.parent.mkdir(parents=True)
    files.rejected.write_text("a file in the place of a folder")

    with pytest.raises(BadConfiguration, match="cannot be written"):
        async with refreshed(settings, sites, files):
            raise AssertionError("the refresh went well")


async def test_a_split_of_the_sessions_own_day_is_known_at_its_open_and_no_later_one(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    sites.splits = [split("MSFT", TODAY, 2), split("SPY", date(2010, 7, 2), 3)]

    async with refreshed(settings, sites, files) as desk:
        assert desk.stored.splits_at_open(["MSFT", "SPY"], MORNING) == {"MSFT": 2.0}
        evening = DeskDay(EMBEDDED, YESTERDAY, date(2010, 6, 29))
        assert desk.stored.splits_at_open(["MSFT", "SPY"], evening) == {}

    # A day later it stands in the bar of its day, and says the same of that session.
    sites.bars += [bar("MSFT", TODAY, 10.0), bar("SPY", TODAY, 50.0)]
    later = DeskDay(EMBEDDED, date(2010, 7, 2), TODAY)
    async with refreshed(settings, sites, files, later, time(16, 30)) as desk:
        assert desk.stored.splits_at_open(["MSFT", "SPY"], MORNING) == {"MSFT": 2.0}
        assert desk.stored.splits_at_open(["MSFT", "SPY"], later) == {"SPY": 3.0}
        (files.bars / "coming.parquet").unlink()
        desk.stored = StoredDesk(settings, files)
        assert desk.stored.splits_at_open(["MSFT", "SPY"], MORNING) == {"MSFT": 2.0}


async def test_a_store_without_the_market_is_told(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    sites.bars = []

    async with refreshed(settings, sites, files) as desk:
        assert desk.problems == ["there is no daily bar of SPY, and 2010-06-30 is wanted"]


async def test_a_table_of_members_that_has_ended_is_told(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    later = DeskDay(EMBEDDED, date(2026, 7, 2), date(2026, 7, 1))

    async with refreshed(settings, sites, files, later) as desk:
        assert desk.notes[-1:] == [
            "the index's members are those of 2026-06-30: this release knows no later change"
        ]


def test_the_states_are_told_from_as_many_closes_as_the_settings_want(
    settings: Settings, files: DeskFiles
) -> None:
    regime = settings.regime.model_copy(update={"observations": 2_000, "stale_sessions_max": 80})
    longer = settings.model_copy(update={"regime": regime})

    desk = LiveDesk(longer, files, at("http://127.0.0.1:1"), MORNING)

    assert desk.suppliers().warm_up_days == 2_080


@pytest.mark.parametrize("incomplete", [False, True])
async def test_a_proposal_of_half_of_the_data_is_no_success_of_the_job(
    settings: Settings,
    sites: Sites,
    files: DeskFiles,
    monkeypatch: pytest.MonkeyPatch,
    incomplete: bool,
) -> None:
    made = structs.replace(PROPOSAL, day=TODAY, incomplete=incomplete)

    async def proposed(*_: object) -> Proposal:
        UniverseFiles(files).keep(listed(made), made)
        return made

    monkeypatch.setattr(live_desk, "refresh_universe", proposed)
    async with refreshed(settings, sites, files) as desk:
        await desk.refresh_universe(silent)

        assert (UNIVERSE in desk.done) is not incomplete
    assert (UniverseFiles(files).on(TODAY) is None) is incomplete


async def test_a_proposal_of_few_names_is_told_to_wait_for_a_person(
    settings: Settings, sites: Sites, files: DeskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = structs.replace(PROPOSAL, day=TODAY, missing=38)

    async def proposed(*_: object) -> Proposal:
        UniverseFiles(files).keep(listed(made), made)
        return made

    monkeypatch.setattr(live_desk, "refresh_universe", proposed)
    async with refreshed(settings, sites, files) as desk:
        await desk.refresh_universe(silent)

        words = "the proposal waits to be accepted by a person: it has 2 of 40 names"
        assert desk.notes[-1] == words
    assert UniverseFiles(files).on(TODAY) is None


async def test_filings_are_fetched_after_whoever_fetches_now(
    settings: Settings, sites: Sites, files: DeskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []
    store = FactStore(files.fundamentals)
    monkeypatch.setattr(live_desk, "_PAUSE_SECONDS", 0.0)
    async with refreshed(settings, sites, files) as desk:
        other = store.held()
        other.__enter__()

        def hear(what: str, done: int, of: int) -> None:
            del done, of
            waited.append(what)
            if len(waited) == 2:
                other.__exit__(None, None, None)

        report = await desk.refresh_fundamentals([], hear)

    assert waited[:2] == ["another fetch", "another fetch"]
    assert report.inputs == {}
