"""Every way to stop ends flat, and says so."""

import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sessions.programs import (
    engine,
    engine_running,
    newest_run,
    read_events,
)

HomeWith = Callable[..., Path]
ARGUMENTS = ("--start", "10:30", "--speed", "30")


def receipt(home: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((newest_run(home) / "receipt.json").read_text())
    return found


@pytest.mark.parametrize(
    ("number", "trigger"), [(signal.SIGINT, "interrupt"), (signal.SIGTERM, "terminate")]
)
def test_a_signal_flattens_and_a_second_one_changes_nothing(
    home_with: HomeWith, number: signal.Signals, trigger: str
) -> None:
    home = home_with("BuyOnce")
    with engine_running("--venue", "embedded", *ARGUMENTS, home=home) as running:
        running.wait_for("POSITION_CHANGED")
        running.process.send_signal(number)
        running.process.send_signal(number)
        assert running.process.wait(timeout=60) == 0
        assert running.process.stderr is not None
        assert "Traceback" not in running.process.stderr.read()

    assert receipt(home)["flat"] is True
    assert receipt(home)["trigger"] == trigger
    assert receipt(home)["symbols"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_last_alerts_are_sent_changes_neither_end_nor_exit_code(
    home_with: HomeWith, number: signal.Signals
) -> None:
    home = home_with("BuyOnce", alerts={"drain_seconds": 3})
    with socket.create_server(("127.0.0.1", 0)) as never_answers:
        port = never_answers.getsockname()[1]
        (home / ".env").write_text(
            f"SMTP_HOST=127.0.0.1\nSMTP_PORT={port}\nSMTP_FROM=a@example.com\n"
            "SMTP_TO=b@example.com\n"
        )
        with engine_running("--venue", "embedded", *ARGUMENTS, home=home) as running:
            running.wait_for("POSITION_CHANGED")
            running.process.send_signal(signal.SIGINT)
            running.wait_for_file("receipt.json")
            running.process.send_signal(number)
            said, told = running.process.communicate(timeout=60)

    assert running.process.returncode == 0, told
    assert "FLAT" in said
    assert "the next run sends them" in said


def test_the_halt_file_stops_an_engine_started_from_another_directory(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    with engine_running("--venue", "embedded", *ARGUMENTS, home=home) as running:
        running.wait_for("POSITION_CHANGED")
        result = engine("halt", "--reason", "a test", home=home)
        assert result.returncode == 0
        running.wait_for("FLATTEN_ALL")
        assert running.process.wait(timeout=60) == 0

    assert receipt(home)["trigger"] == "halt_file"
    refused = engine("run", "--speed", "max", home=home)
    assert refused.returncode == 2
    assert "tradeengine halt --clear" in refused.stderr
    assert engine("halt", "--clear", home=home).stdout == "halt file removed\n"


def test_the_close_of_the_day_ends_a_run_flat(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")

    result = engine("run", "--speed", "max", "--start", "15:50", "--json", home=home)

    assert result.returncode == 0, result.stderr
    assert receipt(home)["trigger"] == "close"
    summary = json.loads(result.stdout.splitlines()[-1])
    assert (summary["flat"], summary["buys"] > 0, summary["sells"] > 0) == (True, True, True)


def test_a_strategy_that_raises_is_benched_and_the_run_goes_on(home_with: HomeWith) -> None:
    home = home_with("RaiseOnBars")

    result = engine("run", "--speed", "max", "--start", "10:30", "--until", "10:35", home=home)

    faults = [
        row for row in read_events(newest_run(home)) if row["event_code"] == "STRATEGY_FAULTED"
    ]
    assert result.returncode == 0, result.stderr
    assert len(faults) == 3
    assert "it is benched" in str(faults[-1]["message"])
