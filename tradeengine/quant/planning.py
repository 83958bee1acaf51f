"""
The session plan, built from real data before anything is connected that could trade.

    bars ─> universe ─> filings ─> regime ─> values ─> closed trades ─> plan

What is missing on the disk is fetched, what a source refuses is said, and what is not known is
missing in the plan: the gates deny it. The plan goes into the journal's header, with the
origin and the day of each of its parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import msgspec
from msgspec import structs

from tradeengine.errors import BadConfiguration, SelectionFailed
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.plan import SessionPlan
from tradeengine.options import Options, build_inputs
from tradeengine.plan_file import load_plan
from tradeengine.quant.closed_trades import Whose, closed_returns
from tradeengine.quant.desk_day import EMBEDDED, DeskDay, prepared_for
from tradeengine.quant.job_turns import in_turn, up_to
from tradeengine.quant.live_desk import LiveDesk, open_desk
from tradeengine.quant.off_the_loop import off_the_loop
from tradeengine.quant.plan_facts import read_facts
from tradeengine.quant.plan_origins import origins_of
from tradeengine.quant.progress_bars import progress_bars
from tradeengine.quant.session_plan import Evidence, plan_of
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.universe_suppliers import Progress as Hears
from tradeengine.schedule.entries import PLAN
from tradeengine.settings.places import find_config_file
from tradeengine.store.jobs import Jobs
from tradeengine.universe.active import ActiveUniverse

Say = Callable[[str], None]


async def planned(options: Options, account: str, say: Say, records: Jobs | None = None) -> Options:
    """
    Give the options with the plan of their session; as they are when a person wrote one.

    `account` is the broker's number of it, "" where the account begins with the run.

    What was fetched for it counts in `records` as the timetable's own work. Raises
    BadConfiguration, StoreFailed, VenueUnreachable, RefusedByBroker; and JobFailed when
    somebody else works on the desk's data for longer than a job may.
    """
    if not options.builds_plan:
        if options.choice.has_own_account:
            _refuse_hindsight(options.plan, prepared_for(EMBEDDED, options.date).day)
        return options
    say("making the plan of the session from filings, daily bars and the market's regime")
    most_seconds = options.settings.schedule.limit_minutes * 60
    async with in_turn(options.home, up_to(PLAN), "tradeengine run", say, most_seconds):
        with progress_bars() as progress:
            plan = await plan_now(options, account, say, progress, records)
    return replace(options, plan=plan, builds_plan=not plan.by_hand)


async def plan_now(
    options: Options, account: str, say: Say, progress: Hears, records: Jobs | None = None
) -> SessionPlan:
    """Make the plan from what the sources have now. Raises as `planned`."""
    async with open_desk(options) as desk:
        written = written_for(options, desk.day)
        if written is not None:
            say(f"plan: written by hand for this session, {written.by_hand}, and taken instead")
            return written
        plan = await build_plan(options, desk, account, progress)
        for words in (*desk.problems, *desk.notes):
            say(f"plan: {words}")
        if records is not None:
            _record(records, desk.done | {PLAN: plan_words(plan)}, desk.sources.clock.now())
    return plan


def written_for(options: Options, day: DeskDay) -> SessionPlan | None:
    """
    Give the plan that somebody wrote for a session of our own venues; mostly there is none.

    It lies under the session's date in the folder `plans` of the configuration: the recorded
    day has one, for hardly any filings of its time ship. It is of that session unless it says
    another. Raises BadConfiguration.
    """
    if day.origin != EMBEDDED:
        return None
    path = find_config_file(f"plans/{day.day.isoformat()}.yaml", options.home.root)
    if path is None:
        return None
    plan = load_plan(path)
    _refuse_hindsight(plan, day.day)
    return structs.replace(plan, day=plan.day or day.day.isoformat())


def plan_words(plan: SessionPlan) -> str:
    """Say in a line what a plan is."""
    valued = sum(row.p_undervalued is not None for row in plan.symbols.values())
    return f"{len(plan.symbols)} symbols, {valued} valued, regime {plan.regime.value}"


def _record(records: Jobs, done: Mapping[str, str], now: int) -> None:
    """Count what was done as the timetable's own work: it need not be done again today."""
    for name, words in done.items():
        records.end(records.begin(name, now, now), now, JobOutcome.DONE, words)


