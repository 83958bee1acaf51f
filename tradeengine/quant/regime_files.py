"""
The market's estimated models: one JSON file a refit day and number of returns, accepted or not.

A file is written once and then stands: parameters are frozen even when bars are corrected
later. Who asks for a day sees the files dated up to it. The name tells the last day and the
number of the returns that a model was fitted on, and the content tells the same: a file in
which the two differ, or whose numbers are no model, is set aside and estimated anew.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from tradeengine.atomic_files import write_atomically
from tradeengine.errors import BadConfiguration
from tradeengine.quant.setting_aside import Say, say_on_terminal, set_aside
from tradeengine.regime.market_model import MarketModel


class RegimeFiles:
    """The files in a folder (`DeskFiles.regime`); `say` hears of damaged ones."""

    def __init__(self, folder: Path, say: Say = say_on_terminal) -> None:
        self._folder, self._say = folder, say

    def read(self, through: date) -> list[MarketModel]:
        """
        Give the models up to a day, the oldest first.

        Raises BadConfiguration when a damaged file cannot be moved.
        """
        return list(self._read(through))

    def _read(self, through: date) -> Iterator[MarketModel]:
        for path in sorted(self._folder.glob("????-??-??*.json")):
            if path.stem[:10] > through.isoformat():
                continue
            try:
                yield _model_in(path)
            except _Damaged as damage:
                set_aside(path, str(damage), "its parameters are estimated anew", self._say)

    def keep(self, models: Sequence[MarketModel]) -> None:
        """
        Write the models that are not there, by last day, number of returns and version.

        Raises BadConfiguration when the disk says no.
        """
        standing = {_key(model) for model in self.read(date.max)}
        for model in models:
            # What is no number cannot be written as one: it is estimated each time.
            if _key(model) not in standing and not model.flaw():
                self._write(model)

    def _write(self, model: MarketModel) -> None:
        path = self._folder / f"{_name(model)}.json"
        text = msgspec.json.format(msgspec.json.encode(model), indent=2)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text + b"\n")
        except OSError as error:
            raise BadConfiguration(
                str(path), f"cannot be written: {error.strerror}", "mend the disk"
            ) from error


class _Damaged(Exception):
    """A file is no model, in words."""


def _key(model: MarketModel) -> tuple[date, int, int]:
    return model.fitted_through, model.observations, model.version


def _name(model: MarketModel) -> str:
    return f"{model.fitted_through.isoformat()}-{model.observations}"


def _model_in(path: Path) -> MarketModel:
    try:
        model = msgspec.json.decode(path.read_bytes(), type=MarketModel)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _Damaged(f"is no model of the market: {error}") from None
    # Files of earlier releases have the day alone for their name.
    if path.stem not in {_name(model), model.fitted_through.isoformat()}:
        raise _Damaged(
            f"was fitted on something else: {model.observations} returns through"
            f" {model.fitted_through}"
        )
    if flaw := model.flaw():
        raise _Damaged(f"is no model of the market: {flaw}")
    return model
