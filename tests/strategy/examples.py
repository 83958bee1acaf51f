"""Small strategies for the host's and the loader's tests."""

from collections.abc import Iterator

from pydantic import Field

from tests.strategy.messages import intent
from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import (
    Bar,
    DecisionMade,
    OrderDenied,
    OrderEnded,
    PositionChanged,
    Quote,
    RunOpened,
    StateChanged,
    SymbolFrozen,
    TimerFired,
    Trade,
    TradingStatus,
)
from tradeengine.model.parameters import Parameters
from tradeengine.strategy.port import Context, Opinion, Opinions, Strategy


class EveryNthParameters(Parameters):
    every_bars: int = Field(default=2, ge=1, le=100)
    """Bars between two entries."""


class EveryNth(Strategy[EveryNthParameters]):
    """Third-party code: buys on every n-th bar."""

    parameters_class = EveryNthParameters

    def __init__(self, context: Context[EveryNthParameters]) -> None:
        super().__init__(context)
        self._bars = 0

    def on_bar(self, bar: Bar) -> Iterator[OrderIntent]:
        self._bars += 1
        if self._bars % self.parameters.every_bars == 0:
            yield intent(at=bar.received_at, symbol=bar.symbol, strategy=self.name)


class Diary(Strategy[Parameters]):
    """Writes down what it hears."""

    def __init__(self, context: Context[Parameters]) -> None:
        super().__init__(context)
        self.heard: list[str] = []

    def _note(self, message: object) -> None:
        self.heard.append(type(message).__name__)

    def on_run_opened(self, run: RunOpened) -> None:
        self._note(run)

    def on_bar(self, bar: Bar) -> Opinions:
        self._note(bar)
        return None

    def on_trade(self, trade: Trade) -> None:
        self._note(trade)

    def on_quote(self, quote: Quote) -> None:
        self._note(quote)

    def on_status(self, status: TradingStatus) -> None:
        self._note(status)

    def on_timer(self, timer: TimerFired) -> None:
        self._note(timer)

    def on_state(self, change: StateChanged) -> None:
        self._note(change)

    def on_frozen(self, frozen: SymbolFrozen) -> None:
        self._note(frozen)

    def on_position(self, position: PositionChanged) -> None:
        self._note(position)

    def on_order_ended(self, ended: OrderEnded) -> None:
        self._note(ended)

    def on_denied(self, denied: OrderDenied) -> None:
        self._note(denied)


class Buyer(Diary):
    """Wants the symbol of every bar."""

    def on_bar(self, bar: Bar) -> list[Opinion]:
        return [intent(at=bar.received_at, symbol=bar.symbol, strategy=self.name)]


class Faulty(Diary):
    """Has an opinion on every bar and then stumbles over every second one."""

    def on_bar(self, bar: Bar) -> Iterator[Opinion]:
        self._note(bar)
        yield DecisionMade(
            at=bar.received_at,
            strategy=self.name,
            symbol=bar.symbol,
            verdict="pass",
            gate="",
            limit="",
            actual=f"bar {len(self.heard)}",
        )
        if len(self.heard) % 2 == 0:
            raise ZeroDivisionError("bar by zero")


class Impostor(Diary):
    """Speaks in another's name."""

    def on_bar(self, bar: Bar) -> list[Opinion]:
        return [intent(at=bar.received_at, symbol=bar.symbol, strategy="somebody")]


class Idle(Strategy[Parameters]):
    """Overrides nothing."""


class NotAStrategy:
    """Looks like nothing the host knows."""
