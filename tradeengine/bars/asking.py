"""
Ask a site for history: one GET, tried again while that may help, never for ever.

A failure of the passing kind (no answer, 429, 5xx) is tried again after a random wait that
doubles, or after what the site says (`Retry-After`, Alpaca's `X-RateLimit-Reset`). The whole
fetch has a deadline of its own (`fetch.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from random import random

import aiohttp

from tradeengine.bars.parameters import BarsParameters
from tradeengine.clock import Clock
from tradeengine.errors import BadConfiguration, RefusedByBroker, VenueUnreachable
from tradeengine.model.instants import NANOS

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_WAIT_SECONDS = 60.0

_REMEDY = "check both keys in .env, and that the account and its data plan may read this"


@dataclass(frozen=True, slots=True)
class Site:
    """Where to ask, and the headers that say who asks; they are in no repr."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Asker:
    """Asks one site, one request at a time, and rests when the site wants that."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        site: Site,
        parameters: BarsParameters,
        clock: Clock,
    ) -> None:
        self._http, self._site = http, site
        self._parameters, self._clock = parameters, clock
        self._rest_seconds = 0.0

    async def get(self, path: str = "", query: Mapping[str, str] | None = None) -> bytes:
        """
        Give the body of a page.

        Raises VenueUnreachable (no answer), RefusedByBroker (a final no), BadConfiguration
        (the keys are not accepted).
        """
        parameters = self._parameters
        for attempt in range(1, parameters.request_attempts + 1):
            await self._rest()
            try:
                return await self._once(path, query or {})
            except (VenueUnreachable, RefusedByBroker) as error:
                if attempt == parameters.request_attempts or not is_transient(error):
                    raise
            edge = parameters.backoff_first_seconds * 2.0 ** (attempt - 1)
            edge = min(LONGEST_WAIT_SECONDS, edge)
            self._rest_seconds = max(self._rest_seconds, random() * edge)
        raise AssertionError("the last attempt returns or raises")

    async def _rest(self) -> None:
        seconds, self._rest_seconds = self._rest_seconds, 0.0
        if seconds > 0.0:
            await self._clock.sleep(seconds)

    async def _once(self, path: str, query: Mapping[str, str]) -> bytes:
        url = self._site.url + path
        try:
            async with self._http.get(
                url,
                params=query,
                headers=self._site.headers,
                timeout=aiohttp.ClientTimeout(total=self._parameters.request_timeout_seconds),
                # Keys go to the site that was named, and to nobody it points at.
                allow_redirects=not self._site.headers,
            ) as answer:
                body = await answer.read()
        except TimeoutError as error:
            raise VenueUnreachable(f"GET {url}: no answer in time") from error
        except aiohttp.ClientError as error:
            raise VenueUnreachable(f"GET {url}: {type(error).__name__}: {error}") from error
        self._rest_seconds = self._asked_to_wait(answer)
        words = " ".join(body[:200].decode("utf-8", "replace").split())
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and self._site.headers:
            problem = f"{url}: HTTP {answer.status}: {words}".rstrip(": ")
            raise BadConfiguration("ALPACA_API_KEY", problem, _REMEDY)
        if answer.status != HTTPStatus.OK:
            raise RefusedByBroker(answer.status, 0, f"GET {url}: {words}")
        return body

    def _asked_to_wait(self, answer: aiohttp.ClientResponse) -> float:
        """Read for how many seconds the site wants no further request."""
        after = answer.headers.get("Retry-After", "")
        wait = float(after) if after.isdecimal() and after.isascii() else 0.0
        left = answer.headers.get("X-RateLimit-Remaining", "")
        reset = answer.headers.get("X-RateLimit-Reset", "")
        if left == "0" and reset.isdecimal() and reset.isascii():
            wait = max(wait, float(reset) - self._clock.now() / NANOS)
        return min(max(wait, 0.0), LONGEST_WAIT_SECONDS)


def is_transient(error: RefusedByBroker | VenueUnreachable) -> bool:
    """Tell whether the same request may succeed a little later."""
    return isinstance(error, VenueUnreachable) or error.status in TRANSIENT
