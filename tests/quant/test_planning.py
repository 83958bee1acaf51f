"""The plan of 2010-07-01, built by the desk from what the embedded venue serves of that day."""

import asyncio
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import polars as pl
import pytest

from tests.runs import make_home, options_for
from tradeengine.bars.store import BarStore
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.model.plan import Regime, SessionPlan
from tradeengine.model.rejections import Stage
from tradeengine.options import Flags, Options, read_options
from tradeengine.quant import job_turns
from tradeengine.quant.day_figures import DayFigures, day_figures
from tradeengine.quant.jobs import desk_jobs
from tradeengine.quant.last_good import last_good
from tradeengine.quant.live_desk import open_desk
from tradeengine.quant.planning import build_plan, planned, refuse_other_session
from tradeengine.quant.stored_desk import StoredDesk
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.universe_suppliers import Progress
from tradeengine.run.job_lock import take
from tradeengine.schedule.entries import BARS, FUNDAMENTALS, PLAN, UNIVERSE
from tradeengine.schedule.job import Job, Occasion
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Jobs
from tradeengine.store.rejections import RejectionLog

pytestmark = pytest.mark.xdist_group("planning")
"""One worker makes the plan for all of these."""

ROOT = Path(__file__).parents[2]
DAY = date(2010, 7, 1)


def silent(_what: str, _done: int, _of: int) -> None:
    """Hear progress and do nothing."""


Said = tuple[SessionPlan, list[str]]
"""A plan, and what was said on the way."""


def options_of(home: Home, day: date = DAY) -> Options:
    flags = Flags(venue="simulated", date=day, speed="max")
    return read_options(flags, home, None, {}, json=False)


def plan_for(options: Options) -> Said:
    said: list[str] = []
    return asyncio.run(planned(options, "", said.append)).plan, said


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = make_home(tmp_path_factory.mktemp("desk"), run={"plan": "auto"}, venue={})
    made.prepare()
    return made


@pytest.fixture(scope="module")
def first(home: Home) -> Said:
    return plan_for(options_of(home))


def test_the_plan_is_made_of_real_data_and_says_of_which(
    first: Said,
) -> None:
    plan, said = first

    assert (plan.day, plan.by_hand, plan.source) == ("2010-07-01", "", "the quant desk")
    assert plan.regime is Regime.HV_BEAR
    assert plan.vix == 34.54  # Cboe's close of 2010-06-30
    assert plan.origins["daily bars"] == "the embedded venue, to 2010-06-30"
    assert "accepted by nobody, as the first list" in plan.origins["universe"]
    assert "high variance 95." in plan.origins["regime"]
    assert "trend falling; parameters of 2010-06-11 from 1,260 returns" in plan.origins["regime"]
    assert plan.origins["volatility index"] == "close of 2010-06-30"
    assert plan.origins["rate"] == "10-year Treasury 2.97%, known on 2010-06-30"
    assert "of 40 valued by filings to 2010-06-" in plan.origins["valuations"]
    assert plan.origins["sizes"] == "0 closed trades of earlier sessions"
    assert said == [
        "making the plan of the session from filings, daily bars and the market's regime",
        "plan: no daily bars of 298 of 499 members: A AABA ABC and 295 more",
    ]


def test_every_symbol_has_what_the_gates_ask(first: Said) -> None:
    plan, _ = first

    assert len(plan.symbols) == 40
    valued = [row for row in plan.symbols.values() if row.p_undervalued is not None]
    assert len(valued) >= 30
    assert all(row.valued_on == "2010-07-01" for row in valued)
    assert any((row.p_undervalued or 0) >= 0.65 for row in valued)
    for symbol, row in plan.symbols.items():
        assert row.adv20_shares, symbol
        assert row.adv20_shares > 100_000, symbol
        assert row.atr_percent, symbol
        assert 0.5 < row.atr_percent < 10, symbol
        assert row.beta, symbol
        assert 0 < row.beta < 2.5, symbol
        assert row.prior_close, symbol
        assert row.sector not in {"", "unknown", "UNKNOWN"}, symbol
        # VIX 34.54 lets 27 % of the probe of half a percent pass, a wide range less.
        assert row.size_fraction is not None, symbol
        assert 0 <= row.size_fraction <= 0.005 * 0.273, symbol


