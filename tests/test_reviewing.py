"""The review asks a person, takes no half answers, and says what it cannot read."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from tradeengine.alerts.alert import Alert
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.layout import Home
from tradeengine.model.commands import LockTrading
from tradeengine.model.orders import Severity
from tradeengine.reviewing import Verdict, review
from tradeengine.store.database import open_database
from tradeengine.store.locks import Locks

D = Decimal
WHOLE = Verdict(who="Ann", why="a bad print, reported to the broker", confirm="unlock 1")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def lock(home: Home) -> None:
    command = LockTrading(
        at=1_550_000_000_000_000_000,
        equity=D(96_000),
        baseline=D(100_000),
        drawdown=D("0.04"),
        limit=D("0.03"),
    )
    with open_database(home.state_file) as database:
        Locks(database).write("paper", "PA1", "20190213-143000-paper", command)


def answers(monkeypatch: pytest.MonkeyPatch, *said: str) -> None:
    """Sit at a terminal and answer."""
    waiting: Iterator[str] = iter(said)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(waiting))


def test_without_a_lock_there_is_nothing_to_review(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert review(home, Verdict()) is ExitCode.CLEAN
    assert capsys.readouterr().out == "nothing is locked\n"


def test_a_case_whose_record_is_gone_can_be_reviewed_all_the_same(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    lock(home)
    assert review(home, WHOLE) is ExitCode.CLEAN
    said = capsys.readouterr().out
    assert "case 1: paper lost 4.00% of $100,000.00" in said
    assert "the run's record cannot be read" in said
    assert "unlocked by Ann. Position sizes come back over sessions: 25%, 50%, then all." in said


@pytest.mark.parametrize(
    ("verdict", "place"),
    [
        (Verdict(why=WHOLE.why, confirm=WHOLE.confirm), "--who"),
        (Verdict(who=" ", why=WHOLE.why, confirm=WHOLE.confirm), "--who"),
        (Verdict(who="Ann", why="oops", confirm=WHOLE.confirm), "--why"),
        (Verdict(who="Ann", why=WHOLE.why), "--confirm"),
        (Verdict(who="Ann", why=WHOLE.why, confirm="unlock 2"), "--confirm"),
    ],
)
def test_half_an_answer_leaves_it_locked(home: Home, verdict: Verdict, place: str) -> None:
    lock(home)
    with pytest.raises(BadConfiguration) as caught:
        review(home, verdict)
    assert caught.value.place == place
    assert review(home, Verdict()) is ExitCode.LOCKED


def test_each_lock_has_its_own_review(home: Home) -> None:
    lock(home)
    lock(home)
    assert review(home, WHOLE) is ExitCode.LOCKED
    assert review(home, Verdict(who="Ann", why=WHOLE.why, confirm="unlock 2")) is ExitCode.CLEAN


def test_a_person_at_a_terminal_is_asked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(home)
    answers(monkeypatch, "")
    assert review(home, Verdict()) is ExitCode.LOCKED
    answers(monkeypatch, "Ann", "a bad print, reported", "unlock 1")
    assert review(home, Verdict()) is ExitCode.CLEAN


def test_flags_at_a_terminal_are_enough(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(home)
    answers(monkeypatch)
    assert review(home, WHOLE) is ExitCode.CLEAN


def test_lifting_the_lock_acknowledges_its_alert_and_names_the_others(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    lock(home)
    with SqliteRecords(home.alerts_file) as alerts:
        for code in ("LOCKED", "NOT_FLAT"):
            alerts.add(Alert(at=1, severity=Severity.CRITICAL, code=code, text="x"), [])

    assert review(home, WHOLE) is ExitCode.CLEAN

    with SqliteRecords(home.alerts_file) as alerts:
        assert [record.alert.code for record in alerts.open_criticals()] == ["NOT_FLAT"]
    assert "1 other critical alerts wait for you: tradeengine alerts list" in (
        capsys.readouterr().out
    )
