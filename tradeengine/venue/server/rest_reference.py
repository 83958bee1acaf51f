"""Reference data over REST: corporate actions, news (none), exchanges, conditions."""

from aiohttp import web

from tradeengine.model.instants import new_york
from tradeengine.venue.records import Refused
from tradeengine.venue.server.answers import answer
from tradeengine.venue.server.corporate_actions import corporate_actions
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.parse import DIRECTIONS, choice_in, count_in, instant_in

EXCHANGES: JsonObject = {
    "A": "NYSE American (AMEX)",
    "B": "NASDAQ OMX BX",
    "C": "National Stock Exchange",
    "D": "FINRA ADF",
    "H": "MIAX",
    "I": "International Securities Exchange",
    "J": "Cboe EDGA",
    "K": "Cboe EDGX",
    "L": "Long Term Stock Exchange",
    "M": "Chicago Stock Exchange",
    "N": "New York Stock Exchange",
    "P": "NYSE Arca",
    "Q": "NASDAQ",
    "S": "NASDAQ Small Cap",
    "T": "NASDAQ Int",
    "U": "Members Exchange",
    "V": "IEX",
    "W": "CBOE",
    "X": "NASDAQ OMX PSX",
    "Y": "Cboe BYX",
    "Z": "Cboe BZX",
}
"""Letters of the consolidated tape."""

TRADE_CONDITIONS: JsonObject = {
    "@": "Regular Sale",
    "F": "Intermarket Sweep Order",
    "I": "Odd Lot Trade",
    "O": "Opening Print",
    "6": "Closing Print",
    "T": "Form T",
}
QUOTE_CONDITIONS: JsonObject = {"R": "Regular Two Sided Open", "Y": "One Sided Automated"}
"""The conditions that this venue's tape can carry."""


_NEWS_LIMITS = (10, 50)
"""By default, and at most."""


class ReferenceRest:
    """The endpoints whose answers do not move with the market."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/v1/corporate-actions", self._corporate_actions),
            web.get("/v1beta1/corporate-actions", self._corporate_actions),
            web.get("/v1beta1/news", self._news),
            web.get("/v2/stocks/meta/exchanges", self._exchanges),
            web.get("/v2/stocks/meta/conditions/{ticktype}", self._conditions),
        ]

    async def _corporate_actions(self, request: web.Request) -> web.Response:
        today = new_york(self._desk.clock.now()).date()
        return answer(corporate_actions(self._desk.market, request.query, today))

    async def _news(self, request: web.Request) -> web.Response:
        query = request.query
        for name in ("start", "end"):
            instant_in(query, name)
        choice_in(query, "sort", DIRECTIONS, "desc")
        count_in(query, "limit", *_NEWS_LIMITS)
        return answer({"news": [], "next_page_token": None})

    async def _exchanges(self, _request: web.Request) -> web.Response:
        return answer(EXCHANGES)

    async def _conditions(self, request: web.Request) -> web.Response:
        match request.match_info["ticktype"]:
            case "trade":
                return answer(TRADE_CONDITIONS)
            case "quote":
                return answer(QUOTE_CONDITIONS)
            case other:
                raise Refused(400, 40010001, f"invalid ticktype: {other}")
