"""What `tradeengine status` reads and says."""

import json
import os
from pathlib import Path

import pytest

from tradeengine.errors import ExitCode, StatusUnreadable
from tradeengine.layout import Home
from tradeengine.run.status import Status, is_alive, read_status, show_status, write_status

NOBODY = 2**22 + 1
"""More than the largest process id that Linux gives."""


def status(**changes: object) -> Status:
    fields: dict[str, object] = {
        "run_id": "run-1",
        "pid": os.getpid(),
        "venue": "paper",
        "state": "TRADING",
        "engine_time": "2019-02-13 12:00:00 New York",
        "equity": "100000.00",
        "positions": {"AAPL": "10", "KO": "-5"},
        "open_orders": 2,
        "orders": 3,
        "fills": 4,
        "alerts": ["look"],
        "queues": {"inbox": 1234, "journal_bytes": 5},
    }
    return Status(**fields | changes)  # type: ignore[arg-type]  # the test names real fields


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def shown(home: Home, capsys: pytest.CaptureFixture[str], **changes: object) -> str:
    write_status(home, status(**changes))
    assert show_status(home, json=False) is ExitCode.CLEAN
    return capsys.readouterr().out


def test_a_running_engine_is_described(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(home, capsys).splitlines() == [
        "run        run-1 on paper: running",
        "state      TRADING at 2019-02-13 12:00:00 New York",
        "equity     $100,000.00",
        "positions  AAPL 10, KO -5",
        "uncovered  nothing if it died now; 0 dollar-seconds so far",
        "orders     2 open, 3 sent, 4 fills",
        "queues     inbox 1,234, journal bytes 5",
        "alert      look",
        "           `tradeengine alerts list` says which of them somebody acknowledged",
    ]


def test_what_no_stop_covers_is_told_in_dollars(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    naked = {"AAPL": "1720.00", "KO": "250.50"}

    said = shown(home, capsys, uncovered=naked, naked_dollar_seconds="4100")

    assert (
        "uncovered  $1,970.50 in 2 symbols if it died now: AAPL $1,720.00, KO $250.50;"
        " 4100 dollar-seconds so far"
    ) in said.splitlines()


def test_one_that_ended_in_order_is_not_running(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(home, capsys, state="STOPPED", positions={}, alerts=[])

    assert "run-1 on paper: not running\n" in text
    assert "positions  none" in text


def test_one_that_vanished_is_said_to_have(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(home, capsys, pid=NOBODY)

    assert "not running: it ended without saying so (killed?)" in text


def test_a_halt_file_is_mentioned(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.halt_file.touch()

    assert "no run starts until `tradeengine halt --clear`" in shown(home, capsys)


def test_machines_get_everything(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write_status(home, status(alerts=[]))

    assert show_status(home, json=True) is ExitCode.CLEAN
    row = json.loads(capsys.readouterr().out)
    assert (row["run_id"], row["running"], row["halt_file"]) == ("run-1", True, False)


def test_without_a_status_nothing_has_run_here(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_status(home, json=False) is ExitCode.FAILED
    assert capsys.readouterr().err == f"no engine has run under {home.root}\n"


@pytest.mark.parametrize("content", [b"", b"{}", None], ids=["empty", "foreign", "folder"])
def test_a_damaged_status_does_not_say_that_nothing_has_run(
    home: Home, content: bytes | None
) -> None:
    if content is None:
        home.status_file.mkdir()
    else:
        home.status_file.write_bytes(content)

    with pytest.raises(
        StatusUnreadable, match=r"status\.json: cannot be read: .*\n  remedy: "
    ) as told:
        show_status(home, json=False)

    assert told.value.exit_code == ExitCode.FAILED


def test_an_equity_that_is_not_known_is_said_to_be(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "equity     not known\n" in shown(home, capsys, equity="not known")


def test_what_is_written_is_read(home: Home) -> None:
    write_status(home, status())

    assert read_status(home.status_file) == status()


def test_a_process_of_somebody_else_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError(pid, number)

    assert is_alive(os.getpid())
    assert not is_alive(NOBODY)
    monkeypatch.setattr(os, "kill", refuse)
    assert is_alive(1)
