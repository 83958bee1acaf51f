"""The table of an order's life is total and never goes back from an end."""

import pytest

from tradeengine.router.states import ENDED, LIFE, Happening, OrderState


def test_every_happening_has_a_row_in_every_state() -> None:
    assert set(LIFE) == set(OrderState)
    for rows in LIFE.values():
        assert set(rows) == set(Happening)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_ended_order_stays_ended(state: OrderState) -> None:
    assert all(row.becomes.ended for row in LIFE[state].values())


def test_the_ordinary_life_has_no_notes() -> None:
    walk = [
        (OrderState.SENT, Happening.ACCEPTED, OrderState.WORKING),
        (OrderState.WORKING, Happening.PART_FILLED, OrderState.WORKING),
        (OrderState.WORKING, Happening.CANCEL_ASKED, OrderState.CANCELLING),
        (OrderState.CANCELLING, Happening.PART_FILLED, OrderState.CANCELLING),
        (OrderState.CANCELLING, Happening.CANCELLED, OrderState.CANCELLED),
        (OrderState.CANCELLED, Happening.ACCEPTED, OrderState.CANCELLED),
    ]
    for state, happening, after in walk:
        assert LIFE[state][happening] == (after, "")


def test_a_fill_before_the_post_answer_is_an_ordinary_fill() -> None:
    assert LIFE[OrderState.SENT][Happening.FILLED] == (OrderState.FILLED, "")


def test_a_fill_after_a_cancel_is_real_and_noted() -> None:
    row = LIFE[OrderState.CANCELLED][Happening.FILLED]

    assert row.becomes is OrderState.FILLED
    assert "last fill arrived after the end" in row.note


def test_an_unresolved_order_that_nobody_knows_was_never_sent() -> None:
    assert LIFE[OrderState.UNRESOLVED][Happening.NOT_FOUND].becomes is OrderState.NEVER_SENT
