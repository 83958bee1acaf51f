"""The clerk: blocking calls one after the other, beside the loop."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.fakes import alert
from tradeengine.alerts.clerk import Clerk
from tradeengine.alerts.sqlite_records import SqliteRecords


@pytest.fixture
def reports() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def clerk(tmp_path: Path, reports: list[tuple[str, str]]) -> Iterator[Clerk]:
    with SqliteRecords(tmp_path / "alerts.sqlite") as store:
        made = Clerk(store, lambda code, words: reports.append((code, words)))
        yield made
        made.close()


async def test_the_loop_goes_on_while_the_disk_does_not_answer(clerk: Clerk) -> None:
    loop = asyncio.get_running_loop()
    begun, may_end = asyncio.Event(), threading.Event()
    order: list[str] = []

    def slow() -> None:
        loop.call_soon_threadsafe(begun.set)
        assert may_end.wait(10)
        order.append("slow")

    first = asyncio.create_task(clerk.ask(None, slow))
    second = asyncio.create_task(clerk.ask(None, order.append, "quick"))
    await begun.wait()
    order.append("loop")
    may_end.set()
    await asyncio.gather(first, second)

    assert order == ["loop", "slow", "quick"]


async def test_records_that_fail_are_reported_and_have_a_stand_in(
    clerk: Clerk, reports: list[tuple[str, str]]
) -> None:
    assert await clerk.ask(0, clerk.store.add, alert(), ["mail"]) == 1
    assert await clerk.ask(0, clerk.store.add, alert(), ["mail", "mail"]) == 0
    [(code, words)] = reports
    assert code == "ALERT_RECORDS_FAILED"
    assert "UNIQUE" in words
