"""
The feed against alpaca-py's StockDataStream: messages per CPU second.

    python -m benchmarks.feed [--messages 60000] [--rounds 3] [--json]

A load server (its own process) sends prepared frames as fast as they are read.
Two clients take turns in processes of their own: our consumer with inbox and
bus, and alpaca-py's stream, each calling three plain handlers per message. Each
reads its CPU time from `getrusage` between the first and the last message. Only
ratios of one run mean anything; absolute figures do not travel.
"""

import argparse
import asyncio
import base64
import hashlib
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import aiohttp
import msgspec

from tradeengine.bus.dispatch import Bus
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SystemClock
from tradeengine.feed.consumer import FeedConsumer
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.rest import DataRest
from tradeengine.model.events import Bar, FeedConnected, Quote, Trade
from tradeengine.model.message import Message

SYMBOLS = [f"SY{number:02d}" for number in range(41)]
START_SECONDS = 1_550_068_200
WEBSOCKET_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
FRAMES_PER_WRITE = 8
PEER_SHARE = 4
"""alpaca-py gets so many times fewer messages, or it would take all the time."""


# The load server.


def wire_messages(total: int) -> Iterator[dict[str, object]]:
    """Seven quotes, two trades and a bar, over and over, as Alpaca writes them."""
    for number in range(total):
        nanos = number * 1_234_567 + 89
        stamp = msgspec.msgpack.Ext(
            -1,
            ((nanos % 10**9) << 34 | (START_SECONDS + nanos // 10**9)).to_bytes(8, "big"),
        )
        symbol = SYMBOLS[number * 7 % len(SYMBOLS)]
        cents = number % 50 / 100
        if number % 10 < 7:
            yield {
                "T": "q",
                "S": symbol,
                "bx": "V",
                "bp": 100.01 + cents,
                "bs": 100,
                "ax": "V",
                "ap": 100.03 + cents,
                "as": 200,
                "c": ["R"],
                "z": "C",
                "t": stamp,
            }
        elif number % 10 < 9:
            yield {
                "T": "t",
                "S": symbol,
                "i": 52_983_525 + number,
                "x": "V",
                "p": 100.02 + cents,
                "s": 100,
                "c": ["@", "I"],
                "z": "C",
                "t": stamp,
            }
        else:
            yield {
                "T": "b",
                "S": symbol,
                "o": 100.1,
                "h": 100.5,
                "l": 99.9,
                "c": 100.2,
                "v": 12_345,
                "n": 57,
                "vw": 100.17,
                "t": stamp,
            }


def frame(payload: bytes) -> bytes:
    """Wrap a payload of up to 64 kB in a binary websocket frame, unmasked."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return b"\x82" + length + payload


def prepared_frames(per_frame: int, total: int) -> list[bytes]:
    messages = list(wire_messages(total))
    return [
        frame(msgspec.msgpack.encode(messages[first : first + per_frame]))
        for first in range(0, total, per_frame)
    ]


async def read_message(reader: asyncio.StreamReader) -> None:
    """Read one masked client message and forget it; fragments belong together."""
    while True:
        head = await reader.readexactly(2)
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2), "big")
        await reader.readexactly(4 + size)
        if head[0] & 0x80:
            return


async def serve_client(
    frames: Sequence[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    request = await reader.readuntil(b"\r\n\r\n")
    key = next(
        line.split(b":")[1].strip()
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key")
    )
    accept = base64.b64encode(hashlib.sha1(key + WEBSOCKET_MAGIC).digest())
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    for word in ("connected", "authenticated"):
        writer.write(frame(msgspec.msgpack.encode([{"T": "success", "msg": word}])))
        await read_message(reader)
    granted = {channel: [*SYMBOLS, "SPY"] for channel in ("trades", "quotes", "bars")}
    writer.write(frame(msgspec.msgpack.encode([{"T": "subscription", **granted}])))
    for first in range(0, len(frames), FRAMES_PER_WRITE):
        writer.write(b"".join(frames[first : first + FRAMES_PER_WRITE]))
        await writer.drain()
    await reader.read()


async def serve(per_frame: int, messages: int) -> None:
    frames = prepared_frames(per_frame, messages)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve_client(frames, reader, writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# The clients.


class Meter:
    """Count messages; after the last one print the CPU seconds per message and leave."""

    def __init__(self, messages: int) -> None:
        self._left, self._messages = messages, messages
        self._start = 0.0

    def count(self, _: object) -> None:
        if self._left == self._messages:
            self._start = cpu_seconds()
        self._left -= 1
        if not self._left:
            print((cpu_seconds() - self._start) / (self._messages - 1), flush=True)
            os._exit(0)


class Seen:
    """A handler that does next to nothing."""

    def __init__(self) -> None:
        self.messages = 0

    def handle(self, _: object) -> None:
        self.messages += 1


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def read_with_ours(url: str, messages: int) -> None:
    handlers: list[Callable[[Message], None]] = [
        Seen().handle,
        Seen().handle,
        Meter(messages).count,
    ]
    bus = Bus({Quote: handlers, Trade: handlers, Bar: handlers, FeedConnected: []})
    inbox, clock, parameters = Inbox(), SystemClock(), FeedParameters(conflate_above=1_000_000)
    credentials = Credentials("key", "secret")
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
        rest = DataRest(
            http=http,
            url="http://127.0.0.1:9",
            credentials=credentials,
            parameters=parameters,
            clock=clock,
            random=lambda: 0.5,
        )
        feed = FeedConsumer(
            url=url,
            symbols=SYMBOLS,
            sessions=[],
            credentials=credentials,
            parameters=parameters,
            clock=clock,
            inbox=inbox,
            rest=rest,
            random=lambda: 0.5,
        )
        tasks.create_task(feed.run(), name="feed")
        while True:
            bus.dispatch(await inbox.take())
            inbox.done()
            for _ in range(min(64, inbox.depth())):
                bus.dispatch(inbox.take_nowait())
                inbox.done()


def read_with_alpaca_py(url: str, messages: int) -> None:
    from alpaca.data.live import StockDataStream

    stream = StockDataStream("key", "secret", url_override=url)
    handlers = [Seen().handle, Seen().handle, Meter(messages).count]

    async def handle(message: Any) -> None:  # noqa: ANN401  # whatever alpaca-py made of it
        for each in handlers:
            each(message)

    stream.subscribe_quotes(handle, "*")
    stream.subscribe_trades(handle, "*")
    stream.subscribe_bars(handle, "*")
    stream.run()


# The comparison.


def measure(client: str, per_frame: int, messages: int) -> float:
    """Run server and client; give the client's CPU seconds per message."""
    here = [sys.executable, "-m", "benchmarks.feed"]
    size = ["--per-frame", str(per_frame), "--messages", str(messages)]
    with subprocess.Popen(
        [*here, "--role", "server", *size], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None  # asked for above
        url = f"ws://127.0.0.1:{server.stdout.readline().strip()}/v2/iex"
        try:
            done = subprocess.run(
                [*here, "--role", client, "--url", url, *size],
                capture_output=True,
                text=True,
                check=True,
                timeout=120,
            )
        finally:
            server.kill()
    return float(done.stdout.split()[-1])


def compare(per_frame: int, messages: int, rounds: int) -> float:
    """Give how many times more messages per CPU second we read than alpaca-py."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(measure("ours", per_frame, messages))
        theirs.append(measure("alpaca-py", per_frame, messages // PEER_SHARE))
    return statistics.median(theirs) / statistics.median(ours)


def summary(messages: int, rounds: int) -> dict[str, float]:
    """Measure; give ratios of messages per CPU second, alpaca-py = 1."""
    return {
        f"feed_messages_per_cpu_second_vs_alpaca_py_{per_frame}_a_frame": round(
            compare(per_frame, messages, rounds), 2
        )
        for per_frame in (1, 10)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0].strip())
    parser.add_argument("--messages", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--role", choices=["server", "ours", "alpaca-py"], help=argparse.SUPPRESS)
    parser.add_argument("--per-frame", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.role == "server":
        asyncio.run(serve(asked.per_frame, asked.messages))
    elif asked.role == "ours":
        asyncio.run(read_with_ours(asked.url, asked.messages))
    elif asked.role == "alpaca-py":
        read_with_alpaca_py(asked.url, asked.messages)
    else:
        report(summary(asked.messages, asked.rounds), as_json=asked.json)


def report(ratios: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(ratios).decode())
        return
    for name, ratio in ratios.items():
        print(f"{name.replace('_', ' ')}: {ratio:.1f}")


if __name__ == "__main__":
    main()
