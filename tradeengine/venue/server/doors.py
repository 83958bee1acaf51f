"""The doors: the port that the venue listens on, and a while without it."""

import asyncio

from aiohttp import web

from tradeengine.clock import Clock
from tradeengine.model.instants import NANOS

HOST = "127.0.0.1"
"""The venue holds play money and a control endpoint: it never listens beyond this machine."""

_LAST_ROUNDS = 3
"""Rounds of the loop in which an answer that is ready gets out."""


class Doors:
    """Listens for connections. `runner` must be set up before the doors open."""

    def __init__(self, runner: web.AppRunner, clock: Clock) -> None:
        self._runner, self._clock = runner, clock
        self._site: web.TCPSite | None = None
        self._closed: asyncio.Task[None] | None = None

    async def open(self, port: int) -> int:
        """Listen on a port (0: any free one) and give it."""
        self._site = web.TCPSite(self._runner, HOST, port)
        await self._site.start()
        return self._site.port

    def shut_for(self, seconds: float) -> None:
        """Refuse connections for a while, and end those that wait for a request."""
        if self._site is None or self._closed is not None:
            return
        self._closed = asyncio.create_task(
            self._stay_shut(self._site, self._clock.now() + int(seconds * NANOS)),
            name="venue doors",
        )

    async def _stay_shut(self, site: web.TCPSite, until: int) -> None:
        port = site.port
        await site.stop()
        await self._end_connections()
        await self._clock.sleep_until(until)
        await self.open(port)
        self._closed = None

    async def _end_connections(self) -> None:
        """End every connection; who is being answered right now still gets the answer."""
        server = self._runner.server
        if server is None:
            return
        for connection in server.connections:
            connection.close()
        for _ in range(_LAST_ROUNDS):
            await asyncio.sleep(0)
        # `close` alone leaves an idle connection open, with nobody there who would answer on it.
        for connection in server.connections:
            connection.force_close()

    async def close(self) -> None:
        """Stop waiting to open again."""
        if self._closed is not None:
            self._closed.cancel()
            await asyncio.wait([self._closed])
            self._closed = None
