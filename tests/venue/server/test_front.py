"""What every REST request meets before its handler."""

import base64
import io

import aiohttp

from tests.venue.server.conftest import ENGINE, OTHER, OpenVenue, Venue
from tradeengine.venue.server.parameters import ServerParameters


async def test_a_missing_key_is_answered_by_the_gateway_in_html(venue: Venue) -> None:
    async with (
        aiohttp.ClientSession(venue.urls.trading_url) as http,
        http.get("/v2/account") as answer,
    ):
        assert answer.status == 401
        assert answer.content_type == "text/html"
        assert "nginx" in await answer.text()


async def test_a_wrong_key_is_answered_in_json(venue: Venue) -> None:
    headers = {"APCA-API-KEY-ID": "x", "APCA-API-SECRET-KEY": "y"}
    async with venue.http.get("/v2/account", headers=headers) as answer:
        assert answer.status == 401
        assert await answer.json() == {"message": "unauthorized."}


async def test_answers_carry_a_counted_id_and_the_budget(venue: Venue) -> None:
    async with venue.http.get("/v2/clock") as first, venue.http.get("/v2/clock") as second:
        ids = [int(answer.headers["X-Request-ID"], 16) for answer in (first, second)]
        assert ids == [1, 2]
        assert second.headers["X-Ratelimit-Limit"] == "100000"
        assert second.headers["X-Ratelimit-Remaining"] == "99998"
        assert second.headers["X-Ratelimit-Reset"] == "1550070060"
        assert second.headers["Content-Type"] == "application/json; charset=UTF-8"


async def test_too_many_requests_are_refused_until_the_next_minute(open_venue: OpenVenue) -> None:
    venue = await open_venue(parameters=ServerParameters(trading_requests_per_minute=2))
    for _ in range(2):
        await venue.ask("GET", "/v2/clock")
    body = await venue.ask("GET", "/v2/clock", status=429)
    assert body == {"code": 42910000, "message": "too many requests"}
    async with venue.session(OTHER) as other, other.get("/v2/clock") as answer:
        assert answer.status == 200
    venue.run_for(60)
    await venue.ask("GET", "/v2/clock")


async def test_the_data_host_has_a_budget_of_its_own(open_venue: OpenVenue) -> None:
    venue = await open_venue(
        parameters=ServerParameters(trading_requests_per_minute=1, data_requests_per_minute=1)
    )
    await venue.ask("GET", "/v2/clock")
    await venue.ask("GET", "/v1beta1/news")
    assert await venue.ask("GET", "/v1beta1/news", status=429) == {"message": "too many requests."}


async def test_a_body_that_is_too_large_is_refused_as_everything_else_is(venue: Venue) -> None:
    body = await venue.ask("POST", "/v2/orders", data=io.BytesIO(b" " * 2_000_000), status=413)
    assert body == {"code": 41310000, "message": "request body is too large"}


async def test_unknown_endpoints_and_methods_have_json_bodies(venue: Venue) -> None:
    body = await venue.ask("GET", "/v2/nonsense", status=404)
    assert body == {"code": 40410000, "message": "endpoint not found"}
    assert (await venue.ask("PUT", "/v2/orders", status=405))["message"] == "method not allowed"
    assert await venue.ask("GET", "/v1beta1/options", status=404) == {
        "message": "endpoint not found"
    }


async def test_basic_credentials_open_the_same_account(venue: Venue) -> None:
    token = base64.b64encode(f"{ENGINE.key}:{ENGINE.secret}".encode()).decode()
    async with (
        aiohttp.ClientSession(
            venue.urls.trading_url, headers={"Authorization": f"Basic {token}"}
        ) as http,
        http.get("/v2/account") as answer,
    ):
        assert (await answer.json())["cash"] == "100000"
