"""
Maximum likelihood for many two-state models at once: EM, accelerated.

EM is sure, and slow near its end. Anderson's mixing takes the steps of the last rounds,
finds the combination that would have changed nothing, and goes there; where the likelihood
fell, a model goes back to its EM step, which cannot fail. So a round costs one EM step.
Models that have settled leave the batch, so the others cost less.

Henderson and Varadhan, "Damped Anderson Acceleration With Restarts and Monotonicity Control
for Accelerating EM and EM-like Algorithms", Journal of Computational and Graphical
Statistics 28 (2019).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from tradeengine.regime.chains import Chains, Floats, chains_of, free
from tradeengine.regime.em import em_step

_MEMORY = 5
"""Rounds that the mixing looks back."""

_DAMPING = 1e-10
"""Ridge of the mixing's least squares, as a fraction of its scale."""

_FARTHEST = 4.0
"""Longest way of one number (a mean, a log of a variance, a logit) in one round."""

_CALM_ROUNDS = 2
"""Rounds in a row that must gain next to nothing."""

_CROWD = 0.1
"""Share of models that must be done before they are taken out: taking out copies the data."""

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ascent:
    """Where the ascent ended: the models, their log likelihoods (B), and who settled (B)."""

    chains: Chains
    log_likelihood: Floats
    settled: Flags


def ascend(
    y: Floats,
    chains: Chains,
    before: Floats | None = None,
    *,
    tolerance: float = 1e-6,
    most_rounds: int = 400,
    progress: Callable[[int], None] | None = None,
) -> Ascent:
    """
    Climb until two rounds in a row gain less than `tolerance`, or `most_rounds` are over.

    A round is one EM step of `y` (T x B). `progress` hears how many models still climb.
    """
    best, reached = free(chains), np.full(chains.count, -np.inf)
    settled = np.zeros(chains.count, dtype=np.bool_)
    climbing = np.arange(chains.count)
    party = _Party.at(best)
    for _ in range(most_rounds):
        party.climb(y, before, tolerance)
        done = party.done
        if done.all() or done.mean() > _CROWD:
            best[:, climbing], reached[climbing] = party.best, party.reached
            settled[climbing] = done & np.isfinite(party.reached)
            stays = ~done
            climbing, party = climbing[stays], party.without(done)
            y = y[:, stays]
            before = None if before is None else before[:, stays]
        if progress is not None:
            progress(len(climbing))
        if not len(climbing):
            break
    best[:, climbing], reached[climbing] = party.best, party.reached
    settled[climbing] = party.done & np.isfinite(party.reached)
    return Ascent(chains=chains_of(best), log_likelihood=reached, settled=settled)


@dataclass(slots=True, kw_only=True)
class _Party:
    """Models on their way; P x B numbers without bounds (`chains.free`), the newest last."""

    here: Floats
    """Where the next step is made from."""

    best: Floats
    reached: Floats
    """Log likelihood at `best`, B."""

    after: Floats
    """The EM step from `best`."""

    moves: Floats
    """Moves of `best` in the last rounds, _MEMORY x (P - 1) x B; zeros: none."""

    bends: Floats
    """How the EM step changed with each."""

    calm: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    """Rounds in a row that gained next to nothing."""

    fell: Flags
    """Whether `here` is the EM step itself, since the mixing fell."""

    rounds: int = 0

    @classmethod
    def at(cls, here: Floats) -> Self:
        """Begin."""
        size, count = here.shape
        nothing = np.zeros((_MEMORY, size - 1, count))
        return cls(
            here=here,
            best=here,
            reached=np.full(count, -np.inf),
            after=here,
            moves=nothing,
            bends=nothing.copy(),
            calm=np.zeros(count, dtype=np.intp),
            fell=np.zeros(count, dtype=np.bool_),
        )

    @property
    def done(self) -> Flags:
        """Who has settled: gains nothing, or nothing but roundings."""
        return np.asarray(self.calm >= _CALM_ROUNDS)

    def climb(self, y: Floats, before: Floats | None, tolerance: float) -> None:
        """Make one round."""
        with np.errstate(all="ignore"):  # A stride out of this world has no likelihood.
            stepped, value = em_step(y, chains_of(self.here), before)
            after = free(stepped)
        rose = value >= self.reached
        # An EM step that does not rise is at the top, but for roundings.
        self.calm = np.where(~rose & self.fell, _CALM_ROUNDS, self._calm(rose, value, tolerance))
        self._remember(rose, after)
        self.best = np.where(rose, self.here, self.best)
        self.reached = np.where(rose, value, self.reached)
        self.after = np.where(rose, after, self.after)
        self.fell = ~rose
        self.here = np.where(rose, self._mixed(), self.after)
        self.rounds += 1

    def _calm(
        self, rose: Flags, value: Floats, tolerance: float
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
        gains_nothing = rose & (value - self.reached < tolerance)
        return np.where(gains_nothing | self.done, self.calm + 1, 0)

    def _remember(self, rose: Flags, after: Floats) -> None:
        """Keep the last move and bend; who fell forgets all."""
        slot = (self.rounds - 1) % _MEMORY
        move = (self.here - self.best)[:-1]
        bend = (after - self.after)[:-1] - move
        self.moves[:, :, ~rose] = 0.0
        self.bends[:, :, ~rose] = 0.0
        if self.rounds:
            self.moves[slot] = np.where(rose, move, 0.0)
            self.bends[slot] = np.where(rose, bend, 0.0)

    def _mixed(self) -> Floats:
        """Go where the last steps, combined, would change least; the first state by EM alone."""
        change = (self.after - self.best)[:-1]
        inner = np.einsum("ipb,jpb->bij", self.bends, self.bends)
        ridge = _DAMPING * np.einsum("bii->b", inner) + np.finfo(np.float64).tiny
        inner += ridge[:, None, None] * np.eye(_MEMORY)
        outer = np.einsum("ipb,pb->bi", self.bends, change)
        shares = np.linalg.solve(inner, outer[:, :, None])[:, :, 0]
        way = change - np.einsum("ipb,bi->pb", self.moves + self.bends, shares)
        way *= np.minimum(1.0, _FARTHEST / np.maximum(np.abs(way).max(axis=0), _FARTHEST))
        mixed = self.after.copy()
        mixed[:-1] = self.best[:-1] + way
        return mixed

    def without(self, gone: Flags) -> Self:
        """Give the party without some."""
        stays = ~gone
        return type(self)(
            here=self.here[:, stays],
            best=self.best[:, stays],
            reached=self.reached[stays],
            after=self.after[:, stays],
            moves=self.moves[:, :, stays],
            bends=self.bends[:, :, stays],
            calm=self.calm[stays],
            fell=self.fell[stays],
            rounds=self.rounds,
        )
