"""A proxy before a venue that slips frames of its own into the websockets."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

Frame = str | bytes

_DROPPED = {"host", "content-length", "transfer-encoding", "content-encoding", "connection"}


@dataclass
class Meddler:
    """Passes everything on; `slip` puts frames into an open stream, from any thread."""

    venue_url: str
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    url: str = ""
    streams: dict[str, web.WebSocketResponse] = field(default_factory=dict)

    def slip(self, path: str, frames: Sequence[Frame]) -> None:
        """Send frames to whoever listens on `path`, as if the venue had."""
        asyncio.run_coroutine_threadsafe(self._slip(path, frames), self.loop).result(10)

    async def _slip(self, path: str, frames: Sequence[Frame]) -> None:
        for frame in frames:
            if isinstance(frame, bytes):
                await self.streams[path].send_bytes(frame)
            else:
                await self.streams[path].send_str(frame)

    async def serve(self, ready: threading.Event) -> None:
        """Serve until the loop's task is cancelled."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        ready.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _DROPPED}
        async with aiohttp.ClientSession() as http:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._pass_stream(request, http)
            url = self.venue_url + request.raw_path
            body = await request.read()
            async with http.request(request.method, url, headers=headers, data=body) as answer:
                kept = {k: v for k, v in answer.headers.items() if k.lower() not in _DROPPED}
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def _pass_stream(
        self, request: web.Request, http: aiohttp.ClientSession
    ) -> web.WebSocketResponse:
        kind = request.headers.get("Content-Type", "")
        ours = web.WebSocketResponse()
        await ours.prepare(request)
        headers = {"Content-Type": kind} if kind else {}
        async with http.ws_connect(self.venue_url + request.raw_path, headers=headers) as theirs:
            self.streams[request.path] = ours
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_pump(ours, theirs))
                tasks.create_task(_pump(theirs, ours))
        return ours


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _pump(source: Socket, sink: Socket) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)
    await sink.close()


@contextmanager
def meddling(venue_url: str) -> Iterator[Meddler]:
    """Run a proxy before a venue in a thread of its own."""
    meddler, ready = Meddler(venue_url), threading.Event()
    task = meddler.loop.create_task(meddler.serve(ready))

    def work() -> None:
        try:
            meddler.loop.run_until_complete(task)
        except asyncio.CancelledError:
            meddler.loop.close()

    thread = threading.Thread(target=work, name="meddler")
    thread.start()
    try:
        assert ready.wait(10)
        yield meddler
    finally:
        meddler.loop.call_soon_threadsafe(task.cancel)
        thread.join(20)
