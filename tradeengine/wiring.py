"""
Wiring: builds the parts and says who hears what. Read this first.

`build` makes one core: the same for every venue, for replay and for tests. The
table is in execution order: for each message, its handlers from left to right.
State is kept before opinions are formed: ledger, then risk, then strategies. A
message without a row is an error at start-up; a command has exactly one handler
that carries it out, and may have observers that only remember it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tradeengine.build_inputs import BuildInputs
from tradeengine.bus.dispatch import Bus, Routes
from tradeengine.bus.engine import Engine, Recorder
from tradeengine.bus.records import message_types
from tradeengine.errors import TradeEngineError
from tradeengine.ledger.ledger import Ledger
from tradeengine.ledger.reconciler import Reconciler
from tradeengine.model import commands as c
from tradeengine.model import events as e
from tradeengine.model.message import Message
from tradeengine.risk.breaker import Breaker
from tradeengine.risk.gate import RiskGate
from tradeengine.risk.naked import NakedMeter
from tradeengine.router.flatten import Flattener
from tradeengine.router.protection import Protector
from tradeengine.router.router import Router
from tradeengine.router.strangers import Strangers
from tradeengine.router.stuck_cancels import StuckCancels
from tradeengine.strategy.host import StrategyHost, load_strategies


class Outbox(Protocol):
    """Where commands leave the core: broker and state file, or nothing in a replay."""

    def send(self, command: Message) -> None:
        """Take a command; carry it out later, after it is durable."""


class NowhereOutbox:
    """The outbox of a replay: what was sent then is not sent again."""

    def send(self, command: Message) -> None:
        """Forget the command."""


class WiringIncomplete(TradeEngineError):
    """The table misses a message, or a command has no handler."""


@dataclass(frozen=True, slots=True)
class Core:
    """The built parts and their table, for those who show them."""

    engine: Engine
    routes: Routes
    ledger: Ledger
    gate: RiskGate
    breaker: Breaker
    router: Router
    protector: Protector
    meter: NakedMeter
    flattener: Flattener
    host: StrategyHost


def build(inputs: BuildInputs, recorder: Recorder, outbox: Outbox) -> Core:
    """Build one core. Raises BadConfiguration for a strategy that cannot be loaded."""
    ledger = Ledger(inputs.ledger)
    gate = RiskGate(inputs.risk, inputs.plan)
    breaker = Breaker(
        Decimal(str(inputs.risk.drawdown_max_fraction)),
        inputs.risk.safety_grace_seconds,
        inputs.ledger.foreign,
    )
    reconciler = Reconciler(inputs.ledger, ledger)
    router = Router(inputs.router)
    protector = Protector(inputs.router, router, ledger.mark)
    meter = NakedMeter(
        inputs.risk.naked_exposure_max_dollar_seconds, router.book.protected, gate.view.mark
    )
    flattener = Flattener(inputs.router, router, protector, gate.view.middle)
    stuck, strangers = StuckCancels(inputs.router, router.book), Strangers()
    host = StrategyHost(load_strategies(inputs.strategies, inputs.plan), inputs.host)
    routes = _routes(
        ledger,
        reconciler,
        gate,
        breaker,
        router,
        stuck,
        strangers,
        protector,
        meter,
        flattener,
        host,
        outbox,
    )
    check_complete(routes)
    engine = Engine(Bus(routes), recorder)
    return Core(engine, routes, ledger, gate, breaker, router, protector, meter, flattener, host)


def _routes(
    ledger: Ledger,
    reconciler: Reconciler,
    gate: RiskGate,
    breaker: Breaker,
    router: Router,
    stuck: StuckCancels,
    strangers: Strangers,
    protector: Protector,
    meter: NakedMeter,
    flattener: Flattener,
    host: StrategyHost,
    outbox: Outbox,
) -> Routes:
    """The table: message, then handlers in the order they run."""
    return {
        # market data
        e.Quote: [ledger.on_quote, gate.on_quote, host.on_quote],
        e.Trade: [ledger.on_trade, host.on_trade],
        e.Bar: [ledger.on_bar, gate.on_bar, host.on_bar],
        e.TradingStatus: [gate.on_status, flattener.on_status, host.on_status],
        e.PriceBand: [gate.on_band],
        e.TradeCancelled: [],
        # the edges' health
        e.FeedConnected: [
            gate.on_feed_connected,
            breaker.on_feed_connected,
            reconciler.on_feed_connected,
        ],
        e.FeedLost: [gate.on_feed_lost, breaker.on_feed_lost],
        e.FeedMuted: [gate.on_feed_muted, breaker.on_feed_muted],
        e.FeedStable: [gate.on_feed_stable, breaker.on_feed_stable],
        e.SymbolQuiet: [gate.on_symbol_quiet],
        e.FeedGap: [],
        e.QuotesConflated: [],
        e.MessageRejected: [],
        e.OrderStreamReady: [
            gate.on_stream_ready,
            breaker.on_order_stream_ready,
            reconciler.on_order_stream_ready,
        ],
        e.OrderStreamLost: [gate.on_stream_lost, breaker.on_order_stream_lost],
        # orders, as the broker tells them
        e.OrderAccepted: [
            router.on_order_event,
            meter.on_order_event,
            strangers.on_order_event,
        ],
        e.OrderRejected: [router.on_order_event, gate.on_broker_ended, flattener.on_rejected],
        e.OrderFilled: [
            router.on_filled,
            ledger.on_fill,
            gate.on_fill,
            reconciler.on_filled,
            strangers.on_order_event,
        ],
        e.OrderCancelled: [router.on_order_event, gate.on_broker_ended],
        e.OrderExpired: [router.on_order_event, gate.on_broker_ended],
        e.OrderReplaced: [router.on_order_event, gate.on_replaced],
        e.OrderUnresolved: [router.on_order_event],
        e.OrderNotFound: [router.on_order_event],
        e.CancelRejected: [router.on_order_event],
        e.ReplaceRejected: [],
        e.FillBusted: [
            router.on_busted,
            ledger.on_busted,
            gate.on_busted,
            reconciler.on_busted,
        ],
        # what the broker holds
        e.BrokerSnapshot: [
            ledger.on_snapshot,
            gate.on_snapshot,
            router.on_snapshot,
            protector.on_snapshot,
            flattener.on_snapshot,
            breaker.on_snapshot,
            breaker.comparison.on_snapshot,
            reconciler.on_snapshot,
            strangers.on_snapshot,
        ],
        e.BrokerUnreachable: [
            breaker.on_unreachable,
            breaker.comparison.on_unreachable,
            flattener.on_unreachable,
            reconciler.on_unreachable,
        ],
        e.CashMoved: [ledger.on_cash_moved, reconciler.on_cash_moved],
        e.DifferenceFound: [breaker.on_difference],
        e.EntriesRecalled: [gate.on_entries_recalled],
        e.Reconciled: [breaker.on_reconciled],
        e.AlertsWaiting: [breaker.on_alerts_waiting],
        e.LoopFellBehind: [breaker.lateness.on_lagged],
        e.LoopSteady: [breaker.lateness.on_steady],
        e.WarmUpEnded: [breaker.on_warm_up_ended],
        e.JobStarted: [],
        e.JobEnded: [],
        e.PlanMade: [gate.on_plan, host.on_plan],
        # time and the operator
        e.RunOpened: [
            ledger.on_run_opened,
            gate.on_run_opened,
            breaker.on_run_opened,
            router.on_run_opened,
            strangers.on_run_opened,
            flattener.on_run_opened,
            reconciler.on_run_opened,
            host.on_run_opened,
        ],
        e.TimerFired: [
            ledger.on_timer,
            gate.on_timer,
            breaker.on_timer,
            router.on_timer,
            stuck.on_timer,
            meter.on_timer,
            protector.on_timer,
            flattener.on_timer,
            reconciler.on_timer,
            host.on_timer,
        ],
        c.RequestStop: [breaker.on_request_stop],
        # from wish to order
        c.OrderIntent: [gate.on_intent],
        e.OrderDenied: [host.on_denied, flattener.on_denied],
        c.ApprovedOrder: [protector.on_approved, router.on_approved],
        c.SubmitOrder: [gate.on_submitted, outbox.send],
        c.CancelOrder: [outbox.send],
        c.ReplaceOrder: [outbox.send],
        c.AskBroker: [outbox.send],
        c.LockTrading: [outbox.send],
        c.KeepBaseline: [outbox.send],
        c.FlattenAll: [flattener.on_flatten_all, reconciler.on_flatten_all],
        # what the core concludes
        e.PositionChanged: [
            gate.on_position,
            breaker.on_position,
            meter.on_position,
            router.on_position,
            protector.on_position,
            host.on_position,
        ],
        e.PositionSplit: [ledger.on_split, router.on_split],
        e.NakedLimitReached: [gate.on_naked, protector.on_naked],
        e.HoldingsDiffer: [
            ledger.on_holdings,
            gate.on_holdings,
            router.on_holdings,
            breaker.on_holdings,
        ],
        e.HoldingsAgree: [breaker.on_holdings_agree],
        e.CashDiffers: [ledger.on_cash],
        e.StrangerSeen: [breaker.on_stranger, reconciler.on_stranger],
        e.EquityChanged: [gate.on_equity, breaker.on_equity],
        e.OrderEnded: [
            gate.on_order_ended,
            meter.on_order_ended,
            protector.on_order_ended,
            flattener.on_order_ended,
            host.on_order_ended,
        ],
        e.OrderStale: [],
        e.StateChanged: [gate.on_state, protector.on_state, host.on_state],
        e.SymbolFrozen: [gate.on_frozen, host.on_frozen],
        e.DecisionMade: [],
        e.StrategyFaulted: [],
        e.AlertRaised: [],
        e.FlattenEnded: [breaker.on_flatten_ended],
    }


def check_complete(routes: Routes) -> None:
    """Raise WiringIncomplete unless each message has a row and each command a handler."""
    known = set(message_types())
    if missing := sorted(kind.__name__ for kind in known - routes.keys()):
        raise WiringIncomplete(f"no row for {', '.join(missing)}")
    if foreign := sorted(kind.__name__ for kind in routes.keys() - known):
        raise WiringIncomplete(f"not in the vocabulary: {', '.join(foreign)}")
    idle = [
        kind.__name__
        for kind, handlers in routes.items()
        if issubclass(kind, c.Command) and not handlers
    ]
    if idle:
        raise WiringIncomplete(f"commands without a handler: {', '.join(sorted(idle))}")
