"""
The classic design: one share after the other through statsmodels.

Runs in an interpreter of its own, which has statsmodels (it is no dependency of ours):

    python statsmodels_loop_round.py RETURNS.npy

The file holds T x (1 + N) log returns, the market first. For each share: a two-state
Markov-switching regression on its last 1,260 returns, which are the history behind a mean
return difference, and a least-squares beta. Prints a line of JSON: wall and CPU seconds, and
how many fits failed. Loading the library is not counted.
"""

import json
import sys
import time
import warnings

import numpy as np
import statsmodels.api as sm
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

DAYS = 1260


def main(path: str) -> None:
    """Fit all shares and say how long it took."""
    returns = np.load(path)[-DAYS:]
    market, shares = returns[:, 0], returns[:, 1:]
    failed = 0
    wall, cpu = time.perf_counter(), time.process_time()
    for own in shares.T:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                MarkovRegression(100 * own, k_regimes=2, trend="c", switching_variance=True).fit()
                sm.OLS(own, sm.add_constant(market)).fit()
        except (RuntimeError, ValueError, np.linalg.LinAlgError):
            failed += 1
    print(
        json.dumps(
            {
                "wall_seconds": time.perf_counter() - wall,
                "cpu_seconds": time.process_time() - cpu,
                "failed": failed,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
