"""
The contrarian strategy: who hears what, and what happens then.

A completed bar is learned from, and then either a position is looked after or an
entry is considered: one `DecisionMade` for each live bar and symbol. Trades
watch the stop, the heartbeat watches the clock. The answers to what was asked
for (ended, denied) lead to the next step, so there is never a second exit while
one is open.
"""

from decimal import Decimal
from typing import Final

from tradeengine.model.events import (
    Bar,
    DecisionMade,
    OrderDenied,
    OrderEnded,
    PlanMade,
    PositionChanged,
    Quote,
    RunOpened,
    StateChanged,
    SymbolFrozen,
    TimerFired,
    Trade,
    TradingStatus,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Purpose
from tradeengine.strategy.contrarian.desk import Desk, SymbolState
from tradeengine.strategy.contrarian.entry import first_refusal
from tradeengine.strategy.contrarian.exits import (
    AT_A_CLOSE,
    ON_THE_CLOCK,
    Departure,
    counts,
    first_departure,
    stop_is_hit,
)
from tradeengine.strategy.contrarian.hours import Hours, is_regular
from tradeengine.strategy.contrarian.orders import entry_order, exit_order
from tradeengine.strategy.parameters import ContrarianParameters
from tradeengine.strategy.port import Context, Opinion, Opinions, Strategy

ENTER: Final = "enter"
PASS: Final = "pass"
HOLD: Final = "hold"
EXIT: Final = "exit"


class Contrarian(Strategy[ContrarianParameters]):
    """Buy a stretched, undervalued symbol; sell it at its mean, its stop or its time."""

    parameters_class = ContrarianParameters

    def __init__(self, context: Context[ContrarianParameters]) -> None:
        """Raise BadConfiguration if a valuation's date in the plan is no date."""
        super().__init__(context)
        self._desk = Desk(self.plan, self.parameters)
        self._symbols = {
            symbol: SymbolState(symbol, row, self.parameters)
            for symbol, row in self.plan.symbols.items()
        }
        # In the order in which they were opened: what is asked for first is decided by that.
        self._held: dict[str, SymbolState] = {}

    # What the world says.

    def on_plan(self, made: PlanMade) -> None:
        self.plan = made.plan
        self._desk.regime = made.plan.regime
        for symbol in dict.fromkeys((*self._symbols, *made.plan.symbols)):
            self._state_of(symbol).take(made.plan.symbols.get(symbol))

    def on_run_opened(self, run: RunOpened) -> None:
        hours = Hours.of(run, self.parameters)
        if self._desk.hours is None or hours.open_at != self._desk.hours.open_at:
            for state in self._symbols.values():
                state.reading.begin_session()
        self._desk.hours = hours

    def on_state(self, change: StateChanged) -> None:
        self._desk.state = change.after

    def on_frozen(self, frozen: SymbolFrozen) -> None:
        self._state_of(frozen.symbol).frozen = True

    def on_status(self, status: TradingStatus) -> None:
        state = self._state_of(status.symbol)
        if state.halted and not status.halted:
            state.resumed_at = status.received_at
        state.halted = status.halted

    def on_quote(self, quote: Quote) -> None:
        state = self._symbols.get(quote.symbol)
        if state is not None:
            state.quote = quote

    def on_trade(self, trade: Trade) -> Opinions:
        state = self._held.get(trade.symbol)
        if state is None:
            return None
        departure = stop_is_hit(self._desk, state, trade)
        if counts(self._desk, state, trade):
            state.holding.last_price = trade.price
        if departure is None or state.holding.leaving:
            return None
        return self._leave(state, departure, trade.received_at)

    def on_bar(self, bar: Bar) -> Opinions:
        state = self._state_of(bar.symbol)
        if not state.reading.is_new(bar):
            return None
        self._learn(state, bar)
        if bar.history:
            return None
        if state.holding.is_long:
            return self._look_after(state, bar)
        return self._consider(state, bar)

    def on_timer(self, timer: TimerFired) -> Opinions:
        if not self._held:
            return None
        return [
            opinion
            for state in self._held.values()
            for opinion in self._watch_clock(state, timer.received_at)
        ]

    # What became of what we asked for.

    def on_position(self, position: PositionChanged) -> None:
        state = self._state_of(position.symbol)
        state.holding.move(position)
        if state.holding.is_long:
            state.holding.arm(state.reading.atr)
            self._held[position.symbol] = state
        else:
            self._held.pop(position.symbol, None)

    def on_order_ended(self, ended: OrderEnded) -> Opinions:
        state = self._state_of(ended.symbol)
        if ended.purpose is Purpose.ENTRY:
            state.holding.end_entry(ended.filled)
        if ended.purpose is not Purpose.EXIT:
            return None
        left = state.holding.end_exit(ended.filled)
        if left <= 0:
            return None
        if state.holding.rounds > self.parameters.exit_limit_rounds:
            self._wait(state, ended.at)
        return self._ask_exit(state, left, ended.at)

    def on_denied(self, denied: OrderDenied) -> None:
        state = self._state_of(denied.intent.symbol)
        if denied.intent.purpose is Purpose.ENTRY:
            state.holding.end_entry(Decimal(0))
        elif denied.intent.purpose is Purpose.EXIT:
            state.holding.end_exit(Decimal(0))
            self._wait(state, denied.at)

    # Steps.

    def _state_of(self, symbol: str) -> SymbolState:
        """A symbol that is not planned is known only once it is met."""
        state = self._symbols.get(symbol)
        if state is None:
            state = self._symbols[symbol] = SymbolState(symbol, None, self.parameters)
        return state

    def _learn(self, state: SymbolState, bar: Bar) -> None:
        hours = self._desk.hours
        of_session = hours is not None and hours.holds(bar.at)
        if not of_session and not is_regular(bar.at):
            return
        state.reading.learn(bar, of_session=of_session)
        if state.holding.is_long:
            state.holding.arm(state.reading.atr)
        if bar.symbol == self._desk.overlay.symbol:
            self._desk.overlay.learn(bar)

    def _consider(self, state: SymbolState, bar: Bar) -> list[Opinion]:
        """Enter if all gates hold; record the first that does not."""
        now = bar.received_at
        refusal = first_refusal(self._desk, state, bar)
        if refusal is not None:
            return [self._decision(state, now, PASS, *refusal)]
        quote, atr = state.quote, state.reading.atr
        assert quote is not None, "the gates let no symbol without a quote pass"
        assert atr is not None, "the gates let no symbol without a true range pass"
        order = entry_order(self.name, state, quote, atr, self.parameters, now)
        state.holding.ask_entry(atr)
        return [self._decision(state, now, ENTER, "", "", order.reason), order]

    def _look_after(self, state: SymbolState, bar: Bar) -> list[Opinion]:
        now, holding = bar.received_at, state.holding
        if holding.leaving:
            row = self._decision(state, now, EXIT, "", holding.leaving, "under way")
            return [row, *self._ask_exit(state, holding.quantity, now)]
        departure = first_departure(AT_A_CLOSE, self._desk, state, now)
        if departure is not None:
            return self._leave(state, departure, now)
        stop = "no stop yet" if holding.stop is None else f"stop {holding.stop:.4f}"
        return [self._decision(state, now, HOLD, "", stop, f"close {bar.close:.4f}")]

    def _watch_clock(self, state: SymbolState, now: int) -> list[Opinion]:
        if state.holding.leaving:
            return self._ask_exit(state, state.holding.quantity, now)
        departure = first_departure(ON_THE_CLOCK, self._desk, state, now)
        return [] if departure is None else self._leave(state, departure, now)

    def _leave(self, state: SymbolState, departure: Departure, now: int) -> list[Opinion]:
        """Decide to sell. From here on we sell until nothing is left."""
        rule, limit, actual = departure
        state.holding.leaving = rule
        row = self._decision(state, now, EXIT, "", f"{rule}: {limit}", actual)
        return [row, *self._ask_exit(state, state.holding.quantity, now)]

    def _ask_exit(self, state: SymbolState, quantity: Decimal, now: int) -> list[Opinion]:
        """Ask to sell, unless an exit is open or it is not the time for one."""
        holding = state.holding
        if holding.exit_open or state.halted or now < holding.not_before:
            return []
        if not self._desk.may_leave:
            return []
        order = exit_order(self.name, state, quantity, self.parameters, now)
        holding.ask_exit(quantity)
        return [order]

    def _wait(self, state: SymbolState, now: int) -> None:
        pause = self.parameters.exit_retry_seconds
        state.holding.not_before = now + int(pause * NANOS)

    def _decision(
        self, state: SymbolState, now: int, verdict: str, gate: str, limit: str, actual: str
    ) -> DecisionMade:
        return DecisionMade(
            at=now,
            strategy=self.name,
            symbol=state.symbol,
            verdict=verdict,
            gate=gate,
            limit=limit,
            actual=actual,
        )
