"""
What happens to every REST request before and after its handler.

    request id -> credentials -> budget -> faults -> handler -> faults -> headers

Alpaca answers a missing key from its gateway (HTML) and a wrong one from the
application (JSON); its trading host puts a code into error bodies and its data
host does not.
"""

from itertools import count

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tradeengine.venue.records import Refused
from tradeengine.venue.server.answers import UNAUTHORIZED_PAGE, answer, page, refused, scripted
from tradeengine.venue.server.auth import ApiKey, Unproven
from tradeengine.venue.server.budget import Allowance, RequestBudget
from tradeengine.venue.server.control import PATH as CONTROL_PATH
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.faults import Answer
from tradeengine.venue.server.faults.fault import Done
from tradeengine.venue.server.public_sites import PREFIXES as PUBLIC_PREFIXES

_DATA_PREFIXES = ("/v2/stocks", "/v1beta1/", "/v1/corporate-actions")
_SOCKET_PREFIXES = ("/stream", "/v2/iex", "/v2/sip", "/v2/test", CONTROL_PATH)
_KEYLESS_PREFIXES = (*_SOCKET_PREFIXES, *PUBLIC_PREFIXES)
"""Who serves these checks on its own who asks."""

_API_KEY = web.RequestKey("api_key", ApiKey)
_HEADERS = web.RequestKey("answer_headers", dict[str, str])

TOO_MANY_REQUESTS = Refused(429, 42910000, "too many requests")
"""The wording of the trading host is not recorded; the code follows Alpaca's scheme."""

_TOO_MANY_OF_DATA = Refused(429, 42910000, "too many requests.")
"""The data host's words, quoted by its users (2026-09)."""


def api_key_of(request: web.Request) -> ApiKey:
    """Give the key that the request proved to hold."""
    return request[_API_KEY]


def headers_of(request: web.Request) -> dict[str, str]:
    """Give the headers that the answer must carry, for answers that are streamed."""
    return request[_HEADERS]


def is_data_path(path: str) -> bool:
    """Say whether Alpaca serves a path from its data host."""
    return path.startswith(_DATA_PREFIXES)


class Front:
    """The checks and their state: request count and budgets."""

    def __init__(self, desk: Desk) -> None:
        parameters = desk.parameters
        self._desk, self._keys, self._clock = desk, desk.keys, desk.clock
        self._faults = desk.faults
        self._trading = RequestBudget(parameters.trading_requests_per_minute)
        self._data = RequestBudget(parameters.data_requests_per_minute)
        self._requests = count(1)

    def middleware(self) -> Middleware:
        """Give the checks as aiohttp wants them."""

        @web.middleware
        async def front(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith(_KEYLESS_PREFIXES):
                return await handler(request)
            headers = {"X-Request-ID": f"{next(self._requests):032x}"}
            request[_HEADERS] = headers
            response = await self._checked(request, handler, headers)
            if not response.prepared:
                response.headers.update(headers)
            return response

        return front

    async def _checked(
        self, request: web.Request, handler: Handler, headers: dict[str, str]
    ) -> web.StreamResponse:
        by_data_host = is_data_path(request.path)
        proven = self._keys.proven_by(request.headers)
        if proven is Unproven.NO_CREDENTIALS:
            return page(UNAUTHORIZED_PAGE, 401)
        if not isinstance(proven, ApiKey):
            return answer({"message": "unauthorized."}, 401)
        allowance = self._spend(proven, by_data_host=by_data_host)
        headers.update(allowance.headers())
        if not allowance.granted:
            words = _TOO_MANY_OF_DATA if by_data_host else TOO_MANY_REQUESTS
            return refused(words, by_data_host=by_data_host)
        request[_API_KEY] = proven
        try:
            return await self._with_faults(request, handler)
        except Refused as refusal:
            return refused(refusal, by_data_host=by_data_host)
        except web.HTTPNotFound:
            return refused(Refused(404, 40410000, "endpoint not found"), by_data_host=by_data_host)
        except web.HTTPRequestEntityTooLarge:
            # Words not recorded.
            return refused(
                Refused(413, 41310000, "request body is too large"), by_data_host=by_data_host
            )
        except web.HTTPMethodNotAllowed:
            return refused(Refused(405, 40510000, "method not allowed"), by_data_host=by_data_host)

    def _spend(self, key: ApiKey, *, by_data_host: bool) -> Allowance:
        now = self._clock.now()
        if by_data_host:
            return self._data.spend(key.key, now)
        return self._trading.spend(key.account_id, now)

    async def _with_faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        instead = self._faults.on_rest(request.method, request.path, self._clock.now())
        if instead is not None:
            return _scripted(request, instead)
        response = await handler(request)
        if not self._faults.active(self._clock.now()) or not isinstance(response, web.Response):
            return response
        return await self._troubled(request, response)

    async def _troubled(self, request: web.Request, response: web.Response) -> web.Response:
        """Let the faults act on what was done, hold the answer, change or replace it."""
        now, faults = self._clock.now(), self._faults
        method, path, status = request.method, request.path, response.status
        body = response.body if isinstance(response.body, bytes) else b""
        done = Done(api_key_of(request).account_id, method, path, status, body)
        hold = faults.on_done(done, now, self._desk)
        if body:
            response.body = faults.on_body(done, now)
        another = faults.on_answer(method, path, status, now)
        if hold is not None:
            await self._desk.delivered()
            await self._clock.sleep(hold)
        return response if another is None else _scripted(request, another)


def _scripted(request: web.Request, answer: Answer) -> web.Response:
    """Answer what a fault wants, with its headers in the place of the usual ones or added."""
    headers = request[_HEADERS]
    if answer.bare:
        headers.clear()
    headers.update(answer.headers)
    return scripted(answer)
