from decimal import Decimal

from msgspec import structs

from tests.risk.world import (
    NOW,
    broker_order,
    broker_position,
    ended,
    fill,
    intent,
    position,
    submitted,
)
from tradeengine.model.orders import OrderType, Purpose, Side
from tradeengine.risk.exposure import FLAT, ExposureBook, Held

D = Decimal
BUY, SELL = Side.BUY, Side.SELL


def reserved(quantity: str = "100", purpose: Purpose = Purpose.ENTRY) -> ExposureBook:
    book = ExposureBook()
    side = BUY if purpose is Purpose.ENTRY else SELL
    book.reserve(intent(side=side, purpose=purpose), D(quantity), D(50))
    book.name(submitted(side=side, purpose=purpose))
    return book


def test_an_approved_order_counts_from_the_start() -> None:
    book = reserved()

    assert book.left("AAA", BUY) == 100
    assert book.promised() == 5_000
    assert list(book.symbols()) == ["AAA"]


def test_a_fill_lowers_the_promise() -> None:
    book = reserved()
    book.fill(fill(quantity="40"))

    assert book.left("AAA", BUY) == 60


def test_a_fill_told_twice_lowers_the_promise_once() -> None:
    book = reserved()
    told = fill(quantity="40")
    book.fill(told)
    book.fill(structs.replace(told, execution_id="the same from a look-up"))

    assert book.left("AAA", BUY) == 60


def test_fills_that_overtake_each_other_are_counted_by_the_total() -> None:
    book = reserved()
    book.fill(fill(quantity="30", cumulative="70"))
    book.fill(fill(quantity="40", cumulative="40"))

    assert book.left("AAA", BUY) == 30


def test_a_fill_beyond_the_promise_leaves_nothing() -> None:
    book = reserved("100")
    book.fill(fill(quantity="120"))

    assert book.left("AAA", BUY) == 0


def test_an_ended_order_no_longer_counts() -> None:
    book = reserved()
    book.release(ended())

    assert book.open_orders("AAA") == []
    assert list(book.symbols()) == []


def test_the_end_of_another_order_releases_nothing() -> None:
    book = reserved()
    book.release(ended(symbol="BBB"))
    book.release(ended(order="o2"))
    book.release(ended(side=SELL, purpose=Purpose.EXIT, order="o3"))

    assert book.left("AAA", BUY) == 100


def test_an_order_that_was_never_sent_is_released_by_what_it_was_for() -> None:
    book = ExposureBook()
    book.reserve(intent(), D(100), D(50))
    book.release(ended(strategy="another"))
    assert book.left("AAA", BUY) == 100

    book.release(ended())
    assert book.left("AAA", BUY) == 0


def test_a_fill_lowers_the_promise_of_its_own_order_only() -> None:
    book = reserved(purpose=Purpose.PROTECT)
    book.reserve(intent(side=SELL, purpose=Purpose.EXIT), D(100), D(50))
    book.name(submitted(side=SELL, purpose=Purpose.EXIT, order="o2"))
    book.fill(fill(side=SELL, quantity="30", order="o2"))
    book.fill(fill(side=SELL, quantity="60", order="an order that has ended"))

    left = {order.purpose: order.left for order in book.open_orders("AAA")}
    assert left == {Purpose.PROTECT: 100, Purpose.EXIT: 70}


def test_what_was_filled_before_the_end_counts_until_it_is_told() -> None:
    book = reserved()
    book.fill(fill(quantity="10"))
    book.release(ended(missing="30"))
    assert book.left("AAA", BUY) == book.missing("AAA", BUY) == 30

    book.fill(fill(quantity="20", cumulative="40"))
    assert book.missing("AAA", BUY) == 10
    book.fill(fill(quantity="10", cumulative="20"))
    assert book.open_orders("AAA") == []


def test_the_brokers_positions_hold_what_was_missing() -> None:
    book = reserved()
    book.release(ended(missing="30"))
    book.hold([broker_position("AAA", "30")])

    assert book.open_orders("AAA") == []


def test_the_ledgers_word_for_a_position_counts() -> None:
    book = ExposureBook()
    book.position_changed(position(quantity="100", price="49"))
    book.position_changed(position("BBB", quantity="-10", price="20"))

    assert book.held("AAA") == Held(D(100), D(49))
    assert book.cost() == 5_100
    assert list(book.symbols()) == ["AAA", "BBB"]

    book.position_changed(position(quantity="0", price="0"))
    assert book.held("AAA") == FLAT
    assert list(book.symbols()) == ["BBB"]


