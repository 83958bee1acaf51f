"""
The handlers that keep the view up to date: the gate's eyes and ears.

Each writes down what it heard and returns nothing. Quotes and bars come by the
thousand a second, so theirs are plain dictionary stores.
"""

from decimal import Decimal

from tradeengine.model.commands import SubmitOrder
from tradeengine.model.events import (
    Bar,
    BrokerSnapshot,
    EntriesRecalled,
    EquityChanged,
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    FillBusted,
    HoldingsDiffer,
    NakedLimitReached,
    OrderCancelled,
    OrderEnded,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderStreamLost,
    OrderStreamReady,
    PositionChanged,
    PriceBand,
    Quote,
    RunOpened,
    StateChanged,
    SymbolFrozen,
    SymbolQuiet,
    TimerFired,
    TradingStatus,
)
from tradeengine.model.orders import Question, Side
from tradeengine.model.plan import SessionPlan
from tradeengine.risk.view import RiskView

_HOLDINGS = frozenset({Question.START, Question.FLATTEN, Question.RESUME})
"""Questions whose answer is taken for what is held; else the ledger's word is."""

_FALLEN = 0.9
"""Rule 201 of Regulation SHO: a fall of a tenth restricts short sales, to the next day's end."""

_SHORT_SALE_RESTRICTION = "E"
"""The tape's word for it (CTA status codes)."""


class ViewKeeper:
    """Write what messages say into a `RiskView`."""

    def __init__(self, plan: SessionPlan) -> None:
        self.view = RiskView(plan)
        self._filled_at: dict[str, int] = {}
        """When the last fill of each symbol, or a bust, was told."""

    def on_quote(self, quote: Quote) -> None:
        self.view.quotes[quote.symbol] = quote

    def on_bar(self, bar: Bar) -> None:
        if bar.revised:
            return
        self.view.bars_seen[bar.symbol] += 1
        if bar.low <= _FALLEN * (self.view.symbol_plan(bar.symbol).prior_close or 0.0):
            self.view.short_restricted.add(bar.symbol)
        last = self.view.bars.get(bar.symbol)
        # Bars read back to fill a gap may be older than the last live one.
        if last is None or bar.at >= last.at:
            self.view.bars[bar.symbol] = bar

    def on_status(self, status: TradingStatus) -> None:
        if status.code == _SHORT_SALE_RESTRICTION:
            self.view.short_restricted.add(status.symbol)
        if status.halted:
            self.view.halted[status.symbol] = status.code
        elif self.view.halted.pop(status.symbol, None) is not None:
            self.view.resumed_at[status.symbol] = status.received_at

    def on_band(self, band: PriceBand) -> None:
        self.view.bands[band.symbol] = band

    def on_symbol_quiet(self, event: SymbolQuiet) -> None:
        self.view.quiet_since[event.symbol] = event.received_at

    def on_feed_connected(self, _: FeedConnected) -> None:
        self.view.feed_trouble = ""

    def on_feed_lost(self, event: FeedLost) -> None:
        self.view.feed_trouble = f"feed lost: {event.reason}"

    def on_feed_muted(self, event: FeedMuted) -> None:
        self.view.feed_trouble = f"feed mute for {event.silent_seconds:.0f} s"

    def on_feed_stable(self, _: FeedStable) -> None:
        self.view.feed_trouble = ""

    def on_stream_ready(self, _: OrderStreamReady) -> None:
        self.view.order_stream_ready = True

    def on_stream_lost(self, _: OrderStreamLost) -> None:
        self.view.order_stream_ready = False

    def on_run_opened(self, run: RunOpened) -> None:
        self.view.run = run

    def on_state(self, event: StateChanged) -> None:
        self.view.state = event.after

    def on_frozen(self, event: SymbolFrozen) -> None:
        self.view.frozen[event.symbol] = event.reason

    def on_timer(self, timer: TimerFired) -> None:
        self.view.now = max(self.view.now, timer.received_at)
        self.view.forget_old()

    def on_fill(self, fill: OrderFilled) -> None:
        self._filled_at[fill.symbol] = fill.received_at
        self.view.exposure.fill(fill)
        if fill.side is Side.BUY:
            self.view.last_buy[fill.symbol] = fill.received_at

    def on_busted(self, bust: FillBusted) -> None:
        """Note that an answer of the broker may have been read before it."""
        self._filled_at[bust.symbol] = bust.received_at

    def on_holdings(self, differ: HoldingsDiffer) -> None:
        """Wait for no fill that is in what was taken over."""
        if differ.taken_over:
            self.view.exposure.forget_missing(differ.symbol)

    def on_entries_recalled(self, event: EntriesRecalled) -> None:
        """Count what earlier runs of the session entered as if it had been here."""
        self.view.now = max(self.view.now, event.received_at)
        for row in event.entries:
            if row.is_fill:
                self.view.last_buy[row.symbol] = max(row.at, self.view.last_buy.get(row.symbol, 0))
            else:
                self.view.entered(row.symbol, row.at)
        self.view.forget_old()

    def on_submitted(self, order: SubmitOrder) -> None:
        self.view.exposure.name(order)

    def on_order_ended(self, ended: OrderEnded) -> None:
        self.view.exposure.release(ended)

    def on_broker_ended(self, event: OrderCancelled | OrderExpired | OrderRejected) -> None:
        """Release an order that ended at the broker, also one that was never ours."""
        filled = Decimal(0) if isinstance(event, OrderRejected) else event.cumulative
        self.view.exposure.release_found(event.symbol, event.client_order_id, filled)

    def on_replaced(self, event: OrderReplaced) -> None:
        book = self.view.exposure
        book.rename(event.symbol, event.client_order_id, event.new_client_order_id)

    def on_position(self, event: PositionChanged) -> None:
        self.view.exposure.position_changed(event)
        if not event.quantity:
            self.view.naked.pop(event.symbol, None)

    def on_naked(self, event: NakedLimitReached) -> None:
        self.view.naked[event.symbol] = event.dollar_seconds

    def on_equity(self, event: EquityChanged) -> None:
        self.view.equity = event.equity
        self.view.drawdown = event.drawdown

    def on_snapshot(self, snapshot: BrokerSnapshot) -> None:
        """Take the broker's buying power, and at the start and in a flatten its positions."""
        view = self.view
        if snapshot.why in _HOLDINGS:
            view.exposure.hold(snapshot.positions, but_not=self._filled_since_asked(snapshot))
        if snapshot.why == Question.START:
            view.equity = snapshot.equity
            view.exposure.adopt(snapshot.orders)
        view.buying_power, view.cost_when_read = snapshot.buying_power, view.exposure.cost()

    def _filled_since_asked(self, snapshot: BrokerSnapshot) -> set[str]:
        """Name the symbols of which the ledger knows more than the broker had read."""
        if snapshot.why == Question.START or not snapshot.asked_at:
            return set()
        return {name for name, at in self._filled_at.items() if at > snapshot.asked_at}
