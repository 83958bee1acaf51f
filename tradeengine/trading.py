"""
A session from nothing to its outcome: what a run needs is opened here, in order.

    home ─> alarm ─> state file ─> lock ─> lease ─> plan ─> world ─> baseline ─> log ─> run

What may refuse a run comes before anything is connected that could trade, and
everything is closed again in the opposite order, however the run ends.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack

import typer

from tradeengine.app import App
from tradeengine.atomic_files import remove_leftovers
from tradeengine.clock import SystemClock
from tradeengine.errors import ExitCode
from tradeengine.event_loop import in_a_loop
from tradeengine.model.orders import Severity, StopTrigger
from tradeengine.options import Options
from tradeengine.quant.jobs import desk_records, desk_work
from tradeengine.quant.plan_origins import DAMAGED
from tradeengine.quant.planning import planned, refuse_other_session
from tradeengine.run.alarm import raised_alarm
from tradeengine.run.canary import canaried
from tradeengine.run.day_baseline import DayBaseline
from tradeengine.run.home_lock import home_locked
from tradeengine.run.lease import leased
from tradeengine.run.locking import TradingLock, account_of, broker_account
from tradeengine.run.outcome import Outcome
from tradeengine.run.screen import Screen, open_screen
from tradeengine.run.startup import refuse_until
from tradeengine.run.stop_signals import stop_signals
from tradeengine.run.watch import watching_log
from tradeengine.store.baselines import Baselines
from tradeengine.store.builds import Builds
from tradeengine.store.database import open_database
from tradeengine.store.locks import Locks
from tradeengine.venue.market.open_market import require_data
from tradeengine.worlds import OpenWorld, open_world
from tradeengine.worlds.asking import account_to_trade
from tradeengine.worlds.own_hours import own_hours


def trade(options: Options) -> ExitCode:
    """Trade a session; return how it ended. Raises TradeEngineError before it began."""
    return in_a_loop(_trade(options))


async def _trade(options: Options) -> ExitCode:
    with open_screen(options) as screen:
        outcome = await trade_session(options, screen)
    screen.end(outcome)
    if outcome.failure is not None:
        typer.echo(f"tradeengine: {outcome.failure}", err=True)
    return outcome.exit_code


async def trade_session(
    options: Options,
    screen: Screen,
    opened: OpenWorld = open_world,
    heard: Callable[[StopTrigger], None] = lambda _: None,
) -> Outcome:
    """
    Trade a session in the world that `opened` gives; `heard` is told of every stop signal.

    Raises TradeEngineError before it began.
    """
    if options.choice.has_own_account:
        own_hours(options)
        require_data(options.date)
    options.home.prepare()
    async with AsyncExitStack() as stack:
        # Until all is closed, the alarm too: a second Ctrl-C must not keep back what it tells.
        signals = stack.enter_context(stop_signals())
        stack.enter_context(home_locked(options.home, alone=not options.choice.has_own_account))
        for written in (options.home.status_file, options.home.halt_file):
            remove_leftovers(written, SystemClock().now())
        alarm = await stack.enter_async_context(raised_alarm(options, screen.say))
        database = stack.enter_context(open_database(options.home.state_file))
        lock = TradingLock(options.home, Locks(database), account_of(options))
        lock.refuse(alarm.tell)
        number = await account_to_trade(options)
        account = broker_account(options.choice, number)
        if account is not None:
            stack.enter_context(
                leased(
                    account,
                    options,
                    screen.say,
                    lambda other: lock.refuse_for(other, number, alarm.tell),
                )
            )
        options = await planned(options, number, screen.say, desk_records(options, database))
        if words := options.plan.origins.get(DAMAGED):
            alarm.tell(Severity.WARNING, "DATA_DAMAGED", words)
        world = await stack.enter_async_context(opened(options, screen.say))
        refuse_other_session(options, world.session.date)
        lock.know(world.account_number, alarm.tell)
        baseline = DayBaseline(Baselines(database), account, world.session.date)
        refuse_until(options, world.session.date, world.clock.now())
        options = lock.ramped(options, world.session.date)
        options = canaried(options, account, world.session.date, Builds(database), screen.say)
        files = options.home.new_run(options.choice.kind.value, SystemClock().now())
        log = stack.enter_context(watching_log(options, files, world.clock, screen.say))
        desk = desk_work(options, world, database)
        app = App(options, world, files, log, screen, lock, baseline, alarm, desk)
        signals.tell(heard, app.on_signal)
        return await app.run()
