"""What is shown may get lost; who shows it does not stop."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from tradeengine.lasting_streams import LastingStream, _occupy, lasting_streams


@pytest.fixture
def unread() -> Iterator[TextIO]:
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", buffering=1) as stream:
        yield stream


def test_what_is_written_arrives() -> None:
    behind = io.StringIO()
    stream = LastingStream(behind)

    print("all is well", file=stream, flush=True)

    assert behind.getvalue() == "all is well\n"
    assert stream.writable()
    assert not stream.isatty()


def test_a_reader_that_went_away_is_no_error(unread: TextIO) -> None:
    stream = LastingStream(unread)

    for _ in range(3):
        assert stream.write("nobody reads this\n") == 18
        stream.flush()

    assert stream.lost == ""
    unread.write("nor this, at the end\n")


def test_a_flush_that_fails_is_no_error() -> None:
    full = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closed below
    stream = LastingStream(full)

    stream.write("held back")
    stream.flush()
    stream.flush()
    stream.write("gone")

    assert stream.lost == "No space left on device"
    full.close()


def test_a_stream_without_a_number_is_no_error() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(text)

    stream = LastingStream(Broken())

    assert stream.write("x") == 1
    assert stream.write("yz") == 2
    assert stream.lost == "x"


def test_a_terminal_that_was_closed_is_no_loss() -> None:
    class Closed(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.EIO, "Input/output error")

    stream = LastingStream(Closed())

    stream.flush()

    assert stream.lost == ""


def test_a_stream_that_was_never_there_is_silence() -> None:
    stream = LastingStream(None)

    print("hello", file=stream, flush=True)

    assert stream.encoding == "utf-8"
    assert not stream.isatty()
    with pytest.raises(io.UnsupportedOperation):
        stream.fileno()


def test_it_is_what_it_stands_before(unread: TextIO) -> None:
    stream = LastingStream(unread)

    assert stream.fileno() == unread.fileno()
    assert stream.encoding == unread.encoding


def test_a_symbol_that_cannot_be_shown_is_spelt() -> None:
    behind = io.BytesIO()
    stream = LastingStream(io.TextIOWrapper(behind, encoding="ascii"))

    stream.write("naïve")
    stream.flush()

    assert behind.getvalue() == b"na\\xefve"


def test_the_streams_are_given_back() -> None:
    before = sys.stdout, sys.stderr

    with lasting_streams() as output:
        assert sys.stdout is output
        assert isinstance(sys.stderr, LastingStream)

    assert (sys.stdout, sys.stderr) == before


def test_a_number_that_is_free_is_taken_by_nothing() -> None:
    number = os.open(os.devnull, os.O_RDONLY)
    os.close(number)

    _occupy(number)
    _occupy(number)

    assert os.write(number, b"into nothing") == 12
    os.close(number)
