"""
The recipes: how each fault of the venue is armed, and which message of the engine names it.

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

from tradeengine.drill.situation import CHURNED, later
from tradeengine.drill.trader import SHARES
from tradeengine.model import events as e
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message

Armed = list[dict[str, Any]]
Sign = Callable[[Message], bool]

_LATE = NANOS
"""An order event that took longer than this to come was not brought by the stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one fault is drilled. `arm` gives the faults to arm, the one on trial first."""

    name: str
    arm: Callable[[Random, time], Armed]
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


def _is(*kinds: type[Message], words: str = "") -> Sign:
    def fits(message: Message) -> bool:
        return isinstance(message, kinds) and words in str(message)

    return fits


def _late(message: Message) -> bool:
    return isinstance(message, e.OrderEvent) and message.received_at - message.at > _LATE


def _either(*signs: Sign) -> Sign:
    return lambda message: any(sign(message) for sign in signs)


def _simply(fault: str, **options: object) -> Callable[[Random, time], Armed]:
    return lambda _lots, at: [{"fault": fault, "at": at.isoformat(), **options}]


def _chosen(fault: str, **choices: list[Any]) -> Callable[[Random, time], Armed]:
    """Arm a fault with options drawn by lot."""

    def arm(lots: Random, at: time) -> Armed:
        drawn = {name: lots.choice(values) for name, values in choices.items()}
        return [{"fault": fault, "at": at.isoformat(), **drawn}]

    return arm


def _with_cut(fault: str, stream: str | None = None, **options: object):  # type: ignore[no-untyped-def]
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


def _then(first: dict[str, Any], last: dict[str, Any], seconds: float, trial: int = 0):  # type: ignore[no-untyped-def]
    def arm(_lots: Random, at: time) -> Armed:
        pair = [{**first, "at": at.isoformat()}, {**last, "at": later(at, seconds).isoformat()}]
        return pair if trial == 0 else pair[::-1]

    return arm


_LOST = _is(e.FeedLost, e.OrderStreamLost)
_ORDERS = {"method": ["POST"], "path": ["/v2/orders"]}

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="reject_next_order",
            arm=_simply("reject_next_order"),
            sign=_is(e.OrderRejected, words="fault injection"),
        ),
        Recipe(
            name="next_order_504_after_accept",
            arm=_simply("next_order_504_after_accept"),
            sign=_is(e.OrderUnresolved, words="504"),
        ),
        Recipe(
            name="next_order_422_after_accept",
            arm=_simply("next_order_422_after_accept"),
            sign=_is(e.OrderUnresolved, words="unique"),
        ),
        Recipe(
            name="bad_gateway",
            arm=_chosen("bad_gateway", carried_out=[False, True], **_ORDERS),
            sign=_is(e.OrderUnresolved, words="502"),
        ),
        Recipe(
            name="empty_body", arm=_chosen("empty_body", **_ORDERS), sign=_is(e.OrderUnresolved)
        ),
        Recipe(
            name="too_many_requests",
            arm=_chosen(
                "too_many_requests", headers=[True, False], retry_after=[None, 2], **_ORDERS
            ),
            sign=_is(e.OrderUnresolved, e.OrderRejected, words="429"),
        ),
        Recipe(
            name="delay_answer",
            arm=_chosen("delay_answer", **_ORDERS),
            sign=_is(e.OrderUnresolved),
            # Real seconds: venue time stands still until the engine gives up.
            settings={"broker": {"read_timeout_seconds": 0.5}},
        ),
        Recipe(
            name="drop_connection",
            arm=_chosen("drop_connection", stream=["data", "orders"]),
            sign=_LOST,
        ),
        Recipe(name="handshake_429", arm=_with_cut("handshake_429", times=1), sign=_LOST),
        Recipe(
            name="refuse_connections", arm=_simply("refuse_connections", seconds=10.0), sign=_LOST
        ),
        Recipe(
            name="data_406",
            arm=_with_cut("data_406", "data", seconds=30.0),
            sign=_is(e.FeedLost, words="406"),
        ),
        Recipe(
            name="slow_slot_release",
            arm=_with_cut("slow_slot_release", "data", hold=20.0),
            sign=_is(e.FeedLost, words="406"),
        ),
        Recipe(
            name="slow_consumer_407",
            arm=_simply("slow_consumer_407"),
            sign=_is(e.FeedLost, words="407"),
        ),
        Recipe(name="mute_data", arm=_simply("mute_data", seconds=60.0), sign=_is(e.FeedMuted)),
        Recipe(name="mute_orders", arm=_simply("mute_orders", seconds=60.0), sign=_late),
        Recipe(
            name="drop_frame",
            arm=_chosen("drop_frame", stream=["data", "orders"]),
            sign=_late,
            optional=True,
        ),
        Recipe(
            name="truncated_frame",
            arm=_chosen("truncated_frame", stream=["data", "orders"], share=[0.1, 0.5, 0.9]),
            sign=_is(e.MessageRejected),
        ),
        Recipe(
            name="malformed_frame",
            arm=_chosen("malformed_frame", stream=["data", "orders"]),
            sign=_is(e.MessageRejected),
        ),
        Recipe(
            name="unknown_enum",
            arm=_simply("unknown_enum"),
            sign=_either(_late, _is(e.MessageRejected)),
            optional=True,
        ),
        Recipe(name="unknown_field", arm=_simply("unknown_field")),
        Recipe(
            name="missing_field",
            arm=_chosen("missing_field", field=["filled_qty", "client_order_id", "event", "qty"]),
            sign=_either(_late, _is(e.MessageRejected)),
            optional=True,
        ),
        Recipe(name="drop_fill_frame", arm=_simply("drop_fill_frame"), sign=_late),
        Recipe(
            name="null_update",
            arm=_chosen("null_update", instead=[True, False]),
            sign=_late,
            optional=True,
        ),
        Recipe(name="duplicate_update", arm=_simply("duplicate_update")),
        Recipe(name="swap_updates", arm=_simply("swap_updates")),
        Recipe(name="fill_before_answer", arm=_simply("fill_before_answer")),
        Recipe(
            name="price_spike",
            arm=_chosen("price_spike", symbol=["AAPL", CHURNED], percent=[-8.0, 8.0]),
        ),
        Recipe(name="crossed_quotes", arm=_chosen("crossed_quotes", symbol=["AAPL", CHURNED])),
        Recipe(
            name="zero_quotes",
            arm=_chosen("zero_quotes", symbol=["AAPL", CHURNED], side=["bid", "ask", "both"]),
        ),
        Recipe(
            name="halt",
            arm=_chosen("halt", symbol=["AAPL", CHURNED], seconds=[60.0]),
            sign=_is(e.TradingStatus, words="halted=True"),
        ),
        Recipe(
            name="resume",
            arm=_then(
                {"fault": "halt", "symbol": CHURNED},
                {"fault": "resume", "symbol": CHURNED},
                30.0,
                trial=1,
            ),
            sign=_is(e.TradingStatus, words="halted=False"),
        ),
        Recipe(
            name="luld_pause",
            arm=_chosen("luld_pause", symbol=["AAPL", CHURNED], seconds=[60.0]),
            sign=_is(e.TradingStatus, words="halted=True"),
        ),
        Recipe(name="split", arm=_chosen("split", symbol=["AAPL", CHURNED]), most=2 * SHARES),
        Recipe(
            name="clock_skew",
            arm=_chosen(
                "clock_skew", skew=[-5.0, 5.0], seconds=[30.0], where=[None, "data", "orders"]
            ),
        ),
        Recipe(
            name="partial_fill_then_cancel",
            arm=_simply("partial_fill_then_cancel"),
            sign=_is(e.OrderCancelled),
            shown_by="canceled",
        ),
        Recipe(
            name="reject_after_accept",
            arm=_simply("reject_after_accept"),
            sign=_is(e.OrderRejected),
            shown_by="rejected",
        ),
        Recipe(
            name="reject_replace",
            arm=_simply("reject_replace"),
            sign=_is(e.ReplaceRejected),
            shown_by="order_replace_rejected",
            strikes=False,
            optional=True,
        ),
        Recipe(name="stuck_cancel", arm=_simply("stuck_cancel"), shown_by="pending_cancel"),
        *(
            Recipe(
                name=name,
                arm=_simply(name),
                sign=_is(e.FillBusted),
                most=2 * SHARES,
                least=-SHARES,
            )
            for name in ("bust_last_fill", "bust_next_fill")
        ),
        Recipe(
            name="stranger_trades",
            # Where we have no stop: the broker would take it for a wash trade.
            arm=_chosen("stranger_trades", symbol=["SPY"], side=["buy", "sell"]),
            sign=_is(e.OrderStale, e.DifferenceFound),
        ),
        Recipe(
            name="clear",
            arm=_then({"fault": "mute_data"}, {"fault": "clear"}, 40.0, trial=1),
            sign=_is(e.FeedStable),
        ),
    )
}
