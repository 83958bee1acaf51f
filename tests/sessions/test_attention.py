"""Criticals that nobody read stop entries; the account can be closed with no engine."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sessions.programs import Venue, engine, engine_running, venue_running
from tradeengine.alerts.alert import Alert
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.layout import Home
from tradeengine.model.orders import Severity

HomeWith = Callable[..., Path]


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """One venue for all: each test leaves the account flat."""
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "30", home=home) as running:
        yield running


def left_unread(home: Path) -> None:
    """Record a critical alert of an earlier day."""
    where = Home(home)
    where.prepare()
    with SqliteRecords(where.alerts_file) as store:
        store.add(Alert(at=1, severity=Severity.CRITICAL, code="NOT_FLAT", text="KO is left"), [])


def test_a_critical_that_nobody_acknowledged_stops_entries_until_somebody_does(
    venue: Venue, home_with: HomeWith
) -> None:
    home = home_with("BuyOnce", logs={"level": "debug"})
    left_unread(home)
    with engine_running("--venue", venue.urls["trading_url"], home=home) as running:
        waiting = running.wait_for("ALERTS_WAITING")
        denied = running.wait_for("ORDER_DENIED")
        assert [e for e in running.events() if e["event_code"] == "SUBMIT_ORDER"] == []

        acknowledged = engine("alerts", "ack", home=home)

        running.wait_for("POSITION_CHANGED")
        running.stop(signal.SIGINT)

    assert "#1 NOT_FLAT" in str(waiting["message"])
    assert "the engine's state does not allow entries" in str(denied["message"])
    assert acknowledged.returncode == 0
    assert venue.positions() == {}


def test_the_account_is_closed_at_the_broker_when_the_engine_is_gone(
    venue: Venue, home_with: HomeWith
) -> None:
    venue.clear()
    home = home_with("BuyOnce")
    url = venue.urls["trading_url"]
    with engine_running("--venue", url, home=home) as running:
        running.wait_for("POSITION_CHANGED", times=2)
        running.kill()
    assert venue.positions() != {}

    began = time.monotonic()
    closed = engine("halt", "--at-broker", "--venue", url, home=home)

    assert closed.returncode == 0, closed.stderr
    assert "flat: the broker reports no orders and no positions" in closed.stdout
    assert time.monotonic() - began < 60
    assert venue.positions() == {}
    assert [row for row in venue.orders() if row["status"] in {"new", "accepted"}] == []
    assert engine("run", "--venue", url, home=home).returncode == 2


def test_who_closes_an_account_learns_of_an_engine_that_trades_it_under_another_home(
    venue: Venue, home_with: HomeWith, tmp_path: Path
) -> None:
    venue.clear()
    home = home_with("BuyOnce")
    url = venue.urls["trading_url"]
    with engine_running("--venue", url, home=home) as running:
        running.wait_for("POSITION_CHANGED")
        folder = tmp_path / "beside"
        folder.mkdir()
        beside = engine("halt", "--at-broker", "--venue", url, home=folder)
        running.stop(signal.SIGINT)

    assert f"--home {home}; it may buy again: stop it with `tradeengine halt`" in beside.stdout


def test_what_cannot_be_closed_at_the_broker_is_named(venue: Venue, home_with: HomeWith) -> None:
    venue.clear()
    venue.submit(symbol="KO", qty=10, side="buy")
    end = time.monotonic() + 60
    while not venue.positions():
        assert time.monotonic() < end, "the stranger's order was not filled"
        time.sleep(0.05)  # The venue is another process: there is no clock to advance.
    venue.fault(fault="halt", symbol="KO")
    home = home_with("BuyOnce", broker={"retry_spacing_seconds": [0.05]})

    left = engine("halt", "--venue", venue.urls["trading_url"], home=home)
    venue.fault(fault="resume", symbol="KO")

    assert left.returncode == 3, left.stderr
    assert "NOT flat, left: 10 KO" in left.stdout
    venue.clear()


def test_a_venue_without_an_account_or_an_answer_is_told(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    refused = engine("halt", "--at-broker", home=home)
    assert refused.returncode == 2
    assert "the embedded venue's account is inside the run" in refused.stderr
    nobody = engine("halt", "--venue", "http://127.0.0.1:9", home=home)
    assert nobody.returncode == 1
    assert "nobody listens there" in nobody.stderr
