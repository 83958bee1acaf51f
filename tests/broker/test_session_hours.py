"""What the broker says of the day and of the time."""

from datetime import date

import pytest

from tests.broker.fakes import Bench, running
from tests.broker.scripted import as_json, scripted
from tradeengine.broker.session_hours import BrokerSession, BrokerTime
from tradeengine.errors import ProtocolViolation
from tradeengine.model.instants import parse_instant

CALENDAR = "GET", "/v2/calendar"
CLOCK = "GET", "/v2/clock"
BLACK_FRIDAY = {
    "date": "2025-11-28",
    "open": "09:30",
    "close": "13:00",
    "session_open": "0400",
    "session_close": "1700",
    "settlement_date": "2025-12-01",
}


async def test_a_half_day_closes_at_one_in_new_york() -> None:
    async with scripted() as server:
        server.script(*CALENDAR, as_json([BLACK_FRIDAY]))
        bench = Bench(server)
        async with running(bench.broker):
            assert await bench.broker.session(date(2025, 11, 28)) == BrokerSession(
                day=date(2025, 11, 28),
                open_at=parse_instant("2025-11-28T14:30:00Z"),
                close_at=parse_instant("2025-11-28T18:00:00Z"),
            )
        assert server.asked[0].query == {"start": "2025-11-28", "end": "2025-11-28"}


async def test_a_day_that_is_not_listed_is_no_session() -> None:
    async with scripted() as server:
        server.script(*CALENDAR, as_json([BLACK_FRIDAY]))
        bench = Bench(server)
        async with running(bench.broker):
            assert await bench.broker.session(date(2025, 11, 27)) is None


@pytest.mark.parametrize("wrong", [{"close": "1 pm"}, {"close": None}])
async def test_hours_that_make_no_sense_are_a_violation(wrong: dict[str, object]) -> None:
    async with scripted() as server:
        server.script(*CALENDAR, as_json([BLACK_FRIDAY | wrong]))
        bench = Bench(server)
        async with running(bench.broker):
            with pytest.raises(ProtocolViolation, match="/v2/calendar"):
                await bench.broker.session(date(2025, 11, 28))


async def test_the_brokers_clock_keeps_nine_digits() -> None:
    async with scripted() as server:
        server.script(
            *CLOCK, as_json({"timestamp": "2026-07-24T10:42:48.601374373-04:00", "is_open": True})
        )
        bench = Bench(server)
        async with running(bench.broker):
            at = parse_instant("2026-07-24T14:42:48.601374373Z")
            assert await bench.broker.time() == BrokerTime(at=at, is_open=True)


async def test_a_clock_that_makes_no_sense_is_a_violation() -> None:
    async with scripted() as server:
        server.script(*CLOCK, as_json({"timestamp": "noon", "is_open": True}))
        bench = Bench(server)
        async with running(bench.broker):
            with pytest.raises(ProtocolViolation, match="noon"):
                await bench.broker.time()
