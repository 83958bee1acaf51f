import pytest

from tests.risk.world import NOW, ask, bar, denied, intent, open_gate, plan, quote, status
from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.events import PriceBand
from tradeengine.model.orders import OrderType, Side
from tradeengine.model.plan import SessionPlan


def test_a_market_order_never_opens() -> None:
    naked = intent(order_type=OrderType.MARKET, limit_price=None)

    assert ask(open_gate(), naked) == denied(
        Denial.PRICE_COLLAR, "a limit order with a price", "market order, limit price None"
    )


@pytest.mark.parametrize("price", [None, "0", "-1"])
def test_a_limit_order_needs_a_price(price: str | None) -> None:
    assert ask(open_gate(), intent(limit_price=price)) == denied(
        Denial.PRICE_COLLAR, "a limit order with a price", f"limit order, limit price {price}"
    )


def test_a_limit_price_may_lie_one_percent_from_the_middle() -> None:
    assert ask(open_gate(), intent(limit_price="50.5")).quantity == 9
    assert ask(open_gate(), intent(limit_price="49.5")).quantity == 10
    assert ask(open_gate(), intent(limit_price="50.51")) == denied(
        Denial.PRICE_COLLAR, "within 1 % of 50.00", "50.51, 1.02 % away"
    )


def test_a_quote_ten_times_too_high_is_not_believed() -> None:
    gate = open_gate()
    gate.on_quote(quote(bid=499.9, ask=500.1))

    assert ask(gate, intent(limit_price="500.1")) == denied(
        Denial.PRICE_COLLAR, "quote within 10 % of the last close 50.0", "900.00 %"
    )


def test_a_last_close_of_zero_is_a_check_that_failed() -> None:
    gate = open_gate()
    gate.on_bar(bar(close=0.0))

    assert ask(gate, intent()).reason is Denial.CHECK_FAILED


@pytest.mark.parametrize(
    ("low", "high", "inside"),
    [(45.0, 50.01, True), (50.01, 55.0, True), (45.0, 50.0, False), (50.02, 55.0, False)],
)
def test_the_limit_price_stays_inside_the_band(low: float, high: float, inside: bool) -> None:
    gate = open_gate()
    gate.on_band(PriceBand(at=NOW, received_at=NOW, symbol="AAA", low=low, high=high))

    answer = ask(gate, intent())
    if inside:
        assert answer.quantity == 9
    else:
        assert answer == denied(Denial.LULD_BAND, f"{low} to {high}", "50.01")


def short(limit_price: str) -> OrderIntent:
    return intent(side=Side.SELL, limit_price=limit_price)


def test_a_share_that_fell_by_a_tenth_is_sold_short_only_above_the_bid() -> None:
    gate = open_gate(plan(prior_close=55.0), short_symbols=["AAA"])
    assert ask(gate, short("49.99")).quantity == 10

    gate = open_gate(plan(prior_close=55.0), short_symbols=["AAA"])
    gate.on_bar(bar(close=49.5))

    assert ask(gate, short("49.99")) == denied(
        Denial.SHORT_SALE_RULE, "above the bid of 49.99", "49.99"
    )
    assert ask(gate, short("50.00")).quantity == 10


@pytest.mark.parametrize(
    "known",
    [plan(), plan(prior_close=55.0, short_restricted=True)],
    ids=["close unknown", "fell the day before"],
)
def test_the_restriction_holds_the_next_day_and_when_nothing_is_known(
    known: SessionPlan,
) -> None:
    gate = open_gate(known, short_symbols=["AAA"])

    assert ask(gate, short("49.99")).reason is Denial.SHORT_SALE_RULE


def test_the_tape_can_tell_the_restriction() -> None:
    gate = open_gate(plan(prior_close=50.0), short_symbols=["AAA"])
    gate.on_status(status("AAA", "E", halted=False))

    assert ask(gate, short("49.99")).reason is Denial.SHORT_SALE_RULE
