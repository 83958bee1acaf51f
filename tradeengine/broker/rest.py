"""
REST over one kept-alive aiohttp session, and the sorting of what can go wrong.

Every request has a connect, a read and a total deadline. aiohttp sets
TCP_NODELAY on each connection. Redirects are off, and no error text holds a
header, so no secret can reach a log. Sorting, once for all callers:

    RefusedByBroker    4xx with a decision in it: nothing was done
    VenueUnreachable   no connection came about: nothing was sent
    OutcomeUnknown     sent, and no readable decision: timeouts, drops, 408, 429, 5xx
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.requests import Request
from tradeengine.broker.wire import shown
from tradeengine.errors import OutcomeUnknown, RefusedByBroker, TradeEngineError, VenueUnreachable

_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
_UNDECIDED = frozenset({408, 425, 429})
"""Client errors that say nothing about the request: too slow, too early, too many."""


class _ErrorBody(Struct):
    """`{"code":int,"message":str}`; data hosts send no code, gateways no JSON."""

    message: str = ""
    code: int = 0


def sort_answer(request: Request, status: int, body: bytes) -> TradeEngineError | None:
    """Give what an answer means: None for success, else the error to raise."""
    if 200 <= status < 300:
        return None
    said = _error_body(status, body)
    if 400 <= status < 500 and status not in _UNDECIDED:
        return RefusedByBroker(status, said.code, said.message)
    return OutcomeUnknown(f"{_named(request)}: HTTP {status}: {said.message}")


def sort_failure(request: Request, error: Exception) -> TradeEngineError:
    """Give what a failure below HTTP means: was anything sent or not."""
    text = f"{_named(request)}: {type(error).__name__}: {error}".rstrip(": ")
    return VenueUnreachable(text) if isinstance(error, _NEVER_SENT) else OutcomeUnknown(text)


def _named(request: Request) -> str:
    return f"{request.method} {request.target.partition('?')[0]}"


def _error_body(status: int, body: bytes) -> _ErrorBody:
    try:
        said = msgspec.json.decode(body, type=_ErrorBody)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        said = _ErrorBody()
    if not said.message:
        said.message = " ".join(shown(body).split()) or f"HTTP {status} without a body"
    return said


class RestClient:
    """Sends one request at a time of calling; opens its session at the first."""

    def __init__(
        self, access: AlpacaAccess, parameters: BrokerParameters, budget: RequestBudget
    ) -> None:
        self._base = access.trading_url.rstrip("/").removesuffix("/v2")
        self._headers = access.headers() | {"Accept": "application/json"}
        self._budget = budget
        self._keep_alive_seconds = parameters.keep_alive_seconds
        self._timeout = aiohttp.ClientTimeout(
            total=parameters.total_timeout_seconds,
            connect=parameters.connect_timeout_seconds,
            sock_connect=parameters.connect_timeout_seconds,
            sock_read=parameters.read_timeout_seconds,
        )
        self._session: aiohttp.ClientSession | None = None

    async def call(self, request: Request) -> bytes:
        """
        Send a request once and give the body of its 2xx answer.

        Raises RefusedByBroker, VenueUnreachable, OutcomeUnknown.
        """
        try:
            status, headers, body = await self._exchange(request)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise sort_failure(request, error) from error
        self._budget.note(status, headers)
        if (problem := sort_answer(request, status, body)) is not None:
            raise problem
        return body

    async def _exchange(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        async with self._opened().request(
            request.method,
            URL(self._base + request.target, encoded=True),
            data=request.body,
            headers={"Content-Type": "application/json"} if request.body else None,
            allow_redirects=False,
        ) as response:
            return response.status, response.headers, await response.read()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                # The turnstile bounds what is in flight; a second limit here would
                # only turn waiting for a place into a connect timeout.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=self._keep_alive_seconds),
            )
        return self._session

    async def close(self) -> None:
        """Close the connections. The client may be used again afterwards."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
