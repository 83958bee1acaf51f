"""
Alpaca's market data by REST, for history and probes.

One GET with a time limit, tried again when the failure is of the passing kind.
The sorting is `is_transient`. Answers are parsed by whoever asked; an error body
may be JSON, HTML or nothing (the data host's errors carry no `code`).
"""

from collections.abc import Mapping

import aiohttp
import msgspec

from tradeengine.clock import Clock
from tradeengine.errors import RefusedByBroker, VenueUnreachable
from tradeengine.feed.backoff import Backoff, Random
from tradeengine.feed.codec import UNREADABLE
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import FeedParameters
from tradeengine.quiescence import Quiescence

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER_SECONDS = 60.0


def is_transient(error: RefusedByBroker | VenueUnreachable) -> bool:
    """Tell whether the same request may succeed a little later."""
    return isinstance(error, VenueUnreachable) or error.status in TRANSIENT


class _ErrorBody(msgspec.Struct):
    message: str = ""
    code: int = 0


class DataRest:
    """The data host. Waits on the clock, counts requests as work in flight."""

    def __init__(
        self,
        *,
        http: aiohttp.ClientSession,
        url: str,
        credentials: Credentials,
        parameters: FeedParameters,
        clock: Clock,
        random: Random,
        quiescence: Quiescence | None = None,
    ) -> None:
        self._http, self._url = http, url.rstrip("/")
        self._credentials, self._parameters = credentials, parameters
        self._clock, self._random = clock, random
        self._quiescence = quiescence or Quiescence()

    async def get(
        self, path: str, query: Mapping[str, str], *, attempts: int | None = None
    ) -> bytes:
        """
        Ask, up to `attempts` times (default: of the parameters), and give the body.

        Raises VenueUnreachable (no answer) or RefusedByBroker (a final no).
        """
        parameters = self._parameters
        backoff = Backoff(
            self._random,
            first_seconds=parameters.backoff_first_seconds,
            cap_seconds=parameters.backoff_cap_seconds,
            healthy_seconds=parameters.healthy_seconds,
        )
        left = attempts or parameters.request_attempts
        while True:
            left -= 1
            try:
                with self._quiescence.work():
                    return await self._once(path, query)
            except _Refused as error:
                if not left or not is_transient(error):
                    raise
                wait = max(backoff.next_wait(), error.retry_after_seconds)
            except VenueUnreachable:
                if not left:
                    raise
                wait = backoff.next_wait()
            await self._clock.sleep(wait)

    async def _once(self, path: str, query: Mapping[str, str]) -> bytes:
        limit = aiohttp.ClientTimeout(total=self._parameters.request_timeout_seconds)
        try:
            async with self._http.get(
                self._url + path,
                params=query,
                headers=self._credentials.headers(),
                timeout=limit,
                allow_redirects=False,
            ) as response:
                body = await response.read()
        except TimeoutError as error:
            raise VenueUnreachable(f"GET {path}: no answer in time") from error
        except aiohttp.ClientError as error:
            raise VenueUnreachable(f"GET {path}: {type(error).__name__}: {error}") from error
        if response.status != 200:
            raise _refused(response, body)
        return body


class _Refused(RefusedByBroker):
    """A refusal that may say when to come back."""

    retry_after_seconds = 0.0


def _refused(response: aiohttp.ClientResponse, body: bytes) -> _Refused:
    try:
        told = msgspec.json.decode(body, type=_ErrorBody)
    except UNREADABLE:
        told = _ErrorBody(message=body[:200].decode("utf-8", "replace") or str(response.reason))
    error = _Refused(response.status, told.code, told.message)
    after = response.headers.get("Retry-After", "")
    if after.isdecimal() and after.isascii():
        error.retry_after_seconds = min(float(after), LONGEST_RETRY_AFTER_SECONDS)
    return error
