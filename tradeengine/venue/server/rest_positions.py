"""Positions over REST: read them, close one, close all."""

from aiohttp import web

from tradeengine.venue.records import PositionRecord, Refused, VenueOrder
from tradeengine.venue.server.answers import answer
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.front import api_key_of
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import decimal_of, flag_of
from tradeengine.venue.server.wire_trading import order, position, refusal


class PositionsRest:
    """The endpoints under /v2/positions."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._exchange = desk, desk.exchange

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/v2/positions", self._list),
            web.delete("/v2/positions", self._close_all),
            web.get("/v2/positions/{symbol}", self._one),
            web.delete("/v2/positions/{symbol}", self._close),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        held = self._exchange.positions(api_key_of(request).account_id)
        rows: list[Json] = [self._written(record) for record in held]
        return answer(rows)

    async def _one(self, request: web.Request) -> web.Response:
        symbol = self._desk.symbol_of(request.match_info["symbol"])
        held = self._exchange.position(api_key_of(request).account_id, symbol)
        return answer(self._written(held))

    async def _close(self, request: web.Request) -> web.Response:
        symbol = self._desk.symbol_of(request.match_info["symbol"])
        query = dict(request.query)
        self._desk.catch_up()
        closing = self._exchange.close_position(
            api_key_of(request).account_id,
            symbol,
            qty=decimal_of(query, "qty"),
            percentage=decimal_of(query, "percentage"),
        )
        body = order(closing, nested=True)
        self._desk.settle()
        return answer(body)

    async def _close_all(self, request: web.Request) -> web.Response:
        cancel_orders = flag_of(request.query.get("cancel_orders"))
        self._desk.catch_up()
        closing = self._exchange.close_all(api_key_of(request).account_id, cancel_orders)
        rows: list[Json] = [
            {"symbol": symbol, "status": status, "body": _outcome(outcome)}
            for symbol, status, outcome in closing
        ]
        self._desk.settle()
        return answer(rows, 207)

    def _written(self, record: PositionRecord) -> JsonObject:
        instrument = self._desk.market.instruments[record.symbol]
        return position(record, exchange=instrument.exchange, marginable=instrument.marginable)


def _outcome(outcome: VenueOrder | Refused) -> JsonObject:
    if isinstance(outcome, Refused):
        return refusal(outcome.code, outcome.message, outcome.extra)
    return order(outcome, nested=True)
