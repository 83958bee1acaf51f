"""A caller's line to the broker: waiting for the budget, repeating what may be repeated."""

import pytest

from tests.broker.fakes import START, buy, parameters, simulated_clock
from tests.broker.scripted import Answer, ScriptedBroker, as_json, order_json, scripted
from tradeengine.broker import requests
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.line import Line
from tradeengine.broker.rest import RestClient
from tradeengine.errors import OutcomeUnknown, VenueUnreachable
from tradeengine.model.instants import NANOS


class Caller:
    """A line whose waits move the clock at once and are written down."""

    def __init__(self, server: ScriptedBroker, **changes: object) -> None:
        chosen = parameters(**changes)
        self.clock, self.waits = simulated_clock(), list[float]()
        budget = RequestBudget(chosen, self.clock)
        self.rest = RestClient(server.access(), chosen, budget)
        self.line = Line(self.rest, budget, chosen, self._pause)

    async def _pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.advance_to(self.clock.now() + int(seconds * NANOS) + 1)


async def test_a_look_waits_for_its_token_however_long() -> None:
    async with scripted() as server:
        caller = Caller(server, requests_per_minute=1, reserved_requests=0)
        async with caller.rest:
            await caller.line.once(requests.positions())
            await caller.line.once(requests.positions())
        assert caller.waits == [pytest.approx(60.0)]
        assert caller.clock.now() > START + 59 * NANOS


async def test_an_entry_waits_as_long_as_its_patience() -> None:
    few = {"requests_per_minute": 2, "reserved_requests": 1}
    async with scripted() as server:
        server.script("POST", "/v2/orders", as_json(order_json()))
        caller = Caller(server, entry_patience_seconds=31, **few)
        async with caller.rest:
            await caller.line.once(requests.submit(buy("c-1")))
            await caller.line.once(requests.submit(buy("c-2")))
            assert caller.waits == [pytest.approx(30.0)]
        hasty = Caller(server, entry_patience_seconds=29, **few)
        async with hasty.rest:
            await hasty.line.once(requests.submit(buy("c-3")))
            with pytest.raises(VenueUnreachable, match="no room for an entry"):
                await hasty.line.once(requests.submit(buy("c-4")))
        assert server.count("POST") == 3


async def test_a_question_is_repeated_with_its_spacing_and_then_fails() -> None:
    async with scripted() as server:
        server.script("GET", "/v2/account", Answer(503))
        caller = Caller(server, retry_spacing_seconds=[0.2, 0.6])
        async with caller.rest:
            with pytest.raises(OutcomeUnknown, match="HTTP 503"):
                await caller.line.ask(requests.account())
        assert caller.waits == [0.2, 0.6]
        assert server.count("GET") == 3


async def test_an_order_is_not_repeated_even_when_asked_to() -> None:
    async with scripted() as server:
        server.script("POST", "/v2/orders", Answer(503))
        caller = Caller(server)
        async with caller.rest:
            with pytest.raises(OutcomeUnknown):
                await caller.line.ask(requests.submit(buy()))
        assert server.count("POST") == 1