def test_the_brokers_positions_replace_all_others() -> None:
    book = ExposureBook()
    book.position_changed(position("BBB"))
    book.hold([broker_position("AAA", "-7", "12")])

    assert book.held("BBB") == FLAT
    assert book.held("AAA") == Held(D(-7), D(12))


def test_orders_found_at_the_broker_count_with_what_is_left_of_them() -> None:
    book = reserved()
    book.hold([broker_position("AAA", "100"), broker_position("BBB", "100")])
    book.adopt(
        [
            broker_order("more", "AAA", BUY, "50", filled="20"),
            broker_order("stop", "AAA", SELL, "100", OrderType.STOP),
            broker_order("out", "BBB", SELL, "100"),
            broker_order("new", "CCC", BUY, "5"),
        ]
    )

    found = {order.client_order_id: order for s in book.symbols() for order in book.open_orders(s)}
    assert {name: (order.purpose, order.left) for name, order in found.items()} == {
        "more": (Purpose.ENTRY, D(30)),
        "stop": (Purpose.PROTECT, D(100)),
        "out": (Purpose.EXIT, D(100)),
        "new": (Purpose.ENTRY, D(5)),
    }


def test_an_order_found_at_the_broker_is_known_by_its_name() -> None:
    book = ExposureBook()
    book.adopt([broker_order("one", "AAA", BUY, "10"), broker_order("two", "AAA", BUY, "20")])

    book.fill(fill(order="two", quantity="5"))
    assert [order.left for order in book.open_orders("AAA")] == [10, 15]

    book.release(ended(order="one", strategy="whatever"))
    assert [order.client_order_id for order in book.open_orders("AAA")] == ["two"]


def test_the_end_of_a_found_order_leaves_one_of_ours_that_looks_like_it() -> None:
    book = ExposureBook()
    book.adopt([broker_order("old", "AAA", BUY, "10")])
    book.reserve(intent(), D(30), D(50))

    book.release_found("AAA", "old", D(0))  # the broker's word
    book.release(ended(order="old"))  # the router's, of the same end

    assert [order.left for order in book.open_orders("AAA")] == [30]


def test_a_found_order_counts_until_the_fills_before_its_end_are_told() -> None:
    book = ExposureBook()
    book.adopt([broker_order("old", "AAA", BUY, "10", filled="2")])

    book.release_found("AAA", "old", D(7))
    book.release(ended(order="old", missing="5"))
    assert book.missing("AAA", BUY) == 5

    book.fill(fill(order="old", quantity="5", cumulative="7"))
    assert book.open_orders("AAA") == []


def test_a_replaced_order_is_followed_by_its_new_name() -> None:
    book = ExposureBook()
    book.adopt([broker_order("old", "AAA", BUY, "10")])
    book.rename("AAA", "old", "new")
    book.rename("AAA", "unknown", "other")
    book.release(ended(order="old"))
    assert book.left("AAA", BUY) == 10

    book.release(ended(order="new"))
    assert book.left("AAA", BUY) == 0


def test_an_order_found_without_a_price_is_counted_at_the_mark_later() -> None:
    book = ExposureBook()
    book.adopt([structs.replace(broker_order("m", "AAA", BUY, "10"), limit_price=None)])

    assert book.open_orders("AAA")[0].price == 0


def test_closing_orders_promise_no_dollars() -> None:
    assert reserved(purpose=Purpose.EXIT).promised() == 0


def test_a_stranger_fill_in_an_unknown_symbol_changes_nothing() -> None:
    book = ExposureBook()
    book.fill(fill(at=NOW))

    assert list(book.symbols()) == []


def test_a_found_order_of_another_that_is_filled_whole_counts_no_more() -> None:
    book = ExposureBook()
    book.adopt([broker_order("by-hand", "AAA", BUY, "100")])

    book.fill(fill(quantity="100", order="by-hand"))

    assert list(book.symbols()) == []


def test_a_found_order_of_ours_that_is_filled_releases_no_other_by_its_end() -> None:
    book = ExposureBook()
    book.adopt([broker_order("te-t-x-AAA-000001-e", "AAA", BUY, "100")])
    book.fill(fill(quantity="100", order="te-t-x-AAA-000001-e"))
    book.reserve(intent(), D(10), D(50))

    book.release(ended(order="te-t-x-AAA-000001-e"))

    assert book.left("AAA", BUY) == 10
