"""What the desk says of what it has fetched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, time
from pathlib import Path

import pytest
from msgspec import structs

from tests.bars.sites import Sites, serving
from tests.bars.tables import bar
from tests.quant.test_daily_bars import DAYS, RATES, TODAY, VIX, YESTERDAY, at
from tests.runs import make_home
from tests.universe.proposals import PROPOSAL
from tradeengine.edgar.store import FactStore
from tradeengine.layout import DeskFiles
from tradeengine.quant import live_desk
from tradeengine.quant.desk_day import EMBEDDED, DeskDay
from tradeengine.quant.live_desk import LiveDesk
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.settings import Settings, load_settings
from tradeengine.universe.parameters import UniverseParameters

MORNING = DeskDay(EMBEDDED, TODAY, YESTERDAY)


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
        assert (desk.problems, desk.notes) == ([], [])
    # Prints of after the close: the volume of the last days is never the first one told.
    sites.bars[-6:] = [bar("MSFT", day, 20.0, volume=1_100_000) for day in DAYS[-6:]]
    async with refreshed(settings, sites, files) as desk:
        assert desk.problems == []
        (note,) = desk.notes
    assert note.startswith("corrected in stored bars: MSFT 2010-06-25 volume: 1e+06 -> 1.1e+06; ")
    assert note.endswith("; and 1 more")


async def test_an_evening_without_its_bars_is_told(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    tomorrow = DeskDay(EMBEDDED, date(2010, 7, 2), TODAY)

    async with refreshed(settings, sites, files, tomorrow, time(16, 10)) as desk:
        assert desk.notes == []
        assert desk.problems == [
            "the last daily bar of SPY is of 2010-06-30, and 2010-07-01 is wanted"
        ]


async def test_a_store_without_the_market_is_told(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    sites.bars = []

    async with refreshed(settings, sites, files) as desk:
        assert desk.problems == ["the last daily bar of SPY is of no day, and 2010-06-30 is wanted"]


async def test_a_table_of_members_that_has_ended_is_told(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    later = DeskDay(EMBEDDED, date(2026, 7, 2), date(2026, 7, 1))

    async with refreshed(settings, sites, files, later) as desk:
        assert desk.notes == [
            "the index's members are those of 2026-06-30: this release knows no later change"
        ]


def test_the_states_are_told_from_as_many_closes_as_the_settings_want(
    settings: Settings, files: DeskFiles
) -> None:
    regime = settings.regime.model_copy(update={"observations": 2_000, "stale_sessions_max": 80})
    longer = settings.model_copy(update={"regime": regime})

    desk = LiveDesk(longer, files, at("http://127.0.0.1:1"), MORNING)

    assert desk.suppliers().warm_up_days == 2_080


async def test_a_first_list_of_half_of_the_data_is_for_a_person_to_accept(
    settings: Settings, sites: Sites, files: DeskFiles
) -> None:
    universe = UniverseFiles(files)
    async with refreshed(settings, sites, files) as desk:
        assert not desk.is_doubtful(universe)
        desk.problems.append("filings of X: no answer")
        assert desk.is_doubtful(universe)
        universe.accept(
            structs.replace(PROPOSAL, day=TODAY), TODAY, UniverseParameters(), who="Ann", at=1
        )
        # With a list in force the old one goes on, whatever failed.
        assert not desk.is_doubtful(universe)


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
