"""Show the market's regime on the terminal, as JSON, or as a figure."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
from rich.console import Console

from tradeengine.atomic_files import write_atomically
from tradeengine.bars.panel import Floats
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.layout import DeskFiles
from tradeengine.quant.desk_day import DeskDay, DeskFlags
from tradeengine.quant.market_regime import marked, regimes_since
from tradeengine.quant.regime_figure import figure_lines, figure_svg
from tradeengine.quant.valuing import DeskData
from tradeengine.regime.fit import LEAST_DURATION, LEAST_OCCUPANCY, LEAST_RATIO
from tradeengine.regime.market import MarketRegime
from tradeengine.regime.market_model import MarketModel
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.regime.reigns import Mark
from tradeengine.settings import Settings

Open = Callable[[Settings, DeskFiles, DeskDay], DeskData]

YEAR = 252
"""Sessions that are shown."""

_WIDE = 110
_TALL = 10
_TRENDS = {1: "rising", -1: "falling", 0: "not known"}


def show_regime(open_data: Open, flags: DeskFlags, svg: Path | None) -> ExitCode:
    """Judge the last year and show it. Raises BadConfiguration."""
    settings, desk, day = flags.open()
    data = open_data(settings, desk, day)
    days, closes = market_closes(data, day.through, settings.regime, YEAR)
    if not days:
        raise BadConfiguration(
            str(desk.bars),
            f"has no closes of the market up to {day.through}",
            f"fetch the daily bars: {flags.fetching(settings, day)}",
        )
    since = days[-YEAR:][0]
    year = regimes_since(desk, days, closes, since, day.through, settings.regime)
    if data.screen([data.market], day.through):
        year[-1] = marked(year[-1], Mark.SPOILED_CLOSES)
    if svg is not None:
        _draw(svg, figure_svg(year, data.market))
    if flags.json:
        print(msgspec.json.encode(_plain(year, data.market)).decode(), flush=True)
        return ExitCode.CLEAN
    width = None if sys.stdout.isatty() else _WIDE
    console = Console(width=width, markup=False, highlight=False)
    for line in figure_lines(year, min(console.width - 12, YEAR), _TALL):
        console.print(line)
    for sentence in sentences(year[-1], data.market):
        console.print(sentence)
    return ExitCode.CLEAN


def market_closes(
    data: DeskData, through: date, parameters: RegimeParameters, sessions: int
) -> tuple[list[date], Floats]:
    """
    Read the market's closes that the regimes of the last so many sessions want.

    Days without a close are left out. None at all: two empty lists.
    """
    behind = parameters.observations + parameters.stale_sessions_max + parameters.refit_sessions
    panel = data.read_panel([data.market], through, sessions + behind + 2)
    if data.market not in panel.symbols:
        return [], np.empty(0)
    closes = panel.close[:, panel.column(data.market)]
    there = np.isfinite(closes)
    return [day for day, known in zip(panel.days, there, strict=True) if known], closes[there]


def sentences(today: MarketRegime, market: str) -> list[str]:
    """Say the state and what it rests on."""
    chance = "not known" if today.probability is None else f"{today.probability:.1%}"
    told = [
        f"{market} at the close of {today.day}: {today.regime}",
        f"filtered probability of high variance {chance}; trend {_TRENDS[today.trend]};"
        f" close {today.close:,.2f}",
    ]
    if today.model is not None:
        told += _model(today.model)
    if today.refused is not None:
        refused = today.refused
        told.append(f"the estimate of {refused.fitted_through} was refused: {refused.verdict}")
    return [*told, *(f"mark: {mark}" for mark in today.marks)]


def _model(model: MarketModel) -> list[str]:
    calm, wild = ((variance * YEAR) ** 0.5 for variance in model.variance)
    stay = [1.0 / (1.0 - chance) for chance in model.stay]
    return [
        f"parameters of {model.fitted_through}, from {model.observations:,} daily returns:"
        f" volatility {calm:.1f} % and {wild:.1f} % a year, lasting {stay[0]:.0f} and"
        f" {stay[1]:.0f} sessions",
        f"{model.verdict}: ratio {model.ratio:.2f} (at least {LEAST_RATIO:g}), duration"
        f" {model.duration:.1f} ({LEAST_DURATION:g}), occupancy {model.occupancy:.2f}"
        f" ({LEAST_OCCUPANCY:g}), log likelihood {model.log_likelihood:,.1f}",
    ]


def _plain(year: list[MarketRegime], market: str) -> dict[str, object]:
    today = {**asdict(year[-1]), "model": year[-1].model, "refused": year[-1].refused}
    days = [
        {
            "day": day.day,
            "close": day.close,
            "regime": day.regime,
            "probability": day.probability,
            "trend": day.trend,
        }
        for day in year
    ]
    return {"market": market, "today": today, "year": days}


def _draw(path: Path, figure: str) -> None:
    try:
        write_atomically(path.absolute(), figure.encode())
    except OSError as error:
        raise BadConfiguration(
            f"--svg {path}", f"cannot be written: {error.strerror}", "name another file"
        ) from error
