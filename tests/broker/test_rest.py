"""REST: sorting of what goes wrong, headers, and secrets that stay secret."""

import asyncio

import pytest

from tests.broker.fakes import parameters, simulated_clock
from tests.broker.scripted import HTML_502, Answer, ScriptedBroker, as_json, scripted
from tradeengine.broker import requests
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.http_client import NotSent
from tradeengine.broker.http_connection import NoAnswer
from tradeengine.broker.requests import Lane, Request
from tradeengine.broker.rest import RestClient, sort_answer, sort_failure
from tradeengine.errors import OutcomeUnknown, RefusedByBroker, VenueUnreachable

POST = Request(method="POST", target="/v2/orders", lane=Lane.ENTRY, body=b"{}")


def client_of(server: ScriptedBroker, **changes: object) -> RestClient:
    chosen = parameters(**changes)
    return RestClient(server.access(), chosen, RequestBudget(chosen, simulated_clock()))


@pytest.mark.parametrize("status", [200, 204, 207])
def test_a_success_is_no_problem(status: int) -> None:
    assert sort_answer(POST, status, b"") is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_decision_against_us_is_a_refusal(status: int) -> None:
    problem = sort_answer(POST, status, b'{"code":40010001,"message":"no","more":1}')
    assert isinstance(problem, RefusedByBroker)
    assert (problem.status, problem.code, problem.message) == (status, 40010001, "no")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 301])
def test_no_decision_leaves_the_outcome_unknown(status: int) -> None:
    problem = sort_answer(POST, status, b'{"message":"no"}')
    assert isinstance(problem, OutcomeUnknown)
    assert str(problem) == f"POST /v2/orders: HTTP {status}: no"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message":"invalid timeframe: 7Weeks"}', "invalid timeframe: 7Weeks"),
        (b"", "HTTP 401 without a body"),
        (b"<html>\r\n  <b>401</b></html>", "<html> <b>401</b></html>"),
        (b'{"code":"text","message":1}', '{"code":"text","message":1}'),
        (b'{"code":99999999999999999999}', '{"code":99999999999999999999}'),
        (b"[" * 100_000, "[" * 300),
        (b"\xff", "\ufffd"),
        (b"null", "null"),
    ],
)
def test_error_bodies_of_every_kind_give_words(body: bytes, message: str) -> None:
    problem = sort_answer(POST, 401, body)
    assert isinstance(problem, RefusedByBroker)
    assert (problem.code, problem.message) == (0, message)


def test_failures_are_sorted_by_whether_anything_was_sent() -> None:
    assert isinstance(sort_failure(POST, NotSent("no host")), VenueUnreachable)
    assert isinstance(sort_failure(POST, NoAnswer("cut")), OutcomeUnknown)
    assert str(sort_failure(POST, NoAnswer("cut"))) == "POST /v2/orders: cut"


async def test_the_keys_go_in_headers_and_one_connection_serves_many_requests() -> None:
    async with scripted() as server, client_of(server) as rest:
        for _ in range(3):
            assert await rest.call(requests.positions()) == b"[]"
        assert server.asked[0].headers["APCA-API-KEY-ID"] == "KEY-OF-TEST"
        assert server.asked[0].headers["APCA-API-SECRET-KEY"] == "SECRET-OF-TEST"
        assert len(server.peers) == 1


async def test_an_address_with_the_prefix_works_too() -> None:
    async with scripted() as server:
        access = server.access()
        prefixed = type(access)(
            trading_url=access.trading_url + "/v2/",
            stream_url=access.stream_url,
            key="k",
            secret="s",
        )
        chosen = parameters()
        async with RestClient(prefixed, chosen, RequestBudget(chosen, simulated_clock())) as rest:
            assert await rest.call(requests.positions()) == b"[]"


async def test_the_colon_of_the_look_up_goes_out_as_it_is() -> None:
    async with scripted() as server, client_of(server) as rest:
        with pytest.raises(RefusedByBroker):
            await rest.call(requests.look_up("a&b=c"))
        assert server.asked[0].path == "/v2/orders:by_client_order_id"
        assert server.asked[0].query == {"client_order_id": "a&b=c"}


async def test_a_redirect_is_not_followed() -> None:
    async with scripted() as server, client_of(server) as rest:
        server.script("POST", "/v2/orders", Answer(307, headers={"Location": "/elsewhere"}))
        with pytest.raises(OutcomeUnknown, match="HTTP 307"):
            await rest.call(POST)
        assert len(server.asked) == 1


async def test_a_silent_broker_is_left_after_the_deadline() -> None:
    async with scripted() as server, client_of(server, read_timeout_seconds=0.02) as rest:
        server.script("GET", "/v2/account", Answer(delay_seconds=0.2))
        with pytest.raises(OutcomeUnknown, match=r"GET /v2/account: nothing came for 0\.02 s"):
            await rest.call(requests.account())


async def test_the_answers_headers_reach_the_budget() -> None:
    async with scripted() as server:
        chosen = parameters()
        budget = RequestBudget(chosen, simulated_clock())
        async with RestClient(server.access(), chosen, budget) as rest:
            server.script("GET", "/v2/account", as_json({}, X_Ratelimit_Limit="1000"))
            await rest.call(requests.account())
        assert budget.limit == 1000


async def test_no_secret_is_in_any_error_or_representation() -> None:
    async with scripted() as server:
        said: list[str] = [repr(server.access()), str(server.access())]
        server.script("POST", "/v2/orders", Answer(502, HTML_502), Answer(reset=True), Answer(401))
        async with client_of(server) as rest:
            for _ in range(3):
                with pytest.raises((OutcomeUnknown, RefusedByBroker)) as caught:
                    await rest.call(POST)
                said += [repr(caught.value), str(caught.value), repr(caught.value.__cause__)]
        assert not [text for text in said if "OF-TEST" in text]


async def test_closing_twice_is_harmless() -> None:
    async with scripted() as server:
        rest = client_of(server)
        await rest.call(requests.positions())
        await rest.close()
        await rest.close()
        assert await rest.call(requests.positions()) == b"[]"
        await rest.close()
        await asyncio.sleep(0)
