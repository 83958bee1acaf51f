"""A file that never grows beyond a size."""

from pathlib import Path

from tradeengine.logs import RotatingFile


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_that_would_grow_too_large_becomes_a_numbered_part(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "events.jsonl", limit=10, parts_kept=9)
    for word in (b"one\n", b"two\n", b"three\n"):
        file.append(word)
    file.close()

    assert (tmp_path / "events.0001.jsonl").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "events.jsonl").read_bytes() == b"three\n"


def test_a_batch_larger_than_the_limit_is_written_whole(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "events.jsonl", limit=3, parts_kept=9)
    file.append(b"one two three\n")
    file.close()

    assert names(tmp_path) == ["events.jsonl"]


def test_only_the_newest_parts_stay(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "events.jsonl", limit=1, parts_kept=2)
    for word in (b"1\n", b"2\n", b"3\n", b"4\n", b"5\n"):
        file.append(word)
    file.close()

    assert names(tmp_path) == ["events.0003.jsonl", "events.0004.jsonl", "events.jsonl"]
    assert [part.name for part in file.parts()] == ["events.0003.jsonl", "events.0004.jsonl"]


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for word in (b"1\n", b"2\n", b"3\n"):
        file = RotatingFile(tmp_path / "engine.log", limit=1, parts_kept=9)
        file.append(word)
        file.close()

    assert names(tmp_path) == ["engine.0001.log", "engine.0002.log", "engine.log"]


def test_the_tenth_thousandth_part_is_the_newest(tmp_path: Path) -> None:
    for name in ("engine.9999.log", "engine.10000.log", "engine.1x.log"):
        (tmp_path / name).write_text("")
    file = RotatingFile(tmp_path / "engine.log", limit=1, parts_kept=2)
    file.append(b"1\n")
    file.append(b"2\n")
    file.close()

    assert names(tmp_path) == ["engine.10000.log", "engine.10001.log", "engine.log"]