def test_apple_is_what_it_was(first: Said) -> None:
    apple = first[0].symbols["AAPL"]

    assert apple.prior_close == pytest.approx(251.53)
    assert apple.p_undervalued == pytest.approx(0.447, abs=0.02)


def test_danaher_is_planned_in_the_shares_of_its_splits_own_day(copy: Home) -> None:
    """Two for one on 2010-06-14: 78.67 at the close before, 39.66 on the evening of the day."""
    split_day, plans = date(2010, 6, 14), {}
    for day in (date(2010, 6, 11), split_day):
        options = options_of(copy, day)
        plans[day] = asyncio.run(_planned_with(options, "DHR"))
    before, after = plans.values()

    assert after.prior_close == pytest.approx(before_close(copy, "DHR", date(2010, 6, 11)) / 2)
    assert before.adv20_shares
    assert after.adv20_shares == pytest.approx(2 * before.adv20_shares, rel=0.1)
    assert after.atr_percent == pytest.approx(before.atr_percent, rel=0.1)


def before_close(home: Home, symbol: str, day: date) -> float:
    bars = BarStore(home.desk("embedded").bars).read([symbol], day, day)
    return float(bars["close"].item())


async def _planned_with(options: Options, symbol: str) -> DayFigures:
    """Fetch before the session as a plan does, and give the figures of a symbol."""
    async with open_desk(options) as desk:
        await desk.refresh_bars(silent)
        splits = desk.stored.splits_at_open([symbol], desk.day)
        bars = desk.stored.bars([symbol], desk.day.through)
        return day_figures(bars, desk.day.through, splits)[symbol]


def test_the_first_list_is_in_force_and_kept(home: Home, first: Said) -> None:
    found = UniverseFiles(home.desk("embedded")).on(DAY)

    assert found is not None
    assert sorted(found.symbols) == sorted(first[0].symbols)


def test_no_proposal_names_the_folder_that_it_was_made_in(home: Home, first: Said) -> None:
    del first
    folder = home.desk("embedded").universe
    for written in (folder / "proposal-2010-07-01.json", folder / "candidates-2010-07-01.json"):
        assert str(home.root) not in written.read_text()
        assert "embedded/daily.parquet" in written.read_text()


def test_the_same_data_give_the_same_plan(home: Home, first: Said) -> None:
    again, _ = plan_for(options_of(home))

    assert msgspec.json.encode(again) == msgspec.json.encode(first[0])


def test_another_day_has_another_regime(home: Home, first: Said) -> None:
    calm, _ = plan_for(options_of(home, date(2010, 4, 15)))

    assert calm.regime is Regime.LV_BULL
    assert calm.origins["daily bars"] == "the embedded venue, to 2010-04-14"
    assert first[0].regime is Regime.HV_BEAR


def test_later_data_on_the_disk_change_nothing(home: Home, first: Said) -> None:
    plan_for(options_of(home, date(2010, 11, 1)))
    plan_for(options_of(home, date(2019, 2, 12)))

    again, _ = plan_for(options_of(home))

    assert msgspec.json.encode(again) == msgspec.json.encode(first[0])


def test_a_day_without_candidates_says_what_to_do(tmp_path: Path) -> None:
    home = make_home(tmp_path, run={"plan": "auto"}, venue={})
    home.prepare()
    with pytest.raises(BadConfiguration) as caught:
        plan_for(options_of(home, date(2019, 2, 12)))

    assert "the session plan" in str(caught.value)
    assert "--plan FILE" in str(caught.value)


