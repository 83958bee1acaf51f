from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.ledger.messages import bar, bust, fill, heartbeat, held, quote, snapshot, trade
from tradeengine.ledger.ledger import Ledger
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.ledger.view import PositionView
from tradeengine.model.commands import KeepBaseline
from tradeengine.model.events import EquityChanged, PositionChanged, PositionSplit
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Question, Side

BUY, SELL = Side.BUY, Side.SELL
D = Decimal


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger(LedgerParameters())
    list(ledger.on_snapshot(snapshot()))
    return ledger


def test_a_fill_changes_position_and_equity(ledger: Ledger) -> None:
    ledger.on_trade(trade(51.0))

    assert list(ledger.on_fill(fill(BUY, "10", "50", seconds=3))) == [
        PositionChanged(
            at=3 * NANOS, symbol="AAA", quantity=D(10), average_price=D(50), realised=D(0)
        ),
        EquityChanged(
            at=3 * NANOS,
            equity=D(10_010),
            baseline=D(10_000),
            cash=D(9_500),
            realised=D(0),
            unrealised=D(10),
            drawdown=D(0),
        ),
    ]


def test_a_round_trip_realises_its_profit(ledger: Ledger) -> None:
    list(ledger.on_fill(fill(BUY, "10", "50")))
    position, equity = ledger.on_fill(fill(SELL, "10", "49.5", order="o2"))

    assert isinstance(position, PositionChanged)
    assert isinstance(equity, EquityChanged)
    assert (position.quantity, position.average_price, position.realised) == (D(0), D(0), D(-5))
    assert (equity.equity, equity.realised, equity.unrealised) == (D(9_995), D(-5), D(0))
    assert equity.drawdown == D("0.0005")


def test_the_same_fill_told_twice_is_booked_once(ledger: Ledger) -> None:
    list(ledger.on_fill(fill(BUY, "10", "50")))

    assert list(ledger.on_fill(fill(BUY, "10", "50"))) == []
    assert ledger.view().cash == 9_500


def test_a_busted_fill_is_as_if_it_had_never_been(ledger: Ledger) -> None:
    list(ledger.on_fill(fill(BUY, "10", "50", execution="a", cumulative="10")))
    list(ledger.on_fill(fill(BUY, "10", "60", execution="b", cumulative="20")))
    list(ledger.on_fill(fill(SELL, "10", "58", order="o2")))

    position, equity = ledger.on_busted(bust("a"))

    assert isinstance(position, PositionChanged)
    assert isinstance(equity, EquityChanged)
    assert (position.quantity, position.realised) == (D(0), D(-20))
    assert (equity.cash, equity.equity, equity.realised) == (D(9_980), D(9_980), D(-20))


@pytest.mark.parametrize(("side", "cash"), [(BUY, 9_596), (SELL, 10_404)])
def test_a_corrected_fill_takes_the_place_of_the_old_one(
    ledger: Ledger, side: Side, cash: int
) -> None:
    list(ledger.on_fill(fill(side, "10", "50", execution="a")))

    position, _ = ledger.on_busted(bust("a", quantity="8", price="50.5"))

    assert isinstance(position, PositionChanged)
    assert (position.quantity, position.average_price) == (D(side.sign * 8), D("50.5"))
    assert ledger.view().cash == cash


def test_a_bust_of_an_execution_we_do_not_know_changes_nothing(ledger: Ledger) -> None:
    assert list(ledger.on_busted(bust("unknown"))) == []


def test_the_start_adopts_the_brokers_positions_and_cash() -> None:
    ledger = Ledger(LedgerParameters())

    messages = list(
        ledger.on_snapshot(
            snapshot(
                held("-20", "30", current="29"), cash="5000", equity="4420", last_equity="4500"
            )
        )
    )

    assert messages == [
        KeepBaseline(at=0, account_number="PA1", baseline=D(4_500)),
        PositionChanged(at=0, symbol="AAA", quantity=D(-20), average_price=D(30), realised=D(0)),
        EquityChanged(
            at=0,
            equity=D(4_420),
            baseline=D(4_500),
            cash=D(5_000),
            realised=D(0),
            unrealised=D(20),
            drawdown=D("0.017777778"),
        ),
    ]


