"""
Events: facts, in the past tense. Any number of handlers hear one.

Every message carries `at`. Messages that enter from outside (inputs) also carry
`received_at`, the engine clock when they entered; that is what "now" means to a
handler. All instants are nanoseconds UTC (`model/instants.py`). Prices of the
market are floats; money, quantities and order prices are `Decimal`.
"""

from decimal import Decimal

from msgspec import Struct

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.orders import (
    EngineState,
    OrderType,
    Purpose,
    Severity,
    Side,
    StopTrigger,
)
from tradeengine.model.plan import SessionPlan


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Something that happened, at an instant."""

    at: int


class Input(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """An event that came from outside the core."""

    received_at: int


# Market data. `at` is the exchange's instant; a bar's `at` is its START.


class Quote(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """Best bid and ask. Sizes in shares."""

    symbol: str
    bid: float
    bid_size: int
    ask: float
    ask_size: int


class Trade(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """One print. Size in shares. `conditions` are the tape's letters, joined."""

    symbol: str
    price: float
    size: float
    trade_id: int
    conditions: str = ""


class Bar(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """
    One minute of trades; complete when it arrives.

    `revised` marks a late correction of a bar already sent; `history` a bar
    read back by REST (warm-up or gap refill): state may learn from it, nothing
    may trade on it.
    """

    symbol: str
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float
    trade_count: int
    revised: bool = False
    history: bool = False


class TradingStatus(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """A halt, pause or resumption. `halted` is our reading of `code`."""

    symbol: str
    code: str
    halted: bool
    reason: str = ""


class PriceBand(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """Limit-up limit-down band."""

    symbol: str
    low: float
    high: float


class TradeCancelled(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """A print was taken back (or replaced: `corrected_price` is then its new price)."""

    symbol: str
    trade_id: int
    corrected_price: float | None = None


# The feed and the order stream.


class FeedConnected(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """Authenticated and subscribed to `symbols`."""

    symbols: int


class FeedLost(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """The data socket is gone."""

    reason: str


class FeedMuted(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """
    The socket lives and no data of `channel` came for `silent_seconds` of market time.

    `last_event` names what came last, `probe` what REST knows.
    """

    silent_seconds: float
    last_event_at: int
    probe: str
    channel: str = "feed"
    last_event: str = ""


class FeedStable(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """Data is flowing again; `evidence` says how that was judged."""

    evidence: str


class SymbolQuiet(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """One symbol is silent beyond its own cadence."""

    symbol: str
    silent_seconds: float


class FeedGap(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """Data between `start` and `end` was missed; `refilled` bars came by REST."""

    start: int
    end: int
    symbols: int
    refilled: int
    problem: str = ""


class QuotesConflated(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """The engine was behind: `dropped` quotes gave way to newer ones of their symbol."""

    dropped: int


class MessageRejected(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """One message of a peer could not be read; its neighbours were."""

    place: str
    problem: str
    text: str


class OrderStreamReady(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """The order stream is authorised and `listening` was acknowledged."""


class OrderStreamLost(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """The order stream is gone."""

    reason: str


# Orders, as the broker tells them. `client_order_id` is ours and is the key.


class OrderEvent(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """What all order events share. `event_id` de-duplicates ("" if none)."""

    client_order_id: str
    order_id: str
    symbol: str
    event_id: str = ""


class OrderAccepted(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue has the order; `status` is its own word (pending_new, new, held ...)."""

    status: str


class OrderRejected(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue refused the order, at once or later. It is final."""

    status_code: int
    code: int
    reason: str


class OrderFilled(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """
    One execution. `quantity` and `price` are this execution's.

    `cumulative` is the order's filled total after it; `position` the account's
    position after it, or None where the broker did not say.
    """

    execution_id: str
    side: Side
    quantity: Decimal
    price: Decimal
    cumulative: Decimal
    complete: bool
    position: Decimal | None = None


class OrderCancelled(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """The order is cancelled, `cumulative` shares having been filled before."""

    cumulative: Decimal


class OrderExpired(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """The order ran out of time (also done_for_day, if it does not last)."""

    cumulative: Decimal


class OrderReplaced(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """The order was replaced by a new one."""

    new_client_order_id: str
    new_order_id: str


class OrderUnresolved(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """We do not know whether the order exists; a look-up is under way."""

    reason: str


class OrderNotFound(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """After the spaced look-ups the broker still knows no such order."""

    lookups: int


class CancelRejected(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """The cancel was refused; the order's own events say what became of it."""

    reason: str


class ReplaceRejected(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """The replace was refused; the old order stands."""

    reason: str


class FillBusted(OrderEvent, frozen=True, kw_only=True, tag=True, gc=False):
    """An execution was taken back (`price` None) or corrected to `quantity` at `price`."""

    previous_execution_id: str
    execution_id: str
    quantity: Decimal
    price: Decimal | None


# What the broker holds, asked by REST.


class BrokerOrder(Struct, frozen=True, kw_only=True, gc=False):
    """An open order at the broker."""

    client_order_id: str
    order_id: str
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal
    filled: Decimal
    status: str
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    legs: tuple[str, ...] = ()


class BrokerPosition(Struct, frozen=True, kw_only=True, gc=False):
    """A position at the broker; a short is negative."""

    symbol: str
    quantity: Decimal
    available: Decimal
    average_price: Decimal
    current_price: Decimal | None = None


class CashFlow(Struct, frozen=True, kw_only=True, gc=False):
    """
    Money that went into the account (out of it: negative) and is no profit or loss.

    `amount` is what the activity counts for now: 0 once it is cancelled.
    """

    activity_id: str
    kind: str
    amount: Decimal


class BrokerSnapshot(Input, frozen=True, kw_only=True, tag=True):
    """
    Account, positions and open orders, read one after the other.

    `why` repeats the reason of the question: start, flatten, reconcile. With
    `unreadable_rows` above 0 something is held that could not be read (each row
    came as `MessageRejected`): such a snapshot must not be called flat.
    """

    why: str
    account_number: str
    equity: Decimal
    last_equity: Decimal
    cash: Decimal
    buying_power: Decimal
    positions: tuple[BrokerPosition, ...]
    orders: tuple[BrokerOrder, ...]
    unreadable_rows: int = 0
    asked_at: int = 0
    """The `at` of the question, which tells its answer from those of others; 0: not known."""
    flows: tuple[CashFlow, ...] = ()
    """At the start: what went in and out since the previous close; `cash` has it."""


class CashMoved(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """Money went into the account or out of it since the books were opened."""

    flow: CashFlow


class BrokerUnreachable(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """A question to the broker got no usable answer."""

    why: str
    reason: str


# Time and the operator.


class RunOpened(Input, frozen=True, kw_only=True, tag=True):
    """
    The first input of every run: what the core must know of the world.

    `run_tag` goes into order ids: unique on the account, equal for equal runs
    of the embedded venue. Session instants come from the calendar; `until` is
    when the operator wants the run to end (the close at the latest). `baseline` is
    what an earlier run of the session measured against, before flows; None: there
    was none.
    """

    run_tag: str
    session_open: int
    session_close: int
    until: int
    until_trigger: StopTrigger
    baseline: Decimal | None = None


class TimerFired(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """A timer was due. `heartbeat` fires every second of engine time."""

    name: str
    due: int


class DifferenceFound(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """The broker and the record of an earlier run disagree, or agree after all."""

    symbol: str
    recorded: str
    held: str
    explained: bool
    explanation: str


class PastEntry(Struct, frozen=True, kw_only=True, gc=False):
    """An entry that an earlier run of the session approved, or a buy that was filled."""

    symbol: str
    at: int
    is_fill: bool = False


class EntriesRecalled(Input, frozen=True, kw_only=True, tag=True):
    """What earlier runs of the session entered, oldest first: cool-downs go on from there."""

    entries: tuple[PastEntry, ...]


class Reconciled(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """Broker and record were compared; `unexplained` differences remain."""

    unexplained: int


class LoopFellBehind(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """The event loop was late several times in a short while, last by `seconds` in `culprit`."""

    times: int
    seconds: float
    culprit: str


class LoopSteady(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """The event loop is in time again, and has been for a while."""


class AlertsWaiting(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """So many critical alerts from before this session wait for a person; 0: no more."""

    count: int
    words: str


class JobStarted(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """
    A scheduled job begins, `late_seconds` of the engine's time after it was `due`.

    `missed_before` due instants had passed before that one since the last success.
    """

    name: str
    due: int
    late_seconds: float
    missed_before: int


class JobEnded(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """A scheduled job ended so; `words` say what came of it, or why nothing did."""

    name: str
    due: int
    late_seconds: float
    outcome: JobOutcome
    words: str


class PlanMade(Input, frozen=True, kw_only=True, tag=True):
    """The session's plan was made anew before the open: it takes the place of the run's first."""

    plan: SessionPlan


class WarmUpEnded(Input, frozen=True, kw_only=True, tag=True, gc=False):
    """History was fed to the indicators: `bars` of it."""

    bars: int


# What the core concludes.


class OrderDenied(Event, frozen=True, kw_only=True, tag=True):
    """The risk gate said no: the limit and the actual, as text with units."""

    intent: OrderIntent
    reason: Denial
    limit: str
    actual: str


class DecisionMade(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """
    A strategy looked at a symbol. `gate` is the first that failed, "" if none did.

    One row per completed bar and symbol: this is what `why` questions read.
    """

    strategy: str
    symbol: str
    verdict: str
    gate: str
    limit: str
    actual: str


class PositionChanged(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """The ledger's position after a fill or an adoption."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    realised: Decimal
    cause: Purpose | None = None


class PositionSplit(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """The broker holds `ratio` new shares for each old one, at the same cost."""

    symbol: str
    ratio: Decimal
    quantity: Decimal
    average_price: Decimal


class NakedLimitReached(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """
    A position was without a broker-held stop for too many dollar-seconds.

    `dollars` are uncovered now; `dollar_seconds` were since the position was opened.
    """

    symbol: str
    dollars: Decimal
    dollar_seconds: Decimal
    limit: Decimal


class HoldingsDiffer(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """
    The broker holds other shares than our books say, and nothing on its way explains it.

    With `taken_over` the books now say what the broker says; without it the difference
    is that of others, whom we were told to ignore.
    """

    symbol: str
    recorded: Decimal
    held: Decimal
    average_price: Decimal
    taken_over: bool
    read_at: int = 0
    """When the broker was asked: what was filled before that is in `held`; 0: not read now."""


class HoldingsAgree(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """Broker and books are alike again; in the symbols `strangers` others have open orders."""

    strangers: tuple[str, ...]


class CashDiffers(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """The broker has other cash than our books; the books take it over."""

    recorded: Decimal
    held: Decimal


class StrangerSeen(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """Another program or person has an order in the account; told once an order."""

    symbol: str
    client_order_id: str
    what: str


class EquityChanged(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """The ledger's money. `drawdown` is a fraction of the day's `baseline`, >= 0."""

    equity: Decimal
    baseline: Decimal
    cash: Decimal
    realised: Decimal
    unrealised: Decimal
    drawdown: Decimal


class OrderEnded(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """
    The router's last word on an order: nothing more can be filled.

    `missing` shares were filled before, says the broker, and no fill has told them yet.
    """

    client_order_id: str
    strategy: str
    symbol: str
    side: Side
    purpose: Purpose
    outcome: str
    filled: Decimal
    average_price: Decimal | None
    missing: Decimal = Decimal(0)


class OrderStale(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """An order event did not fit the order's state; the row says why that can be."""

    client_order_id: str
    state: str
    event: str
    note: str


class StateChanged(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """The engine moved from one state to another."""

    before: EngineState
    after: EngineState
    reason: str


class SymbolFrozen(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """No entries in the symbol until a person looks."""

    symbol: str
    reason: str


class StrategyFaulted(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A strategy raised; `benched` when it has done so too often."""

    strategy: str
    message: str
    error: str
    benched: bool


class AlertRaised(Event, frozen=True, kw_only=True, tag=True, gc=False):
    """Something a person must hear of."""

    severity: Severity
    code: str
    text: str


class SymbolFlattened(Struct, frozen=True, kw_only=True, gc=False):
    """
    One symbol's way to flat, for the receipt.

    `cost` (dollars) is what closing gave away against the middle of the quote; `why`
    says what kept the rest from being closed, "" if nothing is left.
    """

    symbol: str
    start_quantity: Decimal
    left: Decimal
    steps: tuple[str, ...]
    cost: Decimal = Decimal(0)
    why: str = ""


class FlattenEnded(Event, frozen=True, kw_only=True, tag=True):
    """The broker says flat (or the deadline passed and it does not)."""

    trigger: StopTrigger
    flat: bool
    rounds: int
    seconds: float
    symbols: tuple[SymbolFlattened, ...]
    positions_left: tuple[str, ...]
    orders_left: tuple[str, ...]

    @property
    def cost(self) -> Decimal:
        """What closing gave away against the middle of the quotes, dollars."""
        return sum((row.cost for row in self.symbols), Decimal(0))

    @property
    def reasons(self) -> str:
        """What is still held and why, for people; "" if nothing is."""
        return "; ".join(f"{row.left} {row.symbol}: {row.why}" for row in self.symbols if row.left)
