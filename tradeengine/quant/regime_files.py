"""
The market's estimated models: one JSON file a refit day, accepted or not.

A file is written once and then stands: parameters are frozen even when bars are corrected
later. Who asks for a day sees the files dated up to it.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from tradeengine.errors import BadConfiguration
from tradeengine.layout import write_atomically
from tradeengine.regime.market_model import MarketModel


class RegimeFiles:
    """The files in a folder (`DeskFiles.regime`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, through: date) -> list[MarketModel]:
        """Give the models up to a day, the oldest first. Raises BadConfiguration if damaged."""
        paths = sorted(self._folder.glob("????-??-??.json"))
        return [_read(path) for path in paths if path.stem <= through.isoformat()]

    def keep(self, models: Sequence[MarketModel]) -> None:
        """
        Write the models whose day has no file with the same number of observations.

        Raises BadConfiguration when the disk says no.
        """
        standing = {
            (model.fitted_through, model.observations, model.version)
            for model in self.read(date.max)
        }
        for model in models:
            if (model.fitted_through, model.observations, model.version) not in standing:
                self._write(model)

    def _write(self, model: MarketModel) -> None:
        path = self._folder / f"{model.fitted_through.isoformat()}.json"
        text = msgspec.json.format(msgspec.json.encode(model), indent=2)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text + b"\n")
        except OSError as error:
            raise BadConfiguration(
                str(path), f"cannot be written: {error.strerror}", "mend the disk"
            ) from error


def _read(path: Path) -> MarketModel:
    try:
        return msgspec.json.decode(path.read_bytes(), type=MarketModel)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadConfiguration(
            str(path), f"is no model of the market: {error}", "move it away; it is estimated anew"
        ) from error
