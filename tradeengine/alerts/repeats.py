"""
The same alert again: counted while its window is open, told as xN when it ends.

A window begins when an alert is told. One that ends with repeats is told again and
begins anew, so a fault that goes on is heard of once a window, with its count.
"""

from msgspec import Struct

from tradeengine.alerts.alert import Alert
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Severity

Key = tuple[Severity, str, str]


class _Window(Struct):
    alert: Alert
    ends: int
    told: int
    """1 when its first happening was told by itself, and is the first of the xN."""
    repeats: int = 0


class Repeats:
    """Tell new alerts from repeated ones; at most `limit` different ones are remembered."""

    def __init__(self, window_seconds: float, limit: int) -> None:
        self._length = int(window_seconds * NANOS)
        self._limit = limit
        # In the order in which they end, because all windows are equally long.
        self._windows: dict[Key, _Window] = {}

    def is_new(self, alert: Alert) -> bool:
        """Tell whether an alert must be told; if not, it is counted."""
        window = self._windows.get(_key(alert))
        if window is None:
            self._open(alert, told=1)
            return True
        window.repeats += 1
        return False

    def next_end(self) -> int | None:
        """Give the instant at which the first window ends, or None."""
        return next((window.ends for window in self._windows.values()), None)

    def ended(self, now: int) -> list[Alert]:
        """Close the windows that have ended by `now`; give what must be told with its count."""
        return self._close([w for w in self._windows.values() if w.ends <= now], now)

    def overflow(self, now: int) -> list[Alert]:
        """Forget the oldest windows beyond the limit; give what must be told for that."""
        beyond = max(0, len(self._windows) - self._limit)
        return self._close(list(self._windows.values())[:beyond], now, reopen=False)

    def untold(self, now: int) -> list[Alert]:
        """Close all windows, as at the end of a run."""
        return self._close(list(self._windows.values()), now, reopen=False)

    def _open(self, alert: Alert, *, told: int) -> None:
        ends = alert.at + self._length
        self._windows[_key(alert)] = _Window(alert=alert, ends=ends, told=told)

    def _close(self, windows: list[_Window], now: int, *, reopen: bool = True) -> list[Alert]:
        told = []
        for window in windows:
            del self._windows[_key(window.alert)]
            if window.repeats:
                told.append(window.alert.again(window.told + window.repeats, now))
        for alert in told if reopen else ():
            self._open(alert, told=0)
        return told


def _key(alert: Alert) -> Key:
    return alert.severity, alert.code, alert.text
