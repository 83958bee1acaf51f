"""
What a recipe is, and the ways to arm a fault and to know its sign.

A fault that the engine must notice has a sign: the first message that fits it is the
detection. One without a sign must be borne: nothing may be lost, and nobody need
hear of it. `optional` is for faults whose place decides whether there is anything
to notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from random import Random
from typing import Any

from tradeengine.drill.situation import later
from tradeengine.drill.trader import SHARES
from tradeengine.model import events as e
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message

Armed = list[dict[str, Any]]
Arm = Callable[[Random, time], Armed]
Sign = Callable[[Message], bool]

_LATE = NANOS
"""An order event that took longer than this to come was not brought by the stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one fault is drilled. `arm` gives the faults to arm, the one on trial first."""

    name: str
    arm: Arm
    sign: Sign | None = None
    optional: bool = False
    shown_by: str = ""
    """The trade update by which the venue shows that a fault that waited has struck."""
    strikes: bool = True
    """False: the engine never does what the fault waits for."""
    most: Decimal = SHARES
    """The most that may ever be held of a symbol,"""
    least: Decimal = Decimal(0)
    """and the least: a buy that is taken back after its shares were sold leaves a short."""
    settings: Mapping[str, Any] = field(default_factory=dict)


def names(*kinds: type[Message], words: str = "") -> Sign:
    """Fit messages of these kinds with these words in them."""

    def fits(message: Message) -> bool:
        return isinstance(message, kinds) and words in str(message)

    return fits


def told_late(message: Message) -> bool:
    """Fit an order event that the stream did not bring."""
    return isinstance(message, e.OrderEvent) and message.received_at - message.at > _LATE


def either(*signs: Sign) -> Sign:
    """Fit what one of these fits."""
    return lambda message: any(sign(message) for sign in signs)


def simply(fault: str, **options: object) -> Arm:
    """Arm a fault with these options."""
    return lambda _lots, at: [{"fault": fault, "at": at.isoformat(), **options}]


def chosen(fault: str, **choices: list[Any]) -> Arm:
    """Arm a fault with options drawn by lot."""

    def arm(lots: Random, at: time) -> Armed:
        drawn = {name: lots.choice(values) for name, values in choices.items()}
        return [{"fault": fault, "at": at.isoformat(), **drawn}]

    return arm


def on_requests(fault: str, **choices: list[Any]) -> Arm:
    """Arm a fault of answers on the next order, and on another request too."""
    orders = chosen(fault, method=["POST"], path=["/v2/orders"], **choices)
    others = chosen(fault, method=["GET", "DELETE"], path=["/v2"], **choices)
    return lambda lots, at: orders(lots, at) + others(lots, at)


def with_cut(fault: str, stream: str | None = None, **options: object) -> Arm:
    """Arm a fault that only a reconnection meets, and cut a stream."""

    def arm(lots: Random, at: time) -> Armed:
        cut = stream or lots.choice(["data", "orders"])
        own = {"stream": cut} if stream is None else {}
        moment = at.isoformat()
        return [
            {"fault": fault, "at": moment, **own, **options},
            {"fault": "drop_connection", "stream": cut, "at": later(at, 0.01).isoformat()},
        ]

    return arm


def then(first: dict[str, Any], last: dict[str, Any], seconds: float, trial: int = 0) -> Arm:
    """Arm one fault and `seconds` later another; `trial` says which is on trial."""

    def arm(_lots: Random, at: time) -> Armed:
        pair = [{**first, "at": at.isoformat()}, {**last, "at": later(at, seconds).isoformat()}]
        return pair if trial == 0 else pair[::-1]

    return arm
