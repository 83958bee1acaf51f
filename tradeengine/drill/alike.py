"""How long engine and broker held different positions: two timelines, laid over each other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tradeengine.drill.evidence import Evidence
from tradeengine.drill.witness import Positions
from tradeengine.model.instants import NANOS

_ZERO = Decimal(0)


def longest_difference(evidence: Evidence) -> tuple[float, str]:
    """Give how long a symbol's positions differed at most, in seconds, and which."""
    comparison = _Comparison()
    changes = [(at, 0, held) for at, held in evidence.venue_positions]
    changes += [(at, 1, held) for at, held in _ledger(evidence)]
    for at, side, held in sorted(changes, key=lambda change: change[:2]):
        comparison.look(at)
        comparison.held[side] = held
        comparison.compare(at)
    comparison.look(max((said.at for said in evidence.said), default=0))
    nanos, words = comparison.worst
    return nanos / NANOS, words


def _ledger(evidence: Evidence) -> Iterator[tuple[int, Positions]]:
    """Give what the ledger held from when on."""
    held: Positions = {}
    for at, symbol, quantity in evidence.engine_positions():
        held = {**held, symbol: quantity}
        yield at, held


@dataclass(slots=True)
class _Comparison:
    """What venue and ledger hold now, since when symbols differ, and the worst so far."""

    held: list[Positions] = field(default_factory=lambda: [{}, {}])
    since: dict[str, int] = field(default_factory=dict)
    worst: tuple[int, str] = (0, "")

    def look(self, now: int) -> None:
        """Take the differences that have lasted until now into account."""
        for symbol, began in self.since.items():
            there, here = self._both(symbol)
            words = f"{symbol} {here:f} here, {there:f} there"
            self.worst = max(self.worst, (now - began, words))

    def compare(self, now: int) -> None:
        """Note which symbols differ from now on, and which no longer."""
        for symbol in {*self.held[0], *self.held[1], *self.since}:
            there, here = self._both(symbol)
            if there == here:
                self.since.pop(symbol, None)
            else:
                self.since.setdefault(symbol, now)

    def _both(self, symbol: str) -> tuple[Decimal, Decimal]:
        return self.held[0].get(symbol, _ZERO), self.held[1].get(symbol, _ZERO)
