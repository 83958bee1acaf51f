"""
REST over kept connections, and the sorting of what can go wrong.

Every request has a connect, a read and a total deadline. Redirects are not
followed, and no error text holds a header, so no secret can reach a log.
Sorting, once for all callers:

    RefusedByBroker    4xx with a decision in it: nothing was done
    VenueUnreachable   no connection came about: nothing was sent
    OutcomeUnknown     sent, and no readable decision: timeouts, drops, 408, 429, 5xx
"""

from types import TracebackType
from typing import Annotated, Self

import msgspec
from msgspec import Meta, Struct

from tradeengine import __version__
from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.http_client import HttpClient, NotSent
from tradeengine.broker.http_connection import NoAnswer
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.requests import Request
from tradeengine.broker.wire import UNREADABLE, shown
from tradeengine.errors import OutcomeUnknown, RefusedByBroker, TradeEngineError, VenueUnreachable

_USER_AGENT = f"tradeengine/{__version__}"
_UNDECIDED = frozenset({408, 425, 429})
"""Client errors that say nothing about the request: too slow, too early, too many."""


class _ErrorBody(Struct):
    """`{"code":int,"message":str}`; data hosts send no code, gateways no JSON."""

    message: str = ""
    code: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] = 0


def sort_answer(request: Request, status: int, body: bytes) -> TradeEngineError | None:
    """Give what an answer means: None for success, else the error to raise."""
    if 200 <= status < 300:
        return None
    said = _error_body(status, body)
    if 400 <= status < 500 and status not in _UNDECIDED:
        return RefusedByBroker(status, said.code, said.message)
    return OutcomeUnknown(f"{_named(request)}: HTTP {status}: {said.message}")


def sort_failure(request: Request, error: NotSent | NoAnswer) -> TradeEngineError:
    """Give what a failure below HTTP means: was anything sent or not."""
    text = f"{_named(request)}: {error}"
    return VenueUnreachable(text) if isinstance(error, NotSent) else OutcomeUnknown(text)


def _named(request: Request) -> str:
    return f"{request.method} {request.target.partition('?')[0]}"


def _error_body(status: int, body: bytes) -> _ErrorBody:
    try:
        said = msgspec.json.decode(body, type=_ErrorBody)
    except UNREADABLE:
        said = _ErrorBody()
    if not said.message:
        said.message = " ".join(shown(body).split()) or f"HTTP {status} without a body"
    return said


class RestClient:
    """Sends requests and gives what was answered."""

    def __init__(
        self, access: AlpacaAccess, parameters: BrokerParameters, budget: RequestBudget
    ) -> None:
        self._budget = budget
        self._http = HttpClient(
            access.trading_url.rstrip("/").removesuffix("/v2"),
            access.headers() | {"Accept": "application/json", "User-Agent": _USER_AGENT},
            connect_timeout_seconds=parameters.connect_timeout_seconds,
            read_timeout_seconds=parameters.read_timeout_seconds,
            total_timeout_seconds=parameters.total_timeout_seconds,
            keep_alive_seconds=parameters.keep_alive_seconds,
        )

    async def call(self, request: Request) -> bytes:
        """
        Send a request once and give the body of its 2xx answer.

        Raises RefusedByBroker, VenueUnreachable, OutcomeUnknown.
        """
        try:
            answer = await self._http.request(request.method, request.target, request.body)
        except (NotSent, NoAnswer) as error:
            raise sort_failure(request, error) from error
        self._budget.note(answer.status, answer.headers)
        if (problem := sort_answer(request, answer.status, answer.body)) is not None:
            raise problem
        return answer.body

    def forget_idle(self) -> None:
        """Use no connection again that is idle now."""
        self._http.forget_idle()

    async def close(self) -> None:
        """Close the connections. The client may be used again afterwards."""
        self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
