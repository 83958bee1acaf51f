"""
The host: carries messages to strategies and their opinions back, each call alone.

A strategy that raises loses that call, is counted and reported; the others hear
every message. After `bench_after_faults` errors it hears nothing more; what it
holds is then guarded by the broker-held stop and sold at the end of the run.
A strategy can say two things only, wishes and decisions, under its own name.

`load_strategies` belongs to `loader.py`; it is offered here because a host
without strategies is of no use.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Final

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    Bar,
    DecisionMade,
    Event,
    Input,
    OrderDenied,
    OrderEnded,
    PlanMade,
    PositionChanged,
    Quote,
    RunOpened,
    StateChanged,
    StrategyFaulted,
    SymbolFrozen,
    TimerFired,
    Trade,
    TradingStatus,
)
from tradeengine.model.message import Effects, Message
from tradeengine.model.orders import Purpose
from tradeengine.model.parameters import Parameters
from tradeengine.strategy.loader import load_strategies
from tradeengine.strategy.ownership import Ownership
from tradeengine.strategy.parameters import HostParameters
from tradeengine.strategy.port import Opinion, Opinions, Strategy

__all__ = ["StrategyHost", "load_strategies"]

_LONGEST_ERROR: Final = 300
"""Characters of an error's text that are reported."""


class ForbiddenOpinion(TypeError):
    """A strategy said something that it may not say."""


@dataclass(slots=True)
class _Seat:
    """A strategy and how often it has raised."""

    strategy: Strategy[Parameters]
    faults: int = 0
    benched: bool = False

    @property
    def name(self) -> str:
        return self.strategy.name


_Listener = tuple[_Seat, Callable[..., Opinions]]