def _refuse_hindsight(plan: SessionPlan, day: date) -> None:
    """Refuse a plan by hand whose values are of a day after the session of `day`."""
    session = day.isoformat()
    newest = max((row.valued_on for row in plan.symbols.values() if row.valued_on), default="")
    if newest > session:
        raise BadConfiguration(
            plan.by_hand,
            f"has values of {newest}, which nobody knew in the session of {session}",
            "name the session that it was written for with --date, or another plan",
        )


def refuse_other_session(options: Options, session: date) -> None:
    """Raise BadConfiguration when the plan is of another session than the one to be traded."""
    plan = options.plan
    if plan.day == session.isoformat():
        return
    if plan.by_hand and plan.day is not None:
        raise BadConfiguration(
            plan.by_hand,
            f"day: it is a plan for {plan.day}, and the session is that of {session}",
            "write a plan for this session, or take it away: the quant desk then plans",
        )
    if options.builds_plan:
        raise BadConfiguration(
            "the session plan",
            f"is of {plan.day}, and the session is now that of {session}: the other one"
            " ended while the plan was made",
            "start again; what was fetched is kept, so it is quicker then",
        )


async def build_plan(
    options: Options, desk: LiveDesk, account: str, progress: Hears
) -> SessionPlan:
    """
    Bring the desk up to date and put the plan together. Raises as `planned`.

    `account` is the broker's number of it, "" where the account begins with the run.
    """
    universe = await _universe(options, desk, progress)
    companies = await off_the_loop(desk.stored.companies_on, desk.day.day)
    await desk.refresh_fundamentals(companies, progress)
    names = () if universe is None else universe.symbols
    progress("values", 0, 1)
    found = await off_the_loop(read_facts, options.settings, desk, names)
    progress("values", 1, 1)
    returns = await off_the_loop(_closed, options, account, desk)
    evidence = Evidence(
        day=desk.day.day,
        sectors={} if universe is None else {row.symbol: row.sector for row in universe.members},
        figures=found.figures,
        betas={**_betas(universe), **found.betas},
        valuations=found.valuations,
        regime=found.regime.regime,
        vix=found.vix_of(desk.day.through),
        returns=returns,
        origins=origins_of(desk, universe, found, returns),
    )
    return plan_of(evidence, options.settings.risk)


async def _universe(options: Options, desk: LiveDesk, progress: Hears) -> ActiveUniverse | None:
    """Give the list in force; where there is none and none can become it, propose the first."""
    files = UniverseFiles(desk.files)
    wanted = options.settings.universe
    if files.wants_a_first(desk.day.day, wanted):
        await _first_proposal(desk, progress)
    else:
        await desk.refresh_bars(progress)
    now, is_on = desk.sources.clock.now(), desk.session_is_on
    files.accept_if_due(desk.day.day, wanted, at=now, is_on=is_on)
    return files.on(desk.day.day)


async def _first_proposal(desk: LiveDesk, progress: Hears) -> None:
    try:
        await desk.refresh_universe(progress)
    except SelectionFailed as error:
        raise BadConfiguration(
            "the session plan",
            f"there is no universe, and none can be proposed: {error}",
            "choose another day, or write the plan by hand and name it with --plan FILE",
        ) from None


def _betas(universe: ActiveUniverse | None) -> dict[str, float]:
    """Give the betas of when the list was made, for those that cannot be measured today."""
    return {} if universe is None else {row.symbol: row.beta for row in universe.members}


def _closed(options: Options, account: str, desk: LiveDesk) -> tuple[float, ...]:
    inputs = msgspec.json.decode(build_inputs(options).to_text())
    venue = options.choice.url or options.choice.kind.value
    whose = Whose(venue=venue, account=account, strategies=inputs["strategies"])
    return closed_returns(options.home, whose, desk.day.day)
