"""
The app: lifetimes. Starts the edges, pumps the inbox, stops in stages.

    start   journal ─> edges ─> core ─> streams ready ─> reconciled ─> warm ─> trading
    stop    gate closed ─> cancel ─> flatten until flat (all inside the core)
            ─> start-up given up ─> edges closed ─> journal closed
            ─> receipt and summary written

A stop is asked for by a signal, the halt file, the clock or a fault, and is
always the same message. Each stage of the shutdown has a deadline and is named
when it is late.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from functools import partial

from tradeengine.build_id import version
from tradeengine.bus.inbox import Inbox
from tradeengine.bus.journal import Journal
from tradeengine.bus.records import Header
from tradeengine.clock import SystemClock
from tradeengine.errors import JournalFailed, TradeEngineError
from tradeengine.halting import watch_halt
from tradeengine.layout import RunFiles
from tradeengine.logs import EventLog, Level
from tradeengine.model.commands import KeepBaseline, LockTrading, RequestStop
from tradeengine.model.events import PlanMade
from tradeengine.model.orders import StopTrigger
from tradeengine.model.plan import SessionPlan
from tradeengine.options import Options, build_inputs
from tradeengine.quant.jobs import DeskWork
from tradeengine.quant.session_plan import renewed
from tradeengine.run.alarm import Alarm
from tradeengine.run.attention import Attention
from tradeengine.run.day_baseline import DayBaseline
from tradeengine.run.edges import Edges, World
from tradeengine.run.heartbeat import HEARTBEAT, Heartbeat
from tradeengine.run.lagging import lag_meter
from tradeengine.run.locking import Departures, TradingLock
from tradeengine.run.outcome import Outcome, outcome_of, write_outcome
from tradeengine.run.picture import Subject, take_status
from tradeengine.run.pump import Pump
from tradeengine.run.queues import high_water
from tradeengine.run.reporter import Reporter
from tradeengine.run.screen import Screen
from tradeengine.run.startup import run_opened, start_up
from tradeengine.run.status import write_status
from tradeengine.run.tasks import Tasks
from tradeengine.run.timetable import Timetable
from tradeengine.run.watch import Watch
from tradeengine.wiring import build

FLUSH_SECONDS = 1.0
"""Real seconds between writes of journal, log and status while nothing else asks."""

_FLATTENING = frozenset({"broker", HEARTBEAT})
"""Works without which the core cannot flatten: nobody would carry it out, or see it late."""

_START_UP = "start-up"


class App:
    """One run, from its first message to its last."""

    def __init__(
        self,
        options: Options,
        world: World,
        files: RunFiles,
        log: EventLog,
        screen: Screen,
        lock: TradingLock,
        baseline: DayBaseline,
        alarm: Alarm,
        desk: DeskWork,
    ) -> None:
        inputs = build_inputs(options)
        header = Header(
            run_id=files.run_id,
            version=version(),
            host=socket.gethostname(),
            venue=world.venue,
            build=inputs.to_text(),
        )
        self._options, self._world, self._files = options, world, files
        self._log, self._screen, self._lock, self._baseline = log, screen, lock, baseline
        self._reporter = Reporter(files, log, screen, alarm.tell)
        self._inbox = Inbox(world.quiescence, options.settings.engine.inbox_capacity)
        self._journal = Journal(files.journal, header)
        self._edges: Edges = world.connect(self._inbox, self._durable)
        departures = Departures(self._edges, self._lock_trading, self._keep_baseline)
        self._core = build(inputs, self._journal, departures)
        self._watch = Watch(log, alarm.tell)
        self._pump = Pump(
            self._inbox, self._core.engine, world.clock, self._watch.take, self._reporter.bug_in
        )
        before = max(SystemClock().now(), world.session.open_at)
        self._attention = Attention(alarm, self._inbox, world.clock, before)
        desk.listeners.append(self._take_plan)
        self._timetable = Timetable(
            options.settings.schedule,
            desk.jobs,
            desk.records,
            options.home,
            world.clock,
            self._inbox,
            alarm.tell,
            world.quiescence,
        )
        self._journal_failed = False
        self._flat_past_core = False
        self._tasks = Tasks()
        queues = partial(high_water, self._inbox, self._journal, alarm, self._edges)
        self._subject = Subject(
            self._core, self._watch.tally, world, files, self._inbox, options.plan, queues
        )

    async def run(self) -> Outcome:
        """Trade until stopped, close everything, write receipt and summary."""
        try:
            await self._trade()
        finally:
            await self._close()
        outcome = outcome_of(
            self._subject,
            faults=self._reporter.faults,
            failure=self._reporter.failure,
            flat_past_core=self._flat_past_core,
        )
        if problem := write_outcome(outcome):
            self._screen.say(problem)
        self._write_status()
        return outcome

    async def _trade(self) -> None:
        settings = self._options.settings.engine
        if self._heeds_alerts:
            await self._attention.look()
            self._tasks.start("attention", self._supervised("attention", self._attention.run))
        beat = Heartbeat(self._inbox, self._world.clock, settings.heartbeat_seconds)
        self._tasks.start("pump", self._pump.run())
        self._inbox.put_nowait(run_opened(self._options, self._world, self._baseline.known()))
        host = self._core.host
        meter = lag_meter(
            settings, self._world, self._inbox, self._reporter.lagged, lambda: host.speaker
        )
        for name, work in (
            *self._edges.works(),
            (HEARTBEAT, beat.run),
            ("flush", self._flush),
            ("screen", lambda: self._screen.follow(self._subject)),
            ("lag meter", meter.run),
            ("session", self._session),
        ):
            self._tasks.start(name, self._supervised(name, work))
        on_halt = partial(self._request_stop, StopTrigger.HALT_FILE)
        self._tasks.start("halt file", watch_halt(self._options.home, on_halt))
        await self._ended()

    def _take_plan(self, plan: SessionPlan) -> None:
        """Give the core a plan that was made anew. Raises JobFailed for another session's."""
        world = self._world
        plan = renewed(plan, self._options.plan, world.session.date, world.symbols)
        now = self._world.clock.now()
        self._inbox.put_nowait(PlanMade(at=now, received_at=now, plan=plan))

    @property
    def _heeds_alerts(self) -> bool:
        """Whether money is at stake here, and open criticals are to stop entries."""
        alerts = self._options.settings.alerts
        return alerts.open_criticals_block_entries and not self._options.choice.has_own_account

    async def _session(self) -> None:
        """Connect, reconcile, warm up; then jobs may run and venue time may move."""
        starting = self._tasks.start(_START_UP, self._supervised("session", self._start_up))
        await asyncio.wait({starting})
        if starting.cancelled():
            return
        if self._reporter.failure is None and self._timetable.entries:
            self._tasks.start("timetable", self._supervised("timetable", self._timetable.run))
            await asyncio.sleep(0)  # It sleeps on the venue's clock before that moves.
        try:
            await self._edges.pace(self._pump.stopped.is_set)
        except BaseException:
            # Nobody moves the venue's time now: the core would wait for fills for ever.
            self._pump.broken.set()
            raise

    async def _start_up(self) -> None:
        await start_up(
            self._options, self._world, self._edges, self._inbox, self._watch, self._files
        )

    async def _ended(self) -> None:
        """Wait for the engine to stop; go past it if it is broken."""
        stopped = asyncio.create_task(self._pump.stopped.wait(), name="stopped")
        broken = asyncio.create_task(self._pump.broken.wait(), name="broken")
        try:
            await asyncio.wait({stopped, broken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            broken.cancel()
        if self._pump.broken.is_set() and not self._pump.stopped.is_set():
            self._screen.say("the engine is broken: cancelling and closing past it")
            self._tasks.start("forget", self._pump.forget())
            self._flat_past_core = await self._edges.flatten_past_core()

    async def _supervised(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except TradeEngineError as error:
            self._reporter.failed(name, error)
            self._request_stop(StopTrigger.FAULT, f"{name}: {error}")
        # Supervision point: an edge that fails must not take the flatten with it.
        except Exception as error:
            self._reporter.bug(name, error)
            self._request_stop(StopTrigger.FAULT, f"{name} failed: {type(error).__name__}")
            if name in _FLATTENING:
                self._pump.broken.set()

    async def _close(self) -> None:
        """Close in stages, each with a deadline; name the late ones."""
        deadline = self._options.settings.engine.shutdown_deadline_seconds
        stages: dict[str, Callable[[], Awaitable[None]]] = {
            # It asks the edges from outside; what is closed must not be asked any more.
            _START_UP: partial(self._tasks.end, _START_UP),
            "broker and feed": self._edges.close,
            "tasks": self._tasks.end,
            "journal": self._journal.close,
        }
        for name, stage in stages.items():
            try:
                async with asyncio.timeout(deadline):
                    await self._supervised(f"closing {name}", stage)
            except TimeoutError:
                self._reporter.late(name, deadline)
        self._log.flush()

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._log.flush()
            self._write_status()
            try:
                await self._durable()
            except JournalFailed:
                continue  # Said and acted upon in `_durable`; the flatten goes on.

    def _write_status(self) -> None:
        try:
            write_status(self._options.home, take_status(self._subject))
        except OSError as error:
            words = f"the status file cannot be written: {error.strerror}"
            self._log.write(Level.WARNING, "engine", "STATUS_FAILED", words)

    async def _durable(self) -> None:
        """Make the journal durable; the first failure stops the run."""
        try:
            await self._journal.durable()
        except JournalFailed as error:
            if not self._journal_failed:
                self._journal_failed = True
                self._reporter.journal_failed(error)
                self._request_stop(StopTrigger.FAULT, "the journal cannot be written")
            raise

    def _lock_trading(self, command: LockTrading) -> None:
        if problem := self._lock.write(self._files.run_id, command):
            self._reporter.lock_failed(problem)

    def _keep_baseline(self, command: KeepBaseline) -> None:
        if problem := self._baseline.keep(command):
            self._reporter.baseline_failed(problem)

    def _request_stop(self, trigger: StopTrigger, reason: str) -> None:
        now = self._world.clock.now()
        self._inbox.put_nowait(RequestStop(at=now, received_at=now, trigger=trigger, reason=reason))

    def on_signal(self, trigger: StopTrigger) -> None:
        """Stop for a signal; one that comes while the run is stopping changes nothing."""
        if self._pump.stopped.is_set():
            self._screen.say("already stopped: closing")
        elif self._core.breaker.is_stopping:
            self._screen.say(
                "already flattening: it goes on until the broker says flat, to its deadline"
            )
        else:
            self._screen.say("stopping: no new entries, cancelling, flattening")
            self._request_stop(trigger, "")
