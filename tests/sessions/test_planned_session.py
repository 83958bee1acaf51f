"""A session without a flag: the engine plans it from real data, trades it, and says of what."""

import json
import shutil
from pathlib import Path

import pytest

from tests.sessions.programs import engine, newest_run, replayed
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.bus.records import JournalFile

RUN = ("run", "--speed", "max", "--until", "10:15", "--json")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ran twice: on a fresh machine, and with what that left."""
    made = tmp_path_factory.mktemp("home")
    for number in ("one", "two"):
        result = engine(*RUN, home=made, seconds=300)
        assert result.returncode == 0, result.stderr
        (made / f"{number}.json").write_text(result.stdout.splitlines()[-1])
        (made / f"{number}.folder").write_text(str(newest_run(made)))
    return made


def summary(home: Path, name: str = "one") -> dict[str, object]:
    found: dict[str, object] = json.loads((home / f"{name}.json").read_text())
    return found


def test_an_entry_passes_every_gate_or_each_candidate_has_what_stopped_it(home: Path) -> None:
    told = summary(home)

    assert told["flat"] is True
    assert told["symbols"] == 41
    stopped = told["stopped"]
    assert isinstance(stopped, dict)
    assert told["buys"] or len(stopped) == 40
    for gates in stopped.values():
        for gate in gates:
            assert gate["gate"]
            assert gate["limit"]
            assert gate["actual"]
            assert gate["times"] >= 1


def test_the_plan_is_in_summary_receipt_and_journal(home: Path) -> None:
    plan = summary(home)["plan"]
    assert isinstance(plan, dict)
    assert (plan["day"], plan["by_hand"], plan["regime"]) == ("2010-07-01", None, "HV-bear")
    assert set(plan["origins"]) == {
        "universe", "daily bars", "regime", "volatility index", "rate", "valuations", "sizes",
    }  # fmt: skip
    folder = Path((home / "one.folder").read_text())
    receipt = json.loads((folder / "receipt.json").read_text())
    assert receipt["plan"] == "built by the engine (the quant desk)"
    built = json.loads(JournalFile(folder / "journal").header.build)
    assert built["plan"]["origins"] == plan["origins"]
    assert len(built["plan"]["symbols"]) == 40


def test_damaged_files_stop_no_run_and_a_person_is_told(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "data", tmp_path / "data")
    (model,) = (tmp_path / "data" / "regime" / "embedded").glob("2010-06-11*.json")
    model.write_text("{")
    (tmp_path / "data" / "bars" / "embedded" / "vix.parquet").write_bytes(b"")

    ended = engine(*RUN, home=tmp_path, seconds=300)

    assert ended.returncode == 0, ended.stderr
    plan = json.loads(ended.stdout.splitlines()[-1])["plan"]
    assert plan["regime"] == "HV-bear"
    assert f"{model} is no model of the market" in plan["origins"]["damaged files"]
    assert "vix.parquet.damaged" in plan["origins"]["damaged files"]
    with SqliteRecords(tmp_path / "data" / "alerts.db") as records:
        told = {each.alert.code: each.alert.text for each in records.newest(20)}
    assert f"{model} is no model of the market" in told["DATA_DAMAGED"]


def test_both_runs_decide_alike_and_replay_alike(home: Path) -> None:
    one, two = (Path((home / f"{name}.folder").read_text()) for name in ("one", "two"))
    assert one != two
    assert replayed(one, two) == (0, "identical")
    assert replayed(one) == (0, "identical")
