"""`tradeengine replay`: the verdicts, and what cannot be replayed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.runs import NOON, Nowhere, make_home, opened, options_for, snapshot
from tradeengine import replaying
from tradeengine.build_inputs import BuildInputs
from tradeengine.bus.journal import Journal
from tradeengine.bus.records import Header, frame
from tradeengine.errors import BadConfiguration, ExitCode, JournalDamaged
from tradeengine.model.commands import RequestStop
from tradeengine.model.message import Message
from tradeengine.model.orders import StopTrigger
from tradeengine.options import build_inputs
from tradeengine.replaying import replay_run
from tradeengine.wiring import NowhereOutbox, build

STOP = RequestStop(at=NOON, received_at=NOON, trigger=StopTrigger.INTERRUPT)


@pytest.fixture
def inputs(tmp_path: Path) -> BuildInputs:
    return build_inputs(options_for(make_home(tmp_path)))


async def recorded(
    folder: Path, inputs: BuildInputs, messages: Sequence[Message] = (opened(), snapshot(), STOP)
) -> Path:
    """Record a small run."""
    folder.mkdir()  # noqa: ASYNC240 - a test's own folder, made at once
    header = Header(run_id="r", version="0", host="h", venue="v", build=inputs.to_text())
    journal = Journal(folder / "journal", header)
    core = build(inputs, journal, NowhereOutbox())
    for message in messages:
        core.engine.step(message)
    await journal.close()
    return folder


async def test_a_run_decides_again_what_it_decided(
    tmp_path: Path,
    inputs: BuildInputs,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replaying, "_SHOW_EVERY", 2)
    run = await recorded(tmp_path / "one", inputs)

    assert replay_run(run, None) is ExitCode.CLEAN
    first = capsys.readouterr().out
    assert replay_run(run / "journal", None) is ExitCode.CLEAN

    assert first.startswith("identical: 3 inputs, ")
    again = capsys.readouterr()
    assert again.out == first
    assert again.err.startswith("recorded by build 0; this is ")


async def test_equal_runs_compare_equal(
    tmp_path: Path, inputs: BuildInputs, capsys: pytest.CaptureFixture[str]
) -> None:
    one = await recorded(tmp_path / "one", inputs)
    two = await recorded(tmp_path / "two", inputs)

    assert replay_run(one, two) is ExitCode.CLEAN
    assert capsys.readouterr().out.startswith("identical: 3 inputs, ")


async def test_runs_that_part_are_different(
    tmp_path: Path, inputs: BuildInputs, capsys: pytest.CaptureFixture[str]
) -> None:
    one = await recorded(tmp_path / "one", inputs)
    two = await recorded(tmp_path / "two", inputs, [opened("another tag"), STOP])

    assert replay_run(one, two) is ExitCode.FAILED
    caught = capsys.readouterr()
    assert caught.err.startswith("DIFFERENT: message 1 differs\n  recorded: RunOpened(")
    assert caught.out == ""


async def test_a_torn_run_is_identical_as_far_as_it_goes(
    tmp_path: Path, inputs: BuildInputs, capsys: pytest.CaptureFixture[str]
) -> None:
    run = await recorded(tmp_path / "one", inputs)
    journal = run / "journal"
    journal.write_bytes(journal.read_bytes()[:-1])

    assert replay_run(run, None) is ExitCode.FAILED
    caught = capsys.readouterr()
    assert "identical as far as it can be read: 3 inputs" in caught.err
    assert "cut short at byte" in caught.err
    assert "never read or compared" in caught.err
    assert caught.out == ""


async def test_a_torn_run_is_compared_with_a_whole_one_as_far_as_it_goes(
    tmp_path: Path, inputs: BuildInputs, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = await recorded(tmp_path / "one", inputs), await recorded(tmp_path / "two", inputs)
    journal = two / "journal"
    journal.write_bytes(journal.read_bytes()[:-1])

    assert replay_run(one, two) is ExitCode.FAILED
    caught = capsys.readouterr()
    assert caught.err.startswith("identical as far as it can be read: 3 inputs")
    assert f"{journal}" in caught.err
    assert "DIFFERENT" not in caught.err


@pytest.mark.parametrize("name", ["", "nothing"])
def test_a_folder_without_a_journal_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadConfiguration, match="holds no journal"):
        replay_run(tmp_path / name, None)


async def test_what_is_compared_must_be_there_too(tmp_path: Path, inputs: BuildInputs) -> None:
    run = await recorded(tmp_path / "one", inputs)

    with pytest.raises(BadConfiguration, match="two: holds no journal"):
        replay_run(run, tmp_path / "two")


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("once upon a time")

    with pytest.raises(JournalDamaged, match="not a tradeengine journal"):
        replay_run(tmp_path, None)


async def test_a_journal_of_another_version_is_refused_in_words(
    tmp_path: Path, inputs: BuildInputs
) -> None:
    header = Header(run_id="r", version="0", host="h", venue="v", build="{}")
    await Journal(tmp_path / "journal", header).close()
    with pytest.raises(BadConfiguration, match="use the version of tradeengine that wrote it"):
        replay_run(tmp_path, None)

    run = await recorded(tmp_path / "one", inputs)
    size = (run / "journal").stat().st_size
    with (run / "journal").open("ab") as file:
        file.write(frame(b"I", b"\x81\xa4type\xa5Dream"))
    with pytest.raises(JournalDamaged, match=f"no kind that this version knows.*at byte {size}"):
        replay_run(run, None)


def test_a_recorder_of_nothing_is_enough_to_build(inputs: BuildInputs) -> None:
    engine = replaying.build_for_replay(inputs.to_text(), Nowhere())

    assert [type(effect).__name__ for effect in engine.step(STOP)] == [
        "StateChanged",
        "FlattenAll",
        "AskBroker",
    ]
