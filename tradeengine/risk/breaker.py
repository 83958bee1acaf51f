"""
The breaker: the engine's one state machine, as data.

`MOVES` holds, for each state, the signals that leave it; a signal that is not
listed leaves the state as it is. Entries are allowed in TRADING only (the gate
asks); exits, cancels and flatten always are.

A drawdown beyond the limit means LOCKED: the lock is written durably first, then
everything is cancelled and closed and the run ends; only a person's review lets
the next one trade. SAFETY is in the vocabulary and gets its procedure in a later
release; until then a lost feed or order stream means REDUCING.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from tradeengine.model.commands import AskBroker, FlattenAll, LockTrading, RequestStop
from tradeengine.model.events import (
    AlertRaised,
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
    Reconciled,
    RunOpened,
    StateChanged,
    SymbolFrozen,
    TimerFired,
    WarmUpEnded,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Question, Severity, StopTrigger


class Signal(StrEnum):
    """What can move the engine from state to state."""

    CONNECTED = "both streams are ready"
    RECONCILED = "the broker's truth is known"
    OPENED = "the session is open and the data is warm"
    IMPAIRED = "something is wrong that forbids entries"
    RESTORED = "nothing forbids entries any more"
    STOP = "a stop was asked for"
    LOCK = "the drawdown limit was reached"
    FLATTENED = "the flatten has ended"


_S, _G = EngineState, Signal

_OUT = {_G.STOP: _S.HALTING, _G.LOCK: _S.LOCKED}
"""What leads out of every state in which nothing has been stopped yet."""

MOVES: Mapping[EngineState, Mapping[Signal, EngineState]] = MappingProxyType(
    {
        _S.STARTING: {_G.CONNECTED: _S.RECONCILING, **_OUT},
        _S.RECONCILING: {_G.RECONCILED: _S.CLOSED, **_OUT},
        _S.CLOSED: {_G.OPENED: _S.TRADING, **_OUT},
        _S.TRADING: {_G.IMPAIRED: _S.REDUCING, **_OUT},
        _S.REDUCING: {_G.RESTORED: _S.TRADING, **_OUT},
        _S.SAFETY: {**_OUT},
        # A stop changes nothing in these two: the flatten is never cut short.
        _S.LOCKED: {_G.FLATTENED: _S.STOPPED},
        _S.HALTING: {_G.FLATTENED: _S.STOPPED, _G.LOCK: _S.LOCKED},
        _S.STOPPED: {},
    }
)


class Breaker:
    """Hold the engine's state and move it by the table."""

    def __init__(self, drawdown_limit: Decimal) -> None:
        """Take the drawdown limit as a fraction of the day's baseline equity."""
        self.state = EngineState.STARTING
        self._drawdown_limit = drawdown_limit
        self._run: RunOpened | None = None
        self._order_stream = self._feed = self._warm = False
        self._unanswered = False
        self._faults: dict[str, str] = {}

    def on_run_opened(self, run: RunOpened) -> None:
        self._run = run

    def on_order_stream_ready(self, event: OrderStreamReady) -> Iterator[Message]:
        self._order_stream = True
        yield from self._mend("order stream", event.received_at)

    def on_order_stream_lost(self, event: OrderStreamLost) -> Iterator[Message]:
        self._order_stream = False
        yield from self._fault("order stream", f"lost: {event.reason}", event.received_at)

    def on_feed_connected(self, event: FeedConnected) -> Iterator[Message]:
        self._feed = True
        yield from self._mend("feed", event.received_at)

    def on_feed_lost(self, event: FeedLost) -> Iterator[Message]:
        self._feed = False
        yield from self._fault("feed", f"lost: {event.reason}", event.received_at)

    def on_feed_muted(self, event: FeedMuted) -> Iterator[Message]:
        reason = f"mute for {event.silent_seconds:.0f} s; probe: {event.probe}"
        yield from self._fault("data", reason, event.received_at)

    def on_feed_stable(self, event: FeedStable) -> Iterator[Message]:
        yield from self._mend("data", event.received_at)

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
            yield FlattenAll(at=event.at, trigger=StopTrigger.DRAWDOWN, reason=reason)

    def on_request_stop(self, command: RequestStop) -> Iterator[Message]:
        reason = command.reason or command.trigger.value
        yield from self._stop(command.trigger, reason, command.received_at)

    def on_flatten_ended(self, event: FlattenEnded) -> Iterator[Message]:
        verdict = "flat" if event.flat else "NOT flat"
        yield from self._move(Signal.FLATTENED, verdict, event.at)

    def _open_if_due(self, now: int) -> Iterator[Message]:
        run = self._run
        if run is not None and self._warm and now >= run.session_open:
            yield from self._move(Signal.OPENED, "session open, indicators warm", now)
            if self._faults:
                yield from self._move(Signal.IMPAIRED, self._fault_words(), now)

    def _fault(self, name: str, reason: str, now: int) -> Iterator[Message]:
        self._faults[name] = reason
        text = f"{name} {reason}"
        yield AlertRaised(at=now, severity=Severity.CRITICAL, code="IMPAIRED", text=text)
        yield from self._move(Signal.IMPAIRED, self._fault_words(), now)

    def _mend(self, name: str, now: int) -> Iterator[Message]:
        self._faults.pop(name, None)
        if self._order_stream and self._feed:
            yield from self._move(Signal.CONNECTED, "order stream and feed are ready", now)
            if not self._faults:
                yield from self._move(Signal.RESTORED, f"{name} is back", now)

    def _fault_words(self) -> str:
        return "; ".join(f"{name} {reason}" for name, reason in self._faults.items())

    def _stop(self, trigger: StopTrigger, reason: str, now: int) -> Iterator[Message]:
        if Signal.STOP not in MOVES[self.state]:
            return
        yield from self._move(Signal.STOP, f"{trigger.value}: {reason}", now)
        yield FlattenAll(at=now, trigger=trigger, reason=reason)

    def _move(self, signal: Signal, reason: str, now: int) -> Iterator[Message]:
        before, after = self.state, MOVES[self.state].get(signal, self.state)
        if after is not before:
            self.state = after
            yield StateChanged(at=now, before=before, after=after, reason=reason)
        if after is not before and after is EngineState.RECONCILING:
            yield AskBroker(at=now, why=Question.START)
