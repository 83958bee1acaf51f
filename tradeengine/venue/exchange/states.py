"""
The states of an order at the venue, and which may follow which.

The table is total over the statuses this venue uses. The odd rows: a fill while
`pending_cancel` or `pending_replace` is the race that every client meets; from
both an order can fall back to `new` when the request comes to nothing; `held`
is a leg that waits for its entry or for its sibling.
"""

_ENDS = frozenset({"canceled", "expired", "rejected"})
_WORKS = frozenset({"partially_filled", "filled", "pending_cancel", "pending_replace", "replaced"})

MOVES: dict[str, frozenset[str]] = {
    "accepted": _ENDS | {"new", "pending_cancel"},
    "pending_new": _ENDS | {"new", "pending_cancel"},
    "held": _ENDS | {"new", "pending_cancel", "pending_replace", "replaced"},
    "new": _ENDS | _WORKS,
    "partially_filled": _ENDS | _WORKS,
    "pending_cancel": _ENDS | {"new", "partially_filled", "filled", "held"},
    "pending_replace": _ENDS
    | {"new", "partially_filled", "filled", "pending_cancel", "replaced", "held"},
    "filled": frozenset(),
    "canceled": frozenset(),
    "expired": frozenset(),
    "replaced": frozenset(),
    "rejected": frozenset(),
}

TERMINAL = frozenset(status for status, after in MOVES.items() if not after)
"""No move leads out of these."""

NOT_SENT = frozenset({"accepted", "pending_new"})
"""The order is not at the exchange yet, so it cannot be replaced."""

PENDING = frozenset({"pending_cancel", "pending_replace"})
"""A request about the order is under way."""


class ImpossibleMove(AssertionError):
    """The venue itself tried a move the table does not have: a bug here."""
