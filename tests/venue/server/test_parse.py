"""Requests are read as clients really send them."""

from decimal import Decimal

import pytest

from tradeengine.model.instants import parse_instant
from tradeengine.venue.records import Refused
from tradeengine.venue.server.parse import (
    body_of,
    count_in,
    day_in,
    decimal_of,
    flag_of,
    instant_in,
    names_in,
    object_of,
    order_request,
    page_parts,
    page_token,
    replace_request,
    text_of,
)


@pytest.mark.parametrize("text", ['"2"', "2", "2.0", '"2.0"', "2e0"])
def test_a_quantity_may_be_text_or_number(text: str) -> None:
    assert decimal_of(body_of(f'{{"qty": {text}}}'.encode()), "qty") == 2


def test_fractions_keep_the_digits_that_were_sent() -> None:
    body = body_of(b'{"qty": 0.1, "limit_price": 290.12300000000001}')
    assert decimal_of(body, "qty") == Decimal("0.1")
    assert decimal_of(body, "limit_price") == Decimal("290.12300000000001")


@pytest.mark.parametrize("text", ["null", '""'])
def test_an_unset_number_is_none(text: str) -> None:
    assert decimal_of(body_of(f'{{"qty": {text}}}'.encode()), "qty") is None
    assert decimal_of({}, "qty") is None


@pytest.mark.parametrize(
    "text",
    ['"two"', "true", "[1]", '"NaN"', '"Infinity"', "1e30", '"1_0"', '"\u0663"', '" 1"', "1e-31"],
)
def test_what_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="invalid qty"):
        decimal_of(body_of(f'{{"qty": {text}}}'.encode()), "qty")


@pytest.mark.parametrize(
    "text", ["1e-999999999", '"1e-999999999"', "1e999999999", '"1e99999999999999999999"']
)
def test_no_number_is_written_out_for_ever(text: str) -> None:
    with pytest.raises(Refused, match="invalid limit_price"):
        decimal_of(body_of(f'{{"limit_price": {text}}}'.encode()), "limit_price")


@pytest.mark.parametrize(
    "raw",
    [
        b"[1]",
        b"{",
        b'"x"',
        b"\xff\xfe",
        b'{"qty": NaN}',
        b'{"symbol": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"symbol": "\xed\xa0\x80"}',
        '{"symbol": "\\ud800"}'.encode("utf-16-le"),
        b'{"qty": 1e99999999999999999999}',
    ],
)
def test_a_body_that_is_not_an_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        body_of(raw)
    assert (caught.value.status, caught.value.message) == (400, "request body format is invalid")


def test_an_empty_body_is_an_empty_object() -> None:
    assert body_of(b" \n") == {}


@pytest.mark.parametrize("value", [True, "true", "True", 1, "1"])
def test_flags_that_are_set(value: object) -> None:
    assert flag_of(value)


@pytest.mark.parametrize("value", [False, "false", "False", None, "", 0, "yes"])
def test_flags_that_are_not(value: object) -> None:
    assert not flag_of(value)


def test_an_order_of_the_go_client_with_nulls() -> None:
    request = order_request(
        body_of(
            b'{"symbol":"AAPL","qty":"1","notional":null,"side":"Buy","type":"MARKET",'
            b'"time_in_force":"day","limit_price":null,"order_class":"","take_profit":null}'
        )
    )
    assert (request.symbol, request.side, request.type, request.qty) == (
        "AAPL",
        "buy",
        "market",
        Decimal(1),
    )
    assert (request.order_class, request.limit_price, request.client_order_id) == ("", None, None)


def test_a_bracket_is_read_with_its_exits() -> None:
    request = order_request(
        body_of(
            b'{"symbol":"AAPL","qty":1,"side":"buy","type":"limit","limit_price":10.5,'
            b'"time_in_force":"gtc","order_class":"bracket","extended_hours":"False",'
            b'"take_profit":{"limit_price":"12"},'
            b'"stop_loss":{"stop_price":9,"limit_price":8.99},"position_intent":"buy_to_open"}'
        )
    )
    assert (request.take_profit_limit, request.stop_loss_stop, request.stop_loss_limit) == (
        Decimal(12),
        Decimal(9),
        Decimal("8.99"),
    )
    assert (request.order_class, request.extended_hours) == ("bracket", False)
    assert request.position_intent == "buy_to_open"


def test_a_simple_order_class_is_the_empty_one() -> None:
    assert order_request({"order_class": "simple"}).order_class == ""


def test_fields_of_the_wrong_type_are_refused() -> None:
    with pytest.raises(Refused, match="invalid symbol"):
        text_of({"symbol": 5}, "symbol")
    with pytest.raises(Refused, match="invalid take_profit"):
        object_of({"take_profit": 5}, "take_profit")


def test_a_replace_leaves_out_what_is_not_given() -> None:
    request = replace_request({"qty": "3", "trail": "1.5"})
    assert (request.qty, request.trail, request.limit_price) == (Decimal(3), Decimal("1.5"), None)


def test_lists_are_split_and_trimmed() -> None:
    assert names_in({"symbols": "AAPL, SPY,,"}, "symbols") == ("AAPL", "SPY")
    assert names_in({}, "symbols") == ()


def test_counts_are_cut_to_the_most() -> None:
    assert count_in({}, "limit", 50, 500) == 50
    assert count_in({"limit": "9999"}, "limit", 50, 500) == 500
    for text in ("0", "-1", "x"):
        with pytest.raises(Refused, match="invalid limit"):
            count_in({"limit": text}, "limit", 50, 500)


@pytest.mark.parametrize(
    "text",
    [
        "2019-02-13T15:00:00Z",
        "2019-02-13T10:00:00-05:00",
        "2019-02-13T16:00:00 01:00",
        "2019-02-13 15:00:00Z",
        "2019-02-13T15:00:00",
        "1550070000",
    ],
)
def test_instants_of_many_spellings(text: str) -> None:
    assert instant_in({"start": text}, "start") == parse_instant("2019-02-13T15:00:00Z")


def test_a_date_is_its_first_or_last_nanosecond() -> None:
    query = {"end": "2019-02-13"}
    assert instant_in(query, "end") == parse_instant("2019-02-13T00:00:00Z")
    last = instant_in(query, "end", end_of_day=True)
    assert last == parse_instant("2019-02-13T23:59:59.999999999Z")
    assert instant_in({}, "end") is None


@pytest.mark.parametrize("text", ["yesterday", "2019-13-01", "2019-02-13T25:00:00Z"])
def test_what_is_not_an_instant_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="invalid start"):
        instant_in({"start": text}, "start")


def test_days_are_dates_or_the_date_of_an_instant() -> None:
    assert str(day_in({"start": "2019-02-13T10:00:00Z"}, "start")) == "2019-02-13"
    assert day_in({}, "start") is None
    with pytest.raises(Refused, match="invalid start"):
        day_in({"start": "soon"}, "start")


def test_a_page_token_is_written_as_recorded() -> None:
    assert page_token("SPY", "M", 1790711640000000000) == "U1BZfE18MTc5MDcxMTY0MDAwMDAwMDAwMA=="
    assert page_parts("U1BZfE18MTc5MDcxMTY0MDAwMDAwMDAwMA==", 3) == [
        "SPY",
        "M",
        "1790711640000000000",
    ]


@pytest.mark.parametrize("token", ["***", "QUFQTA==", "/////w=="])
def test_a_foreign_page_token_is_refused(token: str) -> None:
    with pytest.raises(Refused, match="invalid page_token"):
        page_parts(token, 3)
