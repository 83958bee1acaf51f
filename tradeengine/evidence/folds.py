"""
Folds for samples whose labels reach into the future, so that training never sees the test.

The label of sample i is known at `ends[i]`, an index of samples. A training sample whose
span meets the test's span is purged; so are the next `embargo` samples after it, whose
features still remember it. Lopez de Prado, "Advances in Financial Machine Learning" (2018),
chapters 7 and 12.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Fold:
    """Indices of the samples to train on and to test on, rising."""

    train: Places
    test: Places


def purged(ends: Places, folds: int, embargo: int = 0) -> list[Fold]:
    """Cut N samples into test folds in a row. Raises ValueError for fewer than two folds."""
    return list(combinatorial(ends, folds, 1, embargo))


def combinatorial(ends: Places, groups: int, tested: int, embargo: int = 0) -> Iterator[Fold]:
    """
    Give every choice of `tested` of the groups as a test, the rest purged to train on (CPCV).

    Raises ValueError unless there are more groups than are tested, and samples for all.
    """
    count = len(ends)
    if not 0 < tested < groups <= count:
        raise ValueError("wants more groups than are tested, and a sample for each group")
    parts = np.array_split(np.arange(count), groups)
    for choice in combinations(range(groups), tested):
        test = np.concatenate([parts[place] for place in choice])
        train = _apart(ends, [parts[place] for place in choice], embargo)
        yield Fold(train=train, test=test)


def _apart(ends: Places, tests: Sequence[Places], embargo: int) -> Places:
    """Give the samples whose spans meet no test's and which come after no embargo."""
    samples, free = np.arange(len(ends)), np.ones(len(ends), dtype=np.bool_)
    for test in tests:
        first, last = test[0], ends[test].max()
        free &= (ends < first) | (samples > last + embargo)
    return np.flatnonzero(free)


def splits(groups: int, tested: int) -> int:
    """Count the choices of `combinatorial`."""
    return comb(groups, tested)


def paths(groups: int, tested: int) -> int:
    """Count the whole histories that the tests of `combinatorial` put together."""
    return comb(groups, tested) * tested // groups
