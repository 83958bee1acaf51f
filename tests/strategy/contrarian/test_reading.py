from tests.strategy.messages import bar, on
from tradeengine.model.instants import MINUTE
from tradeengine.strategy.contrarian.reading import Reading
from tradeengine.strategy.parameters import ContrarianParameters


def reading() -> Reading:
    return Reading(ContrarianParameters())


def learn(the_reading: Reading, closes: list[float]) -> None:
    for i, close in enumerate(closes):
        one = bar(on("09:30:00") + i * MINUTE, close)
        assert the_reading.is_new(one)
        the_reading.learn(one, of_session=True)


def test_a_bar_is_new_once_and_a_correction_never() -> None:
    seen = reading()
    first = bar(on("09:31:00"), 10.0)
    assert seen.is_new(first)
    assert not seen.is_new(first)
    assert not seen.is_new(bar(on("09:30:00"), 10.0))
    assert not seen.is_new(bar(on("09:32:00"), 10.0, revised=True))
    assert seen.is_new(bar(on("09:32:00"), 10.0))


def test_each_indicator_begins_when_it_is_defined() -> None:
    seen = reading()
    learn(seen, [100.0 + i % 3 for i in range(14)])
    assert (seen.rsi, seen.atr) == (None, None)
    assert seen.vwap is not None
    learn_more = [100.0 + i % 3 for i in range(75)]
    seen = reading()
    learn(seen, learn_more)
    assert seen.bars == 75
    assert seen.rsi is not None
    # Fourteen true ranges are there with the fifteenth five-minute bar, at minute 75.
    assert seen.atr is not None


def test_rises_count_how_often_in_a_row_the_histogram_rose() -> None:
    falling = reading()
    accelerating = [100.0 - 0.01 * i * i for i in range(50)]
    learn(falling, accelerating)
    assert falling.rises == 0
    turning = reading()
    learn(turning, [*accelerating, accelerating[-1], accelerating[-1], accelerating[-1]])
    assert turning.rises == 3


def test_a_new_session_forgets_the_vwap_and_nothing_else() -> None:
    seen = reading()
    learn(seen, [100.0 + i % 3 for i in range(75)])
    before = (seen.rsi, seen.atr, seen.bars)
    seen.begin_session()
    assert seen.vwap is None
    assert (seen.rsi, seen.atr, seen.bars) == before


def test_a_bar_of_another_session_does_not_count_in_the_vwap() -> None:
    seen = reading()
    seen.learn(bar(on("09:30:00"), 100.0), of_session=False)
    assert seen.vwap is None
    assert seen.bars == 1
