"""Cancels and replacements."""

from decimal import Decimal

import pytest

from tests.broker.fakes import START, Bench, cancel, running
from tests.broker.scripted import Answer, as_json, order_json, scripted, update_json
from tradeengine.model.commands import ReplaceOrder
from tradeengine.model.events import (
    CancelRejected,
    OrderAccepted,
    OrderReplaced,
    OrderUnresolved,
    ReplaceRejected,
)

DELETE = "DELETE", "/v2/orders/o-1"
PATCH = "PATCH", "/v2/orders/o-1"
LOOK_UP = "GET", "/v2/orders:by_client_order_id"
REPLACE = ReplaceOrder(
    at=START,
    client_order_id="c-1",
    order_id="o-1",
    symbol="KO",
    new_client_order_id="c-2",
    limit_price=Decimal("87"),
)
HEIR = order_json(id="o-2", client_order_id="c-2", replaces="o-1", status="accepted")


async def test_a_cancel_that_is_taken_says_nothing_itself() -> None:
    async with scripted() as server:
        server.script(*DELETE, Answer(204))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(cancel())
        assert bench.inbox.names() == ["OrderStreamReady"]


@pytest.mark.parametrize(
    ("status", "words"),
    [(422, 'order is already in "filled" state'), (404, "order not found for o-1")],
)
async def test_a_refused_cancel_is_told_in_the_brokers_words(status: int, words: str) -> None:
    async with scripted() as server:
        server.script(*DELETE, as_json({"code": 42210000, "message": words}, status))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(cancel())
        assert bench.inbox.of(CancelRejected)[0].reason == words
        assert server.count("DELETE") == 1


async def test_a_cancel_is_repeated_until_it_is_answered() -> None:
    async with scripted() as server:
        server.script(*DELETE, Answer(504), Answer(429), Answer(204))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(cancel())
        assert bench.inbox.names() == ["OrderStreamReady"]
        assert server.count("DELETE") == 3


async def test_a_cancel_that_is_never_answered_is_told() -> None:
    async with scripted() as server:
        server.script(*DELETE, Answer(504))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(cancel())
        assert "HTTP 504" in bench.inbox.of(CancelRejected)[0].reason
        assert server.count("DELETE") == 3


async def test_a_cancel_without_the_brokers_id_asks_for_it_first() -> None:
    async with scripted() as server:
        server.script(*LOOK_UP, as_json(order_json()))
        server.script(*DELETE, Answer(204))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(cancel(order_id=""))
        assert server.count(*DELETE) == 1


async def test_a_cancel_of_an_order_nobody_knows_is_refused() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(cancel(order_id=""))
        assert "order not found" in bench.inbox.of(CancelRejected)[0].reason
        assert server.count("DELETE") == 0


async def test_cancels_pass_when_entries_have_no_budget_left() -> None:
    async with scripted() as server:
        server.script(*DELETE, Answer(204, headers={"X-Ratelimit-Remaining": "5"}))
        bench = Bench(server)
        async with running(bench.broker):
            for _ in range(5):
                await bench.answer(cancel())
        assert server.count("DELETE") == 5


async def test_a_replacement_is_accepted_under_its_new_id_and_told_by_the_stream() -> None:
    async with scripted() as server:
        server.script(*PATCH, as_json(HEIR))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(REPLACE)
            old = order_json(status="replaced", replaced_by="o-2")
            await server.push(update_json("replaced", "E1", old))
            replaced = await bench.inbox.wait_for(OrderReplaced)
            accepted = bench.inbox.of(OrderAccepted)[0]
            assert (accepted.client_order_id, accepted.order_id) == ("c-2", "o-2")
            assert accepted.status == "accepted"
            assert replaced.client_order_id == "c-1"
            assert (replaced.new_client_order_id, replaced.new_order_id) == ("c-2", "o-2")


async def test_a_stranger_s_replacement_is_named_when_its_heir_was_heard_of() -> None:
    async with scripted() as server:
        bench = Bench(server)
        async with running(bench.broker):
            await server.push(update_json("new", "E1", HEIR))
            old = order_json(status="replaced", replaced_by="o-2")
            await server.push(update_json("replaced", "E2", old))
            replaced = await bench.inbox.wait_for(OrderReplaced)
            assert replaced.new_client_order_id == "c-2"


@pytest.mark.parametrize("status", [403, 422])
async def test_a_refused_replacement_leaves_the_old_order(status: int) -> None:
    async with scripted() as server:
        server.script(*PATCH, as_json({"message": "order parameters are not changed"}, status))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(REPLACE)
        rejected = bench.inbox.of(ReplaceRejected)[0]
        assert rejected.client_order_id == "c-1"
        assert rejected.reason == "order parameters are not changed"


async def test_a_replacement_without_an_answer_is_looked_up_and_never_sent_again() -> None:
    async with scripted() as server:
        server.script(*PATCH, Answer(504))
        server.script(*LOOK_UP, as_json(HEIR))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(REPLACE)
        assert bench.inbox.of(OrderUnresolved)[0].client_order_id == "c-2"
        assert bench.inbox.of(OrderAccepted)[0].order_id == "o-2"
        assert server.count("PATCH") == 1


async def test_a_replacement_that_nobody_knows_did_not_happen() -> None:
    async with scripted() as server:
        server.script(*PATCH, Answer(reset=True))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(REPLACE)
        assert bench.inbox.of(ReplaceRejected)[0].reason == "no answer, and no such order"
        assert server.count("PATCH") == 1


async def test_a_look_up_that_answers_about_another_order_cancels_nothing() -> None:
    async with scripted() as server:
        server.script(*LOOK_UP, as_json(order_json(id="o-9", client_order_id="c-9")))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(cancel(order_id=""))
        assert "another order" in bench.inbox.of(CancelRejected)[0].reason
        assert server.count("DELETE") == 0
