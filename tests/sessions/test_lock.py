"""A drawdown locks the account, in spite of restarts, until a person has reviewed it."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.sessions.conftest import MANY_SHARES
from tests.sessions.programs import Venue, engine, venue_running
from tradeengine.bus.records import JournalFile
from tradeengine.errors import ExitCode
from tradeengine.layout import Home
from tradeengine.model.commands import FlattenAll, LockTrading
from tradeengine.store.database import open_database
from tradeengine.store.locks import Lock, Locks

HomeWith = Callable[..., Path]
Finished = subprocess.CompletedProcess[str]

RESTARTS = 5


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    home = tmp_path_factory.mktemp("venue")
    with venue_running("--start", "10:30", "--speed", "30", home=home) as running:
        yield running


def locks_of(home: Path) -> list[Lock]:
    with open_database(Home(home).state_file) as database:
        return Locks(database).active()


def size_ramp(home: Path) -> Decimal:
    build = JournalFile(Home(home).runs()[0].journal).header.build
    return Decimal(msgspec.json.decode(build)["plan"]["size_ramp"])


def test_a_drawdown_stays_locked_through_restarts_until_it_is_reviewed(
    venue: Venue, home_with: HomeWith, tmp_path: Path
) -> None:
    # Two thousand shares at a spread of a cent: the purchase alone is beyond this limit.
    tight = MANY_SHARES | {"drawdown_max_fraction": 0.00005, "spread_max_bps": 50}
    home = home_with("BuyMuch", symbols=("F",), risk=tight)
    flags = ("--venue", venue.urls["trading_url"])

    tripped = engine("run", *flags, home=home)

    assert tripped.returncode == ExitCode.LOCKED, tripped.stderr
    assert venue.positions() == {}
    [lock] = locks_of(home)
    assert lock.drawdown >= lock.limit == Decimal("0.00005")
    assert_locked_first(home)
    orders, runs = len(venue.orders()), len(Home(home).runs())
    measured = baseline_shown(home)

    for _ in range(RESTARTS):
        refused = engine("run", *flags, home=home)
        assert refused.returncode == ExitCode.LOCKED
        assert "trading is locked" in refused.stderr
        assert "tradeengine review" in refused.stderr
        assert "Traceback" not in refused.stderr
    elsewhere = shutil.copytree(home / "config", tmp_path / "elsewhere" / "config").parent
    refused = engine("run", *flags, home=elsewhere)
    assert refused.returncode == ExitCode.LOCKED
    assert f"under --home {home}" in refused.stderr
    assert locks_of(home) == [lock]
    assert baseline_shown(home) == measured == f"${lock.baseline:,.2f}"
    told = engine("alerts", "list", home=home).stdout
    assert "critical LOCKED: drawdown" in told
    assert "critical LOCKED: a run was refused" in told
    assert (len(venue.orders()), len(Home(home).runs())) == (orders, runs)

    review(home, lock)
    again = engine("run", *flags, home=home)
    assert "trading is locked" not in again.stderr
    # The day's loss is still beyond the limit.
    assert again.returncode == ExitCode.LOCKED, again.stdout
    assert size_ramp(home) == Decimal("0.25")
    assert locks_of(home)[0].baseline == lock.baseline


def baseline_shown(home: Path) -> str:
    """Give the baseline that a review shows to a person."""
    shown = re.search(
        r"equity \S+ against (\S+)$", engine("review", home=home).stdout, re.MULTILINE
    )
    assert shown is not None
    return shown[1]


def assert_locked_first(home: Path) -> None:
    """The lock is decided, and with that written, before the flatten begins."""
    journal = JournalFile(Home(home).runs()[0].journal)
    kinds = [type(record.message()) for record in journal.records() if not record.is_input]
    assert kinds.index(LockTrading) < kinds.index(FlattenAll)


def review(home: Path, lock: Lock) -> None:
    """Look at the case, try to lift it the wrong ways, then the right one."""
    shown = engine("review", home=home)
    assert shown.returncode == ExitCode.LOCKED
    for part in ("case 1: ", "LOCK_TRADING", "timeline", "trades, the worst first", "F  "):
        assert part in shown.stdout
    who, why = ("--who", "Ann"), ("--why", "the limit was far too tight for a test")
    for wrong in (who, (*who, *why), (*who, *why, "--confirm", "yes"), (*why, "--confirm", "x")):
        refused = engine("review", *wrong, home=home)
        assert refused.returncode == ExitCode.BAD_CONFIGURATION, refused.stderr
    assert locks_of(home) == [lock]
    lifted = engine("review", *who, *why, "--confirm", f"unlock {lock.id}", home=home)
    assert (lifted.returncode, lifted.stderr) == (ExitCode.CLEAN, "")
    assert "unlocked by Ann" in lifted.stdout
    assert engine("review", home=home).stdout == "nothing is locked\n"
