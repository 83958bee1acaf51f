"""
Exchange time stamps, read exactly and fast.

JSON carries RFC 3339 text, msgpack its extension type -1. Both hold nanoseconds;
`datetime` would round them to microseconds. Stamps of neighbouring messages
share their second, so a table of whole seconds saves most of the parsing.
"""

from msgspec.msgpack import Ext

from tradeengine.model.instants import NANOS, BadInstant, parse_instant

Stamp = str | Ext
"""A time stamp as it is on the wire."""

TIMESTAMP = -1
"""The extension type that msgpack reserves for time stamps."""

LATEST = 2**63 - 1
"""The journal keeps instants in 64 bits."""

_SECONDS_KEPT = 4096
_SCALES: tuple[int, ...] = tuple(10 ** (9 - digits) for digits in range(10))


class _WholeSeconds(dict[str, int]):
    """Nanoseconds of `YYYY-MM-DDThh:mm:ss`, parsed once."""

    def __missing__(self, text: str) -> int:
        if len(self) >= _SECONDS_KEPT:
            self.clear()
        nanos = self[text] = parse_instant(text + "Z")
        return nanos


_WHOLE_SECONDS = _WholeSeconds()


def instant_of(stamp: Stamp) -> int:
    """Give the instant of a stamp in nanoseconds UTC. Raises BadInstant."""
    if isinstance(stamp, str):
        return _instant_of_text(stamp)
    return _instant_of_extension(stamp)


def _instant_of_text(text: str) -> int:
    fraction = text[20:-1]
    if fraction.isdigit() and text[-1] == "Z" and text[19] == "." and len(fraction) < 10:
        return _WHOLE_SECONDS[text[:19]] + int(fraction) * _SCALES[len(fraction)]
    return parse_instant(text)


def _instant_of_extension(stamp: Ext) -> int:
    """Read the three lengths that msgpack defines: 32, 64 and 96 bits."""
    data = bytes(stamp.data)
    if len(data) == 8:
        both = int.from_bytes(data, "big")
        at = (both >> 34) + (both & 0x3_FFFF_FFFF) * NANOS
    elif len(data) == 4:
        at = int.from_bytes(data, "big") * NANOS
    elif len(data) == 12:
        at = int.from_bytes(data[:4], "big")
        at += int.from_bytes(data[4:], "big", signed=True) * NANOS
    else:
        raise BadInstant(f"a msgpack time stamp of {len(data)} bytes")
    if stamp.code != TIMESTAMP or not 0 <= at <= LATEST:
        raise BadInstant(f"msgpack extension {stamp.code}: {data.hex()}")
    return at
