from decimal import Decimal

from tests.strategy.messages import intent
from tradeengine.model.orders import Purpose
from tradeengine.strategy.ownership import Ownership

ENTRY, EXIT, PROTECT = Purpose.ENTRY, Purpose.EXIT, Purpose.PROTECT


def test_a_symbol_belongs_to_whoever_wants_it_first() -> None:
    ownership = Ownership()
    assert ownership.want(intent(strategy="first")) is None
    assert ownership.want(intent(strategy="second")) == "first"
    assert ownership.owner_of("AAA") == "first"


def test_it_is_free_again_when_the_only_intent_was_denied() -> None:
    ownership = Ownership()
    ownership.want(intent(strategy="first"))
    ownership.settle("first", "AAA", ENTRY, bought=False)
    assert ownership.owner_of("AAA") is None


def test_a_filled_entry_keeps_it_until_the_position_is_told() -> None:
    ownership = Ownership()
    ownership.want(intent(strategy="first"))
    ownership.settle("first", "AAA", ENTRY, bought=True)
    assert ownership.owner_of("AAA") == "first"
    assert ownership.hold("AAA", Decimal(10), "other") == "first"


def test_it_is_free_again_when_it_is_flat_and_nothing_is_open() -> None:
    ownership = Ownership()
    ownership.want(intent(strategy="first"))
    ownership.hold("AAA", Decimal(10), None)
    ownership.settle("first", "AAA", ENTRY, bought=True)
    ownership.want(intent(EXIT, strategy="first"))
    ownership.hold("AAA", Decimal(0), None)
    assert ownership.owner_of("AAA") == "first"
    ownership.settle("first", "AAA", EXIT, bought=False)
    assert ownership.owner_of("AAA") is None


def test_a_position_that_nobody_owns_goes_to_its_finder() -> None:
    ownership = Ownership()
    assert ownership.hold("AAA", Decimal(10), "finder") == "finder"
    assert ownership.owner_of("AAA") == "finder"


def test_a_position_without_a_finder_belongs_to_nobody() -> None:
    ownership = Ownership()
    assert ownership.hold("AAA", Decimal(10), None) is None
    assert ownership.owner_of("AAA") is None


def test_protective_orders_neither_claim_nor_release() -> None:
    ownership = Ownership()
    assert ownership.want(intent(PROTECT, strategy="first")) is None
    assert ownership.owner_of("AAA") is None
    ownership.want(intent(strategy="first"))
    ownership.settle("first", "AAA", PROTECT, bought=False)
    assert ownership.owner_of("AAA") == "first"


def test_the_end_of_a_strangers_order_releases_nothing() -> None:
    ownership = Ownership()
    ownership.want(intent(strategy="first"))
    ownership.settle("second", "AAA", ENTRY, bought=False)
    assert ownership.owner_of("AAA") == "first"
