"""
Ways to spoil a message: its values, its keys, its bytes.

Values are spoilt before they are encoded, so that the message is well-formed and
wrong; bytes are spoilt afterwards. `Raw` pieces go into the encoded message as they
are, which makes numbers and nestings that no encoder would write.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

import msgspec
from msgspec import Raw
from msgspec.msgpack import Ext

Json = dict[str, object]

_ODD: tuple[object, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 2**64 - 1, -(2**63), 1e9, 1e15, 1e308, -1e308, 5e-324,
    "", " ", "x" * 5000, "NaN", "Infinity", "-inf", "1e9", "1E+1000000", "1e-1000000", "0x10",
    "9" * 40, "0." + "9" * 40, "-0", "\0", "\u00b2", "\u0661", "\U0001f600", "{", "}", "]", '"',
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2019-02-13T14:31:07.\u0661Z",
    "2019-02-13T14:31:07.\u00b2\u00b2\u00b2Z", "2019-02-13T14:31:60Z", "2019-02-29T00:00:00+24:00",
    [], [[]], [None], ["x", 1], {}, {"T": "t"}, {"": {"": {}}}, {"a": [{"T": "q"}]},
)  # fmt: skip

_ODD_JSON = tuple(
    Raw(text)
    for text in (
        b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1E-999", b"9" * 400, b"9" * 5000,
        b"-" + b"9" * 30, b"0." + b"0" * 400 + b"1", b"01", b"+1", b".5", b"1.", b"0x10", b"nul",
        b"undefined", b"",
        b"'x'", b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\x"', b'"\xff"', b'"\xc0"',
        b'"\xed\xa0\x80"', b'"\n"', b'"open', b"[1,", b"{", b"}", b"[" * 1500 + b"]" * 1500,
        b'{"a":' * 1500 + b"1" + b"}" * 1500, b"[" * 20_000, b"\x00", b"/* */ 1", b"1 2",
    )
)  # fmt: skip

_ODD_MSGPACK = (
    Ext(-1, b"123"), Ext(7, b""), b"bytes",
    *map(Raw, (
        b"\xc1", b"", b"\xca\x7f\xc0\x00\x00",
        b"\xcb\x7f\xf0\0\0\0\0\0\0", b"\xcb\xff\xf8\0\0\0\0\0\0",
        b"\xcf" + b"\xff" * 8, b"\xd3\x80" + b"\0" * 7, b"\xc4\x02\xff\xfe", b"\xa2\xff\xfe",
        b"\xdb\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xd9\xff",
        b"\x91" * 1500 + b"\xc0", b"\x91" * 20_000, b"\x81\xc0" * 1500 + b"\xc0", b"\x81\xc0\xc0",
        b"\x81\x90\xc0", b"\x81\x80\xc0", b"\xc7\x00\xff", b"\xc7\x0c\xff" + b"\xff" * 12,
        b"\xd7\xff" + b"\xff" * 8, b"\xd6\xff" + b"\xff" * 4, b"\xd4\x05\x00",
        b"\xc9\xff\xff\xff\xff\xff",
    )),
)  # fmt: skip


class Format(NamedTuple):
    """An encoding: how to write a value, and the values that only it has."""

    name: str
    encode: Callable[[object], bytes]
    odd: Sequence[object]


JSON = Format("json", msgspec.json.encode, _ODD + _ODD_JSON)
MSGPACK = Format("msgpack", msgspec.msgpack.encode, _ODD + _ODD_MSGPACK)
FORMATS = (JSON, MSGPACK)


def spoilt(random: Random, message: Mapping[str, object], form: Format) -> Json:
    """Give a message with something wrong in it, at any depth."""
    copy = dict(message)
    if not copy:
        return {"new": random.choice(form.odd)}
    key = random.choice(list(copy))
    inner = copy[key]
    if isinstance(inner, Mapping) and random.random() < 0.8:
        copy[key] = spoilt(random, inner, form)
        return copy
    match random.randrange(8):
        case 0 | 1 | 2:
            copy[key] = random.choice(form.odd)
        case 3:
            del copy[key]
        case 4:
            copy[random.choice(("T", "t", "new", "", "i", key.upper()))] = random.choice(form.odd)
        case 5:
            other = random.choice(list(copy))
            copy[key], copy[other] = copy[other], copy[key]
        case 6:
            pairs = list(copy.items())
            random.shuffle(pairs)
            return dict(pairs)
        case _:
            return _doubled(random, copy, key, form)
    return copy if random.random() < 0.7 else spoilt(random, copy, form)


def _doubled(random: Random, message: Json, key: str, form: Format) -> Json:
    """Write a key twice in JSON; msgpack has no place for it beside a wrong length."""
    value = form.encode(message[key])
    if form is JSON:
        again = form.encode(random.choice(_ODD))
        return {**message, key: Raw(value + b"," + form.encode(key) + b":" + again)}
    return {**message, key: Raw(value + value)}


def damaged(random: Random, data: bytes) -> bytes:
    """Give bytes of which a few are flipped, lost, doubled or foreign."""
    spoilt_data = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        at = random.randrange(len(spoilt_data) + 1)
        match random.randrange(5):
            case 0 if at < len(spoilt_data):
                spoilt_data[at] ^= 1 << random.randrange(8)
            case 1:
                del spoilt_data[at : at + random.randrange(1, 9)]
            case 2:
                spoilt_data[at:at] = random.randbytes(random.randrange(1, 5))
            case 3:
                spoilt_data[at:at] = spoilt_data[at : at + random.randrange(1, 30)]
            case _:
                spoilt_data[at:at] = random.choice((b"\xff\xfe", b"\0", b"{", b"}", b'"', b"\xc1"))
    return bytes(spoilt_data)
