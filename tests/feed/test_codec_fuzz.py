"""Whatever a peer sends: no crash, and no good message lost because of a bad one."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feed.frames import GOLDEN, NOW, Encode, in_json, in_msgpack
from tradeengine.feed.codec import Codec
from tradeengine.model.events import Input

WIRES = [wire for wire, _ in GOLDEN.values()]
EVENTS = [event for _, event in GOLDEN.values()]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
encodable = values.filter(lambda value: _encodes(value))
encoders = st.sampled_from([in_json, in_msgpack])


def _encodes(value: object) -> bool:
    try:
        msgspec.msgpack.encode(value)
    except OverflowError:
        return False
    return True


def read(frame: bytes) -> list[Input]:
    data: list[Input] = []
    rejections: list[Input] = []
    Codec().decode(frame, NOW, data, rejections)
    msgspec.msgpack.encode(data)
    return data


@st.composite
def mutated(draw: st.DrawFn) -> object:
    """Draw a message with one key replaced, removed or added, or something else entirely."""
    wire = dict(draw(st.sampled_from(WIRES)))
    key = draw(st.sampled_from([*wire, "new"]))
    match draw(st.sampled_from(["replace", "remove", "other"])):
        case "replace":
            wire[key] = draw(encodable)
        case "remove":
            wire.pop(key, None)
        case _:
            return draw(encodable)
    return wire


@settings(deadline=None)
@given(encode=encoders, bad=mutated(), place=st.integers(0, len(WIRES)))
def test_a_mutated_message_never_costs_a_neighbour(encode: Encode, bad: object, place: int) -> None:
    messages = [*WIRES[:place], bad, *WIRES[place:]]
    heard = read(encode(messages))
    # A mutated status may change who is halted; everything else must be there unchanged.
    for wire, event in GOLDEN.values():
        assert event in heard or wire["T"] == "s"
    assert len(heard) >= len(EVENTS)


@settings(deadline=None)
@given(
    encode=encoders,
    cut=st.integers(0, 400),
    junk=st.binary(max_size=8),
    place=st.integers(0, 400),
)
def test_damaged_bytes_never_crash(encode: Encode, cut: int, junk: bytes, place: int) -> None:
    frame = encode(WIRES)
    read(frame[:place] + junk + frame[place + cut :])


@settings(deadline=None)
@given(frame=st.binary(max_size=64))
def test_any_bytes_at_all_never_crash(frame: bytes) -> None:
    read(frame)


@settings(deadline=None)
@given(cut=st.integers(0, 2_000))
def test_messages_before_the_end_of_a_truncated_json_frame_are_saved(cut: int) -> None:
    frame = in_json(WIRES)
    whole = frame[:cut].count(b'"t":"2019')
    assert len(read(frame[:cut])) in {whole, whole - 1}
