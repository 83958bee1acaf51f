"""Plots of characters: a histogram, and a line over a year."""

from collections.abc import Sequence

import numpy as np

from tradeengine.bars.panel import Floats

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_RISING = " ▁▂▃▄▅▆▇█"


def histogram(values: Floats, low: float, high: float, bins: int, width: int) -> list[str]:
    """Draw one bar a line, the fullest `width` characters long; values outside are left out."""
    counts = counted(values, low, high, bins)
    most = max(int(counts.max()), 1)
    return [_bar(8 * width * int(count) // most) for count in counts]


def counted(values: Floats, low: float, high: float, bins: int) -> np.ndarray:
    """Count values in bins of equal width; those outside are left out."""
    return np.histogram(values, bins=bins, range=(low, high))[0]


def _bar(eighths: int) -> str:
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def line(values: Sequence[float], height: int) -> list[str]:
    """
    Draw a column a value, the lowest of them one eighth high; `height` lines, the top first.

    Columns are filled from the ground, so that the line is seen without colour.
    """
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    levels = [1 + round((value - low) / span * (8 * height - 1)) for value in values]
    return [
        "".join(_RISING[min(max(level - 8 * row, 0), 8)] for level in levels)
        for row in reversed(range(height))
    ]


def thinned(count: int, width: int) -> list[int]:
    """Give at most `width` places of so many, evenly, the last included."""
    shown = min(count, width)
    return [count - 1 - (shown - 1 - place) * (count - 1) // max(shown - 1, 1)
            for place in range(shown)]  # fmt: skip
