"""
The market's regime before a session: closes in, a state out, parameters kept on the way.

Estimating takes a part of a second and happens on the first call of a refit period: call it
off the event loop.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tradeengine.bars.panel import Floats
from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles
from tradeengine.model.plan import Regime
from tradeengine.quant.regime_files import RegimeFiles
from tradeengine.quant.setting_aside import Say, say_on_terminal
from tradeengine.regime.market import MarketRegime, market_regimes, models_for
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.regime.reigns import Mark


def regime_on(
    desk: DeskFiles,
    days: Sequence[date],
    closes: Floats,
    through: date,
    parameters: RegimeParameters,
    say: Say = say_on_terminal,
) -> MarketRegime:
    """
    Give the regime at the close of `through`, from the market's closes up to it.

    UNKNOWN when the last close is of an earlier day; `say` hears of damaged files. Raises
    BadConfiguration without closes, for closes that are no prices, and for the disk.
    """
    return regimes_since(desk, days, closes, through, through, parameters, say)[-1]


def regimes_since(
    desk: DeskFiles,
    days: Sequence[date],
    closes: Floats,
    since: date,
    through: date,
    parameters: RegimeParameters,
    say: Say = say_on_terminal,
) -> list[MarketRegime]:
    """
    Give the regimes of the days from `since` to `through`, each as it was known on its day.

    The last one is the last known day's, even when that is before `since`. Raises as `regime_on`.
    """
    known = [day for day in days if day <= through]
    if not known:
        raise BadConfiguration(
            str(desk.bars),
            f"has no closes of the market up to {through}",
            "fetch the daily bars: tradeengine refresh-universe",
        )
    since, closes = min(since, known[-1]), closes[: len(known)]
    files = RegimeFiles(desk.regime, say)
    try:
        models = models_for(known, closes, since, parameters, files.read(through))
        judged = market_regimes(known, closes, since, parameters, models)
    except ValueError as error:
        raise BadConfiguration(str(desk.bars), str(error), "fetch the daily bars anew") from error
    files.keep(models)
    return judged if known[-1] == through else [*judged[:-1], marked(judged[-1], Mark.STALE_CLOSES)]


def marked(regime: MarketRegime, mark: Mark) -> MarketRegime:
    """Give a regime that is not known after all, and says why."""
    return replace(regime, regime=Regime.UNKNOWN, marks=(*regime.marks, mark))
