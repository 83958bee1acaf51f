"""The tape merges symbols into one order of instants."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from tests.venue.market.scene import OPEN_AT, draws, minutes_of
from tradeengine.model.events import Bar, PriceBand, Quote, Trade
from tradeengine.model.instants import MINUTE
from tradeengine.venue.market.prints import Density
from tradeengine.venue.market.symbol_day import Manner, SymbolDay, symbol_day
from tradeengine.venue.market.tape import Tape

SESSION = OPEN_AT + np.arange(2) * MINUTE


def day(price: float, seed: int = 1) -> SymbolDay:
    minutes = minutes_of(*[(price, price + 1, price, price, 500)] * 2)
    return symbol_day(minutes, SESSION, Manner(2.0, 3_000_000, Density(4, 4)), draws(seed))


def test_instants_rise_strictly() -> None:
    ticks = list(Tape({"A": day(10.0), "B": day(20.0, seed=2)}).ticks(0))

    assert all(before.at < after.at for before, after in pairwise(ticks))


def test_what_shares_an_instant_is_one_tick_in_the_order_of_symbols() -> None:
    ticks = list(Tape({"B": day(10.0), "A": day(20.0)}).ticks(0))
    bands, prints = ticks[0], ticks[1]

    assert [(type(m), m.symbol) for m in bands.messages] == [(PriceBand, "B"), (PriceBand, "A")]
    assert [(type(m), m.symbol) for m in prints.messages] == [
        (Quote, "B"),
        (Trade, "B"),
        (Quote, "A"),
        (Trade, "A"),
    ]


def test_at_one_instant_a_band_and_a_bar_come_before_a_print() -> None:
    made = day(10.0)
    first = made.prints.at[:1]
    clash = replace(
        made,
        bars=replace(made.bars.rows(slice(0, 1)), at=first),
        bands=replace(made.bands.rows(slice(0, 1)), at=first),
    )

    tick = next(Tape({"A": clash}).ticks(0))

    assert [type(m) for m in tick.messages] == [PriceBand, Bar, Quote, Trade]


def test_a_message_is_stamped_with_its_instant_and_a_bar_with_its_start() -> None:
    for tick in Tape({"A": day(10.0)}).ticks(0):
        for message in tick.messages:
            assert message.received_at == tick.at
            start = tick.at - MINUTE - 3_000_000
            assert message.at == (start if isinstance(message, Bar) else tick.at)


def test_the_tape_can_be_entered_anywhere() -> None:
    tape = Tape({"A": day(10.0), "B": day(20.0, seed=2)})
    ticks = list(tape.ticks(0))

    assert list(tape.ticks(ticks[5].at)) == ticks[5:]
    assert list(tape.ticks(ticks[5].at + 1)) == ticks[6:]
    assert list(tape.ticks(ticks[-1].at + 1)) == []
