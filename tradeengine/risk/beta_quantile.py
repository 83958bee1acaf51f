"""
Quantiles of the Beta distribution, from the standard library alone.

The regularised incomplete beta function by its continued fraction (NIST DLMF
8.17.22, evaluated with Lentz's method), inverted by halving the interval: slow,
sure, and called once a run.
"""

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_STEPS = 400
_HALVINGS = 60
"""Sixty halvings of [0, 1] are finer than a float."""


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Give x with P(X <= x) = `probability` for X ~ Beta(a, b); a, b > 0."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if beta_probability(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_probability(x: float, a: float, b: float) -> float:
    """Give P(X <= x) for X ~ Beta(a, b), 0 < x < 1."""
    # The fraction converges fast only below the mean; above it, use the mirror image.
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_probability(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    return front / a * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _away_from_zero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY
