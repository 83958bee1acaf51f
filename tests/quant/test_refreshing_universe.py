"""A proposal is made of what was known before its session, and says how it came about."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.quant.small_desk import (
    DAY,
    MARKET,
    THROUGH,
    SmallDesk,
    bars,
    company,
    facts,
    silent,
)
from tradeengine.bars.panel import Panel
from tradeengine.errors import BadConfiguration, SelectionFailed
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.layout import Home
from tradeengine.model.rejections import Rejection, Stage, Weight
from tradeengine.model.sessions import sessions_between
from tradeengine.quant.refreshing_universe import (
    STEPS,
    Wanted,
    average_turnover,
    refresh_universe,
)
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.universe_suppliers import (
    Fundamentals,
    MarketStates,
    Progress,
    Suppliers,
)
from tradeengine.universe.active import activated
from tradeengine.universe.candidates import Code
from tradeengine.universe.mapping import Mapping
from tradeengine.universe.moat import Measure
from tradeengine.universe.parameters import MoatMode, UniverseParameters
from tradeengine.universe.proposal import Proposal
from tradeengine.universe.proposing import NOT_A_MEMBER, OUTSCORED

THANKSGIVING = date(2009, 11, 27)
"""The half day after it."""

WANTED = Wanted(
    parameters=UniverseParameters(names=10, sector_cap=3, history_days=900),
    mapping=Mapping.CONTRARIAN,
)


def proposed(
    folder: Path,
    desk: SmallDesk | None = None,
    wanted: Wanted = WANTED,
    progress: Callable[[str, int, int], None] = silent,
) -> Proposal:
    files = UniverseFiles(Home(folder).desk("embedded"))
    suppliers = (desk or SmallDesk()).suppliers()
    return asyncio.run(refresh_universe(suppliers, files, wanted, progress))


def with_settings(**changes: object) -> Wanted:
    return replace(WANTED, parameters=WANTED.parameters.model_copy(update=changes))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    return proposed(tmp_path_factory.mktemp("plain"))


def test_the_arithmetic_leaves_the_loop_alone(tmp_path: Path) -> None:
    """What a supplier reads is read in another thread than the loop's."""
    threads = set()

    def members(day: date) -> frozenset[str]:
        del day
        threads.add(threading.get_ident())
        return frozenset(facts())

    class Watched(SmallDesk):
        def suppliers(self, origin: str = "embedded") -> Suppliers:
            plain = super().suppliers(origin)

            def read(symbols: Sequence[str], through: date, days: int) -> Panel:
                threads.add(threading.get_ident())
                return plain.read_panel(symbols, through, days)

            return replace(plain, read_panel=read)

    proposed(tmp_path, Watched(members=members))
    assert threads
    assert threading.main_thread().ident not in threads


def test_a_real_day_gives_a_full_list(plain: Proposal) -> None:
    assert len(plain.chosen) == 10
    assert plain.chosen == plain.adds == tuple(sorted(plain.chosen))
    assert (plain.gap, plain.missing, plain.sector_slack, plain.drops) == (0.0, 0, 0, ())
    assert max(plain.after.sectors.values()) <= 3
    assert plain.before.names == 0
    assert plain.turnover == 1.0


def test_names_with_a_moat_are_all_there(plain: Proposal) -> None:
    with_moat = {each.symbol for each in plain.candidates if each.has_moat}
    assert with_moat == {"AMZN", "GWW", "KO", "MMM", "SHW", "UNH"}
    assert with_moat < set(plain.chosen)
    assert plain.preferred == plain.after.with_moat == 6


def test_a_share_count_in_another_unit_is_no_bargain(plain: Proposal) -> None:
    """Southwest filed its shares in millions."""
    found = plain.candidate("LUV")
    assert found is not None
    assert found.moat.of(Measure.FCF_YIELD).value is None


def test_the_missed_beta_is_told_with_the_cash_that_meets_it(plain: Proposal) -> None:
    assert plain.after.beta == pytest.approx(0.761, abs=0.002)
    assert plain.beta_slack == pytest.approx(plain.after.beta - 0.35)
    assert plain.cash_for_beta == pytest.approx(1 - 0.35 / plain.after.beta)
    assert [step.feasible for step in plain.steps] == [False, False, False, True]


def test_every_source_has_its_day(plain: Proposal) -> None:
    days = {source.name: source.as_of for source in plain.sources}
    assert days["membership"] == DAY
    assert days["daily bars"] == days["market"] == days["risk-free rate"] == THROUGH
    assert days["states"] == date(2010, 6, 11)
    assert days["fundamentals"] == max(
        date.fromisoformat(row["net_income"]["filed"]) for row in facts().values()
    )


def test_the_same_data_give_the_same_files(plain: Proposal, tmp_path: Path) -> None:
    again = proposed(tmp_path)
    assert msgspec.json.encode(again) == msgspec.json.encode(plain)
    kept = UniverseFiles(Home(tmp_path).desk("embedded"))
    assert kept.proposal(DAY) == again
    candidates = kept.candidates(DAY)
    assert candidates is not None
    assert candidates.candidates == again.candidates
    assert candidates.members == 25


@pytest.mark.parametrize("problems", [(), ("daily bars: HTTP 503",)])
def test_a_proposal_tells_whether_a_source_failed(
    problems: tuple[str, ...], tmp_path: Path
) -> None:
    class Failing(SmallDesk):
        def suppliers(self, origin: str = "embedded") -> Suppliers:
            return replace(super().suppliers(origin), problems=lambda: problems)

    assert proposed(tmp_path, Failing()).incomplete is bool(problems)


def test_the_sources_are_asked_for_their_days(tmp_path: Path) -> None:
    desk, heard = SmallDesk(), []
    proposed(tmp_path, desk, progress=lambda step, done, of: heard.append((step, done <= of)))
    assert desk.asked == [("bars of 26", THROUGH), ("facts of 25", DAY)]
    assert [step for step, _ in heard] == list(STEPS)
    assert all(sound for _, sound in heard)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000))
