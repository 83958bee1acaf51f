from decimal import Decimal

import pytest

from tradeengine.console import words
from tradeengine.model.denials import Denial
from tradeengine.model.instants import parse_instant
from tradeengine.model.orders import EngineState

D = Decimal


def test_clocks_are_new_yorks() -> None:
    assert words.clock(parse_instant("2019-02-13T15:31:07.9Z")) == "10:31:07"
    assert words.clock(parse_instant("2019-07-01T13:30:00Z")) == "09:30:00"


@pytest.mark.parametrize(
    ("amount", "text"),
    [(D("1234.5"), "$1,234.50"), (D("-3"), "-$3.00"), (D("-0.001"), "$0.00"), (None, "n/a")],
)
def test_money_has_cents(amount: Decimal | None, text: str) -> None:
    assert words.money(amount) == text


def test_what_is_uncovered_is_summed_up_and_named() -> None:
    assert words.uncovered({"AAPL": D("1200.5"), "KO": D(300)}) == (
        "if this process died now: $1,500.50 uncovered in AAPL, KO"
    )


@pytest.mark.parametrize(
    ("amount", "text"), [(D(5), "+$5.00"), (D("-5.126"), "-$5.13"), (D(0), "$0.00")]
)
def test_a_profit_has_a_sign(amount: Decimal, text: str) -> None:
    assert words.profit(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(D("50"), "50.00"), (D("50.1250"), "50.1250"), (D("1640.00"), "1,640.00"), (None, "market")],
)
def test_prices_show_fractions_of_cents_only_where_there_are_some(
    amount: Decimal | None, text: str
) -> None:
    assert words.price(amount) == text


@pytest.mark.parametrize(
    ("quantity", "text"),
    [(D(1200), "1,200"), (D("1.500"), "1.5"), (D("-7.0"), "-7"), (D(0), "0"), (D("1E+2"), "100")],
)
def test_shares_have_no_needless_zeros(quantity: Decimal, text: str) -> None:
    assert words.shares(quantity) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "never"), (0.44, "0.4 s"), (59.9, "59.9 s"), (150, "2 min")]
)
def test_ages_are_short(seconds: float | None, text: str) -> None:
    assert words.age(seconds) == text


@pytest.mark.parametrize(("factor", "text"), [(None, "max"), (1.0, "1x"), (2.5, "2.5x")])
def test_speed_is_a_factor(factor: float | None, text: str) -> None:
    assert words.speed(factor) == text


def test_things_are_counted_in_the_plural() -> None:
    assert [words.counted(count, "round") for count in (0, 1, 2)] == [
        "0 rounds",
        "1 round",
        "2 rounds",
    ]


def test_gains_are_green_and_losses_red() -> None:
    assert [words.profit_style(D(amount)) for amount in (1, -1, 0)] == ["green", "red", ""]


def test_denials_are_ranked_by_count_and_then_by_name() -> None:
    denials = {Denial.WASH_TRADE: 1, Denial.COOLDOWN: 1, Denial.LULD_BAND: 2}

    assert [denial.name for denial, _ in words.most_frequent(denials)] == [
        "LULD_BAND",
        "COOLDOWN",
        "WASH_TRADE",
    ]


def test_every_state_has_a_colour() -> None:
    assert set(words.STATE_STYLES) == set(EngineState)
