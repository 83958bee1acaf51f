"""A short sale leaves only while the broker says that the shares are easy to borrow."""

import pytest

from tests.broker.fakes import Bench, buy, cancel, running, until
from tests.broker.scripted import HTML_502, Answer, as_json, order_json, scripted
from tradeengine.broker.answers import NEVER_SENT
from tradeengine.model.events import OrderAccepted, OrderNotFound, OrderRejected
from tradeengine.model.orders import Purpose, Side

ASSET = "GET", "/v2/assets/KO"
POST = "POST", "/v2/orders"

REFUSALS = {
    "hard to borrow": as_json({"shortable": True, "easy_to_borrow": False}),
    "not shortable": as_json({"shortable": False, "easy_to_borrow": False}),
    "says nothing of it": as_json({"symbol": "KO"}),
    "nothing but shortable": as_json({"shortable": True}),
    "hard by its status": as_json({"shortable": True, "borrow_status": "hard_to_borrow"}),
    "a status nobody knows": as_json({"shortable": True, "borrow_status": "not_available"}),
    "easy, and hard by its status": as_json(
        {"shortable": True, "easy_to_borrow": True, "borrow_status": "hard_to_borrow"}
    ),
    "hard, and easy by its status": as_json(
        {"shortable": True, "easy_to_borrow": False, "borrow_status": "easy_to_borrow"}
    ),
    "no such asset": as_json({"code": 40410000, "message": "asset not found for KO"}, 404),
    "no answer": Answer(502, HTML_502, content_type="text/html"),
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS)
async def test_what_may_not_be_borrowable_does_not_leave(answer: Answer) -> None:
    async with scripted() as server:
        server.script(*ASSET, answer)
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy(side=Side.SELL))
        rejected = bench.inbox.of(OrderRejected)[0]
        assert rejected.status_code == NEVER_SENT
        assert rejected.reason.startswith("not sent: ")
        assert server.count("POST") == 0


EASY: dict[str, dict[str, object]] = {
    "as it was": {"easy_to_borrow": True},
    "as it was recorded": {"easy_to_borrow": True, "borrow_status": "easy_to_borrow"},
    "as specified": {"borrow_status": "easy_to_borrow"},
}


@pytest.mark.parametrize("words", EASY.values(), ids=EASY)
async def test_what_is_easy_to_borrow_is_sold_short(words: dict[str, object]) -> None:
    async with scripted() as server:
        server.script(*ASSET, as_json({"shortable": True, **words}))
        server.script(*POST, as_json(order_json(side="sell")))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy(side=Side.SELL))
        assert bench.inbox.of(OrderAccepted)[0].client_order_id == "c-1"
        assert server.count("POST") == 1


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.ENTRY])
async def test_a_sale_that_closes_asks_nothing(purpose: Purpose) -> None:
    async with scripted() as server:
        server.script(*POST, as_json(order_json(side="sell")))
        bench = Bench(server)
        async with running(bench.broker):
            await bench.answer(buy(side=Side.SELL, purpose=purpose))
        assert server.count(*ASSET) == 0
        assert server.count("POST") == 1


async def test_a_short_sale_that_is_cancelled_while_it_asks_does_not_leave() -> None:
    yes = as_json({"shortable": True, "easy_to_borrow": True})
    async with scripted() as server:
        server.script(*ASSET, Answer(200, yes.body, delay_seconds=0.02))
        bench = Bench(server)
        async with running(bench.broker):
            bench.broker.send(buy(side=Side.SELL))
            await until(lambda: server.asked)
            bench.broker.send(cancel(order_id=""))
            await bench.drained()
        assert [told.lookups for told in bench.inbox.of(OrderNotFound)] == [0]
        assert [asked.method for asked in server.asked] == ["GET"]
