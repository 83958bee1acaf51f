"""
A file that never grows beyond a size.

When a batch would make it larger, the file becomes `events.0001.jsonl` and a new
one is begun; numbers grow, and the lowest leave first. There is no buffer here:
what `append` returns from is with the operating system, or it raised.
"""

from pathlib import Path


class RotatingFile:
    """Append to `path`, begin anew before it exceeds `limit` bytes, keep `parts_kept` parts."""

    def __init__(self, path: Path, limit: int, parts_kept: int) -> None:
        self._path, self._limit, self._parts_kept = path, limit, parts_kept
        self._torn = False
        self._open()

    def append(self, batch: bytes) -> None:
        """Write whole lines. Raises OSError when the disk refuses them or a part of them."""
        if self._size and self._size + len(batch) > self._limit:
            self._rotate()
        if self._torn:
            # The disk once took only the beginning of a line; do not join the next to it.
            batch = b"\n" + batch
        view = memoryview(batch)
        while view:
            taken = self._file.write(view) or 0
            self._size += taken
            self._torn = taken < len(view)
            view = view[taken:]

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self._file.close()

    def parts(self) -> list[Path]:
        """Give the numbered parts, the oldest first."""
        stem, suffix = self._path.stem, self._path.suffix
        found = self._path.parent.glob(f"{stem}.[0-9]*{suffix}")
        return sorted(found, key=self._number)

    def _number(self, part: Path) -> int:
        digits = part.name[len(self._path.stem) + 1 : -len(self._path.suffix)]
        return int(digits) if digits.isdigit() else 0

    def _open(self) -> None:
        self._file = self._path.open("ab", buffering=0)
        self._size = self._file.tell()

    def _rotate(self) -> None:
        parts = self.parts()
        number = self._number(parts[-1]) + 1 if parts else 1
        part = self._path.with_name(f"{self._path.stem}.{number:04d}{self._path.suffix}")
        self._path.rename(part)
        self._file.close()
        self._torn = False
        self._open()
        for old in [*parts, part][: -self._parts_kept]:
            old.unlink(missing_ok=True)
