"""The market's last year: its closes above, the state of each day below."""

from collections.abc import Sequence

from rich.text import Text

from tradeengine.model.plan import Regime
from tradeengine.quant.svg import box, document, path, words
from tradeengine.quant.terminal_plots import line, thinned
from tradeengine.regime.market import MarketRegime

GLYPHS = {
    Regime.LV_BULL: ("u", "green"),
    Regime.LV_BEAR: ("d", "cyan"),
    Regime.HV_BULL: ("U", "yellow"),
    Regime.HV_BEAR: ("D", "red"),
    Regime.UNKNOWN: ("?", "white"),
}
"""A letter, for terminals without colour, and a colour."""

_COLOURS = {
    Regime.LV_BULL: "#4caf7a",
    Regime.LV_BEAR: "#5bb8c7",
    Regime.HV_BULL: "#e0a93b",
    Regime.HV_BEAR: "#c0392b",
    Regime.UNKNOWN: "#b0b4ba",
}
_WIDTH, _HEIGHT = 900, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 880, 40, 290
_STRIP, _TALL = 300, 22


def figure_lines(year: Sequence[MarketRegime], width: int, height: int) -> list[Text]:
    """Draw at most `width` days, evenly chosen, in colours and letters."""
    shown = [year[place] for place in thinned(len(year), width)]
    closes = [day.close for day in shown]
    scale = {0: f"{max(closes):,.2f}", height - 1: f"{min(closes):,.2f}"}
    lines = [
        Text(f"{scale.get(row, ''):>9} {columns}")
        for row, columns in enumerate(line(closes, height))
    ]
    strip = Text(f"{'state':>9} ")
    for day in shown:
        strip.append(*GLYPHS[day.regime])
    legend = Text(" " * 10)
    for regime, (letter, colour) in GLYPHS.items():
        legend.append(f"{letter} {regime.value}   ", colour)
    ends = Text(f"{'':>10}{shown[0].day}  to  {shown[-1].day}")
    return [*lines, strip, ends, legend]


def figure_svg(year: Sequence[MarketRegime], market: str) -> str:
    """Draw every day, as a figure."""
    closes = [day.close for day in year]
    low, span = min(closes), (max(closes) - min(closes)) or 1.0
    wide = (_RIGHT - _LEFT) / len(year)
    points = [
        (_LEFT + (place + 0.5) * wide, _BOTTOM - (close - low) / span * (_BOTTOM - _TOP))
        for place, close in enumerate(closes)
    ]
    strip = [
        box(_LEFT + place * wide, _STRIP, wide + 0.2, _TALL, _COLOURS[day.regime])
        for place, day in enumerate(year)
    ]
    legend = []
    for place, (regime, colour) in enumerate(_COLOURS.items()):
        left = _LEFT + place * 150
        legend += [box(left, 350, 12, 12, colour), words(left + 18, 361, regime.value)]
    scale = [
        words(_LEFT - 6, _TOP + 4, f"{max(closes):,.2f}", anchor="end"),
        words(_LEFT - 6, _BOTTOM + 4, f"{low:,.2f}", anchor="end"),
        words(_LEFT, 340, year[0].day.isoformat()),
        words(_RIGHT, 340, year[-1].day.isoformat(), anchor="end"),
    ]
    title = f"{market}: closes, and the regime of each day as it was known on it"
    parts = [*strip, path(points, "#222222"), *scale, *legend]
    return document(_WIDTH, _HEIGHT, title, parts)
