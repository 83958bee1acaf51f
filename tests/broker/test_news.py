"""What is added to news: replacements under way, totals that were left out."""

from decimal import Decimal

import msgspec
import pytest

from tests.broker.fakes import ListInbox, parameters, simulated_clock
from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.news import News
from tradeengine.broker.updates import Report
from tradeengine.model.events import MessageRejected, OrderFilled, OrderReplaced


def replaced(order_id: str) -> Report:
    return Report(
        word="replaced",
        at=1,
        client_order_id="c",
        order_id=order_id,
        symbol="KO",
        side="buy",
        status="replaced",
        event_id=f"E-{order_id}",
        replaced_by="new",
    )


def test_the_oldest_expected_replacement_is_forgotten_when_there_are_too_many() -> None:
    chosen, inbox = parameters(remembered_orders=100), ListInbox()
    news = News(chosen, OrderMemory(100), inbox, simulated_clock())
    for number in range(101):
        news.expect_replacement(f"o-{number}", f"c-{number}")
    news.hear([replaced("o-0"), replaced("o-1"), replaced("o-100")])
    assert [r.new_client_order_id for r in inbox.of(OrderReplaced)] == ["", "c-1", "c-100"]


def part_filled(execution: str) -> Report:
    return Report(
        word="partial_fill",
        at=1,
        client_order_id="c",
        order_id="o-1",
        symbol="KO",
        side="buy",
        status="partially_filled",
        event_id=f"E-{execution}",
        execution_id=execution,
        quantity=Decimal(100),
        price=Decimal(50),
    )


def test_fills_that_do_not_say_the_total_of_their_order_get_it() -> None:
    chosen, inbox = parameters(), ListInbox()
    news = News(chosen, OrderMemory(100), inbox, simulated_clock())
    news.hear([part_filled("x1"), part_filled("x2"), part_filled("x2")])
    assert [fill.cumulative for fill in inbox.of(OrderFilled)] == [100, 200]


def test_what_others_do_is_no_news_when_only_ours_is_wanted() -> None:
    chosen, inbox = parameters(), ListInbox()
    news = News(chosen, OrderMemory(100), inbox, simulated_clock(), ours_only=True)
    news.hear([replaced("o-1")])
    assert inbox.messages == []


@pytest.mark.parametrize(
    "lack",
    [
        {"price": None},
        {"quantity": None},
        {"quantity": Decimal(0)},
        {"side": "unknown"},
        {"symbol": ""},
    ],
)
@pytest.mark.parametrize("name_by_rest", ["x1", "another"])
def test_a_fill_whose_frame_lacks_something_is_told_when_it_is_read_back(
    lack: dict[str, object], name_by_rest: str
) -> None:
    inbox = ListInbox()
    news = News(parameters(), OrderMemory(100), inbox, simulated_clock())
    whole = msgspec.structs.replace(part_filled("x1"), filled=Decimal(100))
    news.hear([msgspec.structs.replace(whole, **lack)])
    read_back = msgspec.structs.replace(whole, event_id="", execution_id=name_by_rest)
    news.tell([read_back, read_back])
    assert inbox.names() == [MessageRejected.__name__, OrderFilled.__name__]
