"""
HTTP/1.1 over kept connections: the least that stands between an order and the wire.

A general client spends more on an order than the kernel, the network card and
the parser together (docs/performance.md). Ours knows a handful of requests to
one host, so the head of a request is joined once and a request is one write.
Redirects, cookies, compression and proxies do not exist here.

Two failures are told apart, because they mean opposite things for an order:

    NotSent     no connection came about: not a byte left
    NoAnswer    something left, and no whole answer came back
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from functools import partial
from urllib.parse import SplitResult, urlsplit

import aiohappyeyeballs

from tradeengine.broker.http_connection import Answer, Connection, NoAnswer

_PORTS = {"http": 80, "https": 443}

_NEXT_ADDRESS_AFTER_SECONDS = 0.25
"""A host may have an address that leads nowhere; the next one is tried beside it."""


class NotSent(Exception):
    """No connection came about."""


class HttpClient:
    """Requests to one host, with the same headers each."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        connect_timeout_seconds: float,
        read_timeout_seconds: float,
        total_timeout_seconds: float,
        keep_alive_seconds: float,
    ) -> None:
        """Take the address that every target is put behind. Raises ValueError for a bad one."""
        self._address = _split(url)
        self._connect_timeout_seconds = connect_timeout_seconds
        self._read_timeout_seconds = read_timeout_seconds
        self._total_timeout_seconds = total_timeout_seconds
        self._keep_alive_seconds = keep_alive_seconds
        self._prefix = self._address.path.rstrip("/")
        self._head = _head(self._address.netloc, headers)
        self._tls = ssl.create_default_context() if self._address.scheme == "https" else None
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._closings = 0

    async def request(self, method: str, target: str, body: bytes | None) -> Answer:
        """
        Send one request; give its whole answer, whatever the status.

        `target` is path and query, already encoded. Raises NotSent, NoAnswer, and
        ValueError for a target that would break out of its line.
        """
        written = self._written(method, target, body)
        end = asyncio.get_running_loop().time() + self._total_timeout_seconds
        connection = self._kept() or await self._connect()
        try:
            async with asyncio.timeout_at(end):
                answer = await connection.exchange(written, self._read_timeout_seconds)
        except TimeoutError as error:
            problem = f"no whole answer within {self._total_timeout_seconds:g} s"
            raise NoAnswer(problem) from error
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def forget_idle(self) -> None:
        """Use no connection again that is idle now: it may hold an answer too many."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def close(self) -> None:
        """Close every connection. The client may be used again afterwards."""
        self._closings += 1
        self._idle.clear()
        for connection in tuple(self._open):
            connection.close()

    def _written(self, method: str, target: str, body: bytes | None) -> bytes:
        if not (target.isascii() and target.isprintable()) or " " in target:
            raise ValueError(f"not an encoded target: {target!r}")
        line = f"{method} {self._prefix}{target} HTTP/1.1\r\n".encode()
        if body is None:
            return line + self._head + b"\r\n"
        kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        return line + self._head + kind + body

    def _kept(self) -> Connection | None:
        """Take the connection used last, if it can still be used."""
        oldest = asyncio.get_running_loop().time() - self._keep_alive_seconds
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.idle_since >= oldest:
                return connection
            connection.close()
        return None

    async def _connect(self) -> Connection:
        name, closings = self._address.netloc, self._closings
        seconds = min(self._connect_timeout_seconds, self._total_timeout_seconds)
        try:
            async with asyncio.timeout(seconds):
                connection = await self._reach()
        except TimeoutError as error:
            raise NotSent(f"no connection to {name} in {seconds:g} s") from error
        except OSError as error:
            raise NotSent(f"no connection to {name}: {error}") from error
        if closings != self._closings:
            connection.close()
            raise NotSent(f"closed while connecting to {name}")
        self._open.add(connection)
        return connection

    async def _reach(self) -> Connection:
        """Connect to whichever of the host's addresses answers first (RFC 8305)."""
        loop, host = asyncio.get_running_loop(), self._address.hostname or ""
        port = self._address.port or _PORTS[self._address.scheme]
        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        reached = await aiohappyeyeballs.start_connection(
            addresses, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER_SECONDS, loop=loop
        )
        _, connection = await loop.create_connection(
            partial(Connection, loop, self._open.discard),
            sock=reached,
            ssl=self._tls,
            server_hostname=host if self._tls else None,
        )
        return connection


def _split(url: str) -> SplitResult:
    address = urlsplit(url)
    if address.scheme not in _PORTS or not address.hostname:
        raise ValueError(f"not an http or https address: {url!r}")
    return address


def _head(host: str, headers: Mapping[str, str]) -> bytes:
    """Join the lines that every request has. Raises ValueError for what cannot be a header."""
    lines = {"Host": host, **headers}
    for name, value in lines.items():
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"{name} holds a character that no header may have")
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
