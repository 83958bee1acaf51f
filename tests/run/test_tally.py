"""What a run's messages add up to."""

from decimal import Decimal

from tests.messages import every_message
from tests.runs import NOON, receipt
from tradeengine.model.commands import OrderIntent, SubmitOrder
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    AlertRaised,
    Bar,
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    OrderDenied,
    OrderFilled,
    OrderStreamLost,
    OrderStreamReady,
    Quote,
    StateChanged,
    Trade,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, OrderType, Purpose, Severity, Side, TimeInForce
from tradeengine.run.tally import Tally

D = Decimal


def tally_of(*inputs: Message, effects: tuple[Message, ...] = ()) -> Tally:
    tally = Tally()
    for message in inputs:
        tally.watch(message, ())
    if effects:
        tally.watch(FeedConnected(at=0, received_at=0, symbols=1), effects)
    return tally


def quote(symbol: str, at: int = NOON) -> Quote:
    return Quote(at=at, received_at=at, symbol=symbol, bid=1.0, bid_size=1, ask=1.1, ask_size=1)


def bar(symbol: str, *, history: bool) -> Bar:
    return Bar(
        at=NOON,
        received_at=NOON,
        symbol=symbol,
        open=1,
        high=1,
        low=1,
        close=1,
        volume=1,
        vwap=1,
        trade_count=1,
        history=history,
    )


def fill(side: Side, quantity: str) -> OrderFilled:
    return OrderFilled(
        at=NOON,
        received_at=NOON,
        client_order_id="o",
        order_id="b",
        symbol="AAPL",
        execution_id="x",
        side=side,
        quantity=D(quantity),
        price=D("50.25"),
        cumulative=D(quantity),
        complete=True,
    )


def test_ticks_are_counted_and_history_is_not() -> None:
    trade = Trade(at=NOON, received_at=NOON + 5, symbol="JPM", price=1, size=1, trade_id=1)

    tally = tally_of(
        quote("AAPL"), trade, bar("KO", history=False), bar("MSFT", history=True), quote("AAPL")
    )

    assert tally.ticks == 4
    assert tally.streamed == {"AAPL", "JPM", "KO"}
    assert tally.last_tick_at == NOON


def test_fills_are_counted_by_side_and_kept_as_lines() -> None:
    tally = tally_of(fill(Side.BUY, "10"), fill(Side.BUY, "2"), fill(Side.SELL, "12"))

    assert (tally.fills, tally.buys, tally.sells) == (3, 2, 1)
    assert list(tally.fill_lines) == [
        "12:00:00 fill buy 10 AAPL at 50.25",
        "12:00:00 fill buy 2 AAPL at 50.25",
        "12:00:00 fill sell 12 AAPL at 50.25",
    ]


def test_the_feeds_last_word_counts() -> None:
    connected = FeedConnected(at=0, received_at=0, symbols=1)
    lost = FeedLost(at=0, received_at=0, reason="gone")
    muted = FeedMuted(at=0, received_at=0, silent_seconds=9, last_event_at=0, probe="p")
    stable = FeedStable(at=0, received_at=0, evidence="trades")

    assert tally_of().feed == "not connected"
    assert tally_of(connected).feed == "connected"
    assert tally_of(connected, lost).feed == "lost"
    assert tally_of(connected, muted).feed == "mute"
    assert tally_of(connected, muted, stable).feed == "connected"


def test_the_order_streams_last_word_counts() -> None:
    ready = OrderStreamReady(at=0, received_at=0)
    lost = OrderStreamLost(at=0, received_at=0, reason="gone")

    assert tally_of().order_stream == "not connected"
    assert tally_of(lost, ready).order_stream == "listening"
    assert tally_of(ready, lost).order_stream == "lost"


def order(
    kind: OrderType = OrderType.LIMIT,
    limit_price: Decimal | None = None,
    stop_price: Decimal | None = None,
) -> SubmitOrder:
    return SubmitOrder(
        at=NOON,
        client_order_id="o",
        symbol="AAPL",
        side=Side.SELL,
        purpose=Purpose.PROTECT,
        quantity=D(10),
        order_type=kind,
        time_in_force=TimeInForce.DAY,
        limit_price=limit_price,
        stop_price=stop_price,
    )


def denial(reason: Denial) -> OrderDenied:
    wish = OrderIntent(
        at=NOON,
        strategy="s",
        symbol="JPM",
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
    )
    return OrderDenied(at=NOON, intent=wish, reason=reason, limit="1", actual="2")


def test_orders_and_denials_are_decisions_with_their_time() -> None:
    tally = tally_of(
        effects=(
            order(limit_price=D("49.5")),
            order(OrderType.STOP, stop_price=D(48)),
            order(OrderType.MARKET),
            denial(Denial.COOLDOWN),
            denial(Denial.COOLDOWN),
        )
    )

    assert tally.orders == 3
    assert tally.denials == {Denial.COOLDOWN: 2}
    assert list(tally.decisions)[:4] == [
        "12:00:00 protect sell 10 AAPL limit at 49.5",
        "12:00:00 protect sell 10 AAPL stop at 48",
        "12:00:00 protect sell 10 AAPL market",
        "12:00:00 denied JPM: too soon after the last buy of the symbol",
    ]


def test_the_state_the_alerts_and_the_flatten_are_kept() -> None:
    alert = AlertRaised(at=NOON, severity=Severity.CRITICAL, code="X", text="look")
    moved = StateChanged(
        at=NOON, before=EngineState.CLOSED, after=EngineState.TRADING, reason="open"
    )

    tally = tally_of(effects=(moved, alert, alert, receipt()))

    assert tally.state_reason == "open"
    assert (tally.alert_count, list(tally.alerts)) == (2, ["look", "look"])
    assert tally.flattened == receipt()


def test_no_message_is_too_strange_and_lines_do_not_pile_up() -> None:
    tally = Tally()

    for message in every_message() * 60:
        tally.watch(message, (message,))

    assert len(tally.decisions) == len(tally.fill_lines) == len(tally.alerts) == 50
    assert tally.orders == 60
