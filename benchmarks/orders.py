"""
Order round trips against alpaca-py's TradingClient: time and CPU of a submit.

    python -m benchmarks.orders [--orders 1500] [--rounds 3] [--json]

One small server (its own process) answers every POST at once with an order.
Three clients take turns in processes of their own: our REST client alone, our
whole broker (lane, turnstile, an fdatasync per order as the journal's stand-in,
REST, answer in the inbox) and alpaca-py. Each submits one order after the other
and reads its own CPU time from `getrusage`. Only ratios of one run mean
anything; absolute figures do not travel.
"""

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec
from aiohttp import WSMsgType, web

from tradeengine.broker import requests
from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.courier import AlpacaBroker
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.rest import RestClient
from tradeengine.broker.wire import OrderRow, read_one
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SystemClock
from tradeengine.model.commands import SubmitOrder
from tradeengine.model.events import OrderAccepted
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce

CLIENTS = ("rest", "broker", "alpaca-py")
WARM_UP_ORDERS = 50

ORDER = msgspec.json.encode(
    {
        "id": "61d1feca-aa11-4863-8b79-64c5e4731a98",
        "client_order_id": "c",
        "created_at": "2026-10-08T15:10:18.909521644Z",
        "updated_at": "2026-10-08T15:10:18.909521644Z",
        "submitted_at": "2026-10-08T15:10:18.909521644Z",
        **dict.fromkeys(("filled_at", "expired_at", "canceled_at", "failed_at", "replaced_at")),
        **dict.fromkeys(("replaced_by", "replaces", "notional", "filled_avg_price", "legs")),
        **dict.fromkeys(("stop_price", "trail_percent", "trail_price", "hwm", "subtag", "source")),
        "asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
        "symbol": "KO",
        "asset_class": "us_equity",
        "qty": "10",
        "filled_qty": "0",
        "order_class": "",
        "order_type": "limit",
        "type": "limit",
        "side": "buy",
        "position_intent": "buy_to_open",
        "time_in_force": "day",
        "limit_price": "86.88",
        "status": "pending_new",
        "extended_hours": False,
        "expires_at": "2026-10-08T20:00:00Z",
    }
)


# The server.


async def take_order(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=ORDER, content_type="application/json")


