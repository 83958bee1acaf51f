"""Reading what Alpaca sends: exact numbers, an open world, bad rows set aside."""

from decimal import Decimal

import msgspec
import pytest

from tests.broker.scripted import order_json
from tradeengine.broker.wire import (
    AccountRow,
    OrderRow,
    PositionRow,
    instant_of,
    read_one,
    read_rows,
    shown,
    trimmed,
    with_legs,
)
from tradeengine.errors import ProtocolViolation
from tradeengine.model.instants import parse_instant


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ('"0.057436865"', "0.057436865"),
        ("86.878", "86.878"),
        ("131", "131"),
        ('"-3"', "-3"),
        ("0.1", "0.1"),
        ("123456789.123456789", "123456789.123456789"),
    ],
)
def test_numbers_are_exact_however_they_are_written(written: str, number: str) -> None:
    body = f'{{"symbol":"KO","qty":{written},"avg_entry_price":"1"}}'.encode()
    assert read_one(body, PositionRow, "here").qty == Decimal(number)


@pytest.mark.parametrize("written", ["1e9", '"-1E+9"', "1e400", '"1E+1000000"', "1" * 40])
def test_a_number_that_is_no_amount_makes_the_row_unreadable(written: str) -> None:
    body = f'{{"symbol":"KO","qty":{written},"avg_entry_price":"1"}}'.encode()
    with pytest.raises(ProtocolViolation, match="qty is"):
        read_one(body, PositionRow, "/v2/positions")


def test_an_account_may_be_larger_than_an_order() -> None:
    money = '"cash":"999999999999.25","equity":"1","buying_power":"1"'
    body = f'{{"account_number":"1",{money}}}'.encode()
    assert read_one(body, AccountRow, "here").cash == Decimal("999999999999.25")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E-999999", "0"),
        ("0.0000000014", "1E-9"),
        ("99.9999999999", "100"),
        ("0E+99999", "0"),
        ("187.4527777777777778", "187.452777778"),
    ],
)
def test_numbers_are_kept_to_nine_places(number: str, text: str) -> None:
    assert str(trimmed(Decimal(number))) == text


DEEP = b"[" * 100_000 + b"]" * 100_000


def test_json_nested_without_end_is_unreadable_and_costs_no_neighbour() -> None:
    good = b'{"symbol":"KO","qty":"1","avg_entry_price":"1"}'
    with pytest.raises(ProtocolViolation, match="recursion"):
        read_one(good[:-1] + b',"x":' + DEEP + b"}", PositionRow, "here")
    with pytest.raises(ProtocolViolation, match="recursion"):
        read_rows(b"[" + good + b"," + DEEP + b"]", PositionRow, "here")


@pytest.mark.parametrize("written", ['"NaN"', '"Infinity"', '"-inf"', '""', '"ten"', "true", "[]"])
def test_what_is_no_number_makes_the_row_unreadable(written: str) -> None:
    body = f'{{"symbol":"KO","qty":{written},"avg_entry_price":"1"}}'.encode()
    with pytest.raises(ProtocolViolation, match="qty") as caught:
        read_one(body, PositionRow, "/v2/positions")
    assert caught.value.place == "/v2/positions"


def test_unknown_keys_and_enums_survive_and_missing_ones_do_no_harm() -> None:
    body = msgspec.json.encode(
        {"id": "o-1", "status": "teleported", "asset_class": "ipo", "side": "sell_short", "new": {}}
    )
    row = read_one(body, OrderRow, "here")
    assert (row.status, row.side, row.qty, row.legs) == ("teleported", "sell_short", None, None)


def test_an_account_without_the_day_trading_fields_is_read() -> None:
    body = b'{"account_number":"PA3","cash":"1.5","equity":2,"buying_power":4.0}'
    assert read_one(body, AccountRow, "here").equity == Decimal(2)


def test_a_bad_row_leaves_its_neighbours() -> None:
    rows = [order_json(id="o-1"), {"id": 7}, "text", None, order_json(id="o-2")]
    read = read_rows(msgspec.json.encode(rows), OrderRow, "/v2/orders")
    assert [row.id for row in read.good] == ["o-1", "o-2"]
    assert [piece.text for piece in read.bad] == ['{"id":7}', '"text"', "null"]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"message":"x"}', b"[1,", b"\xff"])
def test_what_is_no_list_is_a_violation(body: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        read_rows(body, OrderRow, "/v2/orders")


def test_bytes_that_are_no_text_are_a_violation() -> None:
    with pytest.raises(ProtocolViolation):
        read_one(b'{"id":"\xff"}', OrderRow, "here")
    assert len(read_rows(b'[{"id":"\xff"}]', OrderRow, "here").bad) == 1


def test_legs_follow_their_parent_and_a_bad_leg_is_set_aside() -> None:
    parent = order_json(id="p", legs=[order_json(id="l1"), {"id": 1}, order_json(id="l2")])
    flat = with_legs(read_rows(msgspec.json.encode([parent]), OrderRow, "/v2/orders"))
    assert [row.id for row in flat.good] == ["p", "l1", "l2"]
    assert flat.good[0].leg_ids == ("l1", "l2")
    assert len(flat.bad) == 1


def test_the_first_readable_instant_counts_and_keeps_nine_digits() -> None:
    at = parse_instant("2026-10-08T15:10:18.097465123Z")
    assert instant_of(None, "soon", "2026-10-08T15:10:18.097465123Z", default=7) == at
    assert instant_of(None, "soon", default=7) == 7


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.10", "1.1"), ("100", "100"), ("1E+2", "100"), ("-0.50", "-0.5"), ("0.00", "0")],
)
def test_trailing_zeros_go_without_an_exponent(value: str, text: str) -> None:
    assert str(trimmed(Decimal(value))) == text


def test_only_the_beginning_of_a_piece_is_shown() -> None:
    assert shown(b"\xff" + b"a" * 1000) == "\ufffd" + "a" * 299
