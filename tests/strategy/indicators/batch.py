"""The indicators once more, from their definitions, over a whole list at a time."""

from itertools import pairwise
from math import fsum

Series = list[float | None]


def rsi(closes: list[float], n: int) -> Series:
    moves = [b - a for a, b in pairwise(closes)]
    values: Series = [None] * min(len(closes), n)
    for end in range(n, len(moves) + 1):
        up = _wilder([max(move, 0.0) for move in moves[:end]], n)
        down = _wilder([max(-move, 0.0) for move in moves[:end]], n)
        values.append(100.0 * up / (up + down) if up + down else 0.0)
    return values


def atr(bars: list[tuple[float, float, float]], n: int) -> Series:
    spans = [
        max(high - low, abs(high - before), abs(low - before))
        for (_, _, before), (high, low, _) in pairwise(bars)
    ]
    head: Series = [None] * min(len(bars), n)
    return head + [_wilder(spans[:end], n) for end in range(n, len(spans) + 1)]


def _wilder(values: list[float], n: int) -> float:
    average = fsum(values[:n]) / n
    for value in values[n:]:
        average = average * (n - 1) / n + value / n
    return average


def macd_histogram(closes: list[float], fast: int, slow: int, signal: int) -> Series:
    slow_line = _ema(closes, slow)
    # Both averages start on bar number `slow`.
    fast_line = _ema(closes[slow - fast :], fast)
    lines = [f - s for f, s in zip(fast_line, slow_line, strict=True)]
    signals = _ema(lines, signal)
    tail: Series = [m - s for m, s in zip(lines[signal - 1 :], signals, strict=True)]
    head: Series = [None] * (len(closes) - len(tail))
    return head + tail


def _ema(values: list[float], n: int) -> list[float]:
    if len(values) < n:
        return []
    line = [fsum(values[:n]) / n]
    for value in values[n:]:
        line.append(line[-1] * (1 - 2 / (n + 1)) + value * 2 / (n + 1))
    return line


def kama(prices: list[float], n: int) -> Series:
    values: Series = [None] * min(len(prices), n)
    average = prices[n - 1] if len(prices) >= n else 0.0
    for t in range(n, len(prices)):
        way = fsum(abs(prices[t - i] - prices[t - i - 1]) for i in range(n))
        ratio = min(1.0, abs(prices[t] - prices[t - n]) / way) if way else 1.0
        average += (ratio * (2 / 3 - 2 / 31) + 2 / 31) ** 2 * (prices[t] - average)
        values.append(average)
    return values


def slope(values: list[float], n: int) -> Series:
    xs = [float(i) for i in range(n)]
    out: Series = [None] * min(len(values), n - 1)
    for end in range(n, len(values) + 1):
        ys = values[end - n : end]
        cross = n * fsum(x * y for x, y in zip(xs, ys, strict=True)) - fsum(xs) * fsum(ys)
        out.append(cross / (n * fsum(x * x for x in xs) - fsum(xs) ** 2))
    return out


def vwap(bars: list[tuple[float, float, float, float]]) -> list[float]:
    return [
        fsum((high + low + close) / 3 * volume for high, low, close, volume in bars[:end])
        / fsum(volume for *_, volume in bars[:end])
        for end in range(1, len(bars) + 1)
    ]
