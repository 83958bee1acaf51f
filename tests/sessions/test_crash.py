"""The engine is killed while orders work; the next run knows what the broker holds."""

import signal
from collections.abc import Callable
from pathlib import Path

from tests.sessions.programs import engine, engine_running, newest_run, read_events, venue_running

HomeWith = Callable[..., Path]


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