def test_a_fill_that_the_start_already_held_is_not_booked_again() -> None:
    ledger = Ledger(LedgerParameters())
    list(ledger.on_snapshot(snapshot(held("100", "30"))))
    told_late = structs.replace(fill(Side.BUY, "100", "30"), position=D(100))

    assert list(ledger.on_fill(told_late)) == []
    assert [row.quantity for row in ledger.view().positions] == [D(100)]

    after = structs.replace(fill(Side.BUY, "5", "30", order="o2", seconds=1), position=D(105))
    assert any(isinstance(message, PositionChanged) for message in ledger.on_fill(after))


def test_a_second_start_follows_the_broker_and_forgets_what_it_no_longer_holds(
    ledger: Ledger,
) -> None:
    list(ledger.on_fill(fill(BUY, "10", "50")))

    position, equity = ledger.on_snapshot(snapshot(cash="9990"))

    assert isinstance(position, PositionChanged)
    assert isinstance(equity, EquityChanged)
    assert position.quantity == 0
    assert (equity.equity, equity.unrealised) == (D(9_990), D(0))


def test_a_later_snapshot_is_shown_and_changes_nothing(ledger: Ledger) -> None:
    assert list(ledger.on_snapshot(snapshot(why="reconcile", cash="1", equity="2"))) == []

    view = ledger.view()
    assert (view.cash, view.equity) == (D(10_000), D(10_000))
    assert (view.broker_cash, view.broker_equity) == (D(1), D(2))


def test_an_account_without_a_previous_close_is_measured_against_itself() -> None:
    ledger = Ledger(LedgerParameters())
    list(ledger.on_snapshot(snapshot(last_equity="0")))

    assert ledger.view().baseline == 10_000


def test_drawdown_is_measured_from_the_previous_close_and_rounds_up(ledger: Ledger) -> None:
    list(ledger.on_fill(fill(BUY, "100", "50")))
    ledger.on_trade(trade(47.0001))
    (just_below,) = ledger.on_timer(heartbeat(10))
    ledger.on_trade(trade(47.0))
    (exactly,) = ledger.on_timer(heartbeat(20))

    assert just_below.drawdown == D("0.029999")
    assert exactly.drawdown == D("0.03")


def test_a_gain_is_no_drawdown(ledger: Ledger) -> None:
    list(ledger.on_fill(fill(BUY, "100", "50")))
    ledger.on_trade(trade(60.0))

    assert next(iter(ledger.on_timer(heartbeat(10)))).drawdown == 0


def test_between_fills_the_account_is_valued_every_ten_seconds_if_it_changed(
    ledger: Ledger,
) -> None:
    list(ledger.on_fill(fill(BUY, "10", "50")))

    assert list(ledger.on_timer(heartbeat(10))) == []
    ledger.on_bar(bar(51.0))
    assert list(ledger.on_timer(heartbeat(19))) == []
    assert [event.equity for event in ledger.on_timer(heartbeat(20))] == [D(10_010)]
    ledger.on_quote(quote(51.9, 52.1))
    assert [event.equity for event in ledger.on_timer(heartbeat(30))] == [D(10_020)]


def test_before_the_broker_was_read_there_is_no_equity() -> None:
    ledger = Ledger(LedgerParameters())

    (position,) = ledger.on_fill(fill(BUY, "10", "50"))

    assert isinstance(position, PositionChanged)
    assert list(ledger.on_timer(heartbeat(60))) == []
    view = ledger.view()
    assert (view.baseline, view.drawdown, view.broker_equity) == (None, D(0), None)
    assert view.broker_cash is None


def test_the_view_lists_open_positions_only(ledger: Ledger) -> None:
    list(ledger.on_fill(fill(BUY, "10", "50")))
    list(ledger.on_fill(fill(BUY, "10", "20", symbol="BBB", order="o2")))
    list(ledger.on_fill(fill(SELL, "10", "21", symbol="BBB", order="o3")))
    ledger.on_trade(trade(49.0))

    view = ledger.view()
    assert view.positions == (
        PositionView(
            symbol="AAA",
            quantity=D(10),
            average_price=D(50),
            mark=D(49),
            unrealised=D(-10),
            realised=D(0),
        ),
    )
    assert (view.realised, view.unrealised) == (D(10), D(-10))