def test_the_recorded_day_is_traded_by_the_plan_that_was_written_for_it(tmp_path: Path) -> None:
    home = make_home(tmp_path, run={"plan": "auto"}, venue={})
    home.prepare()
    said: list[str] = []

    options = asyncio.run(planned(options_of(home, date(2019, 2, 13)), "", said.append))

    assert options.plan.source == "by hand 2019-02-13"
    assert options.plan.by_hand.endswith("plans/2019-02-13.yaml")
    assert len(options.plan.symbols) == 40
    assert not options.builds_plan
    assert said[-1].startswith("plan: written by hand for this session, ")


def test_a_plan_for_the_day_that_is_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    home = make_home(tmp_path, run={"plan": "auto"}, venue={})
    home.prepare()
    plans = home.root / "config" / "plans"
    plans.mkdir()
    (plans / "2019-02-13.yaml").symlink_to("gone.yaml")

    with pytest.raises(BadConfiguration, match=r"2019-02-13\.yaml: is a link to nothing"):
        plan_for(options_of(home, date(2019, 2, 13)))


def test_a_plan_by_hand_stays_as_it_is(tmp_path: Path) -> None:
    options = options_for(make_home(tmp_path))

    plan, said = plan_for(options)

    assert plan == options.plan
    assert said == []
    assert replace(options, builds_plan=False) == options


def test_a_plan_by_hand_with_values_of_a_later_day_is_refused(tmp_path: Path) -> None:
    options = replace(options_for(make_home(tmp_path)), date=date(2019, 2, 11))
    with pytest.raises(BadConfiguration, match="has values of 2019-02-12, which nobody knew"):
        plan_for(options)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2019-02-11", "has values of 2019-02-12, which nobody knew in the session of 2019-02-11"),
        ("2019-02-14", "day: it is a plan for 2019-02-13, and the session is that of 2019-02-14"),
    ],
)
def test_a_plan_that_lies_under_another_date_is_not_taken(
    tmp_path: Path, day: str, words: str
) -> None:
    home = make_home(tmp_path, run={"plan": "auto"}, venue={})
    home.prepare()
    text = (ROOT / "config" / "plans" / "2019-02-13.yaml").read_text()
    (tmp_path / "config" / "plans").mkdir()
    (tmp_path / "config" / "plans" / f"{day}.yaml").write_text(f"day: '2019-02-13'\n{text}")
    session = date.fromisoformat(day)

    with pytest.raises(BadConfiguration, match=re.escape(words)) as caught:
        refuse_other_session(asyncio.run(planned(options_of(home, session), "", print)), session)
    assert caught.value.place.endswith(f"plans/{day}.yaml")


@pytest.fixture
def copy(home: Home, first: Said, tmp_path: Path) -> Home:
    """A home of its own, with what the desk has fetched until now."""
    assert first
    made = make_home(tmp_path, run={"plan": "auto"}, venue={})
    shutil.copytree(home.root / "data", made.root / "data")
    return made


def test_a_volatility_index_of_an_earlier_session_and_no_rate_count_as_missing(copy: Home) -> None:
    options = options_of(copy)
    series = copy.desk("embedded").bars / "vix.parquet"
    pl.read_parquet(series).filter(pl.col("date") < date(2010, 6, 30)).write_parquet(series)
    (copy.desk("embedded").bars / "dgs10.parquet").unlink()
    gone = {f"{name}_url": "https://example.com/gone.csv" for name in ("vix", "rates")}
    bars = options.settings.bars.model_copy(update=gone)
    settings = options.settings.model_copy(update={"bars": bars})

    plan, said = plan_for(replace(options, settings=settings))

    assert plan.origins["rate"] == "10-year Treasury not known on 2010-06-30"
    assert {row.p_undervalued for row in plan.symbols.values()} == {None}
    assert plan.vix is None
    assert {row.size_fraction for row in plan.symbols.values()} == {0.0}
    assert plan.origins["volatility index"] == "not known; the last close is of 2010-06-29"
    assert any(words.startswith("plan: vix: ") for words in said)


