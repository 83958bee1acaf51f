"""
Order names: deterministic, counted, readable.

`te-<run tag>-<strategy>-<symbol>-<count>-<purpose>`. The run tag makes a name
unique on the account; equal runs of the embedded venue have equal tags. The
prefix tells our orders from a stranger's, the last letter what an order was for.
"""

from itertools import count

from tradeengine.model.names import LETTERS, PREFIX
from tradeengine.model.orders import Purpose

LONGEST_NAME = 128
"""Longest client_order_id that Alpaca takes."""


class OrderNames:
    """Give each order of a run its name."""

    def __init__(self) -> None:
        self.run_tag = "unset"
        self._count = count(1)

    def next_name(self, strategy: str, symbol: str, purpose: Purpose) -> str:
        """Name the next order."""
        tail = f"-{symbol}-{next(self._count):06d}-{LETTERS[purpose]}"
        return f"{PREFIX}{self.run_tag}-{strategy}"[: LONGEST_NAME - len(tail)] + tail


def strategy_of(client_order_id: str) -> str:
    """Read the strategy out of a name of ours ("" if there is none)."""
    parts = client_order_id.removeprefix(PREFIX).split("-")
    return "-".join(parts[1:-3])
