"""
What stopped each candidate: the gates that said no, how often, and with which numbers last.

Strategy and risk gate are counted alike: both name a gate, its limit and the actual.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tradeengine.model.events import DecisionMade, OrderDenied
from tradeengine.model.orders import Purpose


@dataclass(slots=True)
class Stop:
    """A gate that stopped a symbol `times` times; limit and actual are those of the last time."""

    gate: str
    times: int
    limit: str
    actual: str


class Stops:
    """Count, by symbol and gate, what was stopped."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Stop]] = {}

    def decided(self, decision: DecisionMade) -> None:
        """Count a strategy's look at a symbol, if a gate failed."""
        if decision.gate:
            self._count(decision.symbol, decision.gate, decision.limit, decision.actual)

    def denied(self, denial: OrderDenied) -> None:
        """Count an entry that the risk gate denied."""
        if denial.intent.purpose is Purpose.ENTRY:
            self._count(denial.intent.symbol, denial.reason.name, denial.limit, denial.actual)

    def by_symbol(self) -> Mapping[str, tuple[Stop, ...]]:
        """Give the gates of each symbol, the most frequent first."""
        return {
            symbol: tuple(sorted(gates.values(), key=lambda stop: (-stop.times, stop.gate)))
            for symbol, gates in sorted(self._found.items())
        }

    def _count(self, symbol: str, gate: str, limit: str, actual: str) -> None:
        gates = self._found.setdefault(symbol, {})
        stop = gates.setdefault(gate, Stop(gate, 0, "", ""))
        stop.times += 1
        stop.limit, stop.actual = limit, actual
