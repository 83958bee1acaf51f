"""A site like the SEC's, on this machine, that misbehaves on demand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tradeengine.model.instants import NANOS

Misbehave = Callable[[web.Request], web.StreamResponse | None]

HTML = b"<!DOCTYPE html><html><body>Your Request Originates from an Undeclared Tool</body></html>"

APPLE, BANK = 320193, 19617


class HastyClock:
    """A clock on which waiting takes no time: it notes how long, and moves on."""

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self.waits: list[float] = []

    def now(self) -> int:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._now += int(seconds * NANOS)
        await asyncio.sleep(0)

    async def sleep_until(self, at: int) -> None:
        self._now = max(self._now, at)
        await asyncio.sleep(0)


@dataclass
class Site:
    """What the site serves, by path, and every request that it got."""

    documents: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    misbehave: Misbehave | None = None
    """Gives another answer to a request, or None for the right one."""

    hang: asyncio.Event | None = None
    """While it is there, answers wait for it."""

    url: str = ""

    def serve(self, path: str, document: object) -> None:
        """Serve a document at a path: bytes as they are, all else as JSON."""
        text = document if isinstance(document, bytes) else orjson.dumps(document)
        self.documents[path] = text

    def company(
        self, ticker: str, facts: dict[str, Any] | bytes, *, sic: int = 3571, **more: object
    ) -> None:
        """Serve a company under all paths that know of it."""
        cik = (facts if isinstance(facts, dict) else orjson.loads(facts))["cik"]
        tickers = orjson.loads(self.documents.get("/files/company_tickers.json", b"{}"))
        row = {"cik_str": cik, "ticker": ticker, "title": ticker}
        self.serve("/files/company_tickers.json", tickers | {str(len(tickers)): row})
        self.serve(f"/api/xbrl/companyfacts/CIK{cik:010}.json", facts)
        submissions = {"cik": f"{cik:010}", "name": ticker, "sic": str(sic), "tickers": [ticker]}
        self.serve(f"/submissions/CIK{cik:010}.json", submissions | more)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        self.asked.append(request.path)
        self.headers.append(dict(request.headers))
        if self.hang is not None:
            await self.hang.wait()
        response = self.misbehave(request) if self.misbehave else None
        response = response or self._right(request)
        self.answers.append(response.status)
        return response

    def _right(self, request: web.Request) -> web.Response:
        body = self.documents.get(request.path)
        if body is None:
            return web.Response(status=404, body=b"<Error>NoSuchKey</Error>")
        etag = f'"{len(body)}-{hash(body) & 0xFFFF}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        modified = "Thu, 01 Jul 2010 08:00:00 GMT"
        headers = {"ETag": etag, "Last-Modified": modified}
        return web.Response(body=body, headers=headers, content_type="application/json")


@asynccontextmanager
async def site_open() -> AsyncIterator[Site]:
    """Open a site for the length of a block."""
    site = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        listening = web.TCPSite(runner, "127.0.0.1", 0)
        await listening.start()
        host, port = runner.addresses[0][:2]
        site.url = f"http://{host}:{port}"
        yield site
    finally:
        if site.hang is not None:
            site.hang.set()
        await runner.cleanup()


def facts_document(cik: int, *rows: Mapping[str, Any], tag: str = "Assets") -> dict[str, Any]:
    """Make the facts of a company: one tag, in dollars."""
    concept = {"label": tag, "description": "", "units": {"USD": list(rows)}}
    return {"cik": cik, "entityName": "Some Co", "facts": {"us-gaap": {tag: concept}}}


def row(value: float, end: str, filed: str, **more: object) -> dict[str, Any]:
    """Make one fact as the site writes it."""
    return {
        "end": end, "val": value, "accn": f"0000000000-{filed}", "fy": 2010, "fp": "Q2",
        "form": "10-Q", "filed": filed, "frame": "CY2010Q2I", **more,
    }  # fmt: skip
