from tests.ledger.messages import bust, fill
from tradeengine.ledger.executions import Executions
from tradeengine.model.orders import Side

BUY = Side.BUY


def test_an_execution_id_counts_once() -> None:
    executions = Executions()

    assert executions.take(fill(BUY, "10", "5", execution="x"))
    assert not executions.take(fill(BUY, "10", "5", execution="x", order="o2"))


def test_a_look_up_with_another_id_for_the_same_shares_is_not_new() -> None:
    executions = Executions()
    executions.take(fill(BUY, "40", "5", execution="x", cumulative="40"))
    executions.take(fill(BUY, "60", "5", execution="y", cumulative="100"))

    assert not executions.take(fill(BUY, "100", "5", execution="sweep", cumulative="100"))


def test_fills_that_arrive_out_of_order_are_both_new() -> None:
    executions = Executions()

    assert executions.take(fill(BUY, "50", "5", execution="second", cumulative="100"))
    assert executions.take(fill(BUY, "50", "5", execution="first", cumulative="50"))


def test_a_hole_between_two_fills_is_still_new() -> None:
    executions = Executions()
    executions.take(fill(BUY, "10", "5", execution="a", cumulative="10"))
    executions.take(fill(BUY, "10", "5", execution="c", cumulative="30"))

    assert executions.take(fill(BUY, "10", "5", execution="b", cumulative="20"))


def test_after_a_bust_the_totals_of_the_order_no_longer_count() -> None:
    executions = Executions()
    executions.take(fill(BUY, "50", "5", execution="a", cumulative="50"))
    executions.bust(bust("a"))

    assert not executions.take(fill(BUY, "50", "5", execution="by REST", cumulative="50"))
    assert executions.take(fill(BUY, "50", "5", execution="b", cumulative="50", seconds=1))


def test_a_busted_execution_that_arrives_late_is_not_new() -> None:
    executions = Executions()
    executions.bust(bust("a"))

    assert not executions.take(fill(BUY, "50", "5", execution="a", cumulative="50"))
