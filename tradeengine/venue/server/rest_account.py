"""The account over REST: money, configurations, activities, equity over time."""

from aiohttp import web

from tradeengine.venue.server.activities import Wanted, activities
from tradeengine.venue.server.answers import answer
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.front import api_key_of, headers_of
from tradeengine.venue.server.parse import body_of, malformed
from tradeengine.venue.server.portfolio_history import Question, portfolio_history
from tradeengine.venue.server.wire_trading import account


class AccountRest:
    """The endpoints under /v2/account, and the event stream beside them."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._exchange = desk, desk.exchange

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/v2/account", self._account),
            web.get("/v2/account/configurations", self._configurations),
            web.patch("/v2/account/configurations", self._configure),
            web.get("/v2/account/activities", self._activities),
            web.get("/v2/account/activities/{type}", self._activities),
            web.get("/v2/account/portfolio/history", self._history),
            web.get("/v2/events/trades", self._events),
            web.get("/v2/corporate_actions/announcements", self._announcements),
        ]

    async def _account(self, request: web.Request) -> web.Response:
        account_id = api_key_of(request).account_id
        return answer(
            account(
                self._exchange.account(account_id),
                suspended=self._desk.preferences.is_suspended(account_id),
                legacy=self._desk.parameters.legacy_account_fields,
            )
        )

    async def _configurations(self, request: web.Request) -> web.Response:
        return answer(self._desk.preferences.of(api_key_of(request).account_id))

    async def _configure(self, request: web.Request) -> web.Response:
        wanted = body_of(await request.read())
        return answer(self._desk.preferences.change(api_key_of(request).account_id, wanted))

    async def _history(self, request: web.Request) -> web.Response:
        account_id = api_key_of(request).account_id
        question = Question.of(request.query, self._desk.clock.now())
        record = self._exchange.account(account_id)
        return answer(portfolio_history(self._desk.equity_of(account_id), record, question))

    async def _activities(self, request: web.Request) -> web.Response:
        account_id = api_key_of(request).account_id
        wanted = Wanted.of(request.query, request.match_info.get("type"))
        opening = self._desk.deposits[account_id]
        opened_at = self._exchange.account(account_id).created_at
        return answer(activities(self._exchange, account_id, opening, opened_at, wanted))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await self._desk.events.serve(
            request, api_key_of(request).account_id, self._desk.clock.now(), headers_of(request)
        )

    async def _announcements(self, request: web.Request) -> web.Response:
        """Answer the deprecated endpoint: no announcements."""
        for name in ("ca_types", "since", "until"):
            if not request.query.get(name):
                raise malformed(f"{name} is required")
        return answer([])
