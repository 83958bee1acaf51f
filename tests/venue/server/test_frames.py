"""Requests are read by their first byte."""

import msgpack  # type: ignore[import-untyped] # ships no types
import pytest

from tradeengine.venue.server.frames import JSON_BINARY, MSGPACK, Unreadable, read_frame


@pytest.mark.parametrize("data", ['{"a": 1}', b' {"a":1}', msgpack.packb({"a": 1})])
def test_json_and_msgpack_in_text_or_binary(data: str | bytes) -> None:
    assert read_frame(data) == {"a": 1}


@pytest.mark.parametrize("data", ["", "{", b"\x91", b"\xc1", '{"a":\xff'])
def test_what_is_neither_is_unreadable(data: str | bytes) -> None:
    with pytest.raises(Unreadable):
        read_frame(data)


def test_frames_hold_arrays() -> None:
    assert JSON_BINARY.join([b"1", b"2"]) == b"[1,2]"
    assert msgpack.unpackb(MSGPACK.join([MSGPACK.encode("x")])) == ["x"]
