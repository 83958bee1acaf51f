"""
The breaker: moves the engine by the table of `moves.py`.

Entries are allowed in TRADING only (the gate asks); exits, cancels and flatten
always are.

A drawdown beyond the limit means LOCKED: the lock is written durably first, then
everything is cancelled and closed and the run ends; only a person's review lets
the next one trade.

A feed or order stream that is lost forbids entries at once (REDUCING). If it stays
lost, or is proven mute, that means SAFETY (`rescue.py`).
"""

from collections.abc import Iterator
from decimal import Decimal

from tradeengine.model.commands import AskBroker, FlattenAll, LockTrading, RequestStop
from tradeengine.model.events import (
    AlertRaised,
    AlertsWaiting,
    BrokerSnapshot,
    BrokerUnreachable,
    DifferenceFound,
    EquityChanged,
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    FlattenEnded,
    HoldingsAgree,
    HoldingsDiffer,
    OrderStreamLost,
    OrderStreamReady,
    Reconciled,
    RunOpened,
    StateChanged,
    StrangerSeen,
    SymbolFrozen,
    TimerFired,
    WarmUpEnded,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import (
    EngineState,
    ForeignPolicy,
    Question,
    Severity,
    StopTrigger,
)
from tradeengine.risk.comparison import Comparison
from tradeengine.risk.lateness import Lateness
from tradeengine.risk.machine import Machine
from tradeengine.risk.moves import Signal
from tradeengine.risk.rescue import Rescue


class Breaker:
    """Hear what happens and move the engine's state."""

    def __init__(
        self,
        drawdown_limit: Decimal,
        safety_grace_seconds: float = 5.0,
        foreign: ForeignPolicy = ForeignPolicy.FREEZE,
    ) -> None:
        """
        Take the drawdown limit as a fraction of the day's baseline equity, how long feed
        or order stream may be lost before everything is closed, and the policy for what
        others do in the account.
        """
        self._foreign = foreign
        self._frozen: set[str] = set()
        self._drawdown_limit = drawdown_limit
        self._machine = Machine(safety_grace_seconds)
        self._rescue = Rescue(self._machine, self._flatten)
        self.on_position = self._rescue.on_position
        self.lateness = Lateness(self._machine)
        self.comparison = Comparison(self._machine)
        self._run: RunOpened | None = None
        self._order_stream = self._feed = self._warm = False
        self._unanswered = False
        self._flattening: StopTrigger | None = None
        """What the flatten that was asked for last is for."""

    @property
    def state(self) -> EngineState:
        """What the engine may do now."""
        return self._machine.state

    @property
    def is_stopping(self) -> bool:
        """Whether the last flatten is under way, which nothing cuts short."""
        return self.state in {EngineState.HALTING, EngineState.LOCKED}

    def on_run_opened(self, run: RunOpened) -> None:
        self._run = run

    def on_order_stream_ready(self, event: OrderStreamReady) -> Iterator[Message]:
        self._order_stream = True
        self._machine.dangers.clear("order stream")
        yield from self._mend("order stream", event.received_at)

    def on_order_stream_lost(self, event: OrderStreamLost) -> Iterator[Message]:
        self._order_stream = False
        yield from self._lost("order stream", event.reason, event.received_at)

    def on_feed_connected(self, event: FeedConnected) -> Iterator[Message]:
        self._feed = True
        if self.state is not EngineState.SAFETY:
            self._machine.dangers.clear("feed")
        yield from self._mend("feed", event.received_at)

    def on_feed_lost(self, event: FeedLost) -> Iterator[Message]:
        self._feed = False
        yield from self._lost("feed", event.reason, event.received_at)

    def on_feed_muted(self, event: FeedMuted) -> Iterator[Message]:
        reason = f"mute for {event.silent_seconds:.0f} s ({event.channel}); probe: {event.probe}"
        self._machine.dangers.note_proven("data", reason, event.received_at)
        yield from self._machine.impair("data", reason, event.received_at)
        yield from self._rescue.save_if_due(event.received_at)

    def on_feed_stable(self, event: FeedStable) -> Iterator[Message]:
        """Several intervals in a row brought data: the feed is as good as before."""
        self._machine.dangers.clear("feed")
        self._machine.dangers.clear("data")
        yield from self._mend("data", event.received_at)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        if snapshot.why == Question.RESUME:
            yield from self._rescue.on_answer(snapshot)

    def on_difference(self, event: DifferenceFound) -> Iterator[Message]:
        """Freeze a symbol about which the broker and the record disagree."""
        if event.explained:
            return
        name, now = f"difference in {event.symbol}", event.received_at
        reason = f"broker holds {event.held}, the record says {event.recorded}"
        yield SymbolFrozen(at=now, symbol=event.symbol, reason=reason)
        self._machine.note_fault(name, reason)
        yield from self._machine.impair(name, reason, now)

    def on_holdings(self, differ: HoldingsDiffer) -> Iterator[Message]:
        """Handle by policy that the broker holds something else than our books say."""
        held = f"the broker holds {differ.held}, our books said {differ.recorded}"
        name = f"holdings of {differ.symbol}"
        if self._foreign is ForeignPolicy.FREEZE or (
            self._foreign is ForeignPolicy.IGNORE and differ.taken_over and differ.recorded
        ):
            yield from self._freeze(differ.symbol, name, held, differ.at)
        else:
            taken = "taken over" if differ.taken_over else "the rest is left to whoever holds it"
            yield self._warning("FOREIGN", f"{differ.symbol}: {held}; {taken}", differ.at)

    def on_stranger(self, stranger: StrangerSeen) -> Iterator[Message]:
        """Handle by policy that somebody else trades in the account."""
        name = stranger.client_order_id or "without a name"
        words = f"{stranger.what} of another ({name})"
        if self._foreign is ForeignPolicy.FREEZE:
            key = f"stranger in {stranger.symbol}"
            yield from self._freeze(stranger.symbol, key, words, stranger.at)
        else:
            yield self._warning("FOREIGN", f"{stranger.symbol}: {words}", stranger.at)

    def on_holdings_agree(self, agree: HoldingsAgree) -> Iterator[Message]:
        """Trade on in the other symbols once broker and books are alike again."""
        for symbol in list(self._frozen):
            self._machine.clear_fault(f"holdings of {symbol}")
            if symbol not in agree.strangers:
                self._machine.clear_fault(f"stranger in {symbol}")
        yield from self._machine.restore_if_sound("broker and books are alike", agree.at)

    def _freeze(self, symbol: str, name: str, reason: str, now: int) -> Iterator[Message]:
        self._frozen.add(symbol)
        yield SymbolFrozen(at=now, symbol=symbol, reason=reason)
        self._machine.note_fault(name, reason)
        yield from self._machine.impair(name, reason, now)

    def _warning(self, code: str, text: str, now: int) -> AlertRaised:
        return AlertRaised(at=now, severity=Severity.WARNING, code=code, text=text)

    def on_unreachable(self, event: BrokerUnreachable) -> None:
        """Without an answer to the first question nothing begins: ask it again."""
        self._unanswered |= event.why == Question.START
        if event.why == Question.RESUME:
            self._rescue.on_unanswered()

    def on_reconciled(self, event: Reconciled) -> Iterator[Message]:
        if event.unexplained:
            reason = f"left {event.unexplained} differences unexplained"
            self._machine.note_fault("reconciliation", reason)
        summary = f"broker read, {event.unexplained} unexplained"
        yield from self._machine.move(Signal.RECONCILED, summary, event.received_at)

    def on_alerts_waiting(self, event: AlertsWaiting) -> Iterator[Message]:
        """Take no entries while a critical of before this session waits for a person."""
        now = event.received_at
        if not event.count:
            self._machine.clear_fault("alerts")
            yield from self._machine.restore_if_sound("the alerts are acknowledged", now)
            return
        reason = f"wait for a person ({event.words}): `tradeengine alerts ack`"
        self._machine.note_fault("alerts", reason)
        text = f"no entries: critical alerts {reason}"
        # Not a critical itself, or it would wait for a person too.
        yield AlertRaised(at=now, severity=Severity.WARNING, code="ALERTS_WAITING", text=text)
        yield from self._machine.impair_if_faulty(now)

    def on_warm_up_ended(self, event: WarmUpEnded) -> Iterator[Message]:
        self._warm = True
        yield from self._open_if_due(event.received_at)

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        now, run = timer.received_at, self._run
        if self._unanswered and self.state is EngineState.RECONCILING:
            self._unanswered = False
            yield AskBroker(at=now, why=Question.START)
        yield from self._open_if_due(now)
        yield from self._rescue.save_if_due(now)
        yield from self._rescue.resume_if_due(now)
        if run is not None and now >= run.until:
            yield from self._stop(run.until_trigger, "the run's end is reached", now)

    def on_equity(self, event: EquityChanged) -> Iterator[Message]:
        if event.drawdown >= self._drawdown_limit and self._machine.allows(Signal.LOCK):
            yield from self._lock(event)

    def _lock(self, event: EquityChanged) -> Iterator[Message]:
        """Write the lock before anything leaves; flatten, unless that is under way already."""
        limit, halting = self._drawdown_limit, self.state is EngineState.HALTING
        yield LockTrading(
            at=event.at,
            equity=event.equity,
            baseline=event.baseline,
            drawdown=event.drawdown,
            limit=limit,
        )
        reason = f"drawdown {event.drawdown:.4%} of {limit:.2%} allowed"
        yield from self._machine.move(Signal.LOCK, reason, event.at)
        yield AlertRaised(at=event.at, severity=Severity.CRITICAL, code="LOCKED", text=reason)
        if not halting:
            yield self._flatten(StopTrigger.DRAWDOWN, reason, event.at)

    def on_request_stop(self, command: RequestStop) -> Iterator[Message]:
        reason = command.reason or command.trigger.value
        yield from self._stop(command.trigger, reason, command.received_at)

    def on_flatten_ended(self, event: FlattenEnded) -> Iterator[Message]:
        if event.trigger is not self._flattening:
            return  # An earlier flatten, which this one has taken the place of.
        if self.state is EngineState.SAFETY:
            yield from self._rescue.on_flattened(event)
        verdict = "flat" if event.flat else "NOT flat"
        yield from self._machine.move(Signal.FLATTENED, verdict, event.at)

    def _open_if_due(self, now: int) -> Iterator[Message]:
        run = self._run
        if run is not None and self._warm and now >= run.session_open:
            yield from self._machine.move(Signal.OPENED, "session open, indicators warm", now)
            yield from self._machine.impair_if_faulty(now)

    def _lost(self, name: str, why: str, now: int) -> Iterator[Message]:
        reason = f"lost: {why}"
        self._machine.dangers.note(name, reason, now)
        yield from self._machine.impair(name, reason, now)

    def _mend(self, name: str, now: int) -> Iterator[Message]:
        if self._order_stream and self._feed:
            both = "order stream and feed are ready"
            yield from self._machine.move(Signal.CONNECTED, both, now)
            yield from self._machine.restore_if_sound(f"{name} is back", now)

    def _flatten(self, trigger: StopTrigger, reason: str, now: int) -> FlattenAll:
        self._flattening = trigger
        return FlattenAll(at=now, trigger=trigger, reason=reason)

    def _stop(self, trigger: StopTrigger, reason: str, now: int) -> Iterator[Message]:
        if self.is_stopping and trigger is StopTrigger.FAULT:
            # What was decided may have been lost in the fault: say it again, and begin again.
            yield StateChanged(at=now, before=self.state, after=self.state, reason=reason)
        elif not self._machine.allows(Signal.STOP):
            return
        yield from self._machine.move(Signal.STOP, f"{trigger.value}: {reason}", now)
        yield self._flatten(trigger, reason, now)
