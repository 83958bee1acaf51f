"""What faults do to the exchange itself: the tape is bent, shares are split, orders are cut."""

from decimal import Decimal

import pytest

from tests.venue.exchange.scene import ME, Scene, band, instant, quote, trade
from tradeengine.model.events import Bar, PriceBand, Quote, Trade
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.venue.exchange.warps import Warp, crossed, divided, emptied, spike
from tradeengine.venue.records import Refused

BAR = Bar(
    at=0,
    received_at=0,
    symbol="KO",
    open=100.0,
    high=102.0,
    low=98.0,
    close=101.0,
    volume=1_000.0,
    vwap=100.5,
    trade_count=9,
)
QUOTE = Quote(at=0, received_at=0, symbol="KO", bid=99.0, bid_size=3, ask=101.0, ask_size=5)
PRINT = Trade(at=0, received_at=0, symbol="KO", price=100.0, size=50.0, trade_id=7)
BAND = PriceBand(at=0, received_at=0, symbol="KO", low=95.0, high=105.0)


def bend(scene: Scene, warp: Warp, seconds: float | None) -> None:
    until = None if seconds is None else scene.exchange.now + int(seconds * NANOS)
    scene.exchange.tampering.warp("KO", warp, until)


def told(scene: Scene, seconds: float) -> list[Message]:
    """Give the market's messages up to an instant."""
    heard: list[Message] = []
    while (due := scene.exchange.next_at()) is not None and due <= instant(seconds):
        heard += scene.exchange.advance().market
    return heard


def prices(messages: list[Message]) -> list[float]:
    return [m.price for m in messages if isinstance(m, Trade)]


@pytest.mark.parametrize(
    ("warp", "message", "bid", "ask"),
    [
        (spike(10), QUOTE, 108.9, 111.1),
        (crossed, QUOTE, 101.0, 99.0),
        (emptied("both"), QUOTE, 0.0, 0.0),
        (emptied("bid"), QUOTE, 0.0, 101.0),
        (emptied("ask"), QUOTE, 99.0, 0.0),
        (divided(4), QUOTE, 24.75, 25.25),
    ],
)
def test_a_quote_is_bent(warp: Warp, message: Quote, bid: float, ask: float) -> None:
    seen = warp(message)
    assert isinstance(seen, Quote)
    assert (seen.bid, seen.ask) == (bid, ask)


@pytest.mark.parametrize("warp", [spike(10), crossed, emptied("both")])
@pytest.mark.parametrize("message", [BAR, BAND])
def test_bars_and_bands_stay(warp: Warp, message: Message) -> None:
    assert warp(message) == message


def test_a_split_divides_everything() -> None:
    four = divided(4)
    bar, printed, span = four(BAR), four(PRINT), four(BAND)
    assert isinstance(bar, Bar)
    assert isinstance(printed, Trade)
    assert isinstance(span, PriceBand)
    assert (bar.open, bar.high, bar.low, bar.close) == (25.0, 25.5, 24.5, 25.25)
    assert (bar.volume, bar.vwap, bar.trade_count) == (4_000.0, 25.125, 9)
    assert (printed.price, printed.size) == (25.0, 200.0)
    assert (span.low, span.high) == (23.75, 26.25)


def test_a_bent_tape_comes_back_to_what_it_would_have_been() -> None:
    scene = Scene(trade(1, 101.0), trade(3, 102.0), quote(4, 101.9, 102.1))
    bend(scene, spike(10), 3.5)
    messages = told(scene, 10)
    assert prices(messages) == [110.0, 111.1, 112.2, 102.0]
    assert scene.exchange.quote("KO") == quote(4, 101.9, 102.1).messages[0]


def test_prints_of_a_fault_have_numbers_of_their_own() -> None:
    scene = Scene()
    bend(scene, spike(10), 1)
    numbers = [m.trade_id for m in told(scene, 5) if isinstance(m, Trade)]
    assert numbers == [9_000_000_000, 9_000_000_001]


def test_two_faults_bend_one_after_the_other() -> None:
    scene = Scene(trade(2, 100.0), trade(4, 100.0))
    bend(scene, divided(2), None)
    bend(scene, spike(10), 3)
    assert prices(told(scene, 10)) == [50.0, 55.0, 55.0, 50.0, 50.0]


def test_another_symbol_is_not_bent() -> None:
    scene = Scene(trade(2, 60.0, symbol="PEP"))
    bend(scene, spike(10), 3)
    assert [m.price for m in told(scene, 2) if isinstance(m, Trade) and m.symbol == "PEP"] == [60.0]


def test_a_bust_after_a_split_takes_all_the_new_shares() -> None:
    scene = Scene()
    scene.order("buy", 10)
    scene.run_to(1)
    execution_id = scene.exchange.tampering.last_execution(ME, "KO")
    scene.exchange.tampering.split("KO", Decimal(2), "adjust")
    scene.run_to(2)
    assert scene.exchange.position(ME, "KO").qty == 20
    scene.order("buy", 1)
    scene.run_to(3)
    scene.exchange.bust(ME, execution_id)
    position = scene.exchange.position(ME, "KO")
    assert (position.qty, position.avg_entry_price) == (Decimal(1), Decimal("50.01"))


def test_a_split_leaves_what_is_filled_and_multiplies_the_rest() -> None:
    scene = Scene(trade(5, 99.0, size=4))
    order = scene.order("buy", 10, "limit", limit_price="99.50")
    scene.run_to(6)
    scene.exchange.tampering.split("KO", Decimal(3), "adjust")
    scene.run_to(7)
    now = scene.seen(order)
    assert (now.filled_qty, now.qty) == (Decimal(4), Decimal(22))
    assert now.limit_price == Decimal("33.16")


def test_a_reverse_split_ends_an_order_that_is_nothing_any_more() -> None:
    scene = Scene()
    order = scene.order("buy", 5, "limit", limit_price=90)
    scene.run_to(1)
    scene.exchange.tampering.split("KO", Decimal("0.1"), "adjust")
    assert scene.run_to(2).status(order) == "canceled"


def test_a_cut_order_takes_one_share_at_least() -> None:
    scene = Scene()
    scene.exchange.tampering.cut_next(ME, Decimal("0.001"))
    order = scene.order("buy", 10)
    scene.run_to(1)
    assert (scene.status(order), scene.seen(order).filled_qty) == ("canceled", Decimal(1))


def test_an_order_can_be_hurried_only_before_it_is_out() -> None:
    scene = Scene()
    order = scene.order("buy", 10)
    scene.exchange.tampering.hurry(ME, order.id)
    assert scene.status(order) == "filled"
    scene.exchange.tampering.hurry(ME, order.id)
    assert scene.run_to(1).status(order) == "filled"


def test_an_unknown_symbol_is_refused() -> None:
    scene = Scene(band(1, 95, 105))
    with pytest.raises(Refused):
        scene.exchange.tampering.warp("NOPE", crossed, None)
