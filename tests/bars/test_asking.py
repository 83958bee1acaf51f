from asyncio import Event

import pytest

from tests.bars.sites import HURRIED, KEYS, PatientClock, Scripted, Sites, asking, serving
from tradeengine.bars.asking import LONGEST_WAIT_SECONDS, Site
from tradeengine.errors import BadConfiguration, RefusedByBroker, VenueUnreachable
from tradeengine.model.instants import NANOS


async def ask(sites: Sites, clock: PatientClock, times: int = 1) -> list[bytes]:
    async with serving(sites) as url, asking(url, clock=clock) as asker:
        return [await asker.get("/v1/corporate-actions", QUERY) for _ in range(times)]


QUERY = {"symbols": "A", "start": "2010-01-01", "end": "2010-02-01"}


@pytest.mark.parametrize("status", [0, 429, 500, 503])
async def test_a_passing_failure_is_tried_again_after_a_wait(status: int) -> None:
    sites, clock = Sites(), PatientClock()
    sites.script.extend([Scripted(status), Scripted(status)])

    [body] = await ask(sites, clock)

    assert b"corporate_actions" in body
    assert len(sites.asked) == 3
    # aiohttp itself asks once more on a connection that it had used before and that was cut.
    assert len(clock.slept) == (2 if status else 1)
    assert all(0 <= wait <= edge for wait, edge in zip(clock.slept, [0.5, 1.0], strict=False))


async def test_there_is_an_end_of_trying() -> None:
    sites, clock = Sites(), PatientClock()
    sites.script.extend([Scripted(503, "<html>down</html>")] * 50)

    with pytest.raises(RefusedByBroker, match=r"HTTP 503.*<html>down"):
        await ask(sites, clock)

    assert len(sites.asked) == HURRIED.request_attempts


async def test_nobody_there_is_said_so() -> None:
    async with serving(Sites()) as url:
        pass

    async with asking(url) as asker:
        with pytest.raises(VenueUnreachable, match="Cannot connect"):
            await asker.get("/v1/corporate-actions")


async def test_a_final_no_is_not_tried_again() -> None:
    sites = Sites()
    sites.script.append(Scripted(404, "no such page"))

    with pytest.raises(RefusedByBroker, match="HTTP 404"):
        await ask(sites, PatientClock())

    assert len(sites.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_keys_that_are_not_accepted_are_the_operators_to_mend(status: int) -> None:
    sites = Sites()
    sites.script.append(Scripted(status))

    with pytest.raises(BadConfiguration) as refused:
        await ask(sites, PatientClock())

    assert refused.value.place == "ALPACA_API_KEY"
    assert "secret" not in str(refused.value)


async def test_a_plan_that_does_not_have_the_data_is_told_in_the_sites_words() -> None:
    """Recorded 2026-09-29: the free plan's answer to bars of the last 15 minutes."""
    sites = Sites()
    words = "subscription does not permit querying recent SIP data"
    sites.script.append(Scripted(403, f'{{"message":"{words}"}}\n'))

    with pytest.raises(BadConfiguration, match=f"HTTP 403: .*{words}"):
        await ask(sites, PatientClock())


async def test_a_site_without_keys_that_forbids_is_a_refusal() -> None:
    sites = Sites()
    sites.script.append(Scripted(403, "robots"))

    async with serving(sites) as url, asking(url, headers={}) as asker:
        with pytest.raises(RefusedByBroker, match="robots"):
            await asker.get("/graph/fredgraph.csv")


@pytest.mark.parametrize(
    ("after", "wait"), [("7", 7.0), ("100000", LONGEST_WAIT_SECONDS), ("soon", 0.5)]
)
async def test_a_site_says_when_to_come_back(after: str, wait: float) -> None:
    sites, clock = Sites(), PatientClock()
    sites.script.append(Scripted(429, headers={"Retry-After": after}))

    await ask(sites, clock)

    [slept] = clock.slept
    assert slept == wait if wait > 1 else slept <= wait


async def test_a_spent_budget_is_waited_for_before_the_next_request() -> None:
    sites, clock = Sites(), PatientClock()
    reset = clock.now() // NANOS + 12
    left = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    sites.script.append(Scripted(200, "{}", headers=left))

    await ask(sites, clock, times=2)

    assert clock.slept == [12.0]


async def test_a_budget_that_is_full_again_costs_no_wait() -> None:
    sites, clock = Sites(), PatientClock()
    past = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}
    some = {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "99999999999"}
    sites.script.extend([Scripted(200, "{}", headers=past), Scripted(200, "{}", headers=some)])

    await ask(sites, clock, times=3)

    assert clock.slept == []


async def test_keys_are_taken_to_nobody_else() -> None:
    async with serving(Sites()) as elsewhere:
        sites = Sites()
        sites.script.append(Scripted(302, headers={"Location": elsewhere}))

        with pytest.raises(RefusedByBroker, match="HTTP 302"):
            await ask(sites, PatientClock())


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(Site("http://data", KEYS))


async def test_an_answer_that_does_not_come_ends_in_time() -> None:
    sites, clock = Sites(held=Event()), PatientClock()
    hasty = HURRIED.model_copy(update={"request_timeout_seconds": 0.05, "request_attempts": 2})

    async with serving(sites) as url, asking(url, hasty, clock) as asker:
        with pytest.raises(VenueUnreachable, match="no answer in time"):
            await asker.get("/v2/stocks/bars", QUERY)
        assert sites.held is not None
        sites.held.set()

    # Counted by the rest between two tries: on a busy machine a request may not arrive in time.
    assert len(clock.slept) == 1
