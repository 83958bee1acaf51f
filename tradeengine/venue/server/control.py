"""
The control endpoint: switch faults on and off while the venue runs.

    POST /control   {"fault": "mute_data", "seconds": 30}
    POST /control   {"fault": "clear"}
    GET  /control   the faults that are on or will be

It exists only when the operator asked for it, and answers only the own machine.
"""

import msgspec
from aiohttp import web

from tradeengine.clock import Clock
from tradeengine.venue.records import Refused
from tradeengine.venue.server.faults import AnyFault, ArmedFaults, World

PATH = "/control"

_LOOPBACK = ("127.0.0.1", "::1")


class Control:
    """Reads what a person or a test wants to go wrong."""

    def __init__(self, faults: ArmedFaults, world: World, clock: Clock) -> None:
        self._faults, self._world, self._clock = faults, world, clock

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of the endpoint."""
        return [web.post(PATH, self._arm), web.get(PATH, self._show)]

    async def _arm(self, request: web.Request) -> web.Response:
        _require_loopback(request)
        try:
            fault = msgspec.json.decode(await request.read(), type=AnyFault)
        except msgspec.DecodeError as error:
            return web.json_response({"message": str(error)}, status=400)
        try:
            self._faults.arm(fault, self._clock.now(), self._world)
        except Refused as refusal:
            return web.json_response({"message": refusal.message}, status=refusal.status)
        return self._answer()

    async def _show(self, request: web.Request) -> web.Response:
        _require_loopback(request)
        return self._answer()

    def _answer(self) -> web.Response:
        shown: dict[str, object] = {"faults": self._faults.shown(self._clock.now())}
        if self._faults.failed:
            shown["failed"] = self._faults.failed
        return web.Response(body=msgspec.json.encode(shown), content_type="application/json")


def _require_loopback(request: web.Request) -> None:
    if request.remote not in _LOOPBACK:
        raise web.HTTPForbidden
