"""The recipes: how each fault of the venue is armed, and which message of the engine names it."""

from tradeengine.drill.recipe import (
    Recipe,
    chosen,
    either,
    names,
    on_requests,
    simply,
    then,
    told_late,
    with_cut,
)
from tradeengine.drill.situation import CHURNED
from tradeengine.drill.trader import SHARES
from tradeengine.model import events as e

_LOST = names(e.FeedLost, e.OrderStreamLost)

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="reject_next_order",
            arm=simply("reject_next_order"),
            sign=names(e.OrderRejected, words="fault injection"),
        ),
        Recipe(
            name="next_order_504_after_accept",
            arm=simply("next_order_504_after_accept"),
            sign=names(e.OrderUnresolved, words="504"),
        ),
        Recipe(
            name="next_order_422_after_accept",
            arm=simply("next_order_422_after_accept"),
            sign=names(e.OrderUnresolved, words="unique"),
        ),
        Recipe(
            name="bad_gateway",
            arm=on_requests("bad_gateway", carried_out=[False, True]),
            sign=names(e.OrderUnresolved, words="502"),
        ),
        Recipe(name="empty_body", arm=on_requests("empty_body"), sign=names(e.OrderUnresolved)),
        Recipe(
            name="too_many_requests",
            arm=on_requests("too_many_requests", headers=[True, False], retry_after=[None, 2]),
            sign=names(e.OrderUnresolved, e.OrderRejected, words="429"),
        ),
        Recipe(
            name="delay_answer",
            arm=simply("delay_answer", method="POST", path="/v2/orders"),
            sign=names(e.OrderUnresolved),
            # Real seconds: venue time stands still until the engine gives up.
            settings={"broker": {"read_timeout_seconds": 0.5}},
        ),
        Recipe(
            name="drop_connection",
            arm=chosen("drop_connection", stream=["data", "orders"]),
            sign=_LOST,
        ),
        Recipe(name="handshake_429", arm=with_cut("handshake_429", times=1), sign=_LOST),
        Recipe(
            name="refuse_connections", arm=simply("refuse_connections", seconds=10.0), sign=_LOST
        ),
        Recipe(
            name="data_406",
            arm=with_cut("data_406", "data", seconds=30.0),
            sign=names(e.FeedLost, words="406"),
        ),
        Recipe(
            name="slow_slot_release",
            arm=with_cut("slow_slot_release", "data", hold=20.0),
            sign=names(e.FeedLost, words="406"),
        ),
        Recipe(
            name="slow_consumer_407",
            arm=simply("slow_consumer_407"),
            sign=names(e.FeedLost, words="407"),
        ),
        Recipe(name="mute_data", arm=simply("mute_data", seconds=60.0), sign=names(e.FeedMuted)),
        Recipe(name="mute_orders", arm=simply("mute_orders", seconds=60.0), sign=told_late),
        Recipe(
            name="drop_frame",
            arm=chosen("drop_frame", stream=["data", "orders"]),
            sign=told_late,
            optional=True,
        ),
        Recipe(
            name="truncated_frame",
            arm=chosen("truncated_frame", stream=["data", "orders"], share=[0.1, 0.5, 0.9]),
            sign=names(e.MessageRejected),
        ),
        Recipe(
            name="malformed_frame",
            arm=chosen("malformed_frame", stream=["data", "orders"]),
            sign=names(e.MessageRejected),
        ),
        Recipe(
            name="unknown_enum",
            arm=simply("unknown_enum"),
            sign=either(told_late, names(e.MessageRejected)),
            optional=True,
        ),
        Recipe(name="unknown_field", arm=simply("unknown_field")),
        Recipe(
            name="missing_field",
            arm=chosen("missing_field", field=["filled_qty", "client_order_id", "event", "qty"]),
            sign=either(told_late, names(e.MessageRejected)),
            optional=True,
        ),
        Recipe(name="drop_fill_frame", arm=simply("drop_fill_frame"), sign=told_late),
        Recipe(
            name="null_update",
            arm=chosen("null_update", instead=[True, False]),
            sign=told_late,
            optional=True,
        ),
        Recipe(name="duplicate_update", arm=simply("duplicate_update")),
        Recipe(name="swap_updates", arm=simply("swap_updates")),
        Recipe(name="fill_before_answer", arm=simply("fill_before_answer")),
        Recipe(
            name="price_spike",
            arm=chosen("price_spike", symbol=["AAPL", CHURNED], percent=[-8.0, 8.0]),
        ),
        Recipe(name="crossed_quotes", arm=chosen("crossed_quotes", symbol=["AAPL", CHURNED])),
        Recipe(
            name="zero_quotes",
            arm=chosen("zero_quotes", symbol=["AAPL", CHURNED], side=["bid", "ask", "both"]),
        ),
        Recipe(
            name="halt",
            arm=chosen("halt", symbol=["AAPL", CHURNED], seconds=[60.0]),
            sign=names(e.TradingStatus, words="halted=True"),
        ),
        Recipe(
            name="resume",
            arm=then(
                {"fault": "halt", "symbol": CHURNED},
                {"fault": "resume", "symbol": CHURNED},
                30.0,
                trial=1,
            ),
            sign=names(e.TradingStatus, words="halted=False"),
        ),
        Recipe(
            name="luld_pause",
            arm=chosen("luld_pause", symbol=["AAPL", CHURNED], seconds=[60.0]),
            sign=names(e.TradingStatus, words="halted=True"),
        ),
        Recipe(name="split", arm=chosen("split", symbol=["AAPL", CHURNED]), most=2 * SHARES),
        Recipe(
            name="clock_skew",
            arm=chosen(
                "clock_skew", skew=[-5.0, 5.0], seconds=[30.0], where=[None, "data", "orders"]
            ),
        ),
        Recipe(
            name="partial_fill_then_cancel",
            arm=simply("partial_fill_then_cancel"),
            sign=names(e.OrderCancelled),
            shown_by="canceled",
        ),
        Recipe(
            name="reject_after_accept",
            arm=simply("reject_after_accept"),
            sign=names(e.OrderRejected),
            shown_by="rejected",
        ),
        Recipe(
            name="reject_replace",
            arm=simply("reject_replace"),
            sign=names(e.ReplaceRejected),
            shown_by="order_replace_rejected",
            strikes=False,
            optional=True,
        ),
        Recipe(name="stuck_cancel", arm=simply("stuck_cancel"), shown_by="pending_cancel"),
        *(
            Recipe(
                name=name,
                arm=simply(name),
                sign=names(e.FillBusted),
                most=2 * SHARES,
                least=-SHARES,
            )
            for name in ("bust_last_fill", "bust_next_fill")
        ),
        Recipe(
            name="stranger_trades",
            # Where we have no stop: the broker would take it for a wash trade.
            arm=chosen("stranger_trades", symbol=["SPY"], side=["buy", "sell"]),
            sign=names(e.OrderStale, e.DifferenceFound),
        ),
        Recipe(
            name="cash_transfer",
            arm=chosen("cash_transfer", amount=["-5000", "5000"]),
            sign=names(e.CashMoved, e.CashDiffers),
        ),
        Recipe(
            name="clear",
            arm=then({"fault": "mute_data"}, {"fault": "clear"}, 40.0, trial=1),
            sign=names(e.FeedStable),
        ),
    )
}

_NO_ORDERS = "the public sites are asked before a session; no order waits for them"

EXEMPT: dict[str, str] = dict.fromkeys(
    ("site_dead", "site_slow", "site_429", "site_html", "site_truncated"), _NO_ORDERS
)
"""Faults without a recipe, and why: the drill is of what can happen to orders."""
