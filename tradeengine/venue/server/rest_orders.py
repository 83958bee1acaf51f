"""Orders over REST: submit, read, replace, cancel."""

from aiohttp import web

from tradeengine.venue.exchange.request_rules import is_fractional
from tradeengine.venue.records import ZERO, OrderRequest, Refused
from tradeengine.venue.server.answers import answer, no_content
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.front import api_key_of
from tradeengine.venue.server.json_value import Json
from tradeengine.venue.server.parse import (
    DIRECTIONS,
    body_of,
    choice_in,
    count_in,
    flag_of,
    instant_in,
    malformed,
    names_in,
    order_request,
    replace_request,
)
from tradeengine.venue.server.wire_trading import order

_STATUSES = ("open", "closed", "all")
_SIDES = ("buy", "sell")
_LIMIT, _MOST = 50, 500


class OrdersRest:
    """The endpoints under /v2/orders."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._exchange = desk, desk.exchange

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.post("/v2/orders", self._submit),
            web.get("/v2/orders", self._list),
            web.delete("/v2/orders", self._cancel_all),
            web.get("/v2/orders:by_client_order_id", self._by_client_id),
            web.get("/v2/orders/{id}", self._one),
            web.patch("/v2/orders/{id}", self._replace),
            web.delete("/v2/orders/{id}", self._cancel),
        ]

    async def _submit(self, request: web.Request) -> web.Response:
        wanted = order_request(body_of(await request.read()))
        wanted.symbol = self._desk.symbol_of(wanted.symbol)
        account_id = api_key_of(request).account_id
        self._desk.catch_up()
        self._obey_preferences(account_id, wanted)
        accepted = self._exchange.submit(account_id, wanted)
        body = order(accepted, nested=True)
        self._desk.settle()
        return answer(body)

    def _obey_preferences(self, account_id: str, wanted: OrderRequest) -> None:
        """Refuse what the owner of the account has switched off."""
        chosen = self._desk.preferences.of(account_id)
        if chosen["suspend_trade"]:
            raise Refused(403, 40310000, "new orders are rejected by user request")
        fraction = wanted.notional is not None or is_fractional(wanted.qty or ZERO)
        if fraction and not chosen["fractional_trading"]:
            # Words not recorded.
            raise Refused(403, 40310000, "account is not allowed to trade fractional shares")
        if wanted.side == "sell" and chosen["no_shorting"]:
            held = self._exchange.positions(account_id)
            if not any(row.symbol == wanted.symbol and row.qty > 0 for row in held):
                raise Refused(403, 40310000, "account is not allowed to short")

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        nested = flag_of(query.get("nested"))
        limit = count_in(query, "limit", _LIMIT, _MOST)
        if query.get("before_order_id") and query.get("after_order_id"):
            # Words not recorded; the rule is documented.
            raise malformed("before_order_id and after_order_id cannot be used together")
        found = self._exchange.orders(
            api_key_of(request).account_id,
            status=choice_in(query, "status", _STATUSES, "open"),
            symbols=[self._desk.symbol_of(name) for name in names_in(query, "symbols")],
            side=choice_in(query, "side", _SIDES, "buy") if query.get("side") else None,
            after=instant_in(query, "after"),
            until=instant_in(query, "until"),
            limit=limit,
            direction=choice_in(query, "direction", DIRECTIONS, "desc"),
            before_order_id=query.get("before_order_id") or None,
            after_order_id=query.get("after_order_id") or None,
            nested=nested,
        )
        classes = names_in(query, "asset_class")
        if classes and "us_equity" not in classes:
            found = []
        rows: list[Json] = [order(row, nested=nested) for row in found]
        return answer(rows)

    async def _one(self, request: web.Request) -> web.Response:
        found = self._exchange.order(api_key_of(request).account_id, request.match_info["id"])
        return answer(order(found, nested=flag_of(request.query.get("nested"))))

    async def _by_client_id(self, request: web.Request) -> web.Response:
        client_order_id = request.query.get("client_order_id")
        if not client_order_id:
            # The words of a missing order_id.
            raise malformed("client_order_id is missing")
        found = self._exchange.order_by_client_id(api_key_of(request).account_id, client_order_id)
        return answer(order(found, nested=flag_of(request.query.get("nested"))))

    async def _replace(self, request: web.Request) -> web.Response:
        changes = replace_request(body_of(await request.read()))
        account_id = api_key_of(request).account_id
        self._desk.catch_up()
        replacement = self._exchange.replace(account_id, request.match_info["id"], changes)
        body = order(replacement, nested=True)
        self._desk.settle()
        return answer(body)

    async def _cancel(self, request: web.Request) -> web.Response:
        self._desk.catch_up()
        self._exchange.cancel(api_key_of(request).account_id, request.match_info["id"])
        self._desk.settle()
        return no_content()

    async def _cancel_all(self, request: web.Request) -> web.Response:
        self._desk.catch_up()
        cancelled = self._exchange.cancel_all(api_key_of(request).account_id)
        rows: list[Json] = [{"id": order_id, "status": status} for order_id, status in cancelled]
        self._desk.settle()
        return answer(rows, 207)
