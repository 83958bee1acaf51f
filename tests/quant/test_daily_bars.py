from datetime import date, time
from pathlib import Path

import pytest

from tests.bars.sites import HURRIED, RATES_PATH, VIX_PATH, PatientClock, Scripted, Sites, serving
from tests.bars.tables import bar, days_from
from tradeengine.bars.series import Series
from tradeengine.bars.store import BarStore
from tradeengine.layout import DeskFiles, Home
from tradeengine.model.instants import instant_of
from tradeengine.quant.daily_bars import BarsReport, refresh_bars, settled_through
from tradeengine.quant.sources import DataAccess, Sources

DAYS = days_from(date(2010, 6, 1), 24)
TODAY = date(2010, 7, 1)
YESTERDAY = date(2010, 6, 30)

VIX = "DATE,OPEN,HIGH,LOW,CLOSE\n06/29/2010,31.41,36.14,31.03,34.13\n06/30/2010,33,35,32,34.54\n"
RATES = "observation_date,DGS10\n2010-06-28,3.05\n2010-06-29,2.97\n"


@pytest.fixture
def desk(tmp_path: Path) -> DeskFiles:
    return Home(tmp_path).desk("embedded")


@pytest.fixture
def sites() -> Sites:
    return Sites(bars=[bar("A", day, 50.0) for day in DAYS], vix=VIX, rates=RATES)


def at(url: str, now: time = time(9, 0)) -> Sources:
    return Sources(
        origin="embedded",
        edgar_facts_url=url,
        edgar_files_url=url,
        vix_url=url + VIX_PATH,
        rates_url=f"{url}{RATES_PATH}?id=DGS10",
        bars=HURRIED,
        data=DataAccess(url=url, key="key", secret="secret"),
        clock=PatientClock(instant_of(TODAY, now)),
    )


async def refresh(sites: Sites, desk: DeskFiles, told: list[tuple[str, int, int]]) -> BarsReport:
    async with serving(sites) as url:
        return await refresh_bars(
            at(url), desk, ["A"], TODAY, lambda *progress: told.append(progress)
        )


async def test_bars_and_both_series_are_brought_up_to_the_last_settled_day(
    sites: Sites, desk: DeskFiles
) -> None:
    told: list[tuple[str, int, int]] = []

    report = await refresh(sites, desk, told)

    assert report.problems == ()
    assert report.bars.through == YESTERDAY
    assert max(BarStore(desk.bars).read()["date"]) == YESTERDAY
    assert [(one.name, one.last_day) for one in report.series] == [
        ("vix", YESTERDAY),
        ("dgs10", date(2010, 6, 29)),
    ]
    assert told == [("daily bars", 0, 1), ("daily bars", 1, 1), ("vix", 1, 1), ("dgs10", 1, 1)]


async def test_a_site_that_is_down_costs_its_own_data_only(sites: Sites, desk: DeskFiles) -> None:
    await refresh(sites, desk, [])
    sites.vix = "<html>maintenance</html>"
    sites.script.extend([Scripted(500)] * HURRIED.request_attempts)

    report = await refresh(sites, desk, [])

    assert [words.split(":")[0] for words in report.problems] == ["daily bars", "vix"]
    assert report.bars.not_reached == ("A",)
    assert report.series[0].last_day == YESTERDAY
    assert report.series[1].problem == ""
    assert BarStore(desk.bars).read().height == 22
    assert Series(desk.bars).read("vix", TODAY).height == 2


async def test_a_series_that_never_came_has_no_last_day(sites: Sites, desk: DeskFiles) -> None:
    sites.rates = ""

    report = await refresh(sites, desk, [])

    assert report.series[1].last_day is None
    assert report.problems[0].startswith("dgs10: ")


@pytest.mark.parametrize(
    ("now", "through", "settled"),
    [
        (time(9, 0), date(2010, 6, 25), date(2010, 6, 25)),
        (time(9, 0), TODAY, YESTERDAY),
        (time(16, 19), date(2010, 8, 1), YESTERDAY),
        (time(16, 20), date(2010, 8, 1), TODAY),
    ],
)
def test_a_session_that_is_not_over_is_left_out(now: time, through: date, settled: date) -> None:
    clock = PatientClock(instant_of(TODAY, now))

    assert settled_through(clock, TODAY, through) == settled


def test_on_a_holiday_the_last_session_is_settled() -> None:
    holiday = date(2010, 7, 5)
    clock = PatientClock(instant_of(holiday, time(9, 0)))

    assert settled_through(clock, holiday, holiday) == date(2010, 7, 2)
