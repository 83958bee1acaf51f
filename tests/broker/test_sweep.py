"""The sweep: what REST tells of what the stream did not bring."""

from decimal import Decimal

import pytest

from tests.broker.fakes import START, Bench, buy, running, simulated_clock
from tests.broker.scripted import (
    Answer,
    Json,
    activity_json,
    as_json,
    fill_json,
    order_json,
    scripted,
    update_json,
)
from tradeengine.model.events import (
    BrokerUnreachable,
    MessageRejected,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
)
from tradeengine.model.instants import NANOS, parse_instant

ORDERS = "GET", "/v2/orders"
FILLS = "GET", "/v2/account/activities/FILL"
POST = "POST", "/v2/orders"


async def swept(
    orders: list[object],
    fills: list[object],
    *more: tuple[tuple[str, str], Answer],
    **changes: object,
) -> Bench:
    """Run a broker with one open order through one sweep."""
    clock = simulated_clock()
    async with scripted() as server:
        server.script(*POST, as_json(order_json(id="o-0", client_order_id="c-0")))
        bench = Bench(server, clock, sweep_interval_seconds=30, **changes)
        async with running(bench.broker):
            await bench.answer(buy("c-0"))
            server.script(*ORDERS, as_json(orders))
            server.script(*FILLS, as_json(fills), as_json([]))
            for route, answer in more:
                server.script(*route, answer)
            clock.advance_to(START + 31 * NANOS)
            await bench.swept()
        return bench


async def test_a_dropped_fill_frame_is_made_good_within_the_interval() -> None:
    bench = await swept([order_json(status="filled", filled_qty="10")], [activity_json()])
    filled = bench.inbox.of(OrderFilled)[0]
    assert (filled.execution_id, filled.quantity, filled.client_order_id) == (
        "A1",
        Decimal(10),
        "c-1",
    )
    assert filled.event_id == ""
    assert filled.received_at == START + 31 * NANOS


async def test_a_fill_that_was_told_is_not_told_again() -> None:
    clock = simulated_clock()
    async with scripted() as server:
        server.script(*POST, as_json(order_json()))
        bench = Bench(server, clock)
        async with running(bench.broker):
            await bench.answer(buy())
            partial = order_json(status="partially_filled", filled_qty="4")
            await server.push(
                update_json(
                    "partial_fill", "E2", partial, execution_id="X1", price="86.87", qty="4"
                )
            )
            await bench.inbox.wait_for(OrderFilled)
            first = activity_json(id="1::A0", qty="4", cum_qty="4", leaves_qty="6")
            rest = activity_json(qty="6")
            server.script(*ORDERS, as_json([order_json(status="filled", filled_qty="10")]))
            server.script(*FILLS, as_json([first, rest]), as_json([]))
            clock.advance_to(START + 31 * NANOS)
            await bench.inbox.wait_for(OrderFilled, 2)
            assert [fill.execution_id for fill in bench.inbox.of(OrderFilled)] == ["X1", "A1"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("canceled", OrderCancelled),
        ("expired", OrderExpired),
        ("rejected", OrderRejected),
        ("new", OrderAccepted),
    ],
)
async def test_a_missed_change_is_told(status: str, kind: type[OrderAccepted]) -> None:
    bench = await swept([order_json(status=status)], [])
    told = bench.inbox.of(kind)[-1]
    assert (told.order_id, told.event_id) == ("o-1", "")
    assert told.at == parse_instant("2026-10-08T15:10:18.0952164Z")


@pytest.mark.parametrize(("lasts", "kind"), [("day", OrderExpired), ("gtc", OrderAccepted)])
async def test_an_order_that_lasts_does_not_end_with_the_day(
    lasts: str, kind: type[OrderAccepted]
) -> None:
    bench = await swept([order_json(status="done_for_day", time_in_force=lasts)], [])
    assert bench.inbox.of(kind)[-1].order_id == "o-1"


async def test_a_missed_replacement_names_its_heir() -> None:
    old = order_json(status="replaced", replaced_by="o-2")
    new = order_json(id="o-2", client_order_id="c-2", status="new")
    bench = await swept([new, old], [])
    replaced = bench.inbox.of(OrderReplaced)[0]
    assert (replaced.new_order_id, replaced.new_client_order_id) == ("o-2", "c-2")


async def test_events_are_told_in_the_order_in_which_they_happened() -> None:
    moment = "2026-10-08T15:10:20Z"
    cancelled = order_json(status="canceled", filled_qty="4", updated_at=moment)
    later = activity_json(transaction_time=moment, qty="4", cum_qty="4", leaves_qty="6")
    working = order_json(id="o-2", status="new", updated_at="2026-10-08T15:10:19Z")
    bench = await swept([cancelled, working], [later])
    assert bench.inbox.names()[2:] == ["OrderAccepted", "OrderFilled", "OrderCancelled"]


