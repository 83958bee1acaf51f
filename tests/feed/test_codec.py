"""Frames to events, and what becomes of broken ones."""

from typing import Any

import pytest

from tests.feed.frames import (
    AT,
    BAR,
    GOLDEN,
    NOW,
    QUOTE,
    STATUS,
    TRADE,
    Encode,
    Wire,
    in_json,
    in_msgpack,
)
from tradeengine.feed.codec import Codec
from tradeengine.feed.wire import Control, Refusal, Subscription, Success
from tradeengine.model.events import Input, MessageRejected, Quote, TradingStatus

ENCODINGS = pytest.mark.parametrize("encode", [in_json, in_msgpack])


def read(frame: bytes, codec: Codec | None = None) -> tuple[list[Input], list[Any], list[Control]]:
    data: list[Input] = []
    rejections: list[Input] = []
    controls = (codec or Codec()).decode(frame, NOW, data, rejections)
    return data, rejections, list(controls)


@ENCODINGS
@pytest.mark.parametrize("name", GOLDEN)
def test_each_message_type_becomes_its_event(encode: Encode, name: str) -> None:
    wire, event = GOLDEN[name]
    assert read(encode([wire])) == ([event], [], [])


@ENCODINGS
def test_a_frame_of_many_messages_keeps_their_order(encode: Encode) -> None:
    frame = encode([wire for wire, _ in GOLDEN.values()])
    assert read(frame) == ([event for _, event in GOLDEN.values()], [], [])


@ENCODINGS
@pytest.mark.parametrize(
    ("wire", "control"),
    [
        ({"T": "success", "msg": "connected"}, Success(message="connected")),
        ({"T": "error", "code": 406, "msg": "full"}, Refusal(code=406, message="full")),
        (
            {"T": "subscription", "trades": ["A"], "bars": ["*"], "dailyBars": [], "lulds": None},
            Subscription(trades=["A"], bars=["*"]),
        ),
    ],
)
def test_control_messages_are_told_apart(encode: Encode, wire: Wire, control: Control) -> None:
    assert read(encode([wire])) == ([], [], [control])


@ENCODINGS
def test_whole_numbers_and_fractions_stand_for_each_other(encode: Encode) -> None:
    data, rejections, _ = read(encode([{**QUOTE, "bp": 87, "bs": 100.0}]))
    assert rejections == []
    assert data == [
        Quote(at=AT, received_at=NOW, symbol="AMD", bid=87.0, bid_size=100, ask=87.68, ask_size=400)
    ]


def test_a_trade_without_conditions_and_a_bar_without_count_are_read() -> None:
    trade = {**TRADE, "c": None}
    bar = {key: value for key, value in BAR.items() if key != "n"}
    data, rejections, _ = read(in_json([trade, bar]))
    assert rejections == []
    assert [getattr(event, "conditions", None) for event in data] == ["", None]
    assert [getattr(event, "trade_count", None) for event in data] == [None, 0]


@ENCODINGS
@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({**QUOTE, "bp": "87"}, "Expected `float`, got `str`"),
        ({**QUOTE, "bp": -1}, "Expected `float` >= 0.0"),
        ({**QUOTE, "ap": 1e300}, "Expected `float` <= 1000000000.0"),
        ({**QUOTE, "t": "yesterday"}, "not an RFC 3339 instant: 'yesterday'"),
        ({**TRADE, "p": None}, "Expected `float`, got"),
        ({"T": "t", "S": "AAPL"}, "Object missing required field `p`"),
        ({"S": "AAPL"}, "Object missing required field `T`"),
        ({**STATUS, "sc": 7}, "Expected `str`, got `int`"),
        (17, "Expected `object`, got `int`"),
        (None, "Expected `object`, got"),
        ([QUOTE], "Expected `object`, got `array`"),
    ],
)
def test_a_bad_element_does_not_touch_its_neighbours(
    encode: Encode, bad: object, problem: str
) -> None:
    data, rejections, controls = read(encode([QUOTE, bad, TRADE]))
    assert data == [GOLDEN["quote"][1], GOLDEN["trade"][1]]
    assert controls == []
    [rejection] = rejections
    assert rejection.place == "stream element 1"
    assert problem in rejection.problem


