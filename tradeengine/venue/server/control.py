"""
The control endpoint: switch faults on and off while the venue runs.

    POST /control   {"fault": "mute_data", "seconds": 30}
    POST /control   {"fault": "clear"}
    GET  /control   the faults in force

It exists only when the operator asked for it, and answers only the own machine.
"""

import msgspec
from aiohttp import web

from tradeengine.clock import Clock
from tradeengine.venue.server.faults import AnyFault, ArmedFaults, Sockets

PATH = "/control"

_LOOPBACK = ("127.0.0.1", "::1")


class Control:
    """Reads what a person or a test wants to go wrong."""

    def __init__(self, faults: ArmedFaults, sockets: Sockets, clock: Clock) -> None:
        self._faults, self._sockets, self._clock = faults, sockets, clock

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of the endpoint."""
        return [web.post(PATH, self._arm), web.get(PATH, self._show)]

    async def _arm(self, request: web.Request) -> web.Response:
        _require_loopback(request)
        try:
            fault = msgspec.json.decode(await request.read(), type=AnyFault)
        except msgspec.DecodeError as error:
            return web.json_response({"message": str(error)}, status=400)
        self._faults.arm(fault, self._clock.now(), self._sockets)
        return self._answer()

    async def _show(self, request: web.Request) -> web.Response:
        _require_loopback(request)
        return self._answer()

    def _answer(self) -> web.Response:
        body = msgspec.json.encode({"faults": self._faults.active(self._clock.now())})
        return web.Response(body=body, content_type="application/json")


def _require_loopback(request: web.Request) -> None:
    if request.remote not in _LOOPBACK:
        raise web.HTTPForbidden