async def test_what_just_happened_is_left_to_the_stream() -> None:
    young = order_json(status="canceled", updated_at="2026-10-08T15:10:29Z")
    bench = await swept([young], [], sweep_settle_seconds=3)
    assert bench.inbox.of(OrderCancelled) == []


async def test_what_was_before_our_time_is_left_alone() -> None:
    earlier = activity_json(transaction_time="2026-10-08T15:09:59Z")
    bench = await swept([order_json(status="filled", filled_qty="10")], [earlier])
    assert bench.inbox.of(OrderFilled) == []


async def test_an_order_not_in_the_list_is_asked_for_by_its_id() -> None:
    route = "GET", "/v2/orders/o-1"
    bench = await swept([], [activity_json()], (route, as_json(order_json())))
    assert bench.inbox.of(OrderFilled)[0].client_order_id == "c-1"


async def test_a_fill_is_not_told_under_the_name_of_another_order() -> None:
    other = as_json(order_json(id="o-9", client_order_id="c-9"))
    bench = await swept([], [activity_json()], (("GET", "/v2/orders/o-1"), other))
    filled = bench.inbox.of(OrderFilled)[0]
    assert (filled.client_order_id, filled.order_id) == ("", "o-1")


async def test_a_fill_of_an_unknown_order_is_told_with_what_is_known() -> None:
    bench = await swept([], [activity_json()])
    filled = bench.inbox.of(OrderFilled)[0]
    assert (filled.client_order_id, filled.order_id) == ("", "o-1")


async def test_bad_rows_are_told_and_their_neighbours_used() -> None:
    bad: Json = {"id": 5}
    bench = await swept([bad, order_json(status="canceled")], [{"id": "x"}, activity_json()])
    assert [m.place for m in bench.inbox.of(MessageRejected)] == ["sweep", "sweep"]
    assert len(bench.inbox.of(OrderFilled)) == 1
    assert len(bench.inbox.of(OrderCancelled)) == 1


async def test_a_sweep_without_an_answer_is_told() -> None:
    clock = simulated_clock()
    async with scripted() as server:
        server.script(*POST, as_json(order_json()))
        bench = Bench(server, clock)
        async with running(bench.broker):
            await bench.answer(buy())
            server.script(*ORDERS, as_json({"message": "forbidden."}, 403))
            clock.advance_to(START + 31 * NANOS)
            unreachable = await bench.inbox.wait_for(BrokerUnreachable)
            assert (unreachable.why, unreachable.reason) == ("sweep", "HTTP 403 code 0: forbidden.")


async def test_pages_are_followed_back_to_where_the_sweep_begins() -> None:
    clock = simulated_clock()
    async with scripted() as server:
        server.script(*POST, as_json(order_json(id="o-0", client_order_id="c-0")))
        bench = Bench(server, clock, orders_page_size=2, sweep_overlap_seconds=0)
        async with running(bench.broker):
            await bench.answer(buy("c-0"))
            old = order_json(id="o-1", created_at="2026-10-08T15:00:00Z", status="filled")
            server.script(
                *ORDERS,
                as_json(
                    [order_json(id="o-4", status="filled"), order_json(id="o-3", status="new")]
                ),
                as_json([order_json(id="o-2", status="filled"), old]),
                as_json([order_json(id="never asked")]),
            )
            page = [
                activity_json(id="a::1", order_id="o-4"),
                activity_json(id="a::2", order_id="o-2"),
            ]
            server.script(*FILLS, as_json(page), as_json([]))
            clock.advance_to(START + 31 * NANOS)
            await bench.swept()
        pages = [
            asked.query.get("before_order_id") for asked in server.asked if asked.path == ORDERS[1]
        ]
        assert pages == [None, None, "o-3"]
        tokens = [asked.query.get("page_token") for asked in server.asked if asked.path == FILLS[1]]
        assert tokens == [None, "a::2"]
        assert len(bench.inbox.of(OrderFilled)) == 2


async def test_nothing_open_means_no_sweep() -> None:
    clock = simulated_clock()
    async with scripted() as server:
        server.script(*POST, as_json(order_json()))
        bench = Bench(server, clock)
        async with running(bench.broker):
            await bench.answer(buy())
            await server.push(fill_json())
            await bench.inbox.wait_for(OrderFilled)
            for _ in range(3):
                clock.advance_to(clock.now() + 31 * NANOS)
                await bench.swept()
            assert server.count("GET") == 0
