"""Trading records are written with the broker's keys and spelling."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tradeengine.model.instants import parse_instant
from tradeengine.venue.records import (
    AccountRecord,
    AccountUpdate,
    Activity,
    PositionRecord,
    VenueOrder,
)
from tradeengine.venue.server.wire_trading import (
    account,
    activity,
    order,
    order_in_update,
    plain,
    position,
    refusal,
    trade_update,
)

CREATED = parse_instant("2026-10-08T15:10:18.909428548Z")

ORDER = VenueOrder(
    id="61d1feca-aa11-4863-8b79-64c5e4731a98",
    client_order_id="mine-1",
    account_id="engine",
    symbol="KO",
    asset_id="3795cafe-fd54-4f66-a31e-66774be875ca",
    side="buy",
    type="limit",
    time_in_force="day",
    status="new",
    created_at=CREATED,
    updated_at=CREATED + 1,
    submitted_at=CREATED,
    position_intent="buy_to_open",
    qty=Decimal("1.0"),
    limit_price=Decimal("78.190"),
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("86.880", "86.88"),
        ("100000", "100000"),
        ("0.000", "0"),
        ("-0.00", "0"),
        ("-3", "-3"),
        ("1E+2", "100"),
        ("0.057436865", "0.057436865"),
    ],
)
def test_numbers_are_trimmed(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_a_simple_order_has_no_group_and_null_legs() -> None:
    written = order(ORDER, nested=True)
    assert (written["qty"], written["limit_price"], written["filled_qty"]) == ("1", "78.19", "0")
    assert written["created_at"] == "2026-10-08T15:10:18.909428548Z"
    assert (written["type"], written["order_type"], written["order_class"]) == (
        "limit",
        "limit",
        "",
    )
    assert written["legs"] is written["filled_at"] is written["stop_price"] is None
    assert "group_id" not in written


def test_legs_are_inside_only_when_nested() -> None:
    leg = replace(ORDER, id="leg", group_id="g", group_role="stop_loss")
    parent = replace(ORDER, legs=[leg], group_id="g", group_role="entry")
    nested = order(parent, nested=True)
    assert nested["legs"] == [order(leg, nested=False)]
    assert (nested["group_id"], nested["group_role"]) == ("g", "entry")
    assert order(parent, nested=False)["legs"] is None


def test_the_order_of_an_update_differs_in_three_keys() -> None:
    rest, update = order(ORDER, nested=False), order_in_update(ORDER)
    assert rest.keys() - update.keys() == {"subtag", "source"}
    assert update.keys() - rest.keys() == {"cancel_requested_at"}


def test_an_update_cuts_at_to_microseconds_and_keeps_the_timestamp() -> None:
    update = AccountUpdate(
        account_id="engine", event="pending_new", at=CREATED, event_id="01", order=ORDER
    )
    written = trade_update(update)
    assert written["at"] == "2026-10-08T15:10:18.909428Z"
    assert written["timestamp"] == "2026-10-08T15:10:18.909428548Z"
    assert written.keys() == {"at", "event_id", "event", "timestamp", "order"}


def test_a_fill_carries_its_execution() -> None:
    update = AccountUpdate(
        account_id="engine",
        event="fill",
        at=CREATED,
        event_id="01",
        order=ORDER,
        execution_id="x",
        price=Decimal("86.88"),
        qty=Decimal(1),
        position_qty=Decimal("-3"),
        settle_date="2026-10-09",
    )
    written = trade_update(update)
    assert (written["price"], written["qty"], written["position_qty"]) == ("86.88", "1", "-3")
    assert (written["execution_id"], written["settle_date"]) == ("x", "2026-10-09")


def test_an_activity_rounds_its_instant_to_microseconds() -> None:
    row = Activity(
        id="20261008111018097::u",
        at=parse_instant("2026-10-08T15:10:18.097464903Z"),
        type="fill",
        symbol="KO",
        side="buy",
        qty=Decimal("0.057436865"),
        price=Decimal("86.878"),
        cum_qty=Decimal("0.057436865"),
        leaves_qty=Decimal(0),
        order_id="o",
        order_status="filled",
    )
    assert activity(row)["transaction_time"] == "2026-10-08T15:10:18.097465Z"


def test_a_position_is_valued_as_recorded() -> None:
    record = PositionRecord(
        symbol="KO",
        asset_id="a",
        qty=Decimal("0.557436865"),
        qty_available=Decimal("0.557436865"),
        avg_entry_price=Decimal("86.879891"),
        current_price=Decimal("86.88"),
        lastday_price=Decimal("85.82"),
    )
    written = position(record, exchange="NYSE", marginable=True)
    assert written["market_value"] == "48.430115"
    assert written["unrealized_pl"] == "0.000061"
    assert written["unrealized_plpc"] == "0"
    assert written["change_today"] == "0.01235"
    assert written["side"] == "long"


def test_a_short_position_has_negative_values() -> None:
    record = PositionRecord(
        symbol="TSLA",
        asset_id="a",
        qty=Decimal(-3),
        qty_available=Decimal(-3),
        avg_entry_price=Decimal(250),
        current_price=Decimal(245),
        lastday_price=Decimal(0),
    )
    written = position(record, exchange="NASDAQ", marginable=True)
    assert (written["side"], written["market_value"]) == ("short", "-735")
    assert (written["unrealized_pl"], written["unrealized_plpc"]) == ("15", "0.02")
    assert written["change_today"] == "0"


def test_the_removed_day_trading_fields_can_be_served() -> None:
    record = AccountRecord(
        id="a",
        account_number="PA3",
        created_at=CREATED,
        cash=Decimal("-5.50"),
        equity=Decimal(100_000),
        last_equity=Decimal(100_000),
        long_market_value=Decimal(7),
        short_market_value=Decimal(-2),
        buying_power=Decimal(400_000),
        regt_buying_power=Decimal(200_000),
        initial_margin=Decimal(0),
        maintenance_margin=Decimal(0),
        last_maintenance_margin=Decimal(0),
        multiplier=4,
        accrued_fees=Decimal(0),
        shorting_enabled=True,
        balance_asof="2026-10-07",
    )
    today = account(record, suspended=False, legacy=False)
    legacy = account(record, suspended=True, legacy=True)
    assert legacy.keys() - today.keys() == {
        "pattern_day_trader",
        "daytrade_count",
        "daytrading_buying_power",
    }
    assert (today["cash"], today["non_marginable_buying_power"]) == ("-5.5", "0")
    assert (today["position_market_value"], today["multiplier"]) == ("5", "4")
    assert legacy["trade_suspended_by_user"] is True


def test_a_refusal_writes_its_numbers_plainly() -> None:
    body = refusal(40310000, "no", {"buying_power": Decimal("1000.00"), "symbol": "KO"})
    assert body == {"code": 40310000, "message": "no", "buying_power": "1000", "symbol": "KO"}
