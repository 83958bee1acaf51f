"""
What a store of bars was ever asked to hold of each symbol: one stretch of days without a hole.

A first bar alone does not tell whether there were none before, or nobody asked: a store that
was filled for a later day, or with a shorter history, would look complete.
"""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec

from tradeengine.bars.parquet import write_whole
from tradeengine.bars.turns import alone_in

FILE: Final = "asked.json"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def joined(self, new: "Stretch") -> "Stretch":
        """Give both as one stretch when they touch; else the new one."""
        day = timedelta(days=1)
        if new.first > self.last + day or self.first > new.last + day:
            return new
        return Stretch(min(self.first, new.first), max(self.last, new.last))


class Asked:
    """The stretches of the store in a folder (`DeskFiles.bars`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> dict[str, Stretch]:
        """Give the stretch of each symbol; of a file that cannot be read, none: all is asked."""
        try:
            return msgspec.json.decode((self._folder / FILE).read_bytes(), type=dict[str, Stretch])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}

    def note(self, symbols: Collection[str], asked: Stretch, had: Container[str]) -> None:
        """
        Note that bars of symbols were asked for and kept. Raises BadConfiguration.

        What was asked for earlier counts on only for those that the store `had` bars of: its
        file may be gone.
        """
        with alone_in(self._folder):
            before: Mapping[str, Stretch] = self.read()
            noted = {
                s: before[s].joined(asked) if s in before and s in had else asked for s in symbols
            }
            after = dict(sorted({**before, **noted}.items()))
            if after != before:
                write_whole(self._folder / FILE, msgspec.json.encode(after))
