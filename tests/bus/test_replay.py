"""A replay is identical, or says where and how it is not."""

from pathlib import Path

import pytest

from tradeengine.bus.dispatch import Bus
from tradeengine.bus.engine import Engine, Recorder
from tradeengine.bus.journal import Journal
from tradeengine.bus.records import Header, JournalFile
from tradeengine.bus.replay import Outcome, compare_journals, replay
from tradeengine.errors import ReplayDiffers
from tradeengine.model.commands import AskBroker
from tradeengine.model.events import TimerFired
from tradeengine.model.message import Message
from tradeengine.run.pump import attempt


def tick(n: int) -> TimerFired:
    return TimerFired(at=n, received_at=n, name="heartbeat", due=n)


def build(text: str, recorder: Recorder) -> Engine:
    """Ask on every `text`-th heartbeat."""

    def ask(timer: TimerFired) -> list[Message]:
        return [AskBroker(at=timer.at, why="poll")] if timer.at % int(text) == 0 else []

    return Engine(Bus({TimerFired: [ask], AskBroker: []}), recorder)


async def record(path: Path, every: str = "2", steps: int = 6) -> JournalFile:
    journal = Journal(path, Header(run_id="r", version="0", host="h", venue="v", build=every))
    engine = build(every, journal)
    for n in range(1, steps + 1):
        engine.step(tick(n))
    await journal.close()
    return JournalFile(path)


async def test_the_same_inputs_cause_the_same_decisions(tmp_path: Path) -> None:
    journal = await record(tmp_path / "journal")
    seen: list[int] = []

    outcome = replay(journal, build, seen.append)

    assert outcome == Outcome(inputs=6, decisions=3, damage="")
    assert seen == [1, 2, 3, 4, 5, 6]


async def test_a_changed_engine_is_caught_at_the_first_difference(tmp_path: Path) -> None:
    journal = await record(tmp_path / "journal")

    def changed(text: str, recorder: Recorder) -> Engine:
        del text
        return build("3", recorder)

    with pytest.raises(ReplayDiffers, match=r"message 2 differs\n  recorded: AskBroker") as caught:
        replay(journal, changed)

    assert caught.value.replayed == "(nothing)"


async def test_effects_lost_with_a_torn_tail_are_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    await record(path)
    path.write_bytes(path.read_bytes()[:-3])

    outcome = replay(JournalFile(path), build)

    assert (outcome.inputs, outcome.decisions) == (6, 2)
    assert "cut short" in outcome.damage


async def test_two_equal_runs_compare_equal(tmp_path: Path) -> None:
    one = await record(tmp_path / "one")
    other = await record(tmp_path / "other")

    assert compare_journals(one, other) == Outcome(inputs=6, decisions=3, damage="")


async def test_a_longer_run_differs_where_the_shorter_ends(tmp_path: Path) -> None:
    one = await record(tmp_path / "one", steps=5)
    other = await record(tmp_path / "other", steps=7)

    with pytest.raises(ReplayDiffers, match=r"message 8 differs\n  recorded: \(nothing\)"):
        compare_journals(one, other)


@pytest.mark.parametrize("torn_first", [True, False])
async def test_a_torn_run_is_compared_as_far_as_it_can_be_read(
    tmp_path: Path, torn_first: bool
) -> None:
    whole, torn = await record(tmp_path / "whole"), tmp_path / "torn"
    await record(torn)
    torn.write_bytes(torn.read_bytes()[:-3])
    pair = (JournalFile(torn), whole) if torn_first else (whole, JournalFile(torn))

    outcome = compare_journals(*pair)

    assert (outcome.inputs, outcome.decisions) == (6, 2)
    assert f"{torn}: " in outcome.damage
    assert "cut short" in outcome.damage


async def test_a_run_that_ended_whole_differs_from_a_longer_one_that_is_torn(
    tmp_path: Path,
) -> None:
    whole, torn = await record(tmp_path / "whole", steps=4), tmp_path / "torn"
    await record(torn)
    torn.write_bytes(torn.read_bytes()[:-3])

    with pytest.raises(ReplayDiffers, match=r"recorded: \(nothing\)"):
        compare_journals(whole, JournalFile(torn))


async def test_a_message_of_an_unknown_kind_is_shown_not_raised(tmp_path: Path) -> None:
    from tradeengine.bus.records import frame

    one = await record(tmp_path / "one", steps=1)
    await record(tmp_path / "other", steps=1)
    with (tmp_path / "other").open("ab") as file:
        file.write(frame(b"E", b"\x81\xa4type\xa5Dream"))

    with pytest.raises(ReplayDiffers, match="a message of an unknown kind"):
        compare_journals(one, JournalFile(tmp_path / "other"))


async def test_a_step_that_raised_then_raises_again_and_is_survived_again(tmp_path: Path) -> None:
    def build_raising(text: str, recorder: Recorder) -> Engine:
        def fail(timer: TimerFired) -> list[Message]:
            if timer.at == int(text):
                raise ZeroDivisionError
            return [AskBroker(at=timer.at, why="poll")]

        return Engine(Bus({TimerFired: [fail], AskBroker: []}), recorder)

    journal = Journal(
        tmp_path / "journal", Header(run_id="r", version="0", host="h", venue="v", build="2")
    )
    engine = build_raising("2", journal)
    for n in (1, 2, 3):
        attempt(engine.step, tick(n))
    await journal.close()

    outcome = replay(JournalFile(tmp_path / "journal"), build_raising, attempt=attempt)

    assert outcome == Outcome(inputs=3, decisions=2, damage="")