class StrategyHost:
    """Host any number of strategies, in their listed order."""

    def __init__(
        self, strategies: Sequence[Strategy[Parameters]], parameters: HostParameters
    ) -> None:
        self._seats = tuple(_Seat(strategy) for strategy in strategies)
        self._patience = parameters.bench_after_faults
        self._ownership = Ownership()
        self.speaker = ""
        """The strategy whose code runs now, "" if none does: it may hold everything up."""

        self._seat_listeners()

    def owner_of(self, symbol: str) -> str | None:
        """Name the strategy that owns a symbol, None if nobody does."""
        return self._ownership.owner_of(symbol)

    def _seat_listeners(self) -> None:
        """Find, once, who overrides which handler: nobody else is ever called."""
        self._run = self._listeners("on_run_opened")
        self._plan = self._listeners("on_plan")
        self._bar = self._listeners("on_bar")
        self._trade = self._listeners("on_trade")
        self._quote = self._listeners("on_quote")
        self._status = self._listeners("on_status")
        self._timer = self._listeners("on_timer")
        self._state = self._listeners("on_state")
        self._frozen = self._listeners("on_frozen")
        self._position = self._listeners("on_position")
        self._ended = self._listeners("on_order_ended")
        self._denied = self._listeners("on_denied")

    def _listeners(self, handler: str) -> tuple[_Listener, ...]:
        read = attrgetter(handler)
        return tuple(
            (seat, read(seat.strategy))
            for seat in self._seats
            if not seat.benched and read(type(seat.strategy)) is not read(Strategy)
        )

    # Everybody hears these.

    def on_run_opened(self, run: RunOpened) -> Effects:
        return self._tell(self._run, run)

    def on_plan(self, made: PlanMade) -> Effects:
        return self._tell(self._plan, made)

    def on_bar(self, bar: Bar) -> Effects:
        return self._tell(self._bar, bar)

    def on_trade(self, trade: Trade) -> Effects:
        return self._tell(self._trade, trade)

    def on_quote(self, quote: Quote) -> Effects:
        return self._tell(self._quote, quote)

    def on_status(self, status: TradingStatus) -> Effects:
        return self._tell(self._status, status)

    def on_timer(self, timer: TimerFired) -> Effects:
        return self._tell(self._timer, timer)

    def on_state(self, change: StateChanged) -> Effects:
        return self._tell(self._state, change)

    def on_frozen(self, frozen: SymbolFrozen) -> Effects:
        return self._tell(self._frozen, frozen)

    # Only the owner hears these.

    def on_position(self, position: PositionChanged) -> Effects:
        """Tell the owner; a position that nobody owns goes to the first who listens."""
        finder = self._position[0][0].name if self._position else None
        owner = self._ownership.hold(position.symbol, position.quantity, finder)
        return self._tell(_only(self._position, owner), position)

    def on_order_ended(self, ended: OrderEnded) -> Effects:
        bought = ended.purpose is Purpose.ENTRY and ended.filled > 0
        self._ownership.settle(ended.strategy, ended.symbol, ended.purpose, bought=bought)
        return self._tell(_only(self._ended, ended.strategy), ended)

    def on_denied(self, denied: OrderDenied) -> Effects:
        intent = denied.intent
        # Our own denial of a symbol that another owns was never counted as open.
        self._ownership.settle(intent.strategy, intent.symbol, intent.purpose, bought=False)
        return self._tell(_only(self._denied, intent.strategy), denied)

    def _tell(self, listeners: tuple[_Listener, ...], message: Event) -> Effects:
        effects: list[Message] | None = None
        for seat, handler in listeners:
            self.speaker = seat.name
            # A supervision point: code of others runs here, and one strategy's error
            # must not cost another its message.
            try:
                opinions = handler(message)
                said = self._hear(seat, opinions) if opinions else None
            except Exception as error:
                said = [self._fault(seat, message, error)]
            if said:
                effects = said if effects is None else effects + said
        self.speaker = ""
        return effects

    def _hear(self, seat: _Seat, opinions: Iterable[Opinion]) -> list[Message]:
        """Take all that a call said, or raise and take nothing of it."""
        said = list(opinions)
        for opinion in said:
            _check(seat, opinion)
        return [self._admit(opinion) for opinion in said]

    def _admit(self, opinion: Opinion) -> Message:
        """Let an opinion pass, unless it wants a symbol that belongs to another."""
        if not isinstance(opinion, OrderIntent):
            return opinion
        other = self._ownership.want(opinion)
        if other is None:
            return opinion
        return OrderDenied(
            at=opinion.at,
            intent=opinion,
            reason=Denial.DUPLICATE_INTENT,
            limit="one strategy a symbol",
            actual=f"{opinion.symbol} belongs to {other}",
        )

    def _fault(self, seat: _Seat, message: Event, error: Exception) -> StrategyFaulted:
        seat.faults += 1
        seat.benched = seat.faults >= self._patience
        if seat.benched:
            self._seat_listeners()
        return StrategyFaulted(
            at=message.received_at if isinstance(message, Input) else message.at,
            strategy=seat.name,
            message=type(message).__name__,
            error=f"{type(error).__name__}: {error}"[:_LONGEST_ERROR],
            benched=seat.benched,
        )


def _only(listeners: tuple[_Listener, ...], name: str | None) -> tuple[_Listener, ...]:
    return tuple(listener for listener in listeners if listener[0].name == name)


def _check(seat: _Seat, opinion: object) -> None:
    """Raise ForbiddenOpinion unless this is a wish or a decision under its own name."""
    if not isinstance(opinion, OrderIntent | DecisionMade):
        raise ForbiddenOpinion(f"a strategy may not send {type(opinion).__name__}")
    if opinion.strategy != seat.name:
        raise ForbiddenOpinion(f"it speaks as {opinion.strategy!r}")
    if isinstance(opinion, OrderIntent):
        _check_amounts(opinion)


def _check_amounts(intent: OrderIntent) -> None:
    """Raise ForbiddenOpinion for what is no number: beyond here it would be a bug of ours."""
    for name in ("quantity", "limit_price", "stop_price", "stop_distance"):
        amount: Decimal | None = getattr(intent, name)
        if amount is not None and not amount.is_finite():
            raise ForbiddenOpinion(f"its {name} is {amount}")
