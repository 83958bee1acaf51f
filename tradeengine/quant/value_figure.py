"""The distribution of a share's value: as text, and as an SVG figure."""

import numpy as np

from tradeengine.fundamentals.valuation import Appraisal
from tradeengine.quant.svg import box, document, upright, words
from tradeengine.quant.terminal_plots import counted, histogram

_ROWS = 24
_BINS = 60
_WIDTH, _HEIGHT = 760, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 20, 740, 50, 320
_BELOW, _ABOVE, _PRICE, _MEDIAN = "#c8ccd2", "#5b8fc7", "#c0392b", "#222222"


def figure_rows(appraisal: Appraisal, width: int) -> list[str]:
    """Draw the distribution, one line for each step of value; the price has its mark."""
    low, high = _range(appraisal)
    step, price = (high - low) / _ROWS, appraisal.valuation.price
    rows = []
    for row, bar in enumerate(histogram(appraisal.per_share, low, high, _ROWS, width)):
        begin = low + row * step
        here = begin <= price < begin + step
        rows.append(f"{begin:>10,.2f} {'►' if here else '│'}{bar}{' price' if here else ''}")
    return rows


def figure_svg(appraisal: Appraisal) -> str:
    """Draw the same as a figure: the paths above the price in colour."""
    low, high = _range(appraisal)
    value = appraisal.valuation
    counts = counted(appraisal.per_share, low, high, _BINS)
    wide, most = (_RIGHT - _LEFT) / _BINS, max(int(counts.max()), 1)

    def across(dollars: float) -> float:
        share = (min(max(dollars, low), high) - low) / (high - low)
        return _LEFT + share * (_RIGHT - _LEFT)

    bars = []
    for place, count in enumerate(counts):
        tall = (_BOTTOM - _TOP) * int(count) / most
        above = low + (place + 0.5) * (high - low) / _BINS > value.price
        left = _LEFT + place * wide
        bars.append(box(left, _BOTTOM - tall, wide - 1, tall, _ABOVE if above else _BELOW))
    marks = [
        upright(across(value.price), _TOP, _BOTTOM, _PRICE),
        words(across(value.price), _TOP - 6, f"price {value.price:,.2f}", _PRICE, "middle"),
        upright(across(value.median), _TOP, _BOTTOM, _MEDIAN),
        words(across(value.median), _BOTTOM + 32, f"median {value.median:,.2f}", _MEDIAN, "middle"),
        *(
            words(across(tick), _BOTTOM + 16, f"{tick:,.0f}", anchor="middle")
            for tick in np.linspace(low, high, 7)
        ),
    ]
    title = (
        f"{value.symbol} before {value.as_of}: dollars a share on 98 of 100 of"
        f" {value.paths:,} paths,"
        f" P(undervalued) {value.p_undervalued:.1%}"
    )
    return document(_WIDTH, _HEIGHT, title, [*bars, *marks])


def _range(appraisal: Appraisal) -> tuple[float, float]:
    """Give what is shown: 98 of 100 paths, and the price."""
    low, high = np.percentile(appraisal.per_share, [1, 99])
    price = appraisal.valuation.price
    return min(float(low), 0.95 * price), max(float(high), 1.05 * price)
