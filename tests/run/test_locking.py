"""The lock around a run: refused before it, written during it, ramped after it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runs import make_home, options_for
from tradeengine.errors import ExitCode, TradingLocked
from tradeengine.halting import read_halt
from tradeengine.layout import Home
from tradeengine.model.commands import AskBroker, KeepBaseline, LockTrading
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.options import Options
from tradeengine.run.locking import Departures, TradingLock, account_of, broker_account
from tradeengine.settings import VenueChoice, VenueKind
from tradeengine.store.database import Database, open_database
from tradeengine.store.locks import Locks

D = Decimal
SESSION = date(2019, 2, 13)
COMMAND = LockTrading(
    at=1_550_000_000_000_000_000,
    equity=D(96_000),
    baseline=D(100_000),
    drawdown=D("0.04"),
    limit=D("0.03"),
)


told: list[tuple[Severity, str, str]] = []


def tell(severity: Severity, code: str, text: str) -> None:
    told.append((severity, code, text))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    with open_database(home.state_file) as opened:
        yield opened


def at_a_venue(home: Home, url: str = "http://127.0.0.1:1") -> Options:
    return replace(options_for(home), choice=VenueChoice(VenueKind.URL, url))


def test_an_account_that_ends_with_its_run_is_never_locked(home: Home, database: Database) -> None:
    options = options_for(home)
    assert account_of(options) is None
    lock = TradingLock(home, Locks(database), None)
    assert lock.write("run", COMMAND) == ""
    lock.refuse(tell)
    assert lock.ramped(options, SESSION) is options
    assert Locks(database).active() == []


def test_an_account_is_known_by_its_venue(home: Home) -> None:
    assert account_of(at_a_venue(home)) == "url http://127.0.0.1:1"
    assert account_of(at_a_venue(home)) != account_of(at_a_venue(home, "http://127.0.0.1:2"))


def test_by_its_number_an_account_is_the_same_whatever_the_key(home: Home) -> None:
    assert broker_account(VenueChoice(VenueKind.PAPER), "PA9") == "paper PA9"
    assert broker_account(options_for(home).choice, "") is None
    # Two venues of ours give the same number; one venue may be called by two names.
    local = broker_account(at_a_venue(home, "http://localhost:1").choice, "PA9")
    assert local == broker_account(at_a_venue(home).choice, "PA9") == "url http://127.0.0.1:1 PA9"


def test_a_locked_account_is_refused_with_the_case_and_the_remedy(
    home: Home, database: Database
) -> None:
    lock = TradingLock(home, Locks(database), "paper")
    lock.refuse(tell)
    assert lock.write("run", COMMAND) == ""
    with pytest.raises(TradingLocked) as caught:
        lock.refuse(tell)
    assert caught.value.exit_code is ExitCode.LOCKED
    assert told[-1][:2] == (Severity.CRITICAL, "LOCKED")
    assert str(caught.value) == (
        "trading is locked: paper lost 4.00% of $100,000.00 on 2019-02-12 at 14:33 New York"
        f" (3.00% allowed), under --home {home.root}\n"
        "  remedy: look at what happened and decide, with `tradeengine review` and that --home"
    )


def test_a_lock_under_the_home_that_traded_last_refuses_too(
    home: Home, database: Database, tmp_path: Path
) -> None:
    TradingLock(home, Locks(database), "paper").write("run", COMMAND)
    with open_database(tmp_path / "other.db") as elsewhere:
        lock = TradingLock(Home(tmp_path / "other"), Locks(elsewhere), "paper")
        lock.refuse(tell)
        lock.refuse_for(Home(tmp_path / "gone"), "PA9", tell)
        with pytest.raises(TradingLocked, match=f"under --home {home.root}"):
            lock.refuse_for(home, "PA9", tell)
    assert not (tmp_path / "gone").exists()


def test_new_keys_do_not_lift_a_lock(home: Home, database: Database) -> None:
    lock = TradingLock(home, Locks(database), "paper old")
    lock.know("PA9", tell)
    lock.write("run", COMMAND)
    other = TradingLock(home, Locks(database), "paper new")
    other.refuse(tell)  # nobody can know yet
    with pytest.raises(TradingLocked):
        other.know("PA9", tell)


def test_a_lock_that_cannot_be_stored_leaves_a_halt_file(home: Home, database: Database) -> None:
    lock = TradingLock(home, Locks(database), "paper")
    database.write("DROP TABLE locks")
    problem = lock.write("run", COMMAND)
    assert "no such table: locks" in problem
    assert "instead the halt file refuses the next run" in problem
    assert "drawdown lock that could not be stored" in (read_halt(home) or "")


def test_when_even_the_halt_file_fails_it_is_said_loudly(home: Home, database: Database) -> None:
    lock = TradingLock(home, Locks(database), "paper")
    database.write("DROP TABLE locks")
    home.halt_file.mkdir()
    assert "DO NOT START AGAIN" in lock.write("run", COMMAND)


def test_after_a_review_the_plan_is_smaller(home: Home, database: Database) -> None:
    locks = Locks(database)
    lock = TradingLock(home, locks, "paper")
    lock.write("run", COMMAND)
    locks.lift(locks.active()[0], at=1, who="Ann", why="a bad print")
    assert lock.ramped(at_a_venue(home), SESSION).plan.size_ramp == D("0.25")


def test_lock_and_baseline_depart_to_their_keepers_and_all_else_to_the_broker() -> None:
    locked: list[LockTrading] = []
    kept: list[KeepBaseline] = []
    sent: list[Message] = []

    class Edge:
        send = staticmethod(sent.append)

    departures = Departures(Edge(), locked.append, kept.append)  # type: ignore[arg-type]  # only `send` is used
    ask = AskBroker(at=1, why="start")
    baseline = KeepBaseline(at=1, account_number="PA1", baseline=D(100_000))
    departures.send(COMMAND)
    departures.send(baseline)
    departures.send(ask)
    assert (locked, kept, sent) == ([COMMAND], [baseline], [ask])
