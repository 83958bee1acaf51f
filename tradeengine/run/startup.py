"""
The way from nothing to trading: streams, the broker's truth, warm indicators.

Nothing here decides; it asks and puts the answers into the inbox, where the
breaker waits for them in this order.
"""

import asyncio
from datetime import date
from decimal import Decimal

from tradeengine.build_id import build_id
from tradeengine.bus.inbox import Inbox
from tradeengine.errors import BadConfiguration, VenueUnreachable
from tradeengine.layout import RunFiles
from tradeengine.model.events import (
    EntriesRecalled,
    PastEntry,
    Reconciled,
    RunOpened,
    WarmUpEnded,
)
from tradeengine.model.instants import MINUTE, format_instant, instant_of, new_york
from tradeengine.model.orders import StopTrigger
from tradeengine.model.sessions import previous_session
from tradeengine.options import Options
from tradeengine.quant.off_the_loop import beside_the_loop
from tradeengine.run.earlier_entries import earlier_entries
from tradeengine.run.edges import Edges, World
from tradeengine.run.recovery import differences, last_record
from tradeengine.run.watch import Watch
from tradeengine.settings import VenueKind, check_live_account

SNAPSHOT_SECONDS = 60.0
"""Real seconds in which the broker must say what it holds."""


def run_opened(options: Options, world: World, baseline: Decimal | None = None) -> RunOpened:
    """Say what the core must know of this run: tag, session, end, and the kept baseline."""
    session, now = world.session, world.clock.now()
    margin = options.settings.engine.flatten_before_close_minutes * MINUTE
    until, trigger = session.close_at - margin, StopTrigger.CLOSE
    if options.until is not None:
        asked = instant_of(session.date, options.until)
        if asked < until:
            until, trigger = asked, StopTrigger.UNTIL
    return RunOpened(
        at=now,
        received_at=now,
        run_tag=f"{world.run_tag}.{build_id()}",
        session_open=session.open_at,
        session_close=session.close_at,
        until=until,
        until_trigger=trigger,
        baseline=baseline,
    )


def refuse_until(options: Options, day: date, begins: int) -> None:
    """Refuse an end that is no later than the beginning (ns UTC). Raises BadConfiguration."""
    if options.until is not None and instant_of(day, options.until) <= begins:
        raise BadConfiguration(
            "--until",
            f"{options.until:%H:%M} is not after {new_york(begins):%H:%M}, when the run begins",
            "name a later time, or `close`",
        )


async def start_up(
    options: Options,
    world: World,
    edges: Edges,
    inbox: Inbox,
    watch: Watch,
    files: RunFiles,
) -> None:
    """Connect, reconcile and warm up. Raises TradeEngineError when that cannot be done."""
    await edges.connect()
    _check_calendar(world, await edges.session_hours())
    await _reconcile(options, world, edges, inbox, watch, files)
    await _warm_up(world, edges, inbox)


def _check_calendar(world: World, hours: tuple[int, int] | None) -> None:
    """Refuse to trade when broker and table disagree about the day: nobody guesses hours."""
    ours = (world.session.open_at, world.session.close_at)
    if hours == ours:
        return
    told = "no session" if hours is None else " to ".join(format_instant(at) for at in hours)
    raise BadConfiguration(
        "the exchange calendar",
        f"ours says {' to '.join(format_instant(at) for at in ours)}, the broker says {told}",
        "do not trade this day before you know which is right; then update tradeengine",
    )


async def _reconcile(
    options: Options,
    world: World,
    edges: Edges,
    inbox: Inbox,
    watch: Watch,
    files: RunFiles,
) -> None:
    """Compare the broker with the record of the last run and tell the core."""
    try:
        async with asyncio.timeout(SNAPSHOT_SECONDS):
            snapshot = await watch.start_snapshot
    except TimeoutError:
        raise VenueUnreachable("the broker did not say what it holds") from None
    if options.choice.kind is VenueKind.LIVE:
        check_live_account(options.settings, snapshot.account_number)
    now, unexplained = world.clock.now(), snapshot.unreadable_rows
    if not world.fresh_account:
        # A day's journal takes longer than a peer waits for an answer to its ping, and a run that
        # is stopped meanwhile does not wait for the rest.
        record = await beside_the_loop(last_record, options.home, files, snapshot.account_number)
        found = await differences(record, snapshot, edges.find_order, now)
        unexplained += sum(not difference.explained for difference in found)
        inbox.put_many(found)
        past = await beside_the_loop(_past, options, world, files, snapshot.account_number)
        if past:
            inbox.put_nowait(EntriesRecalled(at=now, received_at=now, entries=past))
    inbox.put_nowait(Reconciled(at=now, received_at=now, unexplained=unexplained))


def _past(
    options: Options, world: World, files: RunFiles, account_number: str
) -> tuple[PastEntry, ...]:
    """Read what earlier runs of the session entered up to now (a venue may begin its day anew)."""
    session, now = world.session.open_at, world.clock.now()
    rows = earlier_entries(options.home, files, account_number, world.venue, session)
    return tuple(row for row in rows if row.at <= now)


async def _warm_up(world: World, edges: Edges, inbox: Inbox) -> None:
    now = world.clock.now()
    start = previous_session(world.session.date).open_at
    bars = await edges.warm_up(start, now)
    inbox.put_nowait(WarmUpEnded(at=now, received_at=now, bars=bars))