@ENCODINGS
def test_nan_is_no_price(encode: Encode) -> None:
    if encode is in_json:
        frame = in_json([QUOTE, TRADE]).replace(b"126.55", b"NaN")
    else:
        frame = in_msgpack([QUOTE, {**TRADE, "p": float("nan")}])
    data, rejections, _ = read(frame)
    assert data == [GOLDEN["quote"][1]]
    assert len(rejections) >= 1


@ENCODINGS
def test_a_type_that_nobody_knows_is_counted_and_ignored(encode: Encode) -> None:
    codec = Codec()
    data, rejections, controls = read(encode([QUOTE, {"T": "zz", "S": "A"}, {"T": "d"}]), codec)
    assert (data, rejections, controls) == ([GOLDEN["quote"][1]], [], [])
    assert codec.ignored == {"zz": 1, "d": 1}


def test_the_count_of_unknown_types_does_not_grow_for_ever() -> None:
    codec = Codec()
    read(in_json([{"T": f"type{number}"} for number in range(80)]), codec)
    assert len(codec.ignored) == 51
    assert codec.ignored["other"] == 30


def test_an_unknown_key_is_skipped() -> None:
    data, rejections, _ = read(in_json([{**QUOTE, "new": {"deep": [1, 2]}}]))
    assert (data, rejections) == ([GOLDEN["quote"][1]], [])


def test_what_is_whole_in_a_truncated_json_frame_is_saved() -> None:
    frame = in_json([QUOTE, TRADE, BAR])[:-30]
    data, [rejection], _ = read(frame)
    assert data == [GOLDEN["quote"][1], GOLDEN["trade"][1]]
    assert rejection == MessageRejected(
        at=NOW,
        received_at=NOW,
        place="stream frame",
        problem="Input data was truncated",
        text=frame.decode()[:200],
    )


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff",
        b"hello",
        b"<html>502</html>",
        b"\xc1",
        b"\xdd\xff\xff\xff\xff",
        b'[{"T":"t","x":' + b"[" * 100_000,
        b"\x91" * 100_000,
    ],
)
def test_a_frame_that_cannot_be_read_is_one_rejection(frame: bytes) -> None:
    data, [rejection], controls = read(frame)
    assert (data, controls) == ([], [])
    assert rejection.place == "stream frame"
    assert rejection.problem
    assert len(rejection.text) <= 200


def test_what_came_whole_of_a_msgpack_frame_with_wrong_lengths_is_saved() -> None:
    frame = in_msgpack([QUOTE, TRADE, BAR])
    for damaged in (frame[:-1], frame.replace(b"\xa3SPY", b"\xbfSPY"), b"\x94" + frame[1:]):
        data, [of_frame, *of_messages], _ = read(damaged)
        assert data[:2] == [GOLDEN["quote"][1], GOLDEN["trade"][1]]
        assert of_frame.place == "stream frame"
        assert len(data) + len(of_messages) == 3


def test_a_message_outside_of_an_array_is_saved_and_reported() -> None:
    data, [rejection], _ = read(in_json([QUOTE])[1:-1])
    assert data == [GOLDEN["quote"][1]]
    assert rejection.problem == "Expected `array`, got `object`"


def test_a_rejection_shows_bytes_that_are_no_text() -> None:
    _, [rejection], _ = read(b'[{"T":"t","S":"\xff\xfe"}]')
    assert rejection.text == '{"T":"t","S":"\\xff\\xfe"}'


def test_an_empty_frame_holds_nothing() -> None:
    assert read(b"[]") == ([], [], [])
    assert read(b"\x90") == ([], [], [])


def test_a_notice_about_a_halted_symbol_does_not_lift_its_halt() -> None:
    codec = Codec()
    halted = []
    for code in ("H", "7", "T", "7"):
        [status], _, _ = read(in_json([{**STATUS, "sc": code, "rm": ""}]), codec)
        assert isinstance(status, TradingStatus)
        assert status.reason == "Trading Halt"
        halted.append(status.halted)
    assert halted == [True, True, False, False]
