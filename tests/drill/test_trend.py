from pathlib import Path

import msgspec
import pytest

from tradeengine.drill.series import Result
from tradeengine.drill.trend import Drill, append, change, last_like
from tradeengine.errors import BadConfiguration


def result(**changes: object) -> Result:
    usual = Result(
        fault="mute_data",
        cells=3,
        failed=0,
        struck=3,
        detect=19.5,
        flat=19.75,
        safety=True,
        apart=0.1,
        problems=(),
    )
    return msgspec.structs.replace(usual, **changes)


def drill(*results: Result, seeds: int = 1) -> Drill:
    return Drill(
        at="2026-11-25T16:00:00Z",
        version="0.1.0",
        first_seed=0,
        seeds=seeds,
        situations=("flat", "positions"),
        results=results,
    )


def test_a_drill_is_compared_with_the_last_one_of_the_same_cells(tmp_path: Path) -> None:
    path = tmp_path / "drills.jsonl"
    append(path, drill(result(detect=10.0), result(fault="halt")))
    append(path, drill(result(detect=11.0)))
    append(path, drill(result(detect=99.0), seeds=10))

    found = last_like(path, drill())

    assert {name: row.detect for name, row in found.items()} == {"mute_data": 11.0, "halt": 19.5}


def test_there_is_nothing_to_compare_with_at_first(tmp_path: Path) -> None:
    assert last_like(tmp_path / "drills.jsonl", drill()) == {}


def test_a_line_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "drills.jsonl"
    append(path, drill(result()))
    with path.open("a") as file:
        file.write('{"at": "of tomorrow"}\n{"at": "2026-')

    assert list(last_like(path, drill())) == ["mute_data"]


def test_a_trend_that_cannot_be_written_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="cannot be written"):
        append(tmp_path / "no" / "drills.jsonl", drill())


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (result(), None, "first time"),
        (result(), result(), ""),
        (result(detect=19.52), result(), ""),
        (result(detect=21.0), result(), "detect +1.5 s"),
        (result(flat=18.0), result(), "flat -1.8 s"),
        (result(failed=1), result(), "FAILS NOW"),
        (result(), result(failed=2), "passes again"),
        (result(detect=None), result(), "detect 19.5 s -> none"),
    ],
)
def test_the_change_is_told_in_words(now: Result, before: Result | None, words: str) -> None:
    assert change(now, before) == words
