"""
Progress for pipes, logs and CI: one plain line for each thing worth knowing.

A line when the state changes, one for each fill and each alert, and one every so
many minutes of engine time, so that a long run shows that it lives.
"""

from collections.abc import Iterator, Sequence

from tradeengine.console import words
from tradeengine.console.parameters import ConsoleParameters
from tradeengine.console.snapshot import ConsoleSnapshot
from tradeengine.model.instants import MINUTE
from tradeengine.model.orders import EngineState


class ProgressLines:
    """Turn snapshots into the lines that were not said before."""

    def __init__(self, parameters: ConsoleParameters) -> None:
        self._pause = parameters.progress_minutes * MINUTE
        self._state: EngineState | None = None
        self._fills = self._alerts = 0
        self._summed_up: int | None = None

    def news(self, shot: ConsoleSnapshot) -> Iterator[str]:
        """Yield what is new since the last snapshot, oldest first."""
        when = words.clock(shot.now)
        happened = [*self._state_line(shot), *_latest(shot.fill_lines, shot.fills - self._fills)]
        # Each with its own time: the snapshot may be taken long after, in engine time.
        yield from sorted(happened, key=_time_of)
        for line in _latest(shot.alerts, shot.alert_count - self._alerts):
            yield f"{when} alert {line}"
        self._fills, self._alerts = shot.fills, shot.alert_count
        if self._summed_up is None:
            self._summed_up = shot.now
        elif shot.now - self._summed_up >= self._pause:
            self._summed_up = shot.now
            yield f"{when} {_sum_up(shot)}"

    def _state_line(self, shot: ConsoleSnapshot) -> Iterator[str]:
        if shot.state is not self._state:
            self._state = shot.state
            reason = f": {shot.state_reason}" if shot.state_reason else ""
            yield f"{words.clock(shot.state_since or shot.now)} state {shot.state.value}{reason}"


def _time_of(line: str) -> str:
    return line.partition(" ")[0]


def _latest(lines: Sequence[str], count: int) -> Sequence[str]:
    return lines[-count:] if count > 0 else ()


def _sum_up(shot: ConsoleSnapshot) -> str:
    denied = sum(shot.denials.values())
    return (
        f"{shot.state.value} equity {words.money(shot.equity)}"
        f" open {words.profit(shot.unrealised)} drawdown {words.percent(shot.drawdown)}"
        f" | {words.counted(len(shot.positions), 'position')}"
        f", {words.counted(len(shot.orders), 'open order')}"
        f" | sent {shot.orders_sent}, filled {shot.fills}, denied {denied}"
        f" | data {words.age(shot.feed_age_seconds)} old"
    )
