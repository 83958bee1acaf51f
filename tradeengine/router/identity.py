"""
Order names: deterministic, counted, readable.

`te-<run tag>-<strategy>-<symbol>-<count>-<purpose>`. The run tag makes a name
unique on the account; equal runs of the embedded venue have equal tags. The
prefix tells our orders from a stranger's, the last letter what an order was for.
"""

from itertools import count

from tradeengine.model.orders import Purpose

PREFIX = "te-"
LONGEST_NAME = 128
"""Longest client_order_id that Alpaca takes."""

_LETTERS = {
    Purpose.ENTRY: "e",
    Purpose.EXIT: "x",
    Purpose.PROTECT: "p",
    Purpose.FLATTEN: "f",
}
_PURPOSES = {letter: purpose for purpose, letter in _LETTERS.items()}


class OrderNames:
    """Give each order of a run its name."""

    def __init__(self) -> None:
        self.run_tag = "unset"
        self._count = count(1)

    def next_name(self, strategy: str, symbol: str, purpose: Purpose) -> str:
        """Name the next order."""
        tail = f"-{symbol}-{next(self._count):06d}-{_LETTERS[purpose]}"
        return f"{PREFIX}{self.run_tag}-{strategy}"[: LONGEST_NAME - len(tail)] + tail


def is_ours(client_order_id: str) -> bool:
    """Tell whether some run of this engine made the order."""
    return client_order_id.startswith(PREFIX) and client_order_id[-1:] in _PURPOSES


def purpose_of(client_order_id: str) -> Purpose:
    """Read the purpose out of a name of ours. Raises KeyError for a stranger's."""
    return _PURPOSES[client_order_id[-1:]]


def strategy_of(client_order_id: str) -> str:
    """Read the strategy out of a name of ours ("" if there is none)."""
    parts = client_order_id.removeprefix(PREFIX).split("-")
    return "-".join(parts[1:-3])
