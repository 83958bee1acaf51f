"""
What a message is called in the event log, how serious it is, and in which words.

Ticks, heartbeats and the gate's ordinary work are in the journal, not in the
log. Everything else is one line, with its fields behind it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import structs

from tradeengine.logs import Level
from tradeengine.model import commands as c
from tradeengine.model import events as e
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.model.spans import new_york_words

UNLOGGED: frozenset[type[Message]] = frozenset(
    {
        e.Quote,
        e.Trade,
        e.Bar,
        e.PriceBand,
        e.TimerFired,
        e.EquityChanged,
        c.AskBroker,
        c.OrderIntent,
        c.ApprovedOrder,
    }
)
"""Messages that are in the journal only."""

_LEVELS: dict[type[Message], Level] = {
    e.DecisionMade: Level.DEBUG,
    e.OrderDenied: Level.DEBUG,
    e.BrokerSnapshot: Level.DEBUG,
    e.OrderAccepted: Level.DEBUG,
    e.FeedLost: Level.WARNING,
    e.FeedMuted: Level.WARNING,
    e.FeedGap: Level.WARNING,
    e.OrderStreamLost: Level.WARNING,
    e.MessageRejected: Level.WARNING,
    e.OrderRejected: Level.WARNING,
    e.OrderUnresolved: Level.WARNING,
    e.OrderStale: Level.WARNING,
    e.LoopFellBehind: Level.WARNING,
    e.BrokerUnreachable: Level.WARNING,
    e.DifferenceFound: Level.WARNING,
    e.SymbolFrozen: Level.WARNING,
    e.HoldingsDiffer: Level.WARNING,
    e.CashDiffers: Level.WARNING,
    e.StrangerSeen: Level.WARNING,
    e.PositionSplit: Level.WARNING,
    e.NakedLimitReached: Level.ERROR,
    e.StrategyFaulted: Level.ERROR,
    c.LockTrading: Level.CRITICAL,
}

_COMPONENTS: tuple[tuple[str, str], ...] = (
    ("Feed", "feed"),
    ("Symbol", "risk"),
    ("OrderStream", "broker"),
    ("OrderDenied", "risk"),
    ("OrderEnded", "router"),
    ("OrderStale", "router"),
    ("Order", "broker"),
    ("Submit", "router"),
    ("Cancel", "router"),
    ("Replace", "router"),
    ("Broker", "broker"),
    ("Position", "ledger"),
    ("Naked", "risk"),
    ("Holdings", "ledger"),
    ("Cash", "ledger"),
    ("Stranger", "router"),
    ("Strategy", "strategy"),
    ("Decision", "strategy"),
    ("State", "risk"),
    ("Lock", "risk"),
    ("Keep", "ledger"),
    ("Cash", "ledger"),
    ("Flatten", "router"),
    ("Job", "schedule"),
)
"""Beginnings of message names, and the room that speaks."""

_WORDS: dict[type[Message], Callable[[Any], str]] = {
    c.SubmitOrder: lambda m: (
        f"{m.purpose.value}: {m.side.value} {m.quantity} {m.symbol} {m.order_type.value}"
        f" {m.limit_price or m.stop_price or ''}".rstrip()
    ),
    c.CancelOrder: lambda m: f"cancel {m.client_order_id}",
    c.FlattenAll: lambda m: f"flatten everything ({m.trigger.value}): {m.reason}",
    c.LockTrading: lambda m: (
        f"lock: equity {m.equity:.2f} is {m.drawdown:.4%} below {m.baseline:.2f},"
        f" {m.limit:.2%} allowed"
    ),
    c.KeepBaseline: lambda m: f"the day is measured against {m.baseline:.2f}",
    c.RequestStop: lambda m: f"stop asked for by {m.trigger.value} {m.reason}".rstrip(),
    e.OrderFilled: lambda m: f"{m.side.value} {m.quantity} {m.symbol} at {m.price}",
    e.OrderRejected: lambda m: f"{m.symbol} refused: {m.reason} (HTTP {m.status_code})",
    e.OrderUnresolved: lambda m: f"{m.client_order_id} may or may not exist: {m.reason}",
    e.OrderNotFound: lambda m: f"{m.client_order_id} was never taken ({m.lookups} look-ups)",
    e.CancelRejected: lambda m: f"{m.client_order_id} was not cancelled: {m.reason}",
    e.OrderEnded: lambda m: f"{m.purpose.value} {m.symbol} {m.outcome}, filled {m.filled}",
    e.OrderDenied: lambda m: (
        f"{m.intent.symbol} {m.reason.name}: {m.reason.value}; limit {m.limit}, is {m.actual}"
    ),
    e.OrderStale: lambda m: f"{m.client_order_id}: {m.event} while {m.state}: {m.note}",
    e.PositionChanged: lambda m: f"{m.symbol} {m.quantity} at {m.average_price}",
    e.PositionSplit: lambda m: f"{m.symbol} was split: {m.ratio} for one, now {m.quantity} shares",
    e.NakedLimitReached: lambda m: (
        f"{m.symbol}: ${m.dollars:.2f} without a broker-held stop,"
        f" {m.dollar_seconds:.0f} dollar-seconds of {m.limit:.0f} allowed"
    ),
    e.HoldingsDiffer: lambda m: (
        f"{m.symbol}: the broker holds {m.held}, our books said {m.recorded}"
        f"{'' if m.taken_over else '; the rest is that of others'}"
    ),
    e.HoldingsAgree: lambda m: (
        f"broker and books are alike; orders of others: {', '.join(m.strangers) or 'none'}"
    ),
    e.CashDiffers: lambda m: f"the broker has {m.held} in cash, our books said {m.recorded}",
    e.StrangerSeen: lambda m: f"{m.symbol}: {m.what} of another, {m.client_order_id or 'no name'}",
    e.StateChanged: lambda m: f"{m.before.value} -> {m.after.value}: {m.reason}",
    e.AlertRaised: lambda m: m.text,
    e.SymbolFrozen: lambda m: f"{m.symbol} is frozen: {m.reason}",
    e.StrategyFaulted: lambda m: (
        f"{m.strategy} raised {m.error} on {m.message}{'; it is benched' if m.benched else ''}"
    ),
    e.CashMoved: lambda m: f"{m.flow.kind} {m.flow.amount:+.2f} ({m.flow.activity_id})",
    e.FeedConnected: lambda m: f"subscribed to {m.symbols} symbols",
    e.FeedLost: lambda m: m.reason,
    e.FeedMuted: lambda m: (
        f"{m.channel}: no data for {m.silent_seconds:.0f} s of market time;"
        f" last was {m.last_event}; {m.probe}"
    ),
    e.FeedStable: lambda m: m.evidence,
    e.SymbolQuiet: lambda m: f"{m.symbol} is silent for {m.silent_seconds:.0f} s",
    e.OrderStreamLost: lambda m: m.reason,
    e.BrokerUnreachable: lambda m: f"no answer ({m.why}): {m.reason}",
    e.OrderStreamReady: lambda _: "authorised and listening",
    e.FeedGap: lambda m: (
        f"{m.symbols} symbols missed {(m.end - m.start) / 1e9:.1f} s;"
        f" {m.refilled} bars refilled {m.problem}".rstrip()
    ),
    e.DifferenceFound: lambda m: (
        f"{m.symbol}: record {m.recorded}, broker {m.held}; "
        f"{'explained' if m.explained else 'UNEXPLAINED'}: {m.explanation}"
    ),
    e.FlattenEnded: lambda m: (
        f"{'flat' if m.flat else 'NOT FLAT'} after {m.rounds} rounds, {m.seconds:.1f} s"
        f" {m.reasons}".rstrip()
    ),
    e.MessageRejected: lambda m: f"{m.place}: {m.problem}: {m.text[:120]}",
    e.RunOpened: lambda m: f"run {m.run_tag}",
    e.EntriesRecalled: lambda m: f"{len(m.entries)} entries and buys of earlier runs count",
    e.LoopFellBehind: lambda m: (
        f"the event loop was late {m.times} times, last by {m.seconds:.2f} s in {m.culprit}"
    ),
    e.LoopSteady: lambda _: "the event loop is in time again",
    e.AlertsWaiting: lambda m: f"critical alerts that wait: {m.count} {m.words}".rstrip(),
    e.JobStarted: lambda m: (
        f"{m.name}, due {new_york_words(m.due)}, begins {m.late_seconds:.0f} s later"
        f"{f'; {m.missed_before} before it were missed' if m.missed_before else ''}"
    ),
    e.JobEnded: lambda m: f"{m.name}, due {new_york_words(m.due)}, {m.outcome.value}: {m.words}",
    e.PlanMade: lambda m: (
        f"{len(m.plan.symbols)} symbols, regime {m.plan.regime.value}, VIX {m.plan.vix}"
    ),
    e.WarmUpEnded: lambda m: f"{m.bars} bars of history",
    e.Reconciled: lambda m: f"{m.unexplained} unexplained differences",
}


class Line(NamedTuple):
    """A message as the event log writes it."""

    level: Level
    component: str
    code: str
    text: str
    fields: dict[str, object]


def describe(message: Message) -> Line | None:
    """Describe a message; None if it is not for the log."""
    kind = type(message)
    if kind in UNLOGGED:
        return None
    fields = structs.asdict(message)
    words = _WORDS.get(kind)
    text = words(message) if words else code_of(kind).lower().replace("_", " ")
    return Line(_level(message), component_of(kind), code_of(kind), text, fields)


def _level(message: Message) -> Level:
    if isinstance(message, e.AlertRaised):
        critical = message.severity is Severity.CRITICAL
        return Level.CRITICAL if critical else Level.WARNING
    if isinstance(message, e.JobEnded) and message.outcome is not JobOutcome.DONE:
        return Level.WARNING
    return _LEVELS.get(type(message), Level.INFO)


@lru_cache
def component_of(kind: type[Message]) -> str:
    """Name the room that a message speaks for."""
    name = kind.__name__
    return next((room for start, room in _COMPONENTS if name.startswith(start)), "engine")


@lru_cache
def code_of(kind: type[Message]) -> str:
    """Turn `OrderFilled` into `ORDER_FILLED`."""
    name = kind.__name__
    return "".join(f"_{ch}" if ch.isupper() else ch.upper() for ch in name).lstrip("_")
