"""The desk's progress: a bar for each step on a terminal, nothing elsewhere, written once."""

import sys
from pathlib import Path

import pytest

import tradeengine
from tradeengine.quant.progress_bars import progress_bars


def test_each_step_has_a_bar_of_its_own_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bars(["daily bars", "members"]) as hear:
        hear("daily bars", 1, 4)
        hear("[a step] nobody named", 2, 2)
        hear("of nobody knows", 0, 0)

    shown = capsys.readouterr().err
    for words in ("daily bars", "1/4", "members", "[a step] nobody named", "2/2", "0/?"):
        assert words in shown


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars() as hear:
        hear("daily bars", 1, 4)

    assert capsys.readouterr() == ("", "")


def test_bars_are_drawn_in_one_place() -> None:
    """A replay has none: nobody knows how long a journal is before it has been read."""
    package = Path(tradeengine.__file__).parent
    files = [path for path in package.rglob("*.py") if "rich.progress" in path.read_text()]
    drawing = [path.relative_to(package).as_posix() for path in files]

    assert sorted(drawing) == ["console/bars.py", "replaying.py"]
