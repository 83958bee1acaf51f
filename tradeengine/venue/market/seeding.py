"""
Where chance comes from: one generator for each use, symbol and date.

Whoever else trades, and whichever day is asked for first, changes nothing.
"""

import hashlib
from datetime import date

import numpy as np


def draws_for(seed: int, day: date, symbol: str, use: str) -> np.random.Generator:
    """Give the generator for one use of chance in a symbol's session."""
    return np.random.default_rng([seed, day.toordinal(), number_of(f"{symbol} {use}")])


def number_of(text: str) -> int:
    """Give a number of 64 bits that a text always has and others do not."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
