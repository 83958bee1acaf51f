"""Market events are written as Alpaca's rows and stream messages."""

import json
import struct

import msgpack  # type: ignore[import-untyped] # ships no types
import pytest

from tradeengine.model.events import Bar, PriceBand, Quote, Trade, TradingStatus
from tradeengine.model.instants import parse_instant
from tradeengine.venue.server.frames import join_json, join_msgpack
from tradeengine.venue.server.wire_market import (
    Listing,
    bar,
    daily_bar_message,
    quote,
    stream_message,
    timestamp,
    trade,
)

AT = parse_instant("2019-02-13T15:00:00.123456789Z")
NASDAQ = Listing("Q", "C")
TRADE = Trade(
    at=AT, received_at=AT, symbol="AAPL", price=170.5, size=100.0, trade_id=7, conditions="@I"
)
QUOTE = Quote(at=AT, received_at=AT, symbol="AAPL", bid=170.4, bid_size=3, ask=0.0, ask_size=0)
BAR = Bar(
    at=AT,
    received_at=AT,
    symbol="AAPL",
    open=1.0,
    high=2.0,
    low=0.5,
    close=1.5,
    volume=10.0,
    vwap=1.23456789,
    trade_count=3,
)


def test_a_trade_row_has_integer_size_and_conditions_as_letters() -> None:
    assert trade(TRADE, NASDAQ) == {
        "t": "2019-02-13T15:00:00.123456789Z",
        "x": "Q",
        "p": 170.5,
        "s": 100,
        "c": ["@", "I"],
        "i": 7,
        "z": "C",
    }
    assert type(trade(TRADE, NASDAQ)["s"]) is int


def test_an_absent_side_of_a_quote_has_no_exchange() -> None:
    row = quote(QUOTE, NASDAQ)
    assert (row["ax"], row["ap"], row["as"]) == ("", 0.0, 0)
    assert (row["bx"], row["bp"], row["bs"]) == ("Q", 170.4, 3)


def test_a_bar_row_rounds_its_mean_price_and_counts_in_integers() -> None:
    row = bar(BAR)
    assert (row["v"], row["n"], row["vw"]) == (10, 3, 1.234568)
    assert type(row["v"]) is int


@pytest.mark.parametrize(
    ("event", "kind", "channel"),
    [
        (TRADE, "t", "trades"),
        (QUOTE, "q", "quotes"),
        (BAR, "b", "bars"),
        (
            TradingStatus(at=AT, received_at=AT, symbol="AAPL", code="H", halted=True),
            "s",
            "statuses",
        ),
        (PriceBand(at=AT, received_at=AT, symbol="AAPL", low=1.0, high=2.0), "l", "lulds"),
    ],
)
def test_a_stream_message_begins_with_its_type(
    event: Trade | Quote | Bar | TradingStatus | PriceBand, kind: str, channel: str
) -> None:
    message = stream_message(event, NASDAQ)
    assert list(message.body)[:2] == ["T", "S"]
    assert (message.body["T"], message.channel, message.symbol) == (kind, channel, "AAPL")


def test_a_revised_bar_is_an_updated_bar() -> None:
    revised = Bar(**{**{f: getattr(BAR, f) for f in BAR.__struct_fields__}, "revised": True})
    assert stream_message(revised, NASDAQ).body["T"] == "u"
    assert daily_bar_message(BAR).body["T"] == "d"


def test_msgpack_carries_a_timestamp_extension_in_nanoseconds() -> None:
    message = stream_message(TRADE, NASDAQ)
    unpacked = msgpack.unpackb(join_msgpack([message.as_msgpack()]), timestamp=0)
    assert unpacked[0]["t"].to_unix_nano() == AT
    assert unpacked[0]["s"] == 100
    assert json.loads(join_json([message.as_json()]))[0]["t"] == "2019-02-13T15:00:00.123456789Z"


def test_whole_seconds_take_four_bytes() -> None:
    whole = timestamp(parse_instant("2019-02-13T15:00:00Z"))
    assert (whole.code, struct.unpack(">I", whole.data)[0]) == (-1, 1550070000)


def test_each_encoding_is_made_once() -> None:
    message = stream_message(QUOTE, NASDAQ)
    assert message.as_json() is message.as_json()
    assert message.as_msgpack() is message.as_msgpack()


@pytest.mark.parametrize("count", [1, 15, 16, 70_000])
def test_msgpack_arrays_of_any_length_are_read_back(count: int) -> None:
    assert msgpack.unpackb(join_msgpack([b"\x01"] * count)) == [1] * count