def test_the_future_changes_nothing(
    plain: Proposal, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Every price, split, fact and membership from the session on may be anything."""
    random = np.random.default_rng(seed)
    late = pl.col("date") >= DAY
    frame = bars().with_columns(
        pl.when(late).then(pl.col("close") * random.uniform(0.1, 5.0)).otherwise(pl.col("close")),
        pl.when(late).then(random.uniform(0.1, 3.0)).otherwise(pl.col("split")).alias("split"),
        pl.when(late).then(1e9).otherwise(pl.col("volume")).alias("volume"),
    )

    def companies(symbol: str, day: date) -> CompanyInputs | None:
        vintages = [(date(2010, 6, 30), company(symbol, DAY))]
        for later in (0, 1, int(random.integers(2, 400))):
            filed = DAY + timedelta(days=later)
            known = company(symbol, filed + timedelta(days=1))
            if known is not None:
                lost = msgspec.structs.replace(known.net_income, value=-1e9, filed=filed)
                vintages.append((filed, msgspec.structs.replace(known, net_income=lost)))
        return [inputs for filed, inputs in vintages if filed < day][-1]

    def members(day: date) -> frozenset[str]:
        return frozenset(facts()) if day <= DAY else frozenset({"GONE"})

    desk = SmallDesk(frame=frame, companies=companies, members=members)
    found = proposed(tmp_path_factory.mktemp("bent"), desk)
    assert msgspec.json.encode(found) == msgspec.json.encode(plain)


def test_the_last_price_before_the_session_counts(plain: Proposal, tmp_path: Path) -> None:
    """The other half of the proof: what is known does change the proposal."""
    known = (pl.col("date") == THROUGH) & (pl.col("symbol") == "KO")
    frame = bars().with_columns(
        pl.when(known).then(pl.col("close") * 2.0).otherwise(pl.col("close")).alias("close")
    )
    found = proposed(tmp_path, SmallDesk(frame=frame)).candidate("KO")
    before = plain.candidate("KO")
    assert found is not None
    assert before is not None
    assert found.close == pytest.approx(2 * before.close)
    assert found.has_moat is False


def test_an_incumbent_stays_or_leaves_with_a_reason(plain: Proposal, tmp_path: Path) -> None:
    """The list before holds a name the index dropped, one that is refused, and weak ones."""
    files = UniverseFiles(Home(tmp_path).desk("embedded"))
    before = msgspec.structs.replace(
        plain, day=date(2010, 4, 1), chosen=("ADBE", "AEE", "INTC", "LUV", "PFE", "VMC")
    )
    files.accept(before, date(2010, 4, 1), WANTED.parameters, who="A", at=1)
    desk = SmallDesk(
        members=lambda _: frozenset(facts()) - {"INTC"},
        refused=(refusal("PFE"),),
    )
    found = proposed(tmp_path, desk)
    reasons = {drop.symbol: drop.reason for drop in found.drops}
    assert reasons["INTC"] == NOT_A_MEMBER
    assert reasons["PFE"] == "SPLIT_MISSING"
    assert set(reasons.values()) == {NOT_A_MEMBER, "SPLIT_MISSING", OUTSCORED}
    assert found.incumbents_since == date(2010, 4, 1)
    assert (found.before.names, found.before.measured) == (6, 4)
    stays = {"ADBE", "AEE", "INTC", "LUV", "PFE", "VMC"} & set(found.chosen)
    assert found.turnover == pytest.approx((10 - len(stays) + 6 - len(stays)) / 16)


def refusal(symbol: str) -> Rejection:
    return Rejection(
        symbol=symbol,
        stage=Stage.BARS,
        code="SPLIT_MISSING",
        field="close",
        value="x",
        limit="y",
        source="test",
        as_of=DAY,
        weight=Weight.STRUCTURAL,
    )


def test_changes_that_cost_more_than_they_give_are_not_made(
    plain: Proposal, tmp_path: Path
) -> None:
    files = UniverseFiles(Home(tmp_path).desk("embedded"))
    others = tuple(sorted(each.symbol for each in plain.candidates[-10:]))
    before = msgspec.structs.replace(plain, day=date(2010, 4, 1), chosen=others)
    files.accept(before, before.day, WANTED.parameters, who="A", at=1)
    dear = with_settings(turnover_cost_per_year=1.0, moat=MoatMode.OFF, beta_slack_cost=1e-6)
    found = proposed(tmp_path, wanted=dear)
    # Only what the sectors' cap forces out leaves.
    forced = sum(max(0, count - 3) for count in found.before.sectors.values())
    assert len(found.drops) == forced


def test_with_a_required_moat_the_list_is_shorter_and_says_so(tmp_path: Path) -> None:
    found = proposed(tmp_path, wanted=with_settings(moat=MoatMode.REQUIRE))
    assert set(found.chosen) == {"AMZN", "GWW", "KO", "MMM", "SHW", "UNH"}
    assert found.missing == 4
    assert found.steps[-1].names == 6
    refused = {each.symbol for each in found.rejected if each.code == Code.NO_MOAT}
    assert refused == set(facts()) - set(found.chosen)
    of_mcd = [each for each in found.rejected if each.symbol == "MCD"]
    assert [(each.field, each.value, each.limit) for each in of_mcd] == [
        ("debt_to_equity", "0.7525", "0.6")
    ]


def test_without_a_mapping_the_beta_and_the_ties_decide(tmp_path: Path) -> None:
    found = proposed(tmp_path, wanted=replace(WANTED, mapping=Mapping.OFF))
    assert len(found.chosen) == 10
    assert {each.difference for each in found.candidates} == {0.0}


def bent(symbol: str, change: pl.Expr) -> pl.DataFrame:
    return bars().with_columns(
        pl.when(pl.col("symbol") == symbol).then(change).otherwise(pl.col("close")).alias("close")
    )


@pytest.mark.parametrize(
    ("desk", "symbol", "codes"),
    [
        (SmallDesk(frame=bent("KO", pl.col("close") / 20)), "KO", {Code.PRICE_TOO_LOW}),
        (
            SmallDesk(frame=bars().filter(pl.col("symbol") != "KO")),
            "KO",
            {Code.NO_CLOSE, Code.TURNOVER_TOO_LOW, Code.TOO_FEW_DAYS},
        ),
        (
            SmallDesk(
                frame=bars().filter(
                    (pl.col("symbol") != "KO") | (pl.col("date") >= date(2009, 3, 1))
                )
            ),
            "KO",
            {Code.TOO_FEW_DAYS},
        ),
        (
            SmallDesk(
                frame=bars().with_columns(
                    pl.when(pl.col("symbol") == "KO").then(100).otherwise(pl.col("volume"))
                    .alias("volume")
                )
            ),
            "KO",
            {Code.TURNOVER_TOO_LOW},
        ),
        (
            SmallDesk(companies=lambda name, day: None if name == "KO" else company(name, day)),
            "KO",
            {"NOT_FILED"},
        ),
        (SmallDesk(members=lambda _: frozenset({*facts(), "NOBODY"})), "NOBODY", {"NOT_FILED"}),
        (SmallDesk(refused=(refusal("KO"),)), "KO", {"SPLIT_MISSING"}),
    ],
    ids=["cheap", "no bars", "young", "thin", "no filing", "unknown", "bad bars"],
)  # fmt: skip
def test_who_is_refused_and_why(
    desk: SmallDesk, symbol: str, codes: set[str], tmp_path: Path
) -> None:
    found = proposed(tmp_path, desk)
    assert {each.code for each in found.rejected if each.symbol == symbol} == codes
    assert symbol not in found.chosen
    logged = {each.code for each in desk.logged if each.symbol == symbol}
    assert logged == codes - {"NOT_FILED"}
    assert {each.as_of for each in found.rejected} == {DAY}


def test_too_few_days_of_a_state_refuse_everybody(tmp_path: Path) -> None:
    with pytest.raises(SelectionFailed, match=r"none of 25 members .*TOO_FEW_ENTRY_DAYS 25"):
        proposed(tmp_path, wanted=with_settings(state_days_min=500))


def test_who_gets_no_proposal_finds_the_refusals_in_the_log(tmp_path: Path) -> None:
    desk = SmallDesk()
    with pytest.raises(SelectionFailed):
        proposed(tmp_path, desk, with_settings(state_days_min=500))
    assert Code.TOO_FEW_ENTRY_DAYS in {each.code for each in desk.logged}


def test_a_company_counts_once_however_many_inputs_it_lacks(tmp_path: Path) -> None:
    twice = tuple(
        Rejection(
            symbol="KO",
            stage=Stage.BARS,
            code="JUMP",
            field=name,
            value="1",
            limit="0",
            source="test",
            as_of=DAY,
            weight=Weight.TRANSIENT,
        )
        for name in ("open", "close")
    )
    desk = SmallDesk(refused=twice, companies=lambda _symbol, _day: None)
    with pytest.raises(SelectionFailed, match="JUMP 1"):
        proposed(tmp_path, desk)


@pytest.mark.parametrize(
    ("problems", "remedy"),
    [((), "choose an earlier day"), (("FRED is down",), "run it again when the sites that failed")],
)
def test_without_the_rate_there_is_no_proposal(
    tmp_path: Path, problems: tuple[str, ...], remedy: str
) -> None:
    suppliers = replace(
        SmallDesk().suppliers(),
        rate_on=lambda days: np.full(len(days), np.nan),
        problems=lambda: problems,
    )
    files = UniverseFiles(Home(tmp_path).desk("embedded"))
    with pytest.raises(SelectionFailed, match=f"rate is not known on 2010-06-30, .*; .*{remedy}"):
        asyncio.run(refresh_universe(suppliers, files, WANTED, silent))


@pytest.mark.parametrize(
    "kept", [pl.col("date") < THROUGH, pl.lit(False)], ids=["not up to the day", "none"]
)
def test_without_the_market_there_is_no_proposal(kept: pl.Expr, tmp_path: Path) -> None:
    desk = SmallDesk(frame=bars().filter((pl.col("symbol") != MARKET) | kept))
    with pytest.raises(SelectionFailed, match="bars of SPY"):
        proposed(tmp_path, desk)
    assert not (tmp_path / "data").exists()


def test_with_spoiled_bars_of_the_market_there_is_no_proposal(tmp_path: Path) -> None:
    with pytest.raises(SelectionFailed, match="bars of SPY cannot be trusted: "):
        proposed(tmp_path, SmallDesk(refused=(refusal("KO"), refusal(MARKET))))


def test_a_return_over_a_hole_is_left_out(tmp_path: Path) -> None:
    """Nobody's bar of a day is there, and a price doubles meanwhile: that is no day's return."""
    hole, after = date(2010, 5, 3), pl.col("date") > date(2010, 5, 3)
    holed = bars().filter((pl.col("symbol") == MARKET) | (pl.col("date") != hole))
    doubled = holed.with_columns(
        pl.when(after & (pl.col("symbol") == "KO"))
        .then(pl.col(name) * 2)
        .otherwise(pl.col(name))
        .alias(name)
        for name in ("close", "dividend")
    )
    one, two = (
        proposed(tmp_path / name, SmallDesk(frame=frame)).candidate("KO")
        for name, frame in (("one", holed), ("two", doubled))
    )
    assert one is not None
    assert two is not None
    assert two.close == pytest.approx(2 * one.close)
    assert (two.beta, two.sharpe) == pytest.approx((one.beta, one.sharpe))
    assert two.difference_measured == pytest.approx(one.difference_measured)


def test_turnover_counts_a_half_day_as_a_whole_one_and_a_missing_day_as_none() -> None:
    days = tuple(session.date for session in sessions_between(date(2009, 10, 30), THANKSGIVING))
    close, volume = np.full((len(days), 2), 10.0), np.full((len(days), 2), 1_000.0)
    volume[-1] *= 210 / 390
    close[-3, 1] = volume[-3, 1] = np.nan
    none = np.full_like(close, np.nan)
    panel = Panel(
        days=days,
        symbols=("A", "B"),
        close=close,
        total_return=none,
        raw_close=none,
        volume=volume,
    )

    assert average_turnover(panel) == pytest.approx([10_000.0, 9_500.0])


def test_an_accepted_list_knows_its_members(plain: Proposal) -> None:
    made = activated(plain, DAY, "A", 1)
    assert made.symbols == plain.chosen
    assert made.members[0].beta == plain.candidate(plain.chosen[0]).beta  # type: ignore[union-attr]  # it is chosen


def test_no_filings_are_fetched_when_the_states_cannot_be_told(tmp_path: Path) -> None:
    asked = []

    class Broken(SmallDesk):
        def suppliers(self, origin: str = "embedded") -> Suppliers:
            plain = super().suppliers(origin)

            def states(*_: object) -> MarketStates:
                raise BadConfiguration("the regime", "is damaged")

            async def fundamentals(
                symbols: Sequence[str], day: date, progress: Progress
            ) -> Fundamentals:
                asked.append(day)
                return await plain.fundamentals(symbols, day, progress)

            return replace(plain, states=states, fundamentals=fundamentals)

    with pytest.raises(BadConfiguration, match="is damaged"):
        proposed(tmp_path, Broken())
    assert asked == []
