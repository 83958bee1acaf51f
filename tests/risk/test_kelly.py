import pytest

from tests.risk.world import limits
from tradeengine.risk.kelly import Record, read_record

# Sixty net returns of closed trades: golden sizing.json, made by an independent script.
# fmt: off
SIXTY = (
    -0.00264, -0.013318, -0.004968, 0.012601, -0.010719, 0.022719, -0.006906, 0.007108, 0.013704,
    0.013993, 0.027907, -0.039934, 0.00737, -0.029201, -0.006054, -0.009245, 0.024987, 0.003901,
    0.028655, 0.023923, -0.010765, 0.034533, 0.022446, 0.019787, -0.019241, 0.024395, -0.011298,
    0.004033, -0.031824, -0.034342, 0.033771, -0.022183, -0.021929, 0.010961, -0.013027, -0.032239,
    -0.015004, -0.016587, -0.009405, -0.004042, 0.041473, -0.01341, -0.030106, 0.00997, 0.027993,
    0.034537, -0.016906, 0.012825, 0.003016, 0.021769, -0.008609, -0.006978, -0.00703, -0.026733,
    -0.011055, 0.014529, 0.022252, 0.014485, 0.012889, -0.013218,
)
# fmt: on


@pytest.mark.parametrize(
    ("returns", "win_rate", "payoff", "kelly"),
    [
        (SIXTY, 0.44527072871813533, 1.1050397582172045, -0.0567286492742248),
        (SIXTY[:8], 0.3638016007299872, 1.0823434326698438, -0.22399556241321797),
        ((0.01,) * 30, 0.8438055125258421, 1.0, 0.6876110250516843),
        ((-0.01,) * 30, 0.08711677676217534, 1.0, -0.8257664464756493),
    ],
    ids=["sixty", "eight", "all win", "all lose"],
)
def test_records_agree_with_the_oracle(
    returns: tuple[float, ...], win_rate: float, payoff: float, kelly: float
) -> None:
    record = read_record(returns, limits())

    assert record.win_rate == pytest.approx(win_rate, abs=1e-12)
    assert record.payoff == pytest.approx(payoff, abs=1e-12)
    assert record.kelly == pytest.approx(kelly, abs=1e-12)


def test_the_textbook_bet() -> None:
    assert Record(win_rate=0.6, payoff=1.5).kelly == pytest.approx(1 / 3)


def test_a_return_of_zero_is_a_loss_and_says_nothing_of_the_payoff() -> None:
    record = read_record((0.01, 0.0), limits())

    assert record.payoff == 1.0
    assert record.win_rate == read_record((0.01, -0.01), limits()).win_rate
