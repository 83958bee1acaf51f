"""
Answers of an HTTP server, byte by byte, through the connection that carries orders.

Whatever comes, an exchange ends in a whole answer or in `NoAnswer`. An answer that was
cut short is never taken for a whole one, and a connection on which anything was odd
never carries another request.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import cast

from tests.fuzz.mutations import damaged
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.http_client import HttpClient
from tradeengine.broker.http_connection import Answer, Connection, NoAnswer
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.requests import account
from tradeengine.broker.rest import sort_answer
from tradeengine.clock import SimulatedClock

_BODY = b'{"id":"order-1","client_order_id":"te-1","status":"new"}'
_LIMITS = b"X-RateLimit-Limit: 200\r\nX-RateLimit-Remaining: 199\r\nX-RateLimit-Reset: 9\r\n"
_MEASURED = (
    b"HTTP/1.1 200 OK\r\n" + _LIMITS + b"Content-Length: %d\r\n\r\n" % len(_BODY) + _BODY,
    b"HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: application/json\r\n"
    b"Content-Length: 25\r\n\r\n" + b'{"code":1,"message":"no"}',
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1c\r\n" + _BODY[:28] + b"\r\n1c\r\n" + _BODY[28:] + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 429 Too Many Requests\r\n" + _LIMITS + b"Content-Length: 0\r\n\r\n",
)
_UNMEASURED = (
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\n" + _BODY,
    b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n<html></html>",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
)
_ODD_LINES = (
    b"Content-Length: 7\r\n", b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: x\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n",
    b"Connection: upgrade\r\nUpgrade: h2c\r\n", b"Connection: close\r\n", b": empty\r\n",
    b"no colon\r\n",
    b"X-RateLimit-Limit: " + b"9" * 5000 + b"\r\n", b"X-RateLimit-Remaining: \xb2\r\n",
    b"X-RateLimit-Reset: -1\r\n", b"X-Long: " + b"x" * 100_000 + b"\r\n", b"\r\n", b"\0\r\n",
    b"HTTP/1.1 200 OK\r\n", b"X: \xff\xfe\r\n", b" folded\r\n", b"X-Many: 1\r\n" * 500,
)  # fmt: skip


class _Wire(asyncio.Transport):
    """A transport that goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.aborted = False

    def write(self, data: object) -> None:
        """Forget what is sent."""

    def abort(self) -> None:
        self.aborted = True


class Answers:
    """The answers, straight into the connection."""

    name = "HTTP answers"

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._budget = RequestBudget(BrokerParameters(), SimulatedClock(10**18))

    def strike(self, random: Random) -> None:
        self._loop.run_until_complete(self._exchange(random))

    def close(self) -> None:
        self._loop.close()

    async def _exchange(self, random: Random) -> None:
        sent, must_fail = answer(random)
        lost: list[Connection] = []
        connection, wire = Connection(self._loop, lost.append), _Wire()
        connection.connection_made(wire)
        exchange = asyncio.ensure_future(connection.exchange(b"GET / HTTP/1.1\r\n\r\n", 60.0))
        await asyncio.sleep(0)
        for piece in _pieces(random, sent):
            connection.data_received(piece)
        if not exchange.done():
            await asyncio.sleep(0)
        if not exchange.done():
            connection.eof_received()
            connection.connection_lost(None if random.random() < 0.8 else ConnectionResetError())
        try:
            got = await exchange
        except NoAnswer:
            assert not connection.reusable
            return
        assert not must_fail, f"a part was taken for the whole: {sent!r}"
        self.note(got)

    def note(self, got: Answer) -> None:
        """Use an answer as the REST client does."""
        self._budget.note(got.status, got.headers)
        sort_answer(account(), got.status, got.body)


def answer(random: Random) -> tuple[bytes, bool]:
    """Give an answer gone wrong, and whether it cannot be a whole one."""
    whole = random.choice(_MEASURED + _UNMEASURED)
    match random.randrange(6):
        case 0:
            measured = random.choice(_MEASURED)
            return measured[: random.randrange(len(measured))], True
        case 1:
            return damaged(random, whole), False
        case 2:
            lines = whole.split(b"\r\n")
            lines.insert(random.randrange(len(lines)), random.choice(_ODD_LINES)[:-2])
            return b"\r\n".join(lines), False
        case 3:
            return whole + random.choice((b"\r\n", b"x", whole, random.randbytes(20))), False
        case 4:
            return random.choice((b"", b"\0", random.randbytes(100), b"HTTP/", b"<html>")), True
        case _:
            return whole, False


def _pieces(random: Random, data: bytes) -> list[bytes]:
    """Cut bytes as a network does."""
    if random.random() < 0.5:
        return [data] if data else []
    size = random.randrange(1, 50) if len(data) < 2000 else 5000
    return [data[at : at + size] for at in range(0, len(data), size)]


async def over_loopback(cases: int, seed: int, told: Callable[[], object] = bool) -> int:
    """Send so many requests to a server that answers like that; give how many were answered."""
    random, answered = Random(seed), 0
    problems: list[str] = []
    async with _misbehaving(random) as url:
        client = HttpClient(
            url,
            {},
            connect_timeout_seconds=10.0,
            read_timeout_seconds=10.0,
            total_timeout_seconds=10.0,
            keep_alive_seconds=60.0,
        )
        budget = RequestBudget(BrokerParameters(), SimulatedClock(10**18))
        for _ in range(cases):
            try:
                got = await client.request("GET", "/v2/account", None)
            except NoAnswer as problem:
                problems.append(str(problem))
            else:
                answered += 1
                budget.note(got.status, got.headers)
                sort_answer(account(), got.status, got.body)
            told()
        client.close()
    # Every connection is closed after its answer, so none of these may have waited.
    waited = [one for one in problems if "nothing came for" in one or "no whole answer" in one]
    assert not waited, waited[:3]
    return answered


@asynccontextmanager
async def _misbehaving(random: Random) -> AsyncIterator[str]:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for piece in _pieces(random, answer(random)[0]):
                writer.write(piece)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client has seen enough.
        finally:
            writer.close()

    speaks = cast(Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], speak)
    server = await asyncio.start_server(speaks, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with server:
        yield f"http://{host}:{port}"
