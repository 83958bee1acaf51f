"""Time stamps of the wire, exact to the nanosecond."""

import pytest
from msgspec.msgpack import Ext

from tradeengine.feed import stamps
from tradeengine.feed.stamps import instant_of
from tradeengine.model.instants import BadInstant

SECOND = 1_550_068_267_000_000_000


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2019-02-13T14:31:07Z", SECOND),
        ("2019-02-13T14:31:07.1Z", SECOND + 100_000_000),
        ("2019-02-13T14:31:07.000000001Z", SECOND + 1),
        ("2019-02-13T14:31:07.123456789Z", SECOND + 123_456_789),
        ("2019-02-13T09:31:07.5-05:00", SECOND + 500_000_000),
    ],
)
def test_a_text_stamp_keeps_all_its_digits(text: str, instant: int) -> None:
    assert instant_of(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "2019-02-13T14:31:07.1234567890Z",
        "2019-02-13T14:31:07.12x4Z",
        "2019-02-13T14:31:07,5Z",
        "2019-13-13T14:31:07.5Z",
        "2019-02-13T14:31:07.²Z",
    ],
)
def test_a_text_that_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # BadInstant or int()'s own; both are caught
        instant_of(text)


@pytest.mark.parametrize(
    ("data", "instant"),
    [
        ("5c642a2b", SECOND),
        ("1d6f34545c642a2b", SECOND + 123_456_789),
        ("075bcd15000000005c642a2b", SECOND + 123_456_789),
    ],
)
def test_the_three_lengths_of_msgpack_time_are_read(data: str, instant: int) -> None:
    assert instant_of(Ext(-1, bytes.fromhex(data))) == instant


@pytest.mark.parametrize(
    ("code", "data"),
    [
        (-1, "00"),
        (5, "5c642a2b"),
        (5, "1d6f34545c642a2b"),
        (-1, "00000000ffffffffffffffff"),
        (-1, "00000003ffffffff"),
        (-1, "000000007fffffffffffffff"),
    ],
)
def test_other_extensions_and_instants_out_of_range_are_refused(code: int, data: str) -> None:
    with pytest.raises(BadInstant, match="msgpack extension"):
        instant_of(Ext(code, bytes.fromhex(data)))


def test_the_table_of_seconds_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    table = stamps._WholeSeconds()
    monkeypatch.setattr(stamps, "_WHOLE_SECONDS", table)
    monkeypatch.setattr(stamps, "_SECONDS_KEPT", 3)
    for second in range(10, 20):
        assert (
            instant_of(f"2019-02-13T14:31:{second}.5Z") == SECOND + (second - 7) * 10**9 + 5 * 10**8
        )
    assert len(table) <= 3
