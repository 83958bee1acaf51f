"""
The least that can be between a tick and an order that was kept first: a measured process.

    python -m benchmarks.bare STREAM_URL REST_URL KEY SECRET FOLDER

It hears frames by the library that our feed uses, looks for the mark, appends the frame to a file,
waits until the disk has it (`fdatasync`, in the loop itself), and writes a ready-made request to an
open socket. No engine, no ledger, no check, no journal, no thread: what it takes nobody can save.
"""

import asyncio
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import picows

from benchmarks.usage import answer_usage
from benchmarks.words import LAST, PROVOKE, Ready, SawLast, say
from tradeengine.event_loop import in_a_loop

CHANNELS = {"action": "subscribe", "quotes": ["*"], "trades": ["*"], "bars": ["*"]}


class _Row(msgspec.Struct, gc=False):
    """What is looked at of a message."""

    T: str
    S: str = ""
    ask_size: float = msgspec.field(name="as", default=0)


_DECODER = msgspec.json.Decoder(list[_Row])


class Post:
    """An order as bytes, on a socket that stays open; answers are read by nobody."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        address = urlsplit(url)
        self._socket = socket.create_connection((address.hostname, address.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._head = (
            f"POST /v2/orders HTTP/1.1\r\nHost: {address.netloc}\r\nAPCA-API-KEY-ID: {key}\r\n"
            f"APCA-API-SECRET-KEY: {secret}\r\nContent-Type: application/json\r\nContent-Length: "
        ).encode()

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take answers in as they come, so that the socket never fills."""
        loop.add_reader(self._socket, lambda: self._socket.recv(65_536))

    def send(self, symbol: str, number: int) -> None:
        order = {"symbol": symbol, "qty": "10", "side": "buy", "type": "limit"}
        order |= {"time_in_force": "ioc", "limit_price": "99.90"}
        body = msgspec.json.encode(order | {"client_order_id": f"bare-{number}"})
        self._socket.send(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))


class Listener(picows.WSListener):
    """Answers marked quotes."""

    def __init__(self, login: bytes, file: int, post: Post) -> None:
        self._login, self._file, self._post = login, file, post
        self._heard = 0

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        transport.send(picows.WSMsgType.TEXT, self._login)
        transport.send(picows.WSMsgType.TEXT, msgspec.json.encode(CHANNELS))

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type is picows.WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type is picows.WSMsgType.TEXT:
            self._take(frame.get_payload_as_bytes())

    def _take(self, payload: bytes) -> None:
        for row in _DECODER.decode(payload):
            if row.T != "q":
                continue
            if not self._heard:
                say(Ready())
            self._heard += 1
            if row.ask_size == PROVOKE:
                self._order(row.S, payload)
            elif row.ask_size == LAST:
                say(SawLast(messages=self._heard))

    def _order(self, symbol: str, payload: bytes) -> None:
        os.write(self._file, payload)
        os.fdatasync(self._file)
        self._post.send(symbol, self._heard)


async def hear(stream: str, rest: str, key: str, secret: str, folder: str) -> None:
    """Hear the stream until the process is ended."""
    login = msgspec.json.encode({"action": "auth", "key": key, "secret": secret})
    post = Post(rest, key, secret)
    post.watch(asyncio.get_running_loop())
    file = os.open(Path(folder) / "kept", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    transport, _ = await picows.ws_connect(lambda: Listener(login, file, post), stream)
    await transport.wait_disconnected()


if __name__ == "__main__":
    answer_usage()
    in_a_loop(hear(*sys.argv[1:6]))
