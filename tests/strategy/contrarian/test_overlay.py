from tests.strategy.messages import bar, on
from tradeengine.model.instants import MINUTE, parse_instant
from tradeengine.strategy.contrarian.overlay import Overlay
from tradeengine.strategy.parameters import ContrarianParameters


def overlay(moves_min: int = 24) -> Overlay:
    return Overlay(ContrarianParameters(fast_exit_sigma_bars_min=moves_min))


def feed(the_overlay: Overlay, start: int, closes: list[float]) -> None:
    """One five-minute bar a close: its last minute alone, which opens at the close before."""
    before = closes[0]
    for i, close in enumerate(closes):
        at = start + (5 * i + 4) * MINUTE
        the_overlay.learn(bar(at, close, symbol="SPY", opening=before))
        before = close


def quiet(bars: int) -> list[float]:
    return [270.0 + 0.1 * (i % 2) for i in range(bars)]


def test_it_knows_nothing_before_twenty_four_moves() -> None:
    market = overlay()
    feed(market, on("09:30:00"), quiet(23))
    assert market.z is None
    assert not market.falling


def test_a_quiet_market_is_not_falling() -> None:
    market = overlay()
    feed(market, on("09:30:00"), quiet(24))
    assert market.z is not None
    assert abs(market.z) < 0.5
    assert market.ended_at == on("11:30:00")


def test_a_slide_of_twelve_bars_is_a_falling_market() -> None:
    market = overlay()
    feed(market, on("09:30:00"), [*quiet(40), *(270.0 - 0.1 * i for i in range(1, 13))])
    assert market.z is not None
    assert market.z < -2.5
    assert market.falling


def test_the_night_does_not_make_a_falling_market() -> None:
    market = overlay()
    feed(market, parse_instant("2019-02-12T14:30:00Z"), quiet(78))
    # It opens ten dollars lower and is as quiet as before.
    feed(market, on("09:30:00"), [260.0, 260.1, 260.0])
    assert market.z is not None
    assert abs(market.z) < 0.5
    assert not market.falling
