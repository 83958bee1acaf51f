"""
How much of the account a strategy's record justifies.

The win rate is a Beta posterior's lower quantile and the payoff ratio is shrunk
towards one, so a short or lucky record asks for little. The binary Kelly
fraction is then read as a fraction of equity to hold, which is a strong
under-bet on purpose. Floats: an opinion about the future, not money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import fmean

from tradeengine.risk.beta_quantile import beta_quantile
from tradeengine.risk.parameters import RiskLimits

PRIOR_WIN_RATE = 0.5


@dataclass(frozen=True, slots=True)
class Record:
    """A record of closed trades after shrinkage: win rate's lower quantile and payoff ratio."""

    win_rate: float
    payoff: float

    @property
    def kelly(self) -> float:
        """The binary Kelly fraction; negative when the record speaks against trading."""
        return (self.payoff * self.win_rate - (1 - self.win_rate)) / self.payoff


def read_record(returns: Sequence[float], limits: RiskLimits) -> Record:
    """Shrink net returns of closed round trips (fractions; zero counts as a loss)."""
    wins = [r for r in returns if r > 0]
    losses = [-r for r in returns if r <= 0]
    prior = limits.kelly_prior_trades
    a = len(wins) + prior * PRIOR_WIN_RATE
    b = len(losses) + prior * (1 - PRIOR_WIN_RATE)
    return Record(beta_quantile(limits.kelly_quantile, a, b), _payoff(wins, losses, limits))


def _payoff(wins: list[float], losses: list[float], limits: RiskLimits) -> float:
    weight = min(len(wins), len(losses))
    if not weight or not any(losses):
        return 1.0
    measured = log(fmean(wins) / fmean(losses))
    return exp(weight * measured / (weight + limits.kelly_prior_payoffs))
