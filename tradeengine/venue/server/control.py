"""
The control endpoint: switch faults on and off while the venue runs.

    POST /control   {"fault": "mute_data", "seconds": 30}
    POST /control   {"fault": "clear"}
    GET  /control   the faults that are on or will be
    GET  /control/log   what began when, and how often each stream was called

It exists only when the operator asked for it, and answers only the own machine.
"""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from tradeengine.clock import Clock
from tradeengine.model.instants import format_instant
from tradeengine.venue.records import Refused
from tradeengine.venue.server.faults import AnyFault, ArmedFaults, Stream, World
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.visits import Visits

PATH = "/control"
LOG_PATH = "/control/log"

_LOOPBACK = ("127.0.0.1", "::1")


class Control:
    """Reads what a person or a test wants to go wrong."""

    def __init__(
        self, faults: ArmedFaults, world: World, clock: Clock, visits: Mapping[Stream, Visits]
    ) -> None:
        self._faults, self._world, self._clock = faults, world, clock
        self._visits = visits

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of the endpoint."""
        return [
            web.post(PATH, self._arm),
            web.get(PATH, self._show),
            web.get(LOG_PATH, self._show_log),
        ]

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

    async def _show_log(self, request: web.Request) -> web.Response:
        _require_loopback(request)
        log: JsonObject = {
            "now": format_instant(self._clock.now()),
            "faults": [
                {"fault": name, "begins_at": format_instant(at)} for at, name in self._faults.begun
            ],
            "streams": {stream: visits.told() for stream, visits in self._visits.items()},
        }
        return _json(log)

    def _answer(self) -> web.Response:
        shown: dict[str, object] = {"faults": self._faults.shown(self._clock.now())}
        if self._faults.failed:
            shown["failed"] = self._faults.failed
        return _json(shown)


def _json(shown: Mapping[str, object]) -> web.Response:
    return web.Response(body=msgspec.json.encode(shown), content_type="application/json")


def _require_loopback(request: web.Request) -> None:
    if request.remote not in _LOOPBACK:
        raise web.HTTPForbidden
