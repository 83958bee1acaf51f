"""
The broker over Alpaca's protocol: carries commands out and answers come in.

    send(command) -> lane of its symbol -> turnstile -> durable journal -> REST -> inbox
    order stream  -> news (each fact once)                                      -> inbox
    sweep by REST -> news, after a reconnect and while orders are open          -> inbox

Nothing here decides anything about trading. `run` is owned by the app's task
group; `connect` waits for the order stream; `close` lets what is under way end.
"""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import date
from decimal import Decimal

from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.amend import Amender
from tradeengine.broker.answers import Answers
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.durability import may_leave
from tradeengine.broker.flows import Flows
from tradeengine.broker.kill import close_everything
from tradeengine.broker.lanes import Lanes, Turn, lane_of
from tradeengine.broker.line import Aside, Line, Pause, plainly
from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.news import News
from tradeengine.broker.order_stream import OrderStream
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.ports import Durable, Inbox
from tradeengine.broker.questions import Questions
from tradeengine.broker.rest import RestClient
from tradeengine.broker.session_hours import BrokerSession, BrokerTime, read_session, read_time
from tradeengine.broker.snapshot import rejected
from tradeengine.broker.submit import Submitter, find
from tradeengine.broker.sweep import Sweep
from tradeengine.broker.turnstile import Turnstile
from tradeengine.broker.wire import ZERO, OrderRow, instant_of
from tradeengine.broker.withdrawals import Withdrawals
from tradeengine.clock import Clock
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.model.commands import AskBroker, CancelOrder, Command, ReplaceOrder, SubmitOrder
from tradeengine.model.instants import NANOS
from tradeengine.quiescence import Channel, Quiescence

_NO_ANSWER = (RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation)

_LOG = logging.getLogger(__name__)


