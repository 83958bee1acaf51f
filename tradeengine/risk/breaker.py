"""
The breaker: moves the engine by the table of `moves.py`.

Entries are allowed in TRADING only (the gate asks); exits, cancels and flatten
always are.

A drawdown beyond the limit means LOCKED: the lock is written durably first, then
everything is cancelled and closed and the run ends; only a person's review lets
the next one trade.

A feed or order stream that is lost forbids entries at once (REDUCING). If it stays
lost, or is proven mute, that means SAFETY: everything is cancelled and closed, as
often as it takes, and the engine waits. It trades again when the feed has brought
data in several intervals in a row, the order stream listens, and broker and ledger
both say flat.
"""

from collections.abc import Iterator
from decimal import Decimal

from tradeengine.model.commands import AskBroker, FlattenAll, LockTrading, RequestStop
from tradeengine.model.events import (
    AlertRaised,
    BrokerSnapshot,
    BrokerUnreachable,
    DifferenceFound,
    EquityChanged,
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    FlattenEnded,
    OrderStreamLost,
    OrderStreamReady,
    PositionChanged,
    Reconciled,
    RunOpened,
    StateChanged,
    SymbolFrozen,
    TimerFired,
    WarmUpEnded,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Question, Severity, StopTrigger
from tradeengine.risk.dangers import Dangers
from tradeengine.risk.moves import MOVES, Signal

_ASK_AGAIN = 30 * NANOS
"""Pause after an answer that was no reason to resume: the request budget is not ours alone."""


class Breaker:
    """Hold the engine's state and move it by the table."""

    def __init__(self, drawdown_limit: Decimal, safety_grace_seconds: float = 5.0) -> None:
        """
        Take the drawdown limit as a fraction of the day's baseline equity, and how
        long feed or order stream may be lost before everything is closed.
        """
        self.state = EngineState.STARTING
        self._drawdown_limit = drawdown_limit
        self._run: RunOpened | None = None
        self._order_stream = self._feed = self._warm = False
        self._unanswered = False
        self._faults: dict[str, str] = {}
        self._dangers = Dangers(safety_grace_seconds)
        self._held: set[str] = set()
        self._flat = self._asking = False
        """In SAFETY: whether the flatten has ended flat; whether the broker is being asked."""

        self._ask_not_before = 0
        self._flattening: StopTrigger | None = None
        """What the flatten that was asked for last is for."""

    @property
    def is_stopping(self) -> bool:
        """Whether the last flatten is under way, which nothing cuts short."""
        return self.state in {EngineState.HALTING, EngineState.LOCKED}

    def on_run_opened(self, run: RunOpened) -> None:
        self._run = run

    def on_order_stream_ready(self, event: OrderStreamReady) -> Iterator[Message]:
        self._order_stream = True
        self._dangers.clear("order stream")
        yield from self._mend("order stream", event.received_at)

    def on_order_stream_lost(self, event: OrderStreamLost) -> Iterator[Message]:
        self._order_stream = False
        self._dangers.note("order stream", f"lost: {event.reason}", event.received_at)
        yield from self._impair("order stream", f"lost: {event.reason}", event.received_at)

    def on_feed_connected(self, event: FeedConnected) -> Iterator[Message]:
        self._feed = True
        if self.state is not EngineState.SAFETY:
            self._dangers.clear("feed")
        yield from self._mend("feed", event.received_at)

    def on_feed_lost(self, event: FeedLost) -> Iterator[Message]:
        self._feed = False
        self._dangers.note("feed", f"lost: {event.reason}", event.received_at)
        yield from self._impair("feed", f"lost: {event.reason}", event.received_at)

    def on_feed_muted(self, event: FeedMuted) -> Iterator[Message]:
        reason = f"mute for {event.silent_seconds:.0f} s; probe: {event.probe}"
        self._dangers.note_proven("data", reason, event.received_at)
        yield from self._impair("data", reason, event.received_at)
        yield from self._save_if_due(event.received_at)

    def on_feed_stable(self, event: FeedStable) -> Iterator[Message]:
        """Several intervals in a row brought data: the feed is as good as before."""
        self._dangers.clear("feed")
        self._dangers.clear("data")
        yield from self._mend("data", event.received_at)

    def on_position(self, position: PositionChanged) -> None:
        """Remember what the ledger says is held: flat means both of us."""
        if position.quantity:
            self._held.add(position.symbol)
        else:
            self._held.discard(position.symbol)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """Go on trading when the danger is over and nothing is left; else close again."""
        if snapshot.why != Question.RESUME:
            return
        self._asking = False
        if self.state is not EngineState.SAFETY or self._dangers:
            return
        if snapshot.positions or snapshot.orders or snapshot.unreadable_rows:
            yield self._close_everything("the broker still holds something", snapshot.received_at)
        elif self._held:
            yield self._unlike(snapshot.received_at)
        else:
            reason = "the feed is stable, broker and ledger are flat"
            yield from self._move(Signal.RESUMED, reason, snapshot.received_at)
            yield from self._impair_if_faulty(snapshot.received_at)

    def _unlike(self, now: int) -> AlertRaised:
        """Broker flat, ledger not: a fill may still be told; else a person must look."""
        self._ask_not_before = now + _ASK_AGAIN
        names = ", ".join(sorted(self._held))
        text = f"SAFETY stays: the broker is flat, the ledger holds {names}; look, then restart"
        return AlertRaised(at=now, severity=Severity.CRITICAL, code="NOT_ALIKE", text=text)

    def on_difference(self, event: DifferenceFound) -> Iterator[Message]:
        """Freeze a symbol about which the broker and the record disagree."""
        if event.explained:
            return
        reason = f"broker holds {event.held}, the record says {event.recorded}"
        yield SymbolFrozen(at=event.received_at, symbol=event.symbol, reason=reason)
        yield from self._fault(f"difference in {event.symbol}", reason, event.received_at)

    def on_unreachable(self, event: BrokerUnreachable) -> None:
        """Without an answer to the first question nothing begins: ask it again."""
        self._unanswered |= event.why == Question.START
        if event.why == Question.RESUME:
            self._asking = False

    def on_reconciled(self, event: Reconciled) -> Iterator[Message]:
        if event.unexplained:
            self._faults["reconciliation"] = f"left {event.unexplained} differences unexplained"
        summary = f"broker read, {event.unexplained} unexplained"
        yield from self._move(Signal.RECONCILED, summary, event.received_at)

    def on_warm_up_ended(self, event: WarmUpEnded) -> Iterator[Message]:
        self._warm = True
        yield from self._open_if_due(event.received_at)

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        if self._unanswered and self.state is EngineState.RECONCILING:
            self._unanswered = False
            yield AskBroker(at=timer.received_at, why=Question.START)
        yield from self._open_if_due(timer.received_at)
        yield from self._save_if_due(timer.received_at)
        yield from self._resume_if_due(timer.received_at)
        run = self._run
        if run is not None and timer.received_at >= run.until:
            yield from self._stop(run.until_trigger, "the run's end is reached", timer.received_at)

    def on_equity(self, event: EquityChanged) -> Iterator[Message]:
        if event.drawdown >= self._drawdown_limit and Signal.LOCK in MOVES[self.state]:
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
        yield from self._move(Signal.LOCK, reason, event.at)
        yield AlertRaised(at=event.at, severity=Severity.CRITICAL, code="LOCKED", text=reason)
        if not halting:
            yield self._flatten(StopTrigger.DRAWDOWN, reason, event.at)

    def on_request_stop(self, command: RequestStop) -> Iterator[Message]:
        reason = command.reason or command.trigger.value
        yield from self._stop(command.trigger, reason, command.received_at)

    def on_flatten_ended(self, event: FlattenEnded) -> Iterator[Message]:
        if event.trigger is not self._flattening:
            return  # An earlier flatten, which this one has taken the place of.
        verdict = "flat" if event.flat else "NOT flat"
        if self.state is EngineState.SAFETY:
            self._flat = event.flat
            if not event.flat:
                yield self._close_everything("still not flat", event.at)
        yield from self._move(Signal.FLATTENED, verdict, event.at)

    def _open_if_due(self, now: int) -> Iterator[Message]:
        run = self._run
        if run is not None and self._warm and now >= run.session_open:
            yield from self._move(Signal.OPENED, "session open, indicators warm", now)
            yield from self._impair_if_faulty(now)

    def _impair_if_faulty(self, now: int) -> Iterator[Message]:
        if self._faults or self._dangers:
            yield from self._move(Signal.IMPAIRED, self._fault_words(), now)

    def _save_if_due(self, now: int) -> Iterator[Message]:
        """Close everything when a danger has lasted."""
        if Signal.ENDANGERED not in MOVES[self.state] or not self._dangers.have_lasted(now):
            return
        reason = "; ".join(self._dangers.words())
        yield from self._move(Signal.ENDANGERED, reason, now)
        text = f"closing everything: {reason}"
        yield AlertRaised(at=now, severity=Severity.CRITICAL, code="SAFETY", text=text)
        yield self._close_everything(reason, now)

    def _close_everything(self, reason: str, now: int) -> FlattenAll:
        self._flat = False
        return self._flatten(StopTrigger.SAFETY, reason, now)

    def _flatten(self, trigger: StopTrigger, reason: str, now: int) -> FlattenAll:
        self._flattening = trigger
        return FlattenAll(at=now, trigger=trigger, reason=reason)

    def _resume_if_due(self, now: int) -> Iterator[Message]:
        """Ask the broker once more when nothing endangers us and the flatten has ended."""
        waits = self.state is EngineState.SAFETY and self._flat and not self._asking
        if waits and not self._dangers and now >= self._ask_not_before:
            self._asking = True
            yield AskBroker(at=now, why=Question.RESUME)

    def _impair(self, name: str, reason: str, now: int) -> Iterator[Message]:
        text = f"{name} {reason}"
        yield AlertRaised(at=now, severity=Severity.CRITICAL, code="IMPAIRED", text=text)
        yield from self._move(Signal.IMPAIRED, self._fault_words(), now)

    def _fault(self, name: str, reason: str, now: int) -> Iterator[Message]:
        self._faults[name] = reason
        yield from self._impair(name, reason, now)

    def _mend(self, name: str, now: int) -> Iterator[Message]:
        if self._order_stream and self._feed:
            yield from self._move(Signal.CONNECTED, "order stream and feed are ready", now)
            if not self._faults and not self._dangers:
                yield from self._move(Signal.RESTORED, f"{name} is back", now)

    def _fault_words(self) -> str:
        faults = [f"{name} {reason}" for name, reason in self._faults.items()]
        return "; ".join(self._dangers.words() + faults)

    def _stop(self, trigger: StopTrigger, reason: str, now: int) -> Iterator[Message]:
        if self.is_stopping and trigger is StopTrigger.FAULT:
            # What was decided may have been lost in the fault: say it again, and begin again.
            yield StateChanged(at=now, before=self.state, after=self.state, reason=reason)
        elif Signal.STOP not in MOVES[self.state]:
            return
        yield from self._move(Signal.STOP, f"{trigger.value}: {reason}", now)
        yield self._flatten(trigger, reason, now)

    def _move(self, signal: Signal, reason: str, now: int) -> Iterator[Message]:
        before, after = self.state, MOVES[self.state].get(signal, self.state)
        if after is not before:
            self.state = after
            yield StateChanged(at=now, before=before, after=after, reason=reason)
        if after is not before and after is EngineState.RECONCILING:
            yield AskBroker(at=now, why=Question.START)
