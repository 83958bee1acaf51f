"""
One HTTP/1.1 connection: a request goes out in one write, its answer comes back whole.

It carries one request at a time. A connection that was cut short, timed out, was
cancelled or spoke out of turn is closed and never used again. Answers are read
by httptools, the parser that uvicorn uses.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

import httptools

LARGEST_ANSWER_BYTES = 64 * 1024 * 1024

_FIRST_FINAL_STATUS = 200


class NoAnswer(Exception):
    """A request left, or a part of it, and no whole answer came."""


class Answer(NamedTuple):
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection(asyncio.Protocol):
    """One connection and the answer that it owes."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_lost: Callable[["Connection"], None]
    ) -> None:
        """`on_lost` is called once, when the connection has ended."""
        self._loop, self._on_lost = loop, on_lost
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._owed: asyncio.Future[Answer] | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._read_timeout_seconds = 0.0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._has_head = self._is_cut = False
        self.idle_since = loop.time()
        self.reusable = True
        """Whether another request may go out on it."""

    async def exchange(self, request: bytes, read_timeout_seconds: float) -> Answer:
        """Send a request and wait for its answer. Raises NoAnswer."""
        assert self._transport is not None
        owed: asyncio.Future[Answer] = self._loop.create_future()
        self._owed = owed
        self._read_timeout_seconds = read_timeout_seconds
        self._transport.write(request)
        self._silence = self._loop.call_later(read_timeout_seconds, self._fell_silent)
        try:
            return await owed
        except BaseException:
            self.close()
            raise
        finally:
            self._silence.cancel()
            self._owed = None
            self.idle_since = self._loop.time()

    def close(self) -> None:
        """Close at once; nothing that is still under way matters any more."""
        self.reusable, self._is_cut = False, True
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        if self._owed is None or self._owed.done():
            self.close()  # Nobody asked: it could pass for the answer to the next request.
            return
        if self._silence is not None:
            self._silence.cancel()
            self._silence = self._loop.call_later(self._read_timeout_seconds, self._fell_silent)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"{type(error).__name__}: {error}")

    def eof_received(self) -> None:
        self.reusable = False

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self._has_head and not (error or self._is_cut or self._is_measured()):
            self._settle()  # An answer without a length ends with its connection.
        self._fail(str(error) if error else "the connection ended before the answer")
        self._on_lost(self)

    # httptools

    def on_message_begin(self) -> None:
        if self._owed is None or self._owed.done():
            self.reusable = False  # More came than was asked for.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._has_head = True

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > LARGEST_ANSWER_BYTES:
            self._fail(f"an answer of more than {LARGEST_ANSWER_BYTES} bytes")
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= _FIRST_FINAL_STATUS:
            self.reusable = self.reusable and self._parser.should_keep_alive()
            self._settle()
        self._headers, self._body, self._size, self._has_head = {}, [], 0, False

    def _is_measured(self) -> bool:
        return "content-length" in self._headers or "transfer-encoding" in self._headers

    def _settle(self) -> None:
        if self._owed is not None and not self._owed.done():
            status = self._parser.get_status_code()
            self._owed.set_result(Answer(status, self._headers, b"".join(self._body)))

    def _fell_silent(self) -> None:
        self._fail(f"nothing came for {self._read_timeout_seconds:g} s")

    def _fail(self, problem: str) -> None:
        self.reusable = False
        if self._owed is not None and not self._owed.done():
            self._owed.set_exception(NoAnswer(problem))
