"""
How a public site answers: who may ask, how often, and only what changed.

    faults -> User-Agent -> budget -> document or 404 -> 304 if it is known -> gzip

The SEC refuses clients that do not say who they are and those that ask more than ten
times a second (https://www.sec.gov/about/webmaster-frequently-asked-questions); both
answers are HTML. The other sites refuse nobody.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, time

from aiohttp import web

from tradeengine.clock import Clock
from tradeengine.model.instants import NANOS, instant_of
from tradeengine.venue.public.document import Document
from tradeengine.venue.server.answers import page, scripted
from tradeengine.venue.server.budget import SecondBudget
from tradeengine.venue.server.faults import ArmedFaults, Site, Trouble
from tradeengine.venue.server.faults.sites import RATE_PAGE

_LIBRARY = re.compile(r"(python|aiohttp|curl|wget|java|go-http)", re.IGNORECASE)
"""How the names begin by which libraries call themselves when nobody gives them one."""

_TYPES: dict[Site, str] = {"edgar": "application/json", "vix": "text/csv", "rates": "text/csv"}

_UNDECLARED = (
    "<!DOCTYPE html>\n<html>\n<head><title>Undeclared Automated Tool</title></head>\n"
    "<body><h1>Your request comes from an undeclared automated tool</h1>\n"
    "<p>Say who you are and how to reach you in the User-Agent.</p></body>\n</html>\n"
)
_MISSING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>\n"
)
_SMALLEST_ZIPPED = 500
"""Bytes: below it zipping gains nothing."""

_QUICKLY = 1
"""A level of gzip: the way is short, and packing well costs three times as much."""


class SiteFront:
    """Gives documents out as their sites do."""

    def __init__(self, clock: Clock, faults: ArmedFaults, requests_per_second: int) -> None:
        self._clock, self._faults = clock, faults
        self._budget = SecondBudget(requests_per_second)

    async def give(
        self, site: Site, request: web.Request, write: Callable[[], Document | None]
    ) -> web.StreamResponse:
        """Answer a request with what `write` writes, or say why not."""
        trouble = self._faults.on_site(site, request.path, self._clock.now()) or Trouble()
        if trouble.hold:
            await self._clock.sleep(trouble.hold)
        if trouble.cut and request.transport is not None:
            request.transport.abort()
            return web.Response(status=503)
        if trouble.answer is not None:
            return scripted(trouble.answer)
        refusal = self._refused(request) if site == "edgar" else None
        if refusal is not None:
            return refusal
        document = write()
        if document is None:
            return _missing(site)
        return _answered(request, site, document, trouble.share)

    def _refused(self, request: web.Request) -> web.Response | None:
        """Refuse as the SEC does, or not."""
        agent = request.headers.get("User-Agent", "").strip()
        if not agent or _LIBRARY.match(agent):
            return page(_UNDECLARED, 403)
        if not self._budget.spend(self._clock.now(), asyncio.get_running_loop().time()):
            return page(RATE_PAGE, 429)
        return None


def _missing(site: Site) -> web.Response:
    if site == "edgar":
        return web.Response(text=_MISSING, status=404, content_type="application/xml")
    return page("<html><head><title>404 Not Found</title></head></html>\n", 404)


def _answered(
    request: web.Request, site: Site, document: Document, share: float
) -> web.StreamResponse:
    """Give a document or, where the client knows it, only its tag; a fault may cut it."""
    since = datetime.fromtimestamp(instant_of(document.since, time(0)) / NANOS, UTC)
    tag = hashlib.sha256(document.body).hexdigest()[:32]
    response = web.Response(headers={"ETag": f'W/"{tag}"', "Vary": "Accept-Encoding"})
    response.last_modified = since
    if _is_known(request, tag, since):
        response.set_status(304)
        return response
    response.content_type = _TYPES[site]
    body = document.body[: int(len(document.body) * share)]
    if len(body) > _SMALLEST_ZIPPED and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, _QUICKLY, mtime=0)
    response.body = body
    return response


def _is_known(request: web.Request, tag: str, since: datetime) -> bool:
    """Compare as RFC 9110 says: the date only where no tag was sent."""
    tags = request.if_none_match
    if tags is not None:
        return any(known.value in (tag, "*") for known in tags)
    seen = request.if_modified_since
    return seen is not None and since <= seen
