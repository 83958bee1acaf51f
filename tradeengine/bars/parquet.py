"""
Tables as parquet files: written whole or not at all, refused by name when damaged.

Parquet keeps a checksum of nothing but its own footer, so a file is believed when its footer
and columns are whole; what it says is checked by whoever reads it.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import polars as pl

from tradeengine.atomic_files import write_atomically
from tradeengine.errors import BadConfiguration

REMEDY = "move the file away; the next fetch makes a new one"


def write_table(path: Path, table: pl.DataFrame) -> None:
    """
    Write a table; a reader sees the old file or the new one, and keeps the old if this fails.

    Raises BadConfiguration when the disk says no.
    """
    buffer = BytesIO()
    # Into memory first: a full disk is then told of by the file, not in a library's words.
    table.write_parquet(buffer, compression="zstd", statistics=True)
    write_whole(path, buffer.getbuffer())


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Write a file whole or not at all. Raises BadConfiguration when the disk says no."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise not_written(path, error) from error


def read_table(
    path: Path,
    schema: pl.Schema,
    where: pl.Expr | None = None,
    columns: Sequence[str] | None = None,
) -> pl.DataFrame | None:
    """
    Read the rows of a table for which `where` is true; None when there is no file.

    Of a table whose other `columns` nobody needs, only these are read.

    Raises BadConfiguration when the file is damaged or has other columns.
    """
    if not path.exists():
        return None
    try:
        rows = pl.scan_parquet(path)
        found = rows.collect_schema()
        if found != schema:
            raise BadConfiguration(str(path), f"has other columns: {dict(found)}", REMEDY)
        wanted = rows if where is None else rows.filter(where)
        return (wanted if columns is None else wanted.select(columns)).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadConfiguration(str(path), f"is damaged: {_words(error)}", REMEDY) from error


def not_written(path: Path, error: OSError) -> BadConfiguration:
    """Say that a file cannot be written, and that nothing is lost."""
    return BadConfiguration(
        str(path),
        f"cannot be written: {error.strerror or error}; what was there before still is",
        "make room on the disk and let the folder be written, then fetch again",
    )


def _words(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
