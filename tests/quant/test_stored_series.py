"""A series whose file is damaged is set aside and told of; nothing is decided on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tradeengine.bars.series import Series
from tradeengine.quant import stored_series
from tradeengine.quant.setting_aside import say_on_terminal
from tradeengine.quant.stored_series import RATE, VIX, read_series, set_aside_if_damaged

TODAY = date(2010, 6, 30)
DAYS = [date(2010, 6, 29), TODAY]


def table(*values: float | None, days: list[date] = DAYS) -> pl.DataFrame:
    return pl.DataFrame(
        {"date": days, "value": values}, schema={"date": pl.Date, "value": pl.Float64}
    )


def test_a_whole_file_is_read_and_stays(tmp_path: Path) -> None:
    Series(tmp_path).merge(VIX, table(34.13, 34.54))
    said: list[str] = []

    assert read_series(tmp_path, VIX, TODAY, said.append)["value"].to_list() == [34.13, 34.54]
    assert read_series(tmp_path, RATE, TODAY, said.append).is_empty()
    assert said == []


@pytest.mark.parametrize(
    ("name", "damaged", "words"),
    [
        (VIX, None, "is damaged: "),
        (VIX, table(34.13, -1.0), "says -1.0 for 2010-06-30, which is no value of it"),
        (VIX, table(34.13, float("nan")), "says nan for 2010-06-30"),
        (VIX, table(34.13, None), "says None for 2010-06-30"),
        (VIX, table(34.13, 34.54, days=[TODAY, TODAY]), "has a day twice"),
        (VIX, table(34.13, 34.54).rename({"value": "close"}), "has other columns"),
        (RATE, table(2.97, 1e30), "says 1e+30 for 2010-06-30"),
    ],
)
def test_a_damaged_file_is_kept_beside_and_nothing_is_known(
    tmp_path: Path, name: str, damaged: pl.DataFrame | None, words: str
) -> None:
    path = tmp_path / f"{name}.parquet"
    if damaged is None:
        path.write_bytes(b"PAR1 and no more")
    else:
        damaged.write_parquet(path)
    before = path.read_bytes()
    said: list[str] = []

    assert read_series(tmp_path, name, TODAY, said.append).is_empty()
    assert not path.exists()
    assert (tmp_path / f"{name}.parquet.damaged").read_bytes() == before
    (told,) = said
    assert f"{path} {words}" in told
    assert f"it is kept as {name}.parquet.damaged, and the next fetch" in told


def test_a_file_that_another_process_has_made_whole_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = tmp_path / "vix.parquet", list[str]()
    path.write_bytes(b"")

    @contextmanager
    def after_another(folder: Path) -> Iterator[None]:
        assert folder == tmp_path
        path.unlink()
        Series(folder).merge(VIX, table(34.13, 34.54))
        yield

    monkeypatch.setattr(stored_series, "alone_in", after_another)

    assert read_series(tmp_path, VIX, TODAY, said.append).height == 2
    assert said == []


def test_a_person_is_told_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "vix.parquet").write_bytes(b"")
    set_aside_if_damaged(tmp_path, VIX, say_on_terminal)

    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith(f"tradeengine: {tmp_path / 'vix.parquet'} is damaged: ")
