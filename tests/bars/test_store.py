import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import IO

import polars as pl
import pytest

from tests.bars.tables import bar, table
from tradeengine.bars.store import BarStore, ChangedBar
from tradeengine.errors import BadConfiguration, ProtocolViolation

FIRST, SECOND, THIRD = date(2010, 6, 28), date(2010, 6, 29), date(2010, 6, 30)


def test_a_store_without_a_file_has_no_bars(tmp_path: Path) -> None:
    assert BarStore(tmp_path / "embedded").read().is_empty()


def test_bars_are_read_by_symbol_and_days(tmp_path: Path) -> None:
    store = BarStore(tmp_path / "embedded")
    store.merge(table([bar(s, d, 10.0) for s in "CBA" for d in (THIRD, FIRST, SECOND)]))

    assert store.read(["A", "C"], since=SECOND, through=SECOND).rows() == [
        bar("A", SECOND, 10.0),
        bar("C", SECOND, 10.0),
    ]
    assert store.read(through=FIRST)["symbol"].to_list() == ["A", "B", "C"]
    assert store.read([]).is_empty()
    assert store.read().height == 9


def test_the_ends_of_bars_are_told_up_to_a_day(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    assert store.ends(["A"], THIRD) == {}

    store.merge(table([bar("A", FIRST, 10.0), bar("A", THIRD, 10.0), bar("B", THIRD, 20.0)]))

    assert store.ends(["A", "B", "C"], SECOND) == {"A": (FIRST, FIRST)}
    assert store.ends(["A", "B"], THIRD) == {"A": (FIRST, THIRD), "B": (THIRD, THIRD)}
    assert store.ends(["B"], THIRD) == {"B": (THIRD, THIRD)}


def test_a_bar_that_comes_again_takes_the_place_and_is_named(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    store.merge(table([bar("A", FIRST, 10.0), bar("A", SECOND, 11.0)]))

    same = store.merge(table([bar("A", SECOND, 11.0), bar("A", THIRD, 12.0)]))
    changed = store.merge(table([bar("A", SECOND, 11.0, volume=5, dividend=0.5)]))

    assert same == ()
    assert changed == (
        ChangedBar("A", SECOND, "volume", 1_000_000.0, 5.0),
        ChangedBar("A", SECOND, "dividend", 0.0, 0.5),
    )
    assert str(changed[1]) == "A 2010-06-29 dividend: 0 -> 0.5"
    assert store.read()["close"].to_list() == [10.0, 11.0, 12.0]
    assert store.read(since=SECOND, through=SECOND)["volume"].to_list() == [5]


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    store = BarStore(tmp_path)

    assert store.merge(table([])) == ()
    assert not store.path.exists()

    store.merge(table([bar("A", FIRST, 10.0), bar("A", SECOND, 11.0)]))
    written = store.path.stat().st_ino
    store.merge(table([bar("A", SECOND, 11.0)]))
    assert store.path.stat().st_ino == written


def test_a_frame_that_is_no_table_of_bars_changes_nothing(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    store.merge(table([bar("A", FIRST, 10.0)]))

    with pytest.raises(ProtocolViolation, match="columns are missing"):
        store.merge(table([bar("A", SECOND, 11.0)]).drop("close"))

    assert store.read().rows() == [bar("A", FIRST, 10.0)]


def test_a_damaged_file_is_refused_by_name_with_the_remedy(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    store.merge(table([bar("A", FIRST, 10.0)]))
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[: len(whole) // 2])

    for act in (store.read, lambda: store.merge(table([bar("A", SECOND, 11.0)]))):
        with pytest.raises(BadConfiguration) as refused:
            act()
        assert refused.value.place == str(store.path)
        assert "is damaged" in refused.value.problem
        assert "move the file away" in refused.value.remedy
    assert store.path.read_bytes() == whole[: len(whole) // 2]


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    pl.DataFrame({"symbol": ["A"], "price": [1.0]}).write_parquet(store.path)

    with pytest.raises(BadConfiguration, match="other columns"):
        store.read(["A"])


def test_a_write_that_fails_keeps_the_last_good_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = BarStore(tmp_path)
    store.merge(table([bar("A", FIRST, 10.0)]))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadConfiguration, match="No space left on device") as refused:
        store.merge(table([bar("A", SECOND, 11.0)]))

    assert "what was there before still is" in refused.value.problem
    assert store.read().rows() == [bar("A", FIRST, 10.0)]
    assert {path.name for path in tmp_path.iterdir()} == {store.path.name, ".lock"}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "bars").write_text("a file where a folder should be")

    with pytest.raises(BadConfiguration, match="cannot be written"):
        BarStore(tmp_path / "bars" / "embedded").merge(table([bar("A", FIRST, 10.0)]))


def test_of_two_that_write_at_once_the_bars_of_both_stay(tmp_path: Path) -> None:
    names = [f"S{number}" for number in range(24)]

    with ThreadPoolExecutor(max_workers=8) as threads:
        list(threads.map(lambda s: BarStore(tmp_path).merge(table([bar(s, FIRST, 1.0)])), names))

    assert BarStore(tmp_path).read()["symbol"].to_list() == sorted(names)


def test_a_full_disk_is_told_of_in_the_words_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(handle: int, _: str) -> IO[bytes]:
        os.close(handle)
        return Path("/dev/full").open("wb")

    monkeypatch.setattr(os, "fdopen", no_room)

    with pytest.raises(BadConfiguration, match="cannot be written: No space left on device"):
        BarStore(tmp_path).merge(table([bar("A", FIRST, 10.0)]))
