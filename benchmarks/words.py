"""
What the processes of a benchmark say to each other: lines of JSON.

The comparison asks the venue for ticks and a client for its usage; both answer
with a line. Other lines on their standard output are for people and passed over.
"""

from typing import TypeVar, Union

import msgspec
from msgspec import Struct

QUIET, PROVOKE, LAST = 100, 200, 300
"""Ask sizes that mark a tick: to be taken in, to be answered by an order, the last one."""


class Word(Struct, tag_field="bench", frozen=True, kw_only=True):
    """A line."""


class Knock(Word, frozen=True):
    """To the venue: send a bar and a quote of every symbol, so that a client wakes up."""


class Burst(Word, frozen=True):
    """To the venue: send quotes, trades and bars as fast as they leave."""

    messages: int
    per_frame: int


class Pace(Word, frozen=True):
    """To the venue: send quiet quotes, one a frame, evenly."""

    ticks: int
    per_second: float


class Provoke(Word, frozen=True):
    """To the venue: send quotes that cause an order each, the next after the POST came."""

    orders: int
    gap_seconds: float


class VenueReady(Word, frozen=True):
    """From the venue: where it is."""

    rest: str
    stream: str
    key: str
    secret: str


class Sent(Word, frozen=True):
    """From the venue: all messages asked for are on their way."""


class Laps(Word, frozen=True):
    """From the venue: seconds from each tick to the POST that it caused; how many caused none."""

    seconds: list[float]
    lost: int


class Ready(Word, frozen=True):
    """From a client: it hears ticks and may trade."""


class SawLast(Word, frozen=True):
    """From a client: the tick marked LAST has come, after so many messages in all."""

    messages: int


class AskUsage(Word, frozen=True):
    """To a client: say what you have used."""


class Usage(Word, frozen=True):
    """From a client: what its process has used so far (getrusage)."""

    cpu_seconds: float
    peak_kilobytes: int


W = TypeVar("W", bound=Word)

_EVERY = (Knock, Burst, Pace, Provoke, VenueReady, Sent, Laps, Ready, SawLast, AskUsage, Usage)
_decoder: msgspec.json.Decoder[Word] = msgspec.json.Decoder(Union[_EVERY])  # noqa: UP007  # from a tuple


def say(word: Word) -> None:
    """Write a word to standard output."""
    print(written(word), flush=True)


def written(word: Word) -> str:
    return msgspec.json.encode(word).decode()


def read(line: str | bytes) -> Word | None:
    """Read a line; None if it is no word but text for people."""
    try:
        return _decoder.decode(line)
    except msgspec.MsgspecError:
        return None