class AlpacaBroker:
    """
    Our adapter to Alpaca: paper, live, or the embedded venue's server.

    `durable` is awaited before the first byte of a command leaves. `quiescence`
    and `channel` are for lock-step with the embedded venue. Deposits and
    withdrawals are told from the instant `flows_since`; None: the account can have
    none. With `ours_only`, orders of others in the account are not told.
    """

    def __init__(
        self,
        access: AlpacaAccess,
        parameters: BrokerParameters,
        *,
        inbox: Inbox,
        clock: Clock,
        durable: Durable,
        quiescence: Quiescence | None = None,
        channel: Channel | None = None,
        flows_since: int | None = None,
        ours_only: bool = False,
    ) -> None:
        self._parameters, self._inbox, self._clock = parameters, inbox, clock
        self._durable = durable
        self._quiescence = quiescence or Quiescence()
        self._budget = RequestBudget(parameters, clock)
        self._rest = RestClient(access, parameters, self._budget)
        self._memory = OrderMemory(parameters.remembered_orders)
        self._news = News(parameters, self._memory, inbox, clock, ours_only=ours_only)
        self._sweep = Sweep(parameters, self._memory, clock)
        self._sweeping = asyncio.Lock()
        self._swept_at = 0
        self._answers = Answers(inbox, clock)
        self._withdrawals = Withdrawals()
        self._submitter = Submitter(parameters, clock, self._answers, self._withdrawals.stop)
        self._amender = Amender(parameters, clock, self._answers)
        turnstile = Turnstile(parameters.max_in_flight, parameters.reserved_in_flight)
        self._lanes = Lanes(turnstile, self._carry_out, clock, self._quiescence)
        self._stream = OrderStream(
            access,
            parameters,
            news=self._news,
            inbox=inbox,
            clock=clock,
            quiescence=self._quiescence,
            channel=channel or Channel(self._quiescence),
            catch_up=self._catch_up,
        )
        flows = Flows(flows_since, parameters.activities_page_size, inbox, clock)
        self._questions = Questions(
            parameters,
            clock,
            inbox,
            answers=self._answers,
            news=self._news,
            flows=flows,
            sweep=self._sweep_and_tell,
            remember=self._remember,
        )
        self._closing = asyncio.Event()
        self._running = False

    @property
    def budget(self) -> RequestBudget:
        """The request budget, to look at."""
        return self._budget

    @property
    def most_under_way(self) -> int:
        """The most commands that ever waited for their answers at once."""
        return self._lanes.high_water

    def send(self, command: Command) -> None:
        """Carry a command out as soon as its turn comes. Never blocks, never raises."""
        self._withdrawals.note(command, self._lanes.under_way)
        self._lanes.send(command)

    async def run(self) -> None:
        """Keep the order stream and carry commands out, until closed or cancelled."""
        self._running = True
        try:
            async with asyncio.TaskGroup() as tasks:
                parts = [
                    tasks.create_task(self._stream.run(), name="order stream"),
                    tasks.create_task(self._lanes.run(), name="broker lanes"),
                    tasks.create_task(self._sweep_now_and_then(), name="order sweep"),
                ]
                await self._closing.wait()
                for part in parts:
                    part.cancel()
        finally:
            self._running = False
            await self._rest.close()

    async def connect(self) -> None:
        """
        Wait until the order stream is ready (`run` must be running).

        Raises RefusedByBroker when the keys are not accepted.
        """
        await self._stream.first_ready()

    async def drained(self) -> None:
        """Wait until every command sent has its answer in the inbox."""
        await self._lanes.empty()

    async def close(self) -> None:
        """Let commands under way end, within `drain_seconds`; then end `run`."""
        try:
            async with asyncio.timeout(self._parameters.drain_seconds):
                await self.drained()
        except TimeoutError:
            late = ", ".join(f"{type(c).__name__} {lane_of(c)}" for c in self._lanes.under_way)
            _LOG.warning("closed before these commands were answered: %s", late)
        self._closing.set()
        if not self._running:
            await self._rest.close()

    async def session(self, day: date) -> BrokerSession | None:
        """Ask for a day's hours; None on a holiday. Raises what `Line.ask` raises."""
        return await read_session(self._line(self._clock.sleep), day)

    async def time(self) -> BrokerTime:
        """Ask what time it is at the broker. Raises what `Line.ask` raises."""
        return await read_time(self._line(self._clock.sleep))

    async def filled_of(self, client_order_id: str) -> Decimal | None:
        """
        Look an order up; give its filled shares, None if the broker knows no such order.

        Raises what `Line.ask` raises.
        """
        spacing = self._parameters.lookup_spacing_seconds[:1]
        row = await find(self._line(self._clock.sleep), client_order_id, spacing)
        return None if row is None else row.filled_qty or ZERO

    async def close_everything(self, tries: int) -> bool:
        """
        Cancel and close all without the core; return whether the broker reports flat.

        From now on no order leaves that has not left already.
        """
        self._withdrawals.stop_all()
        pause = self._parameters.retry_spacing_seconds[-1]
        return await close_everything(
            self._line(asyncio.sleep),
            self._parameters.orders_page_size,
            tries,
            lambda: asyncio.sleep(pause),
            self._is_settled,
        )

    def _is_settled(self) -> bool:
        """Tell whether no order is on its way to the broker; without `run` none is carried out."""
        orders = (SubmitOrder, ReplaceOrder)
        return not (self._running and any(isinstance(c, orders) for c in self._lanes.under_way))

    async def _carry_out(self, command: Command, turn: Turn) -> None:
        line = self._line(turn.pause, turn.aside)
        if not await may_leave(command, self._durable, self._answers):
            return
        match command:
            case CancelOrder() if self._withdrawals.settle(command):
                pass
            case SubmitOrder():
                self._remember(await self._submitter.submit(command, line))
            case CancelOrder():
                await self._amender.cancel(command, line)
            case ReplaceOrder():
                self._news.expect_replacement(command.order_id, command.new_client_order_id)
                self._remember(await self._amender.replace(command, line))
            case AskBroker():
                await self._questions.answer(command, line)
            case _:
                raise TypeError(f"no broker command: {type(command).__name__}")

    def _remember(self, row: OrderRow | None) -> None:
        if row is not None:
            since = instant_of(row.created_at, default=self._clock.now())
            self._memory.opened(row.id, row.client_order_id or "", since)

    async def _catch_up(self) -> None:
        """Tell what a lost stream missed, however long the broker takes to answer."""
        if self._sweep.start():
            return
        while not await self._swept(settle_seconds=0.0):
            self._news.release()  # these are facts; they need not wait for the rest
            await self._step_aside(self._parameters.retry_spacing_seconds[-1])

    async def _sweep_now_and_then(self) -> None:
        interval = self._parameters.sweep_interval_seconds
        while True:
            await self._clock.sleep(interval)
            # The core's reconciliation sweeps too; what it has read need not be read again.
            is_due = self._clock.now() - self._swept_at >= interval * NANOS
            if is_due and self._memory.open_since() is not None:
                with self._quiescence.work():
                    await self._swept(self._parameters.sweep_settle_seconds)

    async def _swept(self, settle_seconds: float) -> bool:
        try:
            await self._sweep_and_tell(self._line(self._step_aside, self._aside), settle_seconds)
        except _NO_ANSWER as error:
            self._answers.unreachable("sweep", str(error))
            return False
        return True

    async def _sweep_and_tell(self, line: Line, settle_seconds: float) -> None:
        # The sweep before may wait on the clock: who waits for it holds up neither time nor place.
        while self._sweeping.locked():
            await line.aside(self._sweep_over())
        async with self._sweeping:
            swept = await self._sweep.read(line, settle_seconds)
        now = self._swept_at = self._clock.now()
        self._inbox.put_many([rejected(row, "sweep", now) for row in swept.unreadable])
        self._news.tell(swept.reports)

    async def _sweep_over(self) -> None:
        async with self._sweeping:
            pass

    async def _step_aside(self, seconds: float) -> None:
        await self._aside(self._clock.sleep(seconds))

    async def _aside(self, waiting: Awaitable[object]) -> None:
        """Wait without counting as lock-step work."""
        self._quiescence.end()
        try:
            await waiting
        finally:
            self._quiescence.begin()

    def _line(self, pause: Pause, aside: Aside = plainly) -> Line:
        return Line(self._rest, self._budget, self._parameters, pause, aside)
