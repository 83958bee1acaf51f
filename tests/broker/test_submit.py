"""One order, one POST: every way in which the answer can go missing."""

from decimal import Decimal

import msgspec
import pytest

from tests.broker.fakes import Bench, buy, running
from tests.broker.scripted import HTML_502, Answer, as_json, order_json, scripted
from tradeengine.model.events import OrderAccepted, OrderNotFound, OrderRejected, OrderUnresolved
from tradeengine.model.instants import parse_instant
from tradeengine.model.orders import Purpose

POST = "POST", "/v2/orders"
LOOK_UP = "GET", "/v2/orders:by_client_order_id"


async def test_an_accepted_order_is_told_with_the_brokers_id_and_creation_time() -> None:
    async with scripted() as server:
        server.script(*POST, as_json(order_json()))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        accepted = bench.inbox.of(OrderAccepted)[0]
        assert accepted.client_order_id == "c-1"
        assert accepted.order_id == "o-1"
        assert accepted.status == "pending_new"
        assert accepted.event_id == ""
        assert accepted.at == parse_instant("2026-10-08T15:10:18.0952164Z")
        assert server.count("POST") == 1


async def test_the_body_has_exact_strings_and_no_nulls() -> None:
    async with scripted() as server:
        server.script(*POST, as_json(order_json()))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy(quantity=Decimal("1E+1")))
        assert msgspec.json.decode(server.asked[0].body) == {
            "symbol": "KO",
            "qty": "10",
            "side": "buy",
            "type": "limit",
            "time_in_force": "day",
            "client_order_id": "c-1",
            "limit_price": "86.88",
        }


async def test_a_refusal_is_told_with_status_code_and_words() -> None:
    refusal = {"code": 40310000, "message": "insufficient buying power", "cost_basis": "2000"}
    async with scripted() as server:
        server.script(*POST, as_json(refusal, 403))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        rejected = bench.inbox.of(OrderRejected)[0]
        assert rejected.status_code == 403
        assert rejected.code == 40310000
        assert rejected.reason == "insufficient buying power"
        assert server.count("POST") == 1
        assert server.count(*LOOK_UP) == 0


UNKNOWN_OUTCOMES = {
    "504 after accept": Answer(504, b"<html>504 Gateway Time-out</html>", content_type="text/html"),
    "502 with html": Answer(502, HTML_502, content_type="text/html"),
    "500 empty": Answer(500),
    "delayed past the timeout": Answer(200, delay_seconds=0.4),
    "connection reset": Answer(reset=True),
    "429 without headers": as_json({"message": "too many requests."}, 429),
    "duplicate id": as_json({"code": 40010001, "message": "client_order_id must be unique"}, 422),
    "empty body": Answer(200),
    "not an order": as_json({"data": None}),
    "another order's answer": as_json(order_json(client_order_id="c-9")),
}


@pytest.mark.parametrize("answer", UNKNOWN_OUTCOMES.values(), ids=UNKNOWN_OUTCOMES)
async def test_an_unknown_outcome_is_looked_up_and_never_posted_again(answer: Answer) -> None:
    async with scripted() as server:
        server.script(*POST, answer)
        server.script(*LOOK_UP, as_json(order_json(status="new")))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        assert bench.inbox.names() == ["OrderStreamReady", "OrderUnresolved", "OrderAccepted"]
        assert bench.inbox.of(OrderAccepted)[0].order_id == "o-1"
        assert bench.inbox.of(OrderAccepted)[0].status == "new"
        assert server.count("POST") == 1
        assert server.asked[1].query == {"client_order_id": "c-1"}


async def test_a_404_right_after_is_no_proof_of_absence() -> None:
    missing = as_json({"code": 40410000, "message": "order not found for c-1"}, 404)
    async with scripted() as server:
        server.script(*POST, Answer(504))
        server.script(*LOOK_UP, missing, missing, as_json(order_json()))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        assert bench.inbox.of(OrderAccepted)[0].order_id == "o-1"
        assert server.count(*LOOK_UP) == 3
        assert server.count("POST") == 1


async def test_after_all_look_ups_the_order_is_not_found() -> None:
    async with scripted() as server:
        server.script(*POST, Answer(504))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        assert bench.inbox.of(OrderNotFound)[0].lookups == 3
        assert server.count(*LOOK_UP) == 3
        assert server.count("POST") == 1


async def test_look_ups_without_an_answer_prove_nothing() -> None:
    unanswered = [Answer(502, HTML_502), Answer(reset=True), Answer(200), Answer(403)]
    async with scripted() as server:
        server.script(*POST, Answer(504))
        server.script(*LOOK_UP, *unanswered, as_json(order_json()))
        half_read = order_json(client_order_id="c-1", qty="ten")
        server.script("GET", "/v2/orders", *unanswered[:3], as_json([half_read]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        assert bench.inbox.of(OrderNotFound) == []
        assert bench.inbox.of(OrderAccepted)[0].order_id == "o-1"
        assert server.count(*LOOK_UP) >= 5


@pytest.mark.parametrize(("listed", "name"), [("c-1", "OrderAccepted"), ("c-2", "OrderNotFound")])
async def test_where_only_the_look_up_fails_the_list_of_orders_answers(
    listed: str, name: str
) -> None:
    async with scripted() as server:
        server.script(*POST, Answer(504))
        server.script(*LOOK_UP, Answer(502, HTML_502))
        server.script("GET", "/v2/orders", as_json([order_json(client_order_id=listed)]))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        assert bench.inbox.names()[-1] == name
        assert server.count("POST") == 1


async def test_the_unresolved_message_says_what_happened() -> None:
    async with scripted() as server:
        server.script(*POST, Answer(504, b"<html>gone</html>", content_type="text/html"))
        server.script(*LOOK_UP, as_json(order_json()))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        reason = bench.inbox.of(OrderUnresolved)[0].reason
        assert reason == "POST /v2/orders: HTTP 504: <html>gone</html>"


async def test_an_order_that_never_left_is_rejected_without_a_look_up() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            await server.stop_listening()
            await bench.answer(buy(purpose=Purpose.EXIT))
        rejected = bench.inbox.of(OrderRejected)[0]
        assert rejected.status_code == 0
        assert rejected.reason.startswith("POST /v2/orders: no connection to 127.0.0.1")


async def test_a_429_with_headers_closes_the_entry_lane_until_the_reset() -> None:
    headers = {"X_Ratelimit_Limit": "200", "X_Ratelimit_Remaining": "10"}
    async with scripted() as server:
        server.script(*POST, as_json({"message": "too many requests."}, 429, **headers))
        server.script(*LOOK_UP, as_json(order_json()))
        bench = Bench(server, entry_patience_seconds=0, too_many_requests_pause_seconds=60)
        async with running(bench.broker):
            await bench.answer(buy())
            await bench.answer(buy("c-2"))
        assert server.count("POST") == 1
        assert bench.inbox.of(OrderRejected)[0].client_order_id == "c-2"
        assert "no room for an entry" in bench.inbox.of(OrderRejected)[0].reason


async def test_a_look_up_that_answers_about_another_order_is_looked_up_again() -> None:
    another = as_json(order_json(id="o-9", client_order_id="c-9"))
    async with scripted() as server:
        server.script(*POST, Answer(504))
        server.script(*LOOK_UP, another, as_json(order_json()))
        server.script("GET", "/v2/orders", Answer(502))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy())
        assert [told.order_id for told in bench.inbox.of(OrderAccepted)] == ["o-1"]
