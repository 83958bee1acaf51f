"""Assets over REST."""

from aiohttp import web

from tradeengine.venue.market.instruments import Instrument
from tradeengine.venue.server.answers import answer
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import names_in

_ATTRIBUTES = ("has_options", "overnight_tradable")
_FRACTIONABLE = ("fractional_eh_enabled", *_ATTRIBUTES)


def attributes_of(instrument: Instrument) -> tuple[str, ...]:
    """Give the attributes of an asset (recorded for KO and for OCGN, 2026-10-08)."""
    return _FRACTIONABLE if instrument.fractionable else _ATTRIBUTES


def asset(instrument: Instrument) -> JsonObject:
    """Write an asset, as recorded on 2026-09-29 and 2026-10-08."""
    borrow = "easy_to_borrow" if instrument.easy_to_borrow else "hard_to_borrow"
    margin = 30 if instrument.marginable else 100
    return {
        "id": instrument.asset_id,
        "class": "us_equity",
        "exchange": instrument.exchange,
        "symbol": instrument.symbol,
        "name": instrument.name,
        "status": "active",
        "tradable": instrument.tradable,
        "marginable": instrument.marginable,
        "maintenance_margin_requirement": margin,
        "margin_requirement_long": str(margin),
        "margin_requirement_short": str(margin),
        "shortable": instrument.shortable,
        "easy_to_borrow": instrument.easy_to_borrow,
        "borrow_status": borrow if instrument.shortable else "not_available",
        "fractionable": instrument.fractionable,
        "attributes": list(attributes_of(instrument)),
    }


def increments(instrument: Instrument) -> JsonObject:
    """
    Give the smallest steps of quantity and price.

    Alpaca serves these keys for crypto; ccxt cannot round an order without them,
    and it is the client that names the class it wants, so they are in lists of a
    named class only.
    """
    step = "0.000000001" if instrument.fractionable else "1"
    return {"min_order_size": step, "min_trade_increment": step, "price_increment": "0.01"}


class AssetsRest:
    """The endpoints under /v2/assets."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [web.get("/v2/assets", self._list), web.get("/v2/assets/{symbol}", self._one)]

    async def _list(self, request: web.Request) -> web.Response:
        """Answer the assets that fit; all of ours are active US shares."""
        query = request.query
        ours = (query.get("status") or "active") in ("active", "all")
        ours = ours and (query.get("asset_class") or "us_equity") == "us_equity"
        wanted = set(names_in(query, "attributes"))
        named_class = "asset_class" in query
        rows: list[Json] = [
            {**asset(instrument), **(increments(instrument) if named_class else {})}
            for instrument in self._desk.market.instruments.values()
            if ours
            and (query.get("exchange") or instrument.exchange) == instrument.exchange
            and (not wanted or wanted & set(attributes_of(instrument)))
        ]
        return answer(rows)

    async def _one(self, request: web.Request) -> web.Response:
        return answer(asset(self._desk.instrument(request.match_info["symbol"])))
