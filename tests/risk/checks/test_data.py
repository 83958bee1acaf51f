import pytest
from msgspec import structs

from tests.risk.world import NOW, ask, bar, denied, intent, open_gate, quote, seconds
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    SymbolQuiet,
)


def test_a_symbol_without_a_bar_is_denied() -> None:
    gate = open_gate()
    del gate.view.bars["AAA"]

    assert ask(gate, intent()) == denied(Denial.BAR_STALE, "120 s", "no bar")


def test_a_bar_may_have_ended_two_minutes_ago() -> None:
    for late, quantity in ((0, 9), (0.1, None)):
        gate = open_gate()
        now = NOW + seconds(120 + late)
        gate.on_quote(quote(at=now))
        assert ask(gate, intent(at=now)).quantity == quantity

    assert ask(gate, intent(at=now)) == denied(Denial.BAR_STALE, "120 s", "120.1 s")


def test_a_symbol_called_quiet_waits_for_its_next_bar() -> None:
    gate = open_gate()
    gate.on_symbol_quiet(SymbolQuiet(at=NOW, received_at=NOW, symbol="AAA", silent_seconds=90))
    now = NOW + seconds(5)
    gate.on_quote(quote(at=now))

    assert ask(gate, intent(at=now)) == denied(
        Denial.BAR_STALE, "120 s", "symbol called quiet 5 s ago"
    )
    gate.on_bar(bar(at=now - seconds(60)))
    assert ask(gate, intent(at=now)).quantity == 9


def test_too_few_bars_are_not_warm() -> None:
    gate = open_gate(warm_bars=3)
    assert ask(gate, intent()) == denied(Denial.NOT_WARM, "3 bars", "1 bars")

    gate.on_bar(bar(at=NOW - seconds(180)))
    gate.on_bar(bar(at=NOW - seconds(120)))
    assert ask(gate, intent()).quantity == 9


def test_a_symbol_without_a_quote_is_denied() -> None:
    gate = open_gate()
    del gate.view.quotes["AAA"]

    assert ask(gate, intent()) == denied(Denial.QUOTE_STALE, "2 s", "no quote")


def test_a_quote_may_be_two_seconds_old() -> None:
    assert ask(open_gate(), intent(at=NOW + seconds(2))).quantity == 9
    assert ask(open_gate(), intent(at=NOW + seconds(2.001))) == denied(
        Denial.QUOTE_STALE, "2 s", "2.001 s"
    )


def test_a_quote_that_waited_in_a_buffer_is_old_however_fresh_it_came() -> None:
    gate = open_gate()
    gate.on_quote(structs.replace(quote(at=NOW - seconds(10)), received_at=NOW))

    assert ask(gate, intent()) == denied(Denial.QUOTE_STALE, "2 s", "10.000 s")


def test_a_quote_from_the_future_means_a_wrong_clock() -> None:
    gate = open_gate()
    gate.on_quote(quote(at=NOW + seconds(1)))
    assert ask(gate, intent()).quantity == 9

    gate.on_quote(quote("BBB", at=NOW + seconds(1.5)))
    assert ask(gate, intent("BBB")) == denied(
        Denial.QUOTE_STALE, "clock skew 1 s", "quote 1.500 s in our future"
    )


def test_a_lost_feed_makes_every_quote_stale_until_it_is_back() -> None:
    gate = open_gate()
    gate.on_feed_lost(FeedLost(at=NOW, received_at=NOW, reason="1006"))
    assert ask(gate, intent()) == denied(Denial.QUOTE_STALE, "2 s", "feed lost: 1006")

    gate.on_feed_connected(FeedConnected(at=NOW, received_at=NOW, symbols=4))
    assert ask(gate, intent()).quantity == 9


def test_a_mute_feed_makes_every_quote_stale_until_it_is_stable() -> None:
    gate = open_gate()
    gate.on_feed_muted(
        FeedMuted(at=NOW, received_at=NOW, silent_seconds=61, last_event_at=0, probe="moved")
    )
    assert ask(gate, intent()) == denied(Denial.QUOTE_STALE, "2 s", "feed mute for 61 s")

    gate.on_feed_stable(FeedStable(at=NOW, received_at=NOW, evidence="5 intervals"))
    assert ask(gate, intent()).quantity == 9


@pytest.mark.parametrize(
    ("bid", "ask_price"),
    [
        (50.02, 50.01),
        (50.01, 50.01),
        (0.0, 50.01),
        (50.0, 0.0),
        (float("nan"), 50.01),
        (50.0, float("inf")),
    ],
    ids=["crossed", "locked", "no bid", "no ask", "not a number", "infinite"],
)
def test_a_quote_that_makes_no_sense_is_denied(bid: float, ask_price: float) -> None:
    gate = open_gate()
    gate.on_quote(quote(bid=bid, ask=ask_price))

    assert ask(gate, intent()) == denied(
        Denial.QUOTE_CROSSED, "0 < bid < ask", f"bid {bid}, ask {ask_price}"
    )


def test_a_spread_may_be_five_basis_points() -> None:
    gate = open_gate()
    gate.on_quote(quote(bid=99.975, ask=100.025))
    gate.on_bar(bar(close=100.0))
    assert ask(gate, intent(limit_price="100.03")).quantity == 4

    gate = open_gate()
    gate.on_quote(quote(bid=49.98, ask=50.01))
    assert ask(gate, intent()) == denied(Denial.SPREAD_TOO_WIDE, "5 bp", "6.00 bp")


def test_on_iex_quotes_the_spread_may_be_wider_and_is_flagged() -> None:
    gate = open_gate(quotes_from_iex_only=True)
    gate.on_quote(quote(bid=49.98, ask=50.01))
    assert ask(gate, intent()).quantity == 9

    gate.on_quote(quote("BBB", bid=49.94, ask=50.0))
    assert ask(gate, intent("BBB")) == denied(
        Denial.SPREAD_TOO_WIDE, "10 bp (IEX-only quotes)", "12.01 bp"
    )
