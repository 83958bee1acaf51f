"""
The tally of a run: what was sent, filled, denied, and how it ended.

Fed with every message after its step; read by the live view, the status file
and the summary. It decides nothing.
"""

from collections import Counter, deque
from collections.abc import Sequence

from tradeengine.model.commands import SubmitOrder
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    AlertRaised,
    Bar,
    DecisionMade,
    FlattenEnded,
    OrderDenied,
    OrderFilled,
    Quote,
    Trade,
)
from tradeengine.model.instants import new_york
from tradeengine.model.message import Message
from tradeengine.model.orders import Side

_TICKS = (Quote, Trade, Bar)
_KEPT_LINES = 12


class Tally:
    """Count a run's messages by kind."""

    def __init__(self) -> None:
        self.streamed: set[str] = set()
        self.orders = self.fills = self.ticks = 0
        self.sides: Counter[Side] = Counter()
        self.denials: Counter[Denial] = Counter()
        self.gates: Counter[str] = Counter()
        self.decisions: deque[str] = deque(maxlen=_KEPT_LINES)
        self.alerts: deque[str] = deque(maxlen=_KEPT_LINES)
        self.flattened: FlattenEnded | None = None
        self.last_tick_at = 0

    def watch(self, message: Message, effects: Sequence[Message]) -> None:
        """Take in an input and its effects."""
        if isinstance(message, _TICKS):
            self._tick(message)
        elif isinstance(message, OrderFilled):
            self.fills += 1
            self.sides[message.side] += 1
        for effect in effects:
            self._effect(effect)

    def _tick(self, tick: Quote | Trade | Bar) -> None:
        self.ticks += 1
        if not (isinstance(tick, Bar) and tick.history):
            self.last_tick_at = tick.received_at
            self.streamed.add(tick.symbol)

    def _effect(self, effect: Message) -> None:
        match effect:
            case SubmitOrder():
                self.orders += 1
                self._note(effect.at, _order_words(effect))
            case OrderDenied():
                self.denials[effect.reason] += 1
                self._note(effect.at, f"denied {effect.intent.symbol}: {effect.reason.value}")
            case DecisionMade():
                self.gates[effect.gate or effect.verdict] += 1
            case AlertRaised():
                self.alerts.append(effect.text)
            case FlattenEnded():
                self.flattened = effect
            case _:
                pass

    def _note(self, at: int, words: str) -> None:
        self.decisions.append(f"{new_york(at):%H:%M:%S} {words}")


def _order_words(order: SubmitOrder) -> str:
    price = order.limit_price if order.limit_price is not None else order.stop_price
    shown = "" if price is None else f" at {price}"
    return (
        f"{order.purpose.value} {order.side.value} {order.quantity} {order.symbol}"
        f" {order.order_type.value}{shown}"
    )
