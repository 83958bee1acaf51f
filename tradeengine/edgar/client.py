"""
Asks SEC EDGAR, politely and for a bounded time.

Every request names who asks, waits for its turn, and asks only for what has changed since
the last time (ETag, Last-Modified). Failures that may pass are tried again after a doubling,
jittered wait, or after what `Retry-After` says, whichever is longer: 429, 403 (the site's
word for too many requests), 5xx, no answer, an answer that is cut off or is a page of HTML.
Source: sec.gov, "Accessing EDGAR Data".
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

from tradeengine.clock import Clock
from tradeengine.edgar.pace import Pace
from tradeengine.errors import SourceUnavailable
from tradeengine.fundamentals.parameters import FundamentalsParameters

LARGEST_BYTES = 96 * 2**20
"""More than any company's facts; a longer answer is not one."""

PASSING = frozenset({403, 408, 425, 429}) | frozenset(range(500, 600))

_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What the site called a document when it was read last; "" for nothing."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Ask for the document only if it has changed."""
        known = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What came of a request. `body` is None when nothing has changed since `version`.

    `gone` says that the site knows no such document.
    """

    body: bytes | None
    version: Version
    gone: bool = False


class Edgar:
    """One client, for as long as its `http` is open."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        parameters: FundamentalsParameters,
        clock: Clock,
        random: Callable[[], float],
        pace: Pace | None,
    ) -> None:
        """Ask through `http`, whose headers name who asks. Without `pace` nobody waits."""
        self._http, self._parameters = http, parameters
        self._clock, self._random, self._pace = clock, random, pace

    async def get(self, url: str, known: Version | None = None) -> Answer:
        """Ask for a JSON document. Raises SourceUnavailable when the attempts are used up."""
        parameters = self._parameters
        ceiling = parameters.backoff_first_seconds
        for attempt in range(1, parameters.request_attempts + 1):
            if self._pace is not None:
                await self._pace.turn(self._clock, parameters.requests_per_second)
            try:
                return await self._once(url, known or Version())
            except _Failed as failure:
                if attempt == parameters.request_attempts or not failure.passing:
                    times = f" (asked {attempt} times)" if attempt > 1 else ""
                    raise SourceUnavailable(url, f"{failure.words}{times}") from failure
                wait = max(self._random() * ceiling, failure.retry_after_seconds)
            await self._rest(min(wait, parameters.backoff_cap_seconds))
            ceiling = min(ceiling * 2, parameters.backoff_cap_seconds)
        raise AssertionError("the last attempt returns or raises")

    async def _rest(self, seconds: float) -> None:
        if self._pace is not None:
            await self._pace.rest(self._clock, seconds)
        else:
            await self._clock.sleep(seconds)

    async def _once(self, url: str, known: Version) -> Answer:
        limit = aiohttp.ClientTimeout(total=self._parameters.request_timeout_seconds)
        try:
            async with self._http.get(
                url, headers=known.headers(), timeout=limit, allow_redirects=False
            ) as response:
                return _read(response, await _body(response), known)
        except TimeoutError as error:
            raise _Failed(f"no whole answer in {limit.total:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _Failed(f"{type(error).__name__}: {error}"[:300]) from error


class _Failed(Exception):
    """One attempt failed."""

    def __init__(self, words: str, *, passing: bool = True, retry_after: float = 0.0) -> None:
        super().__init__(words)
        self.words, self.passing, self.retry_after_seconds = words, passing, retry_after


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Read a body of bounded size."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(_CHUNK_BYTES):
        size += len(part)
        if size > LARGEST_BYTES:
            raise _Failed(f"an answer of more than {LARGEST_BYTES} bytes", passing=False)
        parts.append(part)
    return b"".join(parts)


def _read(response: aiohttp.ClientResponse, body: bytes, known: Version) -> Answer:
    if response.status == HTTPStatus.NOT_MODIFIED:
        return Answer(body=None, version=known)
    if response.status == HTTPStatus.NOT_FOUND:
        return Answer(body=None, version=Version(), gone=True)
    if response.status != HTTPStatus.OK:
        raise _Failed(
            f"HTTP {response.status} {response.reason or ''}".rstrip(),
            passing=response.status in PASSING,
            retry_after=_retry_after(response),
        )
    if not body.lstrip().startswith(b"{"):
        start = body.lstrip()[:40].decode("utf-8", "replace")
        raise _Failed(f"not JSON but {start!r}" if body else "an empty answer")
    if not body.rstrip().endswith(b"}"):
        raise _Failed(f"cut off after {len(body)} bytes")
    headers = response.headers
    return Answer(
        body=body,
        version=Version(
            etag=headers.get("ETag", ""), last_modified=headers.get("Last-Modified", "")
        ),
    )


def _retry_after(response: aiohttp.ClientResponse) -> float:
    after = response.headers.get("Retry-After", "")
    return float(after) if after.isascii() and after.isdecimal() else 0.0
