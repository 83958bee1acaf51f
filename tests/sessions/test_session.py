"""A session from end to end through the command a person types."""

import json
from pathlib import Path

import pytest

from tests.sessions.programs import (
    RECORDED_PLAN,
    engine,
    newest_run,
    read_events,
    replayed,
)

SUMMARY_KEYS = {
    "run_id", "run_dir", "state", "flat", "symbols", "orders", "fills", "buys", "sells",
    "denials", "equity_start", "equity_end", "plan", "stopped",
}  # fmt: skip


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The default strategy's morning: twice by sockets, once without."""
    made = {}
    for name, venue in (("one", "embedded"), ("two", "embedded"), ("direct", "simulated")):
        home = tmp_path_factory.mktemp(name)
        result = engine(
            "run", "--venue", venue, "--speed", "max", "--start", "11:00", "--until", "11:50",
            "--json", *RECORDED_PLAN, home=home,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        assert "Traceback" not in result.stderr
        (home / "stdout").write_text(result.stdout)
        made[name] = home
    return made


def test_the_last_line_is_the_summary_and_the_run_is_flat(homes: dict[str, Path]) -> None:
    summary = json.loads((homes["one"] / "stdout").read_text().splitlines()[-1])

    assert set(summary) == SUMMARY_KEYS
    assert summary["flat"] is True
    assert summary["state"] == "STOPPED"
    assert summary["symbols"] >= 40
    assert summary["buys"] > 0
    assert summary["sells"] > 0


def test_the_receipt_says_how_it_became_flat(homes: dict[str, Path]) -> None:
    receipt = json.loads((newest_run(homes["one"]) / "receipt.json").read_text())

    assert set(receipt) == {
        "flat", "build", "plan", "trigger", "rounds", "seconds", "cost_dollars",
        "positions_left", "orders_left", "naked", "queues", "symbols",
    }  # fmt: skip
    assert receipt["flat"] is True
    assert receipt["trigger"] == "until"
    assert (receipt["positions_left"], receipt["orders_left"]) == ([], [])


def test_every_event_has_its_keys(homes: dict[str, Path]) -> None:
    for event in read_events(newest_run(homes["one"])):
        assert {
            "timestamp", "level", "component", "event_code", "message", "session_id", "host",
        } <= set(event)  # fmt: skip


def test_a_replay_decides_the_same(homes: dict[str, Path]) -> None:
    result = replayed(newest_run(homes["one"]))

    assert result == (0, "identical")


def test_equal_seeds_make_equal_runs_message_by_message(homes: dict[str, Path]) -> None:
    assert replayed(newest_run(homes["one"]), newest_run(homes["two"])) == (0, "identical")


def test_sockets_and_simulation_make_equal_runs(homes: dict[str, Path]) -> None:
    assert replayed(newest_run(homes["one"]), newest_run(homes["direct"])) == (0, "identical")


def test_another_seed_makes_another_run(homes: dict[str, Path], tmp_path: Path) -> None:
    result = engine(
        "run", "--venue", "simulated", "--speed", "max", "--start", "11:00", "--until", "11:02",
        "--seed", "8", *RECORDED_PLAN, home=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr

    assert replayed(newest_run(homes["one"]), newest_run(tmp_path))[0] == 1


def test_a_journal_with_a_torn_tail_is_read_to_its_last_whole_record(
    homes: dict[str, Path], tmp_path: Path
) -> None:
    content = (newest_run(homes["direct"]) / "journal").read_bytes()
    (tmp_path / "journal").write_bytes(content[:-7])

    import subprocess

    from tests.sessions.programs import command, environment

    result = subprocess.run(
        command("replay", str(tmp_path)),
        capture_output=True, text=True, timeout=120, env=environment(), check=False,
    )  # fmt: skip

    assert result.returncode == 1
    assert "identical as far as it can be read" in result.stderr
    assert "cut short at byte" in result.stderr
    assert str(tmp_path / "journal") in result.stderr
    assert "Traceback" not in result.stderr