def test_a_first_list_of_half_of_the_data_is_made_anew_when_all_of_it_is_there(
    tmp_path: Path,
) -> None:
    home = make_home(tmp_path, run={"plan": "auto"}, venue={})
    home.prepare()
    options, universe = options_of(home), UniverseFiles(home.desk("embedded"))
    bars = options.settings.bars.model_copy(update={"vix_url": "https://example.com/gone.csv"})
    settings = options.settings.model_copy(update={"bars": bars})

    plan, _ = plan_for(replace(options, settings=settings))
    half = universe.proposal(DAY)

    assert (len(plan.symbols), half is not None and half.incomplete) == (0, True)
    assert len(plan_for(options)[0].symbols) == 40
    whole = universe.proposal(DAY)
    assert whole is not None
    assert not whole.incomplete


def test_a_run_waits_for_whoever_works_on_the_data_and_names_him(
    home: Home, first: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_turns, "PAUSE_SECONDS", 0.001)
    lock = take(home.job_lock_file(FUNDAMENTALS), FUNDAMENTALS, "tradeengine cache-fund")
    assert lock is not None
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        if words.startswith("waiting"):
            lock.release()

    plan = asyncio.run(planned(options_of(home), "", say)).plan

    assert plan == first[0]
    (waiting,) = [words for words in said if words.startswith("waiting")]
    assert waiting.startswith(
        "waiting for the job fundamentals: it runs already (tradeengine cache-fund, process "
    )


async def test_a_look_at_one_company_leaves_the_last_good_set_whole(copy: Home) -> None:
    async with open_desk(options_of(copy)) as desk:  # whatever the others of this home looked at
        await desk.refresh_fundamentals(desk.stored.companies_on(desk.day.day), silent)
        before = last_good(desk.files)
    async with open_desk(options_of(copy, date(2010, 7, 2))) as desk:
        await desk.refresh_bars(silent)
        await desk.refresh_fundamentals(["AAPL"], silent)
        assert last_good(desk.files) == before
        await desk.refresh_fundamentals(desk.stored.companies_on(desk.day.day), silent)
        after = last_good(desk.files)

    assert before is not None
    assert after is not None
    assert before.as_of == DAY
    assert after.as_of == date(2010, 7, 2)
    assert before.valid + before.refused == after.valid + after.refused == 201


def damage(home: Home) -> list[Path]:
    """Spoil a file of the market's model and both series; give them."""
    files = home.desk("embedded")
    (newest,) = files.regime.glob("2010-06-11*.json")
    paths = [files.bars / "dgs10.parquet", files.bars / "vix.parquet", newest]
    for path in paths:
        path.write_bytes(path.read_bytes()[:-20])
    return paths


def test_damaged_files_are_set_aside_told_of_and_made_anew(copy: Home, first: Said) -> None:
    paths = damage(copy)

    plan, said = plan_for(options_of(copy))

    told = plan.origins["damaged files"]
    for path in paths:
        assert f"{path} " in told
        assert any(words.startswith(f"plan: {path} ") for words in said), said
        assert path.with_name(f"{path.name}.damaged").exists()
        assert path.exists()
    others = {name: words for name, words in plan.origins.items() if name != "damaged files"}
    assert msgspec.structs.replace(plan, origins=others) == first[0]
    assert "damaged files" not in plan_for(options_of(copy))[0].origins


def test_a_damaged_series_that_no_site_replaces_is_not_known(copy: Home) -> None:
    options = options_of(copy)
    damage(copy)
    bars = options.settings.bars.model_copy(update={"vix_url": "https://example.com/gone.csv"})
    settings = options.settings.model_copy(update={"bars": bars})

    plan, said = plan_for(replace(options, settings=settings))

    assert plan.vix is None
    assert {row.size_fraction for row in plan.symbols.values()} == {0.0}
    assert plan.origins["volatility index"] == "not known"
    assert any("vix.parquet.damaged" in words for words in said)


