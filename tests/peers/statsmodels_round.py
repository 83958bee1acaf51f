"""
Fit a two-state Markov-switching model to each column with statsmodels, as its page shows.

    python statsmodels_round.py RETURNS.npy ANSWER.npy

ANSWER has a row each: log likelihood, filtered probability of the state of higher variance on
the last day, the lower and the higher variance; NaN where the fit fails.
Prints the CPU seconds that the fits took.
"""

import sys
import time
import warnings

import numpy as np
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression


def fitted(returns: np.ndarray) -> tuple[float, ...]:
    """Fit one series; NaN when statsmodels gives up."""
    model = MarkovRegression(returns, k_regimes=2, trend="c", switching_variance=True)
    try:
        found = model.fit(disp=0)
    except (RuntimeError, ValueError, np.linalg.LinAlgError):
        return (np.nan,) * 4
    variances = found.params[-2:]
    wild = int(np.argmax(variances))
    last = found.filtered_marginal_probabilities[-1, wild]
    return found.llf, last, min(variances), max(variances)


def main() -> None:
    """Fit every column."""
    warnings.simplefilter("ignore")
    returns = np.load(sys.argv[1])
    begun = time.process_time()
    answers = [fitted(column) for column in returns.T]
    spent = time.process_time() - begun
    np.save(sys.argv[2], np.array(answers).T)
    print(spent)


if __name__ == "__main__":
    main()
