"""The exchange on the market that ships with the package: the two fit together."""

from datetime import date
from decimal import Decimal

import pytest

from tradeengine.model.instants import MINUTE
from tradeengine.venue.exchange import Exchange
from tradeengine.venue.exchange.port import Market
from tradeengine.venue.market.open_market import recorded_market
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.records import AccountUpdate, OrderRequest


@pytest.fixture(scope="module")
def market() -> Market:
    return recorded_market(date(2019, 2, 13), ["AAPL", "SPY"], 7)


def session(market: Market) -> tuple[Exchange, list[AccountUpdate]]:
    """Buy at 09:31, sell at 09:33, stand at 09:35."""
    start = market.session.open_at
    exchange = Exchange(market, parameters=VenueParameters(), seed=7, start=start)
    exchange.open_account("me")
    updates: list[AccountUpdate] = []
    for minutes, side in ((1, "buy"), (3, "sell"), (5, "")):
        while (due := exchange.next_at()) is not None and due <= start + minutes * MINUTE:
            updates += exchange.advance().updates
        for symbol in ("AAPL", "SPY") if side else ():
            request = OrderRequest(
                symbol=symbol, side=side, type="market", time_in_force="day", qty=Decimal(20)
            )
            exchange.submit("me", request)
            updates += exchange.drain()
    return exchange, updates


def test_a_round_trip_ends_flat(market: Market) -> None:
    exchange, updates = session(market)

    assert exchange.positions("me") == []
    assert sum(1 for update in updates if update.event == "fill") == 4
    record = exchange.account("me")
    assert record.cash == record.equity
    assert Decimal(99_950) < record.equity < Decimal(100_050)


def test_it_repeats_exactly(market: Market) -> None:
    assert session(market)[1] == session(market)[1]
