"""What the stores say before a session: the facts that its plan is put together from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tradeengine.fundamentals.valuation import Valuation
from tradeengine.model.rejections import Rejection
from tradeengine.quant.connecting_valuation import data_of
from tradeengine.quant.day_figures import DayFigures, day_figures
from tradeengine.quant.live_desk import LiveDesk
from tradeengine.quant.market_regime import marked, regime_on
from tradeengine.quant.showing_regime import market_closes
from tradeengine.quant.stored_desk import MARKET
from tradeengine.quant.valuing import prepare
from tradeengine.regime.market import MarketRegime
from tradeengine.regime.reigns import Mark
from tradeengine.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the stores say before a session."""

    regime: MarketRegime
    vix: tuple[date, float] | None
    """The last close, and its day."""

    valuations: Mapping[str, Valuation]
    refused: Sequence[Rejection]
    """Companies with spoiled bars, without inputs, and without a value."""

    figures: Mapping[str, DayFigures]
    """Of symbols whose bars can be trusted."""

    betas: Mapping[str, float]
    risk_free: float

    def vix_of(self, through: date) -> float | None:
        """Give the close of the session before; an older one says nothing of today."""
        return self.vix[1] if self.vix is not None and self.vix[0] == through else None


def read_facts(settings: Settings, desk: LiveDesk, names: Sequence[str]) -> Facts:
    """Read them for the names of a list; log who is refused. Raises as the stores do."""
    stored, day = desk.stored, desk.day
    prepared = prepare(data_of(stored, day), day, settings.valuation)
    values = prepared.values()
    # A list stands for a quarter, and bars go bad by the day: a split that nobody booked makes
    # a share look half as dear.
    screened = stored.screen(names, day.through)
    market = stored.screen([MARKET], day.through)
    refused = [*market, *screened, *(each for each in values if isinstance(each, Rejection))]
    desk.log(refused, day.day)
    wanted = set(names).difference(each.symbol for each in screened)
    return Facts(
        regime=_regime(settings, desk, spoiled=bool(market)),
        vix=stored.vix_on(day.through),
        valuations={
            each.symbol: each
            for each in values
            if isinstance(each, Valuation) and each.symbol in wanted
        },
        refused=[each for each in (*prepared.refused, *refused) if each.symbol in names],
        figures=day_figures(
            stored.bars(wanted, day.through), day.through, stored.splits_at_open(wanted, day)
        ),
        betas={row.symbol: row.beta for row in prepared.facts if row.symbol in wanted},
        risk_free=prepared.assumed.risk_free,
    )


def _regime(settings: Settings, desk: LiveDesk, *, spoiled: bool) -> MarketRegime:
    through, parameters = desk.day.through, settings.regime
    days, closes = market_closes(data_of(desk.stored, desk.day), through, parameters, 1)
    regime = regime_on(desk.files, days, closes, through, parameters, desk.stored.say)
    return marked(regime, Mark.SPOILED_CLOSES) if spoiled else regime
