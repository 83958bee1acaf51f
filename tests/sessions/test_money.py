"""Money that moves in and out of the account is no profit and no loss; one engine has it."""

import signal
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sessions.programs import (
    PATIENCE_SECONDS,
    RECORDED_PLAN,
    RunningEngine,
    Venue,
    engine,
    engine_running,
    venue_running,
)
from tradeengine.bus.records import JournalFile
from tradeengine.errors import ExitCode
from tradeengine.layout import Home
from tradeengine.model.events import EquityChanged

HomeWith = Callable[..., Path]

QUICK = {"sweep_interval_seconds": 2}


@pytest.fixture
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "10", home=home) as running:
        yield running


def equities(home: Path) -> list[EquityChanged]:
    journal = JournalFile(Home(home).runs()[0].journal)
    messages = (record.message() for record in journal.records())
    return [message for message in messages if isinstance(message, EquityChanged)]


def wait_for_baseline(home: Path, wanted: Decimal) -> None:
    """Wait until the journal of the newest run tells a baseline."""
    end = time.monotonic() + PATIENCE_SECONDS
    while [change.baseline for change in equities(home)][-1:] != [wanted]:
        assert time.monotonic() < end, equities(home)[-1:]
        time.sleep(0.1)  # Another process's file: there is no clock to advance.


def transferred(running: RunningEngine, venue: Venue, home: Path, amount: int, total: int) -> None:
    before = len([e for e in running.events() if e["event_code"] == "CASH_MOVED"])
    venue.fault(fault="cash_transfer", amount=amount)
    running.wait_for("CASH_MOVED", before + 1)
    wait_for_baseline(home, Decimal(total))


def test_deposits_and_withdrawals_move_the_baseline_also_across_a_restart(
    venue: Venue, home_with: HomeWith
) -> None:
    home = home_with("RestBelow", symbols=("F",), broker=QUICK)
    flags = ("--venue", venue.urls["trading_url"])
    with engine_running(*flags, home=home) as running:
        running.wait_for("WARM_UP_ENDED")
        transferred(running, venue, home, 50_000, 150_000)
        transferred(running, venue, home, -90_000, 60_000)  # 60 % of all there is
        running.stop(signal.SIGTERM)
    # While nobody looks, a deposit; the start knows it from the broker's activities.
    venue.fault(fault="cash_transfer", amount=10_000)

    with engine_running(*flags, home=home) as running:
        running.wait_for("WARM_UP_ENDED")
        wait_for_baseline(home, Decimal(70_000))
        assert equities(home)[0].baseline == 70_000
        assert all(change.drawdown < Decimal("0.01") for change in equities(home))
        assert [e for e in running.events() if e["event_code"] == "KEEP_BASELINE"] == []
        running.stop(signal.SIGTERM)


def test_a_second_engine_on_the_account_is_refused_under_any_home(
    venue: Venue, home_with: HomeWith, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = home_with("RestBelow", symbols=("F",))
    flags = ("--venue", venue.urls["trading_url"])
    other = tmp_path_factory.mktemp("other")
    with engine_running(*flags, home=home) as running:
        running.wait_for("WARM_UP_ENDED")

        refused = engine("run", *flags, home=other)

        # Before a plan is made: that takes a while, and would be for nothing.
        assert "making the plan" not in refused.stdout
        assert refused.returncode == ExitCode.ACCOUNT_HELD, refused.stderr
        assert "another engine trades this account since" in refused.stderr
        assert f"process {running.process.pid} on" in refused.stderr
        assert f"--home {home}" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert list((other / "logs").iterdir()) == []
        running.kill()

    with engine_running(*flags, *RECORDED_PLAN[2:], home=other) as running:
        running.wait_for("WARM_UP_ENDED")
        running.stop(signal.SIGTERM)
