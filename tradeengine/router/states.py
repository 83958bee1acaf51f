"""
The life of an order at our side, as a table.

`LIFE[state][happening]` is what an order becomes. The table is total: every
happening has a row in every state, because brokers do send a fill after a
cancel. Rows that should not happen carry a note; they are applied as written
and reported as `OrderStale`, never dropped in silence.
"""

from enum import StrEnum
from typing import NamedTuple


class OrderState(StrEnum):
    """Where an order stands."""

    SENT = "sent"
    WORKING = "working"
    CANCELLING = "cancelling"
    UNRESOLVED = "unresolved"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REPLACED = "replaced"
    NEVER_SENT = "never sent"

    @property
    def ended(self) -> bool:
        """Whether nothing more is expected."""
        return self in ENDED


class Happening(StrEnum):
    """What can happen to an order."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PART_FILLED = "part filled"
    FILLED = "filled"
    CANCEL_ASKED = "cancel asked"
    CANCEL_REJECTED = "cancel rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    UNRESOLVED = "unresolved"
    NOT_FOUND = "not found"


class Row(NamedTuple):
    """The next state, and why this row is odd ("" if it is not)."""

    becomes: OrderState
    note: str = ""


_S, _H = OrderState, Happening
ENDED = frozenset({_S.FILLED, _S.CANCELLED, _S.REJECTED, _S.EXPIRED, _S.REPLACED, _S.NEVER_SENT})

_FINAL_WORDS: dict[Happening, Row] = {
    _H.REJECTED: Row(_S.REJECTED),
    _H.FILLED: Row(_S.FILLED),
    _H.CANCELLED: Row(_S.CANCELLED),
    _H.EXPIRED: Row(_S.EXPIRED),
    _H.REPLACED: Row(_S.REPLACED),
}


def _open(state: OrderState, **odd: Row) -> dict[Happening, Row]:
    """Rows of a state in which the order may still be filled."""
    rows = {
        **_FINAL_WORDS,
        _H.ACCEPTED: Row(_S.WORKING),
        _H.PART_FILLED: Row(_S.WORKING),
        _H.CANCEL_ASKED: Row(_S.CANCELLING),
        _H.CANCEL_REJECTED: Row(state, "a cancel was refused that we did not ask for"),
        _H.UNRESOLVED: Row(_S.UNRESOLVED),
        _H.NOT_FOUND: Row(state, "the look-up missed an order that the stream has shown"),
    }
    return rows | {Happening[name]: row for name, row in odd.items()}


def _ended(state: OrderState) -> dict[Happening, Row]:
    """Rows of a state in which the order has ended."""
    late = Row(state, "the order had already ended")
    return dict.fromkeys(Happening, late) | {
        _H.PART_FILLED: Row(state, "a fill that happened before the end arrived after it"),
        _H.FILLED: Row(_S.FILLED, "the last fill arrived after the end was reported"),
        # The answer to the POST can come after the stream has told everything.
        _H.ACCEPTED: Row(state),
        # A cancel that crossed the end on the wire.
        _H.CANCEL_REJECTED: Row(state),
    }


_AFTER_ALL = "the broker has the order after all, though no look-up found it: it is cancelled"

LIFE: dict[OrderState, dict[Happening, Row]] = {
    _S.SENT: _open(
        _S.SENT,
        NOT_FOUND=Row(_S.NEVER_SENT),
    ),
    _S.WORKING: _open(
        _S.WORKING,
        UNRESOLVED=Row(_S.WORKING, "the stream had already shown that the order exists"),
    ),
    _S.CANCELLING: _open(
        _S.CANCELLING,
        # News of the order while its cancel is on the way.
        ACCEPTED=Row(_S.CANCELLING),
        PART_FILLED=Row(_S.CANCELLING),
        CANCEL_ASKED=Row(_S.CANCELLING),
        CANCEL_REJECTED=Row(_S.WORKING),
        UNRESOLVED=Row(_S.CANCELLING),
        NOT_FOUND=Row(_S.NEVER_SENT),
    ),
    _S.UNRESOLVED: _open(
        _S.UNRESOLVED,
        NOT_FOUND=Row(_S.NEVER_SENT),
        UNRESOLVED=Row(_S.UNRESOLVED),
        CANCEL_REJECTED=Row(_S.UNRESOLVED),
    ),
    **{state: _ended(state) for state in OrderState if state in ENDED},
    _S.NEVER_SENT: _ended(_S.NEVER_SENT)
    | dict.fromkeys((_H.ACCEPTED, _H.PART_FILLED), Row(_S.NEVER_SENT, _AFTER_ALL)),
}
