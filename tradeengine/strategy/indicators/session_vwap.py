"""Volume-weighted average price since the open of the session."""


class SessionVwap:
    """
    The price that the session's average share was traded at.

    Feed it the bars of one session's regular hours, then `reset`.
    """

    __slots__ = ("_turnover", "_volume")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin a session."""
        self._turnover = self._volume = 0.0

    def update(
        self, high: float, low: float, close: float, volume: float, vwap: float = 0.0
    ) -> float | None:
        """
        Take a bar; give the average, None before the first share.

        A bar counts with its own `vwap` where the feed has one (it is > 0), else
        with (high + low + close) / 3.
        """
        price = vwap if vwap > 0 else (high + low + close) / 3.0
        self._turnover += price * volume
        self._volume += volume
        return self._turnover / self._volume if self._volume > 0 else None
