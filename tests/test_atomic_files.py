"""Files that are written whole or not at all."""

from pathlib import Path

import pytest

from tradeengine.atomic_files import write_atomically


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")

    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "target", b"x")

    assert [path.name for path in tmp_path.iterdir()] == ["target"]