async def _plan_of_spoiled(
    symbol: str, options: Options, monkeypatch: pytest.MonkeyPatch
) -> SessionPlan:
    """Make the plan after halving a symbol's last prices: a split that nobody has booked."""
    spoiled = pl.col("open", "high", "low", "close") / 2.0

    async with open_desk(options) as desk:
        refresh = desk.refresh_bars

        async def spoil(progress: Progress) -> None:
            await refresh(progress)
            store = BarStore(desk.files.bars)
            last = store.read([symbol], since=date(2010, 6, 30))
            store.merge(last.with_columns(spoiled))
            desk.stored = StoredDesk(desk.settings, desk.files)

        monkeypatch.setattr(desk, "refresh_bars", spoil)
        return await build_plan(options, desk, "", silent)


async def test_a_symbol_whose_bars_are_spoiled_has_no_value(
    copy: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await _plan_of_spoiled("AAPL", options_of(copy), monkeypatch)

    apple = plan.symbols["AAPL"]
    assert (apple.p_undervalued, apple.atr_percent, apple.size_fraction) == (None, None, 0.0)
    assert "SPLIT_NOT_BOOKED 1" in plan.origins["valuations"]
    logged = RejectionLog(copy.desk("embedded").rejected).read(DAY)
    assert ("AAPL", Stage.BARS) in {(row.symbol, row.stage) for row in logged}


async def test_a_regime_of_spoiled_bars_is_not_known(
    copy: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await _plan_of_spoiled("SPY", options_of(copy), monkeypatch)

    assert plan.regime is Regime.UNKNOWN
    assert plan.origins["regime"].endswith("SPOILED_CLOSES")
    logged = RejectionLog(copy.desk("embedded").rejected).read(DAY)
    assert ("SPY", "SPLIT_NOT_BOOKED") in {(row.symbol, row.code) for row in logged}


def test_a_plan_is_traded_in_its_own_session_only(home: Home, first: Said) -> None:
    options = replace(options_of(home), plan=first[0])

    refuse_other_session(options, DAY)
    with pytest.raises(BadConfiguration, match="is of 2010-07-01, and the session is now"):
        refuse_other_session(options, date(2010, 7, 2))


def test_a_plan_by_hand_may_be_of_any_session(tmp_path: Path) -> None:
    refuse_other_session(options_for(make_home(tmp_path)), DAY)


def test_the_plan_job_makes_it_anew_for_whoever_listens(home: Home, first: Said) -> None:
    heard: list[SessionPlan] = []
    jobs = desk_jobs(options_of(home), [heard.append])
    occasion = Occasion(name=PLAN, due=0, at=0)

    words = asyncio.run(_said_of(jobs[PLAN], occasion))

    assert heard == [first[0]]
    assert words.startswith("40 symbols, ")
    assert "regime HV-bear; plan: no daily bars of 298 of 499 members" in words


def test_what_a_plan_needed_counts_as_the_timetables_work(home: Home, first: Said) -> None:
    del first
    options = options_of(home)
    with open_database(home.state_file) as database:
        records = Jobs(database, "embedded")
        asyncio.run(planned(options, "", lambda _: None, records))
        now = instant_of(DAY, options.start)
        for name in (BARS, FUNDAMENTALS, PLAN):
            last = records.last_success(name, now + MINUTE)
            assert last is not None, name
            assert last.words, name
        assert records.last_success(UNIVERSE, now + MINUTE) is None


@pytest.mark.parametrize("name", [BARS, FUNDAMENTALS, UNIVERSE])
def test_each_job_says_what_it_did(home: Home, first: Said, name: str) -> None:
    del first
    job = desk_jobs(options_of(home))[name]

    words = asyncio.run(_said_of(job, Occasion(name=name, due=0, at=0)))

    assert "2010-0" in words


def test_a_plan_by_hand_is_not_made_anew(tmp_path: Path) -> None:
    assert PLAN not in desk_jobs(options_for(make_home(tmp_path)))


async def _said_of(job: Job, occasion: Occasion) -> str:
    return await job(occasion)
