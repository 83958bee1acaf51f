"""
Instants are integers: nanoseconds since 1970-01-01 UTC.

An integer keeps all nine fraction digits that the exchange sends (a float or a
`datetime` rounds them away), compares fast and prints the same everywhere.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

NANOS = 1_000_000_000
"""Nanoseconds in a second."""

MINUTE = 60 * NANOS
"""Nanoseconds in a minute."""

NEW_YORK = ZoneInfo("America/New_York")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LAST_SECOND = (2**63 - 1) // NANOS - 1
"""Instants are kept in 64 bits. Go writes its zero time as year 1, which is none."""


class BadInstant(ValueError):
    """A text that should be an RFC 3339 instant is not one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"not an RFC 3339 instant: {self.text!r}"


@lru_cache(maxsize=4096)
def _second(text: str, zone: str) -> int:
    """Nanoseconds of a whole second; cached, because ticks share their seconds."""
    # fromisoformat would also take week dates, and any letter between date and time.
    if text[4] + text[7] != "--" or text[10] not in "Tt ":
        raise BadInstant(text)
    moment = datetime.fromisoformat(text + ("+00:00" if zone == "Z" else zone))
    seconds = int(moment.timestamp())
    if not -_LAST_SECOND <= seconds <= _LAST_SECOND:
        raise BadInstant(text)
    return seconds * NANOS


def _is_fraction(text: str) -> bool:
    """Tell whether these are 1 to 9 digits, 0 to 9 and of no other script."""
    return text.isascii() and text.isdigit() and len(text) <= 9


def parse_instant(text: str) -> int:
    """
    Read RFC 3339 with 0 to 9 fraction digits and `Z` or an offset.

    Returns nanoseconds UTC. Raises BadInstant, also for years before 1678 and after 2261.
    """
    try:
        if text[-1] == "Z":
            body, zone = text[:-1], "Z"
        else:
            body, zone = text[:-6], text[-6:]
        if len(body) == 19:
            return _second(body, zone)
        fraction = body[20:]
        if body[19] != "." or not _is_fraction(fraction):
            raise BadInstant(text)
        return _second(body[:19], zone) + int(fraction) * int(10 ** (9 - len(fraction)))
    except (ValueError, IndexError, TypeError) as error:
        raise BadInstant(str(text)) from error


def format_instant(at: int) -> str:
    """Write RFC 3339 UTC, trailing fraction zeros trimmed, as Alpaca writes it."""
    seconds, nanos = divmod(at, NANOS)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
    return f"{whole}{fraction}Z"


def new_york(at: int) -> datetime:
    """Give the New York wall-clock time of an instant, cut to microseconds."""
    seconds, nanos = divmod(at, NANOS)
    whole = datetime.fromtimestamp(seconds, NEW_YORK)
    return whole.replace(microsecond=nanos // 1000)


def instant_of(day: date, wall: time, zone: ZoneInfo = NEW_YORK) -> int:
    """Give the instant of a wall-clock time on a day in a zone."""
    since = datetime.combine(day, wall, zone).astimezone(UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * NANOS + since.microseconds * 1000