FILLS = st.lists(
    st.tuples(st.sampled_from(Side), st.integers(1, 300), st.integers(1, 99_999)), max_size=20
)


@given(FILLS, st.data())
def test_money_is_conserved_whatever_is_filled_and_busted(
    fills: list[tuple[Side, int, int]], data: st.DataObject
) -> None:
    ledger = Ledger(LedgerParameters())
    list(ledger.on_snapshot(snapshot(held("7", "33.33"))))
    for number, (side, quantity, cents) in enumerate(fills):
        order = f"o{number}"
        price = str(D(cents) / 100)
        list(ledger.on_fill(fill(side, str(quantity), price, order=order, execution=order)))
    busted = data.draw(st.sets(st.integers(0, len(fills)), max_size=3))
    for number in sorted(busted):
        list(ledger.on_busted(bust(f"o{number}", order=f"o{number}")))

    kept = [row for number, row in enumerate(fills) if number not in busted]
    paid = sum((side.sign * D(quantity * cents) / 100 for side, quantity, cents in kept), D(0))
    view = ledger.view()
    shares = 7 + sum(side.sign * quantity for side, quantity, _ in kept)
    assert view.cash == 10_000 - paid
    assert [row.quantity for row in view.positions] == ([D(shares)] if shares else [])
    # The adopted shares came in at their cost, so: equity = cash + cost + unrealised.
    assert view.equity == 10_000 + D("233.31") + view.realised + view.unrealised


def test_a_tick_is_one_store(ledger: Ledger) -> None:
    handlers: list[Callable[..., None]] = [ledger.on_trade, ledger.on_bar, ledger.on_quote]

    assert [handler.__qualname__ for handler in handlers] == [
        "Marks.on_trade",
        "Marks.on_bar",
        "Marks.on_quote",
    ]


def test_a_split_changes_shares_and_average_but_no_money(ledger: Ledger) -> None:
    list(ledger.on_fill(fill(BUY, "10", "50")))
    ledger.on_trade(trade(25.0))
    split = PositionSplit(at=9, symbol="AAA", ratio=D(2), quantity=D(20), average_price=D(25))

    position, equity = ledger.on_split(split)

    assert isinstance(position, PositionChanged)
    assert isinstance(equity, EquityChanged)
    assert (position.quantity, position.average_price) == (D(20), D(25))
    assert (equity.equity, equity.cash, equity.unrealised) == (D(10_000), D(9_500), D(0))


def test_a_fill_from_before_the_first_question_is_in_its_answer_whoever_tells_it() -> None:
    ledger = Ledger(LedgerParameters())
    start = structs.replace(snapshot(held("100", "50"), cash="5000"), asked_at=10 * NANOS)
    list(ledger.on_snapshot(start))

    list(ledger.on_fill(fill(BUY, "40", "50", seconds=9)))  # read back by REST

    assert ledger.quantities() == {"AAA": D(100)}
    list(ledger.on_fill(fill(BUY, "10", "50", order="o2", seconds=11)))
    assert ledger.quantities() == {"AAA": D(110)}


def test_two_part_fills_of_before_the_opening_are_not_booked_again() -> None:
    ledger = Ledger(LedgerParameters())
    list(ledger.on_snapshot(snapshot(held("100", "30"))))
    first = structs.replace(fill(Side.BUY, "40", "30"), position=D(40))
    second = structs.replace(fill(Side.BUY, "60", "30", cumulative="100"), position=D(100))

    assert [*ledger.on_fill(first), *ledger.on_fill(second)] == []
    assert [row.quantity for row in ledger.view().positions] == [D(100)]


def test_a_flatten_that_comes_before_the_start_opens_the_books_but_measures_no_loss() -> None:
    ledger = Ledger(LedgerParameters())
    reading = structs.replace(snapshot(held("100", "30"), cash="5000"), why=Question.FLATTEN)

    first = list(ledger.on_snapshot(structs.replace(reading, received_at=1)))
    assert first == [
        PositionChanged(at=1, symbol="AAA", quantity=D(100), average_price=D(30), realised=D(0))
    ]
    assert list(ledger.on_snapshot(structs.replace(reading, positions=(), received_at=2))) == []
    assert ledger.quantities() == {"AAA": D(100)}
    assert ledger.view().baseline is None
