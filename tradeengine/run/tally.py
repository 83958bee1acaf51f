"""
The tally of a run: what was sent, filled, denied, and how it ended.

Fed with every message after its step; read by the screen, the status file and
the summary. It decides nothing.
"""

from collections import Counter, deque
from collections.abc import Sequence

from tradeengine.model.commands import FlattenAll, LockTrading, SubmitOrder
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    AlertRaised,
    Bar,
    DecisionMade,
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    FlattenEnded,
    OrderDenied,
    OrderFilled,
    OrderStreamLost,
    OrderStreamReady,
    PlanMade,
    Quote,
    StateChanged,
    Trade,
)
from tradeengine.model.instants import new_york
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Side
from tradeengine.model.plan import SessionPlan
from tradeengine.run.stopped import Stops

_TICKS = frozenset({Quote, Trade})
_KEPT_LINES = 50


class Tally:
    """Count a run's messages by kind, and keep the last words of each."""

    def __init__(self) -> None:
        self.streamed: set[str] = set()
        self.ticks = self.orders = self.fills = self.alert_count = self.last_tick_at = 0
        self.sides: Counter[Side] = Counter()
        self.denials: Counter[Denial] = Counter()
        self.feed = self.order_stream = "not connected"
        self.state_reason = ""
        self.state_since = 0
        self.is_locked = False
        self.decisions: deque[str] = deque(maxlen=_KEPT_LINES)
        self.fill_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self.alerts: deque[str] = deque(maxlen=_KEPT_LINES)
        self.flattened: FlattenEnded | None = None
        self.stops = Stops()
        self.plan: SessionPlan | None = None

    @property
    def buys(self) -> int:
        """Executions that bought."""
        return self.sides[Side.BUY]

    @property
    def sells(self) -> int:
        """Executions that sold."""
        return self.sides[Side.SELL]

    def watch(self, message: Message, effects: Sequence[Message]) -> None:
        """Take in an input and its effects."""
        if type(message) in _TICKS:
            self._tick(message)  # type: ignore[arg-type]  # the types are in the set
        else:
            self._input(message)
        for effect in effects:
            self._effect(effect)

    def _tick(self, tick: Quote | Trade | Bar) -> None:
        self.ticks += 1
        self.last_tick_at = tick.received_at
        self.streamed.add(tick.symbol)

    def _input(self, message: Message) -> None:
        match message:
            case Bar(history=False):
                self._tick(message)
            case PlanMade():
                self.plan = message.plan
            case OrderFilled():
                self.fills += 1
                self.sides[message.side] += 1
                self.fill_lines.append(f"{_clock(message.received_at)} fill {_fill_words(message)}")
            case FeedConnected() | FeedStable():
                self.feed = "connected"
            case FeedLost():
                self.feed = "lost"
            case FeedMuted():
                self.feed = "mute"
            case OrderStreamReady():
                self.order_stream = "listening"
            case OrderStreamLost():
                self.order_stream = "lost"
            case _:
                pass

    def _effect(self, effect: Message) -> None:
        match effect:
            case SubmitOrder():
                self.orders += 1
                self._decided(effect.at, _order_words(effect))
            case DecisionMade():
                self.stops.decided(effect)
            case OrderDenied():
                self.stops.denied(effect)
                self.denials[effect.reason] += 1
                words = f"denied {effect.intent.symbol}: {effect.reason.value}"
                self._decided(effect.at, words)
            case FlattenAll():
                self.flattened = None  # What an earlier one found says nothing any more.
            case StateChanged(after=EngineState.TRADING):
                self.flattened = None
                self.state_reason, self.state_since = effect.reason, effect.at
            case StateChanged():
                self.state_reason, self.state_since = effect.reason, effect.at
            case LockTrading():
                self.is_locked = True
            case AlertRaised():
                self.alert_count += 1
                self.alerts.append(effect.text)
            case FlattenEnded():
                self.flattened = effect
            case _:
                pass

    def _decided(self, at: int, words: str) -> None:
        self.decisions.append(f"{_clock(at)} {words}")


def _clock(at: int) -> str:
    return f"{new_york(at):%H:%M:%S}"


def _fill_words(fill: OrderFilled) -> str:
    return f"{fill.side.value} {fill.quantity} {fill.symbol} at {fill.price}"


def _order_words(order: SubmitOrder) -> str:
    price = order.limit_price if order.limit_price is not None else order.stop_price
    shown = "" if price is None else f" at {price}"
    return (
        f"{order.purpose.value} {order.side.value} {order.quantity} {order.symbol}"
        f" {order.order_type.value}{shown}"
    )