async def take_stream(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            said = msgspec.json.decode(message.data)
            listening = said["action"] == "listen"
            data = said["data"] if listening else {"status": "authorized"}
            stream = "listening" if listening else "authorization"
            await socket.send_bytes(msgspec.json.encode({"stream": stream, "data": data}))
    return socket


async def serve() -> None:
    app = web.Application()
    app.router.add_post("/v2/orders", take_order)
    app.router.add_get("/stream", take_stream)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


# The clients.


class Result(msgspec.Struct):
    """Medians of one client in one process."""

    p50_seconds: float
    p99_seconds: float
    cpu_seconds: float
    journal_p50_seconds: float = 0.0


class Meter:
    """Times of round trips and the CPU they took, after a warm-up."""

    def __init__(self, orders: int) -> None:
        self._orders = orders
        self._laps: list[float] = []
        self._cpu = 0.0

    def result(self) -> Result:
        laps = statistics.quantiles(self._laps, n=100)
        return Result(laps[49], laps[98], (cpu_seconds() - self._cpu) / self._orders)

    async def run(self, submit: Callable[[int], Awaitable[None]]) -> Result:
        for number in range(WARM_UP_ORDERS):
            await submit(number)
        self._cpu = cpu_seconds()
        for number in range(self._orders):
            began = time.perf_counter()
            await submit(WARM_UP_ORDERS + number)
            self._laps.append(time.perf_counter() - began)
        return self.result()

    def run_blocking(self, submit: Callable[[int], None]) -> Result:
        for number in range(WARM_UP_ORDERS):
            submit(number)
        self._cpu = cpu_seconds()
        for number in range(self._orders):
            began = time.perf_counter()
            submit(WARM_UP_ORDERS + number)
            self._laps.append(time.perf_counter() - began)
        return self.result()


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def order(number: int) -> SubmitOrder:
    return SubmitOrder(
        at=0,
        client_order_id=f"bench-{number}",
        symbol="KO",
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        quantity=Decimal(10),
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        limit_price=Decimal("86.88"),
    )


def access_to(port: str) -> AlpacaAccess:
    place = f"127.0.0.1:{port}"
    return AlpacaAccess(
        trading_url=f"http://{place}", stream_url=f"ws://{place}/stream", key="k", secret="s"
    )


async def submit_with_rest(port: str, orders: int) -> Result:
    parameters = BrokerParameters(requests_per_minute=1_000_000)
    budget = RequestBudget(parameters, SystemClock())
    async with RestClient(access_to(port), parameters, budget) as rest:

        async def submit(number: int) -> None:
            read_one(await rest.call(requests.submit(order(number))), OrderRow, "order")

        return await Meter(orders).run(submit)


async def submit_with_broker(port: str, orders: int) -> Result:
    inbox = Inbox()
    writes: list[float] = []
    with tempfile.NamedTemporaryFile() as journal:

        async def durable() -> None:
            began = time.perf_counter()
            os.write(journal.fileno(), ORDER)
            os.fdatasync(journal.fileno())
            writes.append(time.perf_counter() - began)

        broker = AlpacaBroker(
            access_to(port),
            BrokerParameters(requests_per_minute=1_000_000),
            inbox=inbox,
            clock=SystemClock(),
            durable=durable,
        )

        async def submit(number: int) -> None:
            broker.send(order(number))
            while not isinstance(await inbox.take(), OrderAccepted):
                pass

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(broker.run(), name="broker")
            await broker.connect()
            result = await Meter(orders).run(submit)
            await broker.close()
    result.journal_p50_seconds = statistics.median(writes)
    return result


def submit_with_alpaca_py(port: str, orders: int) -> Result:
    from alpaca.trading import enums
    from alpaca.trading.client import TradingClient
    from alpaca.trading.requests import LimitOrderRequest

    client = TradingClient("k", "s", url_override=f"http://127.0.0.1:{port}")

    def submit(number: int) -> None:
        client.submit_order(
            LimitOrderRequest(
                symbol="KO",
                qty=10,
                side=enums.OrderSide.BUY,
                time_in_force=enums.TimeInForce.DAY,
                limit_price=86.88,
                client_order_id=f"bench-{number}",
            )
        )

    return Meter(orders).run_blocking(submit)


# The comparison.


def measure(client: str, port: str, orders: int) -> Result:
    """Run a client in a process of its own."""
    done = subprocess.run(
        [*HERE, "--role", client, "--port", port, "--orders", str(orders)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Result)


HERE = [sys.executable, "-m", "benchmarks.orders"]


def summary(orders: int, rounds: int) -> dict[str, float]:
    """Measure in alternation; give ratios, alpaca-py = 1 (less is better)."""
    results: dict[str, list[Result]] = {client: [] for client in CLIENTS}
    with subprocess.Popen([*HERE, "--role", "server"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # asked for above
        port = server.stdout.readline().strip()
        try:
            for _ in range(rounds):
                for client, measured in results.items():
                    measured.append(measure(client, port, orders))
        finally:
            server.kill()
    broker = results["broker"]
    journal = median_of(broker, "journal_p50_seconds") / median_of(broker, "p50_seconds")
    ratios = {
        f"order_{name}_{figure.removesuffix('_seconds')}_vs_alpaca_py": round(
            median_of(results[client], figure) / median_of(results["alpaca-py"], figure), 3
        )
        for client, name in (("rest", "post"), ("broker", "durable_and_post"))
        for figure in ("p50_seconds", "p99_seconds", "cpu_seconds")
    }
    return ratios | {"order_durable_and_post_p50_share_of_the_journal": round(journal, 3)}


def median_of(results: list[Result], figure: str) -> float:
    return statistics.median(float(getattr(result, figure)) for result in results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0].strip())
    parser.add_argument("--orders", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--role", choices=["server", *CLIENTS], help=argparse.SUPPRESS)
    parser.add_argument("--port", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.role == "server":
        asyncio.run(serve())
    elif asked.role == "rest":
        show(asyncio.run(submit_with_rest(asked.port, asked.orders)))
    elif asked.role == "broker":
        show(asyncio.run(submit_with_broker(asked.port, asked.orders)))
    elif asked.role == "alpaca-py":
        show(submit_with_alpaca_py(asked.port, asked.orders))
    else:
        report(summary(asked.orders, asked.rounds), as_json=asked.json)


def show(result: Result) -> None:
    print(msgspec.json.encode(result).decode())


def report(ratios: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(ratios).decode())
        return
    for name, ratio in ratios.items():
        print(f"{name.replace('_', ' ')}: {ratio:.2f}")


if __name__ == "__main__":
    main()
