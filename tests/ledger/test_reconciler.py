"""Broker and books are compared, and a difference counts when it stands."""

from decimal import Decimal

from msgspec import structs

from tests.ledger.messages import fill, heartbeat, snapshot
from tests.risk.world import broker_order, broker_position
from tradeengine.ledger.ledger import Ledger
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.ledger.reconciler import Reconciler
from tradeengine.model.commands import AskBroker, FlattenAll
from tradeengine.model.events import (
    BrokerPosition,
    BrokerSnapshot,
    BrokerUnreachable,
    CashDiffers,
    HoldingsAgree,
    HoldingsDiffer,
    OrderStreamReady,
    RunOpened,
    StrangerSeen,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import ForeignPolicy, Question, Side, StopTrigger

D = Decimal
CASH = D(100_000)


class Books:
    """A ledger and its reconciler, and a broker that answers what it is told to."""

    def __init__(self, policy: ForeignPolicy = ForeignPolicy.FREEZE) -> None:
        parameters = LedgerParameters(foreign=policy)
        self.ledger = Ledger(parameters)
        self.reconciler = Reconciler(parameters, self.ledger)
        self.now = 0
        self._hear(self._told(Question.START))

    def _told(
        self, why: Question, *rows: BrokerPosition, cash: Decimal = CASH, **more: object
    ) -> BrokerSnapshot:
        told = snapshot(*rows, why=why, last_equity="100000")
        return structs.replace(told, received_at=self.now, cash=cash, **more)

    def _hear(self, message: BrokerSnapshot) -> list[Message]:
        list(self.ledger.on_snapshot(message))
        return self._carried_out(list(self.reconciler.on_snapshot(message)))

    def _carried_out(self, effects: list[Message]) -> list[Message]:
        for effect in effects:
            if isinstance(effect, HoldingsDiffer):
                list(self.ledger.on_holdings(effect))
            if isinstance(effect, CashDiffers):
                list(self.ledger.on_cash(effect))
        return effects

    def ask(self, seconds: float) -> list[Message]:
        """Let time pass; give the questions."""
        self.now += int(seconds * NANOS)
        return list(self.reconciler.on_timer(heartbeat(self.now // NANOS)))

    def answer(self, *rows: BrokerPosition, cash: Decimal = CASH, **more: object) -> list[Message]:
        return self._hear(self._told(Question.RECONCILE, *rows, cash=cash, **more))

    def look(self, seconds: float, *rows: BrokerPosition, **more: object) -> list[Message]:
        """Let time pass until the question, and answer it."""
        (question,) = self.ask(seconds)
        assert question == AskBroker(at=self.now, why=Question.RECONCILE)
        return self.answer(*rows, **more)  # type: ignore[arg-type]  # cash, and the rest


TEN = broker_position("KO", "10")


def test_nothing_is_asked_before_the_books_are_open() -> None:
    parameters = LedgerParameters()
    reconciler = Reconciler(parameters, Ledger(parameters))
    assert list(reconciler.on_timer(heartbeat(1000))) == []


def test_the_broker_is_asked_again_and_again_but_once_at_a_time() -> None:
    books = Books()
    assert books.ask(24) == []
    assert len(books.ask(1)) == 1
    assert books.ask(59) == []
    assert books.answer() == []
    assert books.ask(24) == []
    assert len(books.ask(1)) == 1


def test_what_stands_in_two_readings_is_taken_over_and_then_agrees() -> None:
    books = Books()
    assert books.look(25, TEN) == []
    (differs,) = books.look(4, TEN)
    assert isinstance(differs, HoldingsDiffer)
    assert (differs.symbol, differs.recorded, differs.held) == ("KO", D(0), D(10))
    assert differs.taken_over
    assert books.ledger.quantities() == {"KO": D(10)}
    # Until the cash is compared they count as bought: no profit out of nothing, and no loss.
    assert books.ledger.view().equity == CASH
    # The broker's cash is what it was: the shares were given, and count as paid in.
    assert books.look(4, TEN) == [HoldingsAgree(at=books.now, strangers=())]
    assert books.look(25, TEN) == []
    assert books.look(25, TEN) == []
    (cash,) = books.look(25, TEN)
    assert isinstance(cash, CashDiffers)
    assert (cash.recorded, cash.held) == (CASH - 500, CASH)
    view = books.ledger.view()
    assert (view.equity, view.baseline) == (CASH + 500, CASH + 500)


def test_a_fill_that_comes_in_between_explains_it() -> None:
    books = Books()
    assert books.look(25, TEN) == []
    late = fill(Side.BUY, "10", "50", symbol="KO")
    list(books.ledger.on_fill(late))
    books.reconciler.on_filled(late)
    assert books.look(4, TEN, cash=CASH - 500) == []
    assert books.ask(24) == []


def test_a_difference_that_changes_is_looked_at_again() -> None:
    books = Books()
    assert books.look(25, TEN) == []
    assert books.look(4, broker_position("KO", "20")) == []
    (differs,) = books.look(4, broker_position("KO", "20"))
    assert isinstance(differs, HoldingsDiffer)
    assert differs.held == 20


def test_what_is_gone_at_the_broker_is_gone_here() -> None:
    books = Books()
    bought = fill(Side.BUY, "10", "50", symbol="KO")
    list(books.ledger.on_fill(bought))
    books.reconciler.on_filled(bought)
    assert books.look(25) == []
    (differs,) = [m for m in books.look(4) if isinstance(m, HoldingsDiffer)]
    assert (differs.recorded, differs.held) == (D(10), D(0))
    assert books.ledger.quantities() == {}


def test_rows_that_cannot_be_read_say_nothing() -> None:
    books = Books()
    assert books.look(25, TEN, unreadable_rows=1) == []
    assert books.look(25, TEN) == []


def test_an_answer_that_never_comes_is_asked_for_again() -> None:
    books = Books()
    assert len(books.ask(25)) == 1
    lost = BrokerUnreachable(
        at=books.now, received_at=books.now, why=Question.RECONCILE, reason="timeout"
    )
    books.reconciler.on_unreachable(lost)
    assert books.ask(24) == []
    assert len(books.ask(1)) == 1


def test_a_reconnect_is_a_reason_to_look() -> None:
    books = Books()
    books.now += NANOS
    books.reconciler.on_order_stream_ready(OrderStreamReady(at=books.now, received_at=books.now))
    assert len(books.ask(0)) == 1


def test_the_books_are_compared_before_the_run_ends() -> None:
    books = Books()
    books.reconciler.on_run_opened(
        RunOpened(
            at=0,
            received_at=0,
            run_tag="t",
            session_open=0,
            session_close=100 * NANOS,
            until=60 * NANOS,
            until_trigger=StopTrigger.CLOSE,
        )
    )
    assert len(books.ask(21)) == 1
    assert books.answer() == []
    assert books.ask(1) == []


def test_shares_of_others_are_left_alone_when_we_are_told_to() -> None:
    books = Books(ForeignPolicy.IGNORE)
    assert books.look(25, TEN) == []
    (differs,) = books.look(4, TEN)
    assert isinstance(differs, HoldingsDiffer)
    assert not differs.taken_over
    assert books.ledger.quantities() == {}
    books.look(4, TEN)
    assert [m for m in books.look(25, TEN) if isinstance(m, HoldingsDiffer)] == []
    # They sell again: that is theirs too.
    books.look(25)
    (gone,) = [m for m in books.look(4) if isinstance(m, HoldingsDiffer)]
    assert not gone.taken_over


def test_a_flatten_takes_over_what_was_left_to_others_because_it_closes_that_too() -> None:
    books = Books(ForeignPolicy.IGNORE)
    books.look(25, TEN)
    books.look(4, TEN)
    flatten = FlattenAll(at=books.now, trigger=StopTrigger.SAFETY, reason="a test")

    (differs,) = books.reconciler.on_flatten_all(flatten)

    assert isinstance(differs, HoldingsDiffer)
    assert (differs.recorded, differs.held, differs.average_price) == (D(0), D(10), D(50))
    assert differs.taken_over
    list(books.ledger.on_holdings(differs))
    list(books.ledger.on_fill(fill(Side.SELL, "10", "50", symbol="KO")))
    assert books.ledger.quantities() == {}
    assert list(books.reconciler.on_flatten_all(flatten)) == []


def test_fractions_of_a_cent_are_no_difference() -> None:
    books = Books()
    assert books.look(25, cash=CASH - D("0.005")) == []
    assert books.ask(24) == []


def test_ours_that_are_missing_concern_us_whatever_we_were_told() -> None:
    books = Books(ForeignPolicy.IGNORE)
    bought = fill(Side.BUY, "10", "50", symbol="KO")
    list(books.ledger.on_fill(bought))
    books.reconciler.on_filled(bought)
    short = broker_position("KO", "4")
    assert books.look(25, short) == []
    (differs,) = [m for m in books.look(4, short) if isinstance(m, HoldingsDiffer)]
    assert differs.taken_over


def test_an_order_of_others_is_named_until_it_is_gone() -> None:
    books = Books()
    order = broker_order("by-hand", "KO", Side.BUY, "5")
    books.reconciler.on_stranger(
        StrangerSeen(at=books.now, symbol="KO", client_order_id="by-hand", what="an order")
    )
    (agree,) = books.look(4, orders=(order,))
    assert agree == HoldingsAgree(at=books.now, strangers=("KO",))
    assert books.look(25, orders=(order,)) == []
    (agree,) = books.look(25)
    assert agree == HoldingsAgree(at=books.now, strangers=())


def test_cash_that_is_missing_counts_as_lost() -> None:
    books = Books()
    for _ in range(3):  # Longer than a broker takes to list a transfer.
        assert books.look(25, cash=CASH - 100) == []
    (differs,) = books.look(25, cash=CASH - 100)
    assert differs == CashDiffers(at=books.now, recorded=CASH, held=CASH - 100)
    view = books.ledger.view()
    assert (view.cash, view.baseline) == (CASH - 100, CASH)
    assert view.drawdown == D("0.001")


def test_cash_that_nobody_can_explain_hides_no_loss() -> None:
    books = Books()
    for _ in range(4):
        books.look(25, cash=CASH + 1000)
    view = books.ledger.view()
    assert (view.cash, view.baseline) == (CASH + 1000, CASH + 1000)
    assert view.drawdown == 0


def test_an_answer_that_is_lost_is_not_waited_for_for_ever() -> None:
    books = Books()
    assert len(books.ask(25)) == 1
    assert books.ask(59) == []
    assert len(books.ask(1)) == 1


def test_an_answer_from_before_a_stranger_came_does_not_say_that_all_is_well() -> None:
    books = Books()
    assert len(books.ask(25)) == 1
    books.now += NANOS
    books.reconciler.on_stranger(
        StrangerSeen(at=books.now, symbol="KO", client_order_id="by-hand", what="an order")
    )

    assert books.answer() == []  # it was read before

    order = broker_order("by-hand", "KO", Side.BUY, "5")
    (agree,) = books.look(4, orders=(order,))
    assert agree == HoldingsAgree(at=books.now, strangers=("KO",))
