"""The build's name follows the code, and stands where an auditor looks."""

from pathlib import Path

from tradeengine import __version__
from tradeengine.build_id import build_id, build_id_of, version


def code(folder: Path, **files: str) -> str:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return build_id_of(folder)


def test_any_change_of_code_is_another_build(tmp_path: Path) -> None:
    first = code(tmp_path / "a", one="x = 1\n", two="y = 2\n")

    assert code(tmp_path / "b", one="x = 1\n", two="y = 2\n") == first
    assert code(tmp_path / "c", one="x = 1\n", two="y = 3\n") != first
    assert code(tmp_path / "d", one="x = 1\n", three="y = 2\n") != first
    # What moves from the end of one file to the beginning of the next is a change too.
    assert code(tmp_path / "e", one="x = 1\ny", two=" = 2\n") != first


def test_what_is_no_code_does_not_count(tmp_path: Path) -> None:
    first = code(tmp_path / "a", one="x = 1\n")
    (tmp_path / "a" / "notes.txt").write_text("later")

    assert build_id_of(tmp_path / "a") == first


def test_the_version_names_the_build() -> None:
    assert len(build_id()) == 7
    assert version() == f"{__version__}+{build_id()}"
