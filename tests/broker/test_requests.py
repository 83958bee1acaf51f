"""From commands to requests."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tests.broker.fakes import START, buy
from tradeengine.broker import requests
from tradeengine.broker.requests import Lane
from tradeengine.model.commands import ReplaceOrder
from tradeengine.model.orders import OrderType, Purpose


def test_an_entry_shares_the_budget_and_everything_else_may_use_the_reserve() -> None:
    assert requests.submit(buy()).lane is Lane.ENTRY
    assert requests.submit(buy(purpose=Purpose.EXIT)).lane is Lane.CLOSE_OR_LOOK
    assert requests.submit(buy(purpose=Purpose.FLATTEN)).lane is Lane.CLOSE_OR_LOOK
    assert requests.cancel("o-1").lane is Lane.CANCEL
    assert requests.look_up("c-1").lane is Lane.CLOSE_OR_LOOK


def test_prices_and_extended_hours_are_sent_only_when_given() -> None:
    stop = buy(
        order_type=OrderType.STOP,
        limit_price=None,
        stop_price=Decimal("80.10"),
        extended_hours=True,
        quantity=Decimal("0.057436865"),
    )
    body = msgspec.json.decode(requests.submit(stop).body or b"")
    assert body["qty"] == "0.057436865"
    assert body["stop_price"] == "80.10"
    assert body["extended_hours"] is True
    assert "limit_price" not in body


def test_a_replacement_patches_the_old_order_under_a_new_id() -> None:
    command = ReplaceOrder(
        at=START,
        client_order_id="c-1",
        order_id="o/1",
        symbol="KO",
        new_client_order_id="c-2",
        quantity=Decimal(5),
        limit_price=Decimal("87"),
    )
    request = requests.replace(command)
    assert (request.method, request.target) == ("PATCH", "/v2/orders/o%2F1")
    assert msgspec.json.decode(request.body or b"") == {
        "client_order_id": "c-2",
        "qty": "5",
        "limit_price": "87",
    }


@pytest.mark.parametrize(
    ("request_", "target"),
    [
        (requests.look_up("a b/1"), "/v2/orders:by_client_order_id?client_order_id=a+b%2F1"),
        (
            requests.orders("open", 500),
            "/v2/orders?status=open&limit=500&direction=desc&nested=true",
        ),
        (
            requests.orders("all", 2, "o-9"),
            "/v2/orders?status=all&limit=2&direction=desc&nested=true&before_order_id=o-9",
        ),
        (
            requests.fills(START + 999, 100),
            "/v2/account/activities/FILL?after=2026-10-08T15%3A10%3A00Z&direction=asc&page_size=100",
        ),
        (
            requests.fills(START, 100, "20261008::x"),
            "/v2/account/activities/FILL?after=2026-10-08T15%3A10%3A00Z&direction=asc"
            "&page_size=100&page_token=20261008%3A%3Ax",
        ),
        (requests.order("o-1"), "/v2/orders/o-1"),
        (requests.account(), "/v2/account"),
        (requests.positions(), "/v2/positions"),
        (requests.clock(), "/v2/clock"),
        (requests.calendar(date(2019, 2, 13)), "/v2/calendar?start=2019-02-13&end=2019-02-13"),
    ],
)
def test_questions_are_written_as_alpaca_documents_them(
    request_: requests.Request, target: str
) -> None:
    assert request_.method == "GET"
    assert request_.target == target
    assert request_.repeatable


def test_what_makes_an_order_may_not_be_repeated() -> None:
    assert not requests.submit(buy()).repeatable
    assert requests.cancel("o-1").repeatable
