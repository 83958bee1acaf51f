"""HTTP over real sockets, with servers that answer byte by byte as a test says."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohappyeyeballs
import pytest
import uvloop

from tradeengine.broker import http_client, http_connection
from tradeengine.broker.http_client import HttpClient, NotSent
from tradeengine.broker.http_connection import Answer, NoAnswer

CERTIFICATE = Path(__file__).parents[1] / "loopback.pem"
"""Of 127.0.0.1, signed by itself, with its key; good for nothing but these tests."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Hands each connection to the test's own code; keeps what was asked."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self.connections = 0
        self.url = ""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._speak(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client left, as some tests want it to.
        finally:
            writer.close()


@asynccontextmanager
async def serving(speak: Speak, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    made = Server(speak)
    listening = await asyncio.start_server(made.take, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    made.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    async with listening:
        yield made


def client_of(server: Server, **changes: float) -> HttpClient:
    limits = {
        "connect_timeout_seconds": 2.0,
        "read_timeout_seconds": 2.0,
        "total_timeout_seconds": 2.0,
        "keep_alive_seconds": 60.0,
    }
    return HttpClient(server.url, {"X-Key": "k"}, **(limits | changes))


def saying(*answers: bytes) -> Speak:
    """Answer request after request; then close."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()

    return speak


async def answer_to(answer: bytes) -> Answer:
    async with serving(saying(answer)) as server:
        client = client_of(server)
        try:
            return await client.request("GET", "/v2/clock", None)
        finally:
            client.close()


async def problem_of(speak: Speak, **changes: float) -> str:
    async with serving(speak) as server:
        client = client_of(server, **changes)
        with pytest.raises(NoAnswer) as caught:
            await client.request("POST", "/v2/orders", b"{}")
        client.close()
        return str(caught.value)


async def test_a_request_is_one_write_with_every_header() -> None:
    asked = bytearray()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.extend(await reader.read(1000))
        writer.write(OK)

    async with serving(speak) as server:
        client = client_of(server)
        answer = await client.request("POST", "/v2/orders?a=b%20c", b'{"qty":"1"}')
        client.close()
    host = server.url.removeprefix("http://")
    assert answer == (200, {"content-length": "2"}, b"{}")
    assert asked.decode() == (
        "POST /v2/orders?a=b%20c HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        "X-Key: k\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: 11\r\n\r\n"
        '{"qty":"1"}'
    )


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n",
            200,
            b"[1]",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"{}"),
        (b"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>", 502, b"<html>"),
    ],
)
async def test_answers_of_every_framing_are_read_whole(
    answer: bytes, status: int, body: bytes
) -> None:
    got = await answer_to(answer)
    assert (got.status, got.body) == (status, body)


async def test_an_answer_may_come_byte_by_byte() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in OK:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)

    async with serving(speak) as server:
        client = client_of(server)
        assert (await client.request("GET", "/", None)).body == b"{}"
        client.close()


async def test_header_names_are_in_lower_case() -> None:
    answer = await answer_to(OK.replace(b"OK\r\n", b"OK\r\nX-RateLimit-Limit: 9\r\n"))
    assert answer.headers["x-ratelimit-limit"] == "9"


async def test_requests_share_a_connection_that_stays_open() -> None:
    async with serving(saying(OK, OK, OK)) as server:
        client = client_of(server)
        for _ in range(3):
            await client.request("GET", "/", None)
        client.close()
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        OK + OK,  # the second answers nothing, and must not pass for the next one's answer
        OK + b"x",
    ],
)
async def test_a_connection_is_left_after_what_ends_or_spoils_it(answer: bytes) -> None:
    async with serving(saying(answer, OK)) as server:
        client = client_of(server)
        await client.request("GET", "/", None)
        await client.request("GET", "/", None)
        client.close()
        assert server.connections == 2


async def test_what_comes_unasked_spoils_a_connection() -> None:
    said = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await said.wait()
        writer.write(OK)
        await reader.read()

    async with serving(speak) as server:
        client = client_of(server)
        await client.request("GET", "/", None)
        [connection] = client._open
        said.set()
        while connection.reusable:  # noqa: ASYNC110  # the other end has no event to offer
            await asyncio.sleep(0)
        await client.request("GET", "/", None)
        client.close()
        assert server.connections == 2


async def test_an_idle_connection_is_used_no_longer_than_it_is_kept() -> None:
    async with serving(saying(OK, OK)) as server:
        client = client_of(server, keep_alive_seconds=0.0)
        await client.request("GET", "/", None)
        await asyncio.sleep(0.001)
        await client.request("GET", "/", None)
        client.close()
        assert server.connections == 2


async def test_garbage_is_no_answer() -> None:
    assert "HttpParserError" in await problem_of(saying(b"220 smtp.example.com\r\n\r\n"))


async def test_a_change_of_protocol_is_no_answer() -> None:
    upgrade = b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert "HttpParserUpgrade" in await problem_of(saying(upgrade))


@pytest.mark.parametrize("part", [b"", OK[:20], OK[:-1]])
async def test_a_connection_that_ends_early_is_no_answer(part: bytes) -> None:
    assert await problem_of(saying(part)) == "the connection ended before the answer"


async def test_silence_is_no_answer() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await reader.read()

    problem = await problem_of(speak, read_timeout_seconds=0.01)
    assert problem == "nothing came for 0.01 s"


async def test_an_answer_that_drips_is_given_up_at_the_total() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.002)

    problem = await problem_of(drip, read_timeout_seconds=1.0, total_timeout_seconds=0.05)
    assert problem == "no whole answer within 0.05 s"


async def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "LARGEST_ANSWER_BYTES", 100)
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + bytes(101)
    assert await problem_of(saying(long)) == "an answer of more than 100 bytes"


async def test_a_cancelled_request_takes_its_connection_with_it() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if server.connections > 1:
            writer.write(OK)
        await reader.read()

    async with serving(speak) as server:
        client = client_of(server)
        asking = asyncio.create_task(client.request("GET", "/", None))
        while not server.connections:  # noqa: ASYNC110  # the other end has no event to offer
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await client.request("GET", "/", None)).status == 200
        client.close()
        assert server.connections == 2


async def test_closing_ends_what_is_under_way() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await reader.read()

    async with serving(speak) as server:
        client = client_of(server)
        asking = asyncio.create_task(client.request("GET", "/", None))
        while not client._open:  # noqa: ASYNC110  # the other end has no event to offer
            await asyncio.sleep(0)
        client.close()
        with pytest.raises(NoAnswer):
            await asking


async def test_nobody_at_home_is_not_sent() -> None:
    async with serving(saying()) as server:
        pass
    client = client_of(server)
    with pytest.raises(NotSent, match=r"no connection to 127\.0\.0\.1:\d+: "):
        await client.request("POST", "/v2/orders", b"{}")


async def test_a_door_that_nobody_opens_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    client = HttpClient(
        "http://broker.invalid",
        {},
        connect_timeout_seconds=0.01,
        read_timeout_seconds=1,
        total_timeout_seconds=1,
        keep_alive_seconds=1,
    )
    with pytest.raises(NotSent, match=r"no connection to broker\.invalid in 0\.01 s"):
        await client.request("GET", "/", None)


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX-Evil: 1", "/ä"])
async def test_a_target_cannot_break_out_of_its_line(target: str) -> None:
    async with serving(saying(OK)) as server:
        with pytest.raises(ValueError, match="not an encoded target"):
            await client_of(server).request("GET", target, None)
        assert server.connections == 0


@pytest.mark.parametrize("url", ["ftp://host", "http://", "host:80"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an http or https address"):
        client_of_url(url, {})


def test_a_header_that_cannot_be_one_is_refused_without_its_value() -> None:
    with pytest.raises(ValueError, match="X-Key holds a character") as caught:
        client_of_url("http://host", {"X-Key": "se\ncret"})
    assert "cret" not in str(caught.value)


def client_of_url(url: str, headers: dict[str, str]) -> HttpClient:
    return HttpClient(
        url,
        headers,
        connect_timeout_seconds=1,
        read_timeout_seconds=1,
        total_timeout_seconds=1,
        keep_alive_seconds=1,
    )


def under_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.mark.parametrize("runner", [asyncio.run, uvloop.run])
def test_tls_is_spoken_and_the_certificate_checked(
    monkeypatch: pytest.MonkeyPatch, runner: Callable[..., None]
) -> None:
    async def scene() -> None:
        async with serving(saying(OK, OK), under_tls()) as server:
            stranger = client_of(server)
            with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.request("GET", "/", None)
            monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
            client = client_of(server)
            for _ in range(2):
                assert (await client.request("GET", "/", None)).body == b"{}"
            client.close()
            await asyncio.sleep(0)

    runner(scene())


async def test_an_address_that_leads_nowhere_does_not_hide_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(saying(OK)) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.socket() as full:
            # One place in the queue, taken: further connections are never answered.
            full.bind(("127.0.0.2", port))
            full.listen(0)
            with socket.create_connection(("127.0.0.2", port)):
                kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
                addresses = [(*kind, (f"127.0.0.{last}", port)) for last in (2, 1)]

                async def both(*_: object, **__: object) -> object:
                    return addresses

                monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
                monkeypatch.setattr(http_client, "_NEXT_ADDRESS_AFTER_SECONDS", 0.01)
                client = client_of(server)
                assert (await client.request("GET", "/", None)).status == 200
                client.close()


async def test_closing_while_it_connects_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = asyncio.Event()
    start = aiohappyeyeballs.start_connection

    async def slowly(*arguments: object, **named: object) -> socket.socket:
        connected = await start(*arguments, **named)  # type: ignore[arg-type]  # passed on
        reached.set()
        await asyncio.sleep(0)
        return connected

    monkeypatch.setattr(aiohappyeyeballs, "start_connection", slowly)
    async with serving(saying(OK)) as server:
        client = client_of(server)
        asking = asyncio.create_task(client.request("POST", "/v2/orders", b"{}"))
        await reached.wait()
        client.close()
        with pytest.raises(NotSent, match="closed while connecting"):
            await asking


async def test_an_answer_without_a_length_that_was_cut_is_no_answer() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n[")
        await writer.drain()
        await half.wait()
        writer.transport.abort()

    half = asyncio.Event()
    async with serving(speak) as server:
        client = client_of(server)
        asking = asyncio.create_task(client.request("GET", "/", None))
        while not any(c._body for c in client._open):  # noqa: ASYNC110  # no event to offer
            await asyncio.sleep(0)
        client.close()
        half.set()
        with pytest.raises(NoAnswer):
            await asking


async def test_idle_connections_can_be_left_behind() -> None:
    async with serving(saying(OK, OK)) as server:
        client = client_of(server)
        await client.request("GET", "/", None)
        client.forget_idle()
        await client.request("GET", "/", None)
        client.close()
        assert server.connections == 2
