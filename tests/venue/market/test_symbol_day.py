"""What the tape shows of one symbol: bars, closing quotes and bands beside its prints."""

import numpy as np
import pytest

from tests.venue.market.scene import OPEN_AT, Row, draws, minutes_of
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.venue.market.prints import Density
from tradeengine.venue.market.symbol_day import Manner, SymbolDay, bar_delay_of, symbol_day

FLAT: Row = (10.0, 10.0, 10.0, 10.0, 100)
SESSION = OPEN_AT + np.arange(10) * MINUTE


def day(*rows: Row, start: int = OPEN_AT) -> SymbolDay:
    manner = Manner(spread_bps=2.0, bar_delay=3_000_000, density=Density(3, 6))
    return symbol_day(minutes_of(*rows, start=start), SESSION, manner, draws())


def test_a_bar_comes_out_some_milliseconds_after_its_minute() -> None:
    bars = day(FLAT, FLAT).bars

    assert bars.start.tolist() == [OPEN_AT, OPEN_AT + MINUTE]
    assert bars.at.tolist() == [OPEN_AT + MINUTE + 3_000_000, OPEN_AT + 2 * MINUTE + 3_000_000]


def test_a_bar_counts_and_weighs_what_was_printed() -> None:
    made = day((10.0, 11.0, 9.0, 10.5, 12_345), FLAT)
    first = made.prints.rows(made.prints.minute == 0)

    assert made.bars.trade_count.tolist()[0] == len(first)
    assert made.bars.volume.tolist() == [12_345, 100]
    assert made.bars.vwap[0] == pytest.approx((first.price * first.size).sum() / 12_345, abs=1e-6)
    assert made.bars.vwap[1] == 10.0


def test_every_minute_on_the_clock_ends_with_a_quote_of_the_last_price() -> None:
    closing = day((10.0, 10.2, 10.0, 10.2, 500), start=OPEN_AT + 2 * MINUTE).closing
    second = (closing.at - SESSION) / NANOS

    assert len(closing) == 10
    assert ((second > 58.9) & (second < 60)).all()
    assert ((closing.bid[:2] <= 10.0) & (closing.ask[:2] >= 10.0)).all()
    assert ((closing.bid[2:] <= 10.2) & (closing.ask[2:] >= 10.2)).all()


def test_every_print_has_its_quote() -> None:
    made = day((10.0, 10.2, 10.0, 10.2, 500), FLAT)

    assert made.book.at.tolist() == made.prints.at.tolist()
    assert (made.book.bid <= made.prints.price).all()
    assert (made.book.ask >= made.prints.price).all()


def test_bands_come_at_the_open_and_every_five_minutes() -> None:
    bands = day(FLAT, FLAT, FLAT, FLAT, (10.0, 15.0, 10.0, 15.0, 400), FLAT).bands

    assert ((bands.at - OPEN_AT) // MINUTE).tolist() == [0, 5]
    assert (bands.low.tolist()[0], bands.high.tolist()[0]) == (9.5, 10.5)
    # The mean of four minutes at 10.00 and one at 12.50 is 10.50.
    assert bands.low.tolist()[1] == pytest.approx(9.97, abs=0.011)
    assert bands.high.tolist()[1] == pytest.approx(11.03, abs=0.011)


def test_bands_without_a_trade_in_five_minutes_stand_around_the_last_close() -> None:
    late = OPEN_AT + 7 * MINUTE

    assert day((20.0, 20.0, 20.0, 20.0, 100), start=late).bands.high.tolist() == [21.0, 21.0]
    assert day((20.0, 20.0, 20.0, 20.0, 100), start=OPEN_AT - MINUTE).bands.high.tolist()[1] == 21.0


def test_after_a_minute_comes_its_bar_then_the_band_then_the_next_print() -> None:
    for symbol in ("AAPL", "SPY", "ZAAA", "BRK.B"):
        delay = bar_delay_of(symbol)
        manner = Manner(spread_bps=2.0, bar_delay=delay, density=Density(3, 6))
        made = symbol_day(minutes_of(*[FLAT] * 10), SESSION, manner, draws())

        assert 2_000_000 <= delay < 40_000_000
        five = OPEN_AT + 5 * MINUTE
        assert five < made.bars.at[4] < made.bands.at[1] < five + 50_000_000
        assert made.prints.at[made.prints.minute == 5].min() >= five + 50_000_000


def test_all_quotes_are_in_order_of_time() -> None:
    made = day(FLAT, FLAT)

    assert len(made.quotes()) == len(made.prints) + 10
    assert (np.diff(made.quotes().at) > 0).all()
