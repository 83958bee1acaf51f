"""The engine is killed while orders work; the next run knows what the broker holds."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sessions.conftest import MANY_SHARES
from tests.sessions.programs import (
    RunningEngine,
    Venue,
    engine,
    engine_running,
    newest_run,
    read_events,
    venue_running,
)

pytestmark = pytest.mark.usefixtures("unmeasured")

HomeWith = Callable[..., Path]


@pytest.fixture(scope="module")
def lasting_venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """One venue for many kills."""
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "40", home=home) as running:
        yield running


@pytest.fixture
def shared_venue(lasting_venue: Venue) -> Venue:
    """Give that venue with nothing in its account."""
    lasting_venue.clear()
    return lasting_venue


@pytest.mark.parametrize(
    ("strategy", "record"),
    [
        pytest.param("BuyOnce", b"SubmitOrder", id="an entry is in the journal, and no more"),
        pytest.param("RestBelow", b"CancelOrder", id="an entry is being cancelled"),
        pytest.param("BuyOnce", b"OrderFilled", id="the first entry is filled"),
        pytest.param("BuyMuch", b"OrderFilled", id="an entry is filled in part"),
        pytest.param("BuyOnce", rb"SubmitOrder[^~]*-\d{6}-p", id="a stop is being placed"),
    ],
)
def test_an_engine_killed_at_a_moment_repeats_nothing_and_agrees_again(
    shared_venue: Venue, home_with: HomeWith, strategy: str, record: bytes
) -> None:
    home = home_with(strategy, symbols=("F", "KO", "PFE"), risk=MANY_SHARES)
    url = shared_venue.urls["trading_url"]
    with engine_running("--venue", url, home=home) as running:
        running.wait_for_record(record)
        running.kill()

    with engine_running("--venue", url, home=home) as running:
        start_again_and_stop(running, shared_venue)


def test_an_engine_killed_while_an_order_is_unresolved_does_not_send_it_again(
    shared_venue: Venue, home_with: HomeWith
) -> None:
    home = home_with("BuyOnce", broker={"lookup_spacing_seconds": [300.0]})
    url = shared_venue.urls["trading_url"]
    shared_venue.fault(fault="next_order_504_after_accept")
    with engine_running("--venue", url, home=home) as running:
        running.wait_for_record(b"OrderUnresolved")
        running.kill()

    with engine_running("--venue", url, home=home) as running:
        start_again_and_stop(running, shared_venue)


def test_an_engine_killed_during_its_flatten_is_flat_after_the_next_run(
    shared_venue: Venue, home_with: HomeWith
) -> None:
    home = home_with("BuyOnce")
    url = shared_venue.urls["trading_url"]
    with engine_running("--venue", url, home=home) as running:
        running.wait_for("POSITION_CHANGED", times=3)
        running.process.send_signal(signal.SIGINT)
        running.wait_for_record(b"FlattenAll")
        running.kill()

    with engine_running("--venue", url, home=home) as running:
        start_again_and_stop(running, shared_venue)


def start_again_and_stop(running: RunningEngine, venue: Venue) -> None:
    """Hold the second engine against the venue: agreed or frozen, nothing twice, then flat."""
    running.wait_for("WARM_UP_ENDED")
    events: list[dict[str, Any]] = running.events()
    frozen = {e["fields"]["symbol"] for e in events if e["event_code"] == "SYMBOL_FROZEN"}
    unexplained = {
        e["fields"]["symbol"]
        for e in events
        if e["event_code"] == "DIFFERENCE_FOUND" and not e["fields"]["explained"]
    }
    running.wait_until_agreed(venue)
    running.stop(signal.SIGINT)
    names = [row["client_order_id"] for row in venue.orders()]
    assert frozen == unexplained == set()
    assert len(names) == len(set(names))
    assert venue.positions() == {}
    assert {row["status"] for row in venue.orders()} <= {"canceled", "filled"}


def test_a_killed_venue_leaves_an_engine_that_says_it_is_not_flat(home_with: HomeWith) -> None:
    home = home_with("BuyOnce", router={"flatten_deadline_seconds": 40})
    with (
        venue_running("--start", "10:30", "--speed", "20", home=home) as venue,
        engine_running("--venue", venue.urls["trading_url"], home=home) as running,
    ):
        running.wait_for("POSITION_CHANGED", times=3)
        venue.kill()
        running.wait_for("ORDER_STREAM_LOST")
        running.wait_for("FEED_LOST")
        asked = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        out, err = running.process.communicate(timeout=60)

    assert running.process.returncode == 3
    assert time.monotonic() - asked < 20
    assert "NOT FLAT" in out
    assert "Traceback" not in out + err
    receipt = json.loads((newest_run(home) / "receipt.json").read_text())
    assert receipt["flat"] is False


def test_a_killed_engine_repeats_no_order_and_takes_its_positions_over(
    home_with: HomeWith,
) -> None:
    home = home_with("BuyOnce")
    with venue_running("--start", "10:30", "--speed", "20", home=home) as venue:
        url = venue.urls["trading_url"]
        with engine_running("--venue", url, home=home) as running:
            running.wait_for("POSITION_CHANGED")
            running.kill()
        held = venue.positions()
        assert held

        with engine_running("--venue", url, home=home) as running:
            running.wait_for("WARM_UP_ENDED")
            differences = [
                r for r in read_events(newest_run(home)) if r["event_code"] == "DIFFERENCE_FOUND"
            ]
            running.stop(signal.SIGINT)
        orders = venue.orders()
        assert venue.positions() == {}

    entries = [row for row in orders if row["client_order_id"].endswith("-e")]
    assert len({row["client_order_id"] for row in orders}) == len(orders)
    assert all(row["fields"]["explained"] for row in differences)  # type: ignore[index]  # JSON
    bought = {row["symbol"] for row in entries if row["filled_qty"] != "0"}
    assert set(held) <= bought


def test_resting_entries_of_a_killed_engine_are_cancelled_by_the_next(home_with: HomeWith) -> None:
    home = home_with("RestBelow", router={"entry_patience_seconds": 300})
    with venue_running("--start", "10:30", "--speed", "20", home=home) as venue:
        url = venue.urls["trading_url"]
        with engine_running("--venue", url, home=home) as running:
            running.wait_for("SUBMIT_ORDER")
            running.kill()

        with engine_running("--venue", url, home=home) as running:
            running.wait_for("WARM_UP_ENDED")
            running.stop(signal.SIGTERM)
        statuses = {row["status"] for row in venue.orders()}

    assert statuses <= {"canceled", "filled"}


def test_a_position_that_nobody_recorded_is_named_and_frozen(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    with venue_running("--start", "10:30", "--speed", "20", home=home) as venue:
        url = venue.urls["trading_url"]
        bought = venue.submit(symbol="KO", qty=5, side="buy")
        assert bought["status"] == "pending_new"
        venue.wait_until_filled(bought["id"])

        with engine_running("--venue", url, home=home) as running:
            frozen = running.wait_for("SYMBOL_FROZEN")
            state = running.wait_for("WARM_UP_ENDED")
            running.stop(signal.SIGINT)

    assert "KO is frozen: broker holds 5, the record says 0" in str(frozen["message"])
    assert state


def test_a_status_is_told_while_it_runs_and_after_a_kill(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    assert engine("status", home=home).returncode == 1
    with engine_running("--venue", "embedded", "--speed", "30", home=home) as running:
        running.wait_for("POSITION_CHANGED")
        running.wait_for("WARM_UP_ENDED")
        alive = engine("status", home=home)
        running.kill()

    killed = engine("status", "--json", home=home)

    assert ": running" in alive.stdout
    assert '"running":false' in killed.stdout
