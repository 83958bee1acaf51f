from decimal import Decimal

import pytest

from tests.console.pictures import BUSY, QUIET, changed, held, text_of, working
from tradeengine.console.live import Screen
from tradeengine.console.parameters import ConsoleParameters
from tradeengine.console.snapshot import ConsoleSnapshot
from tradeengine.model.orders import EngineState


def picture(snapshot: ConsoleSnapshot, width: int = 80, **parameters: int) -> str:
    return text_of(Screen(snapshot, ConsoleParameters.model_validate(parameters)), width)


def words_of(snapshot: ConsoleSnapshot) -> str:
    """The picture's text with its layout squeezed out."""
    return " ".join(picture(snapshot).replace("│", " ").split())


def test_the_header_says_where_we_are() -> None:
    text = words_of(BUSY)

    assert "tradeengine embedded run-1" in text
    assert "TRADING 10:31:07 New York session 09:30 to 16:00 speed 60x" in text
    assert "feed connected (41 symbols, last data 0.4 s) orders ready inbox 3" in text
    assert "session open, indicators warm" in text


def test_the_account_is_shown_in_dollars() -> None:
    assert "$100,012.34 $98,500.11 +$22.50 -$10.16 0.07%" in words_of(BUSY)


def test_positions_and_orders_are_rows() -> None:
    text = words_of(BUSY)

    assert "Positions (2)" in text
    assert "AAPL 9 50.01 49.8701 -$1.26" in text
    assert "MSFT 9 50.01 49.8701 +$3.50" in text
    assert "Open orders (1)" in text
    assert "AAPL protect sell stop 2/9 48.12 working" in text


def test_activity_counts_and_ranks_denials_in_words() -> None:
    text = words_of(BUSY)

    assert "orders 12 fills 7 buys 5 sells 2 denied 43" in text
    assert "40 too soon after the last buy of the symbol 3 the spread is too wide" in text


def test_a_run_that_just_began_has_a_calm_picture() -> None:
    text = words_of(QUIET)

    assert "STARTING" in text
    assert "feed not connected (0 symbols, last data never)" in text
    assert "n/a n/a $0.00 $0.00 0.00%" in text
    assert text.count("none") == 3
    assert "Alerts" not in text


def test_only_the_last_decisions_are_shown() -> None:
    many = changed(BUSY, decisions=tuple(f"decision {number}" for number in range(10)))
    text = picture(many, decision_rows=3)

    assert "decision 6" not in text
    assert "decision 7" in text
    assert "decision 9" in text


def test_rows_that_do_not_fit_are_counted() -> None:
    many = changed(
        BUSY,
        positions=tuple(held(f"P{number}") for number in range(5)),
        orders=tuple(working(f"O{number}", price=None) for number in range(4)),
    )
    text = picture(many, position_rows=3)

    assert "P2" in text
    assert "P3" not in text
    assert "and 2 more" in text
    assert "and 1 more" in text
    assert "market" in text


def test_the_last_alerts_stand_right_below_the_header() -> None:
    alerts = tuple(f"alert number {number}" for number in range(5))
    lines = picture(changed(BUSY, alerts=alerts)).splitlines()

    assert "Alerts" in lines[5]
    assert [line.strip("│ ") for line in lines[6:9]] == list(alerts[2:])


def test_a_long_line_is_cut_and_does_not_break_the_picture() -> None:
    lines = picture(changed(BUSY, decisions=("word " * 100,))).splitlines()

    assert max(len(line) for line in lines) == 80
    assert any("…" in line for line in lines)


@pytest.mark.parametrize(("width", "beside"), [(80, False), (109, False), (110, True)])
def test_a_wide_terminal_shows_two_columns(width: int, beside: bool) -> None:
    (line,) = [line for line in picture(BUSY, width).splitlines() if "Positions (2)" in line]

    assert ("Account" in line) is beside
    assert len(line.rstrip()) == width


@pytest.mark.parametrize("state", EngineState)
def test_every_state_can_be_shown(state: EngineState) -> None:
    assert f" {state.value} " in picture(changed(QUIET, state=state))


def test_what_no_stop_covers_stands_below_the_positions() -> None:
    naked = changed(BUSY, uncovered={"AAPL": Decimal(1720)})

    assert "if this process died now: $1,720.00 uncovered in AAPL" in words_of(naked)
    assert "if this process died now" not in words_of(BUSY)
