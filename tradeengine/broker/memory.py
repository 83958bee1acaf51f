"""
What has been told of each order, so that nothing is told twice.

The same fact can reach us by the stream, by the stream again after a reconnect
and by a sweep over REST, in any order. Facts are recognised by the broker's
event id and execution id. A fill read back by REST may carry another id than
the stream gave it, so it is known by its numbers and its instant too, and sums are
a last witness: the fills told of an order can never exceed the most that the broker
ever said was filled.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal

from tradeengine.broker.updates import CORRECTIONS, ENDS, FILLS, Report, can_be_booked
from tradeengine.broker.wire import ZERO
from tradeengine.model.instants import NANOS


@dataclass(slots=True)
class _Told:
    """One order: ids and words told, shares told, the most the broker said was filled."""

    client_order_id: str
    since: int
    ids: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    shares: Decimal = ZERO
    known: Decimal = ZERO
    fills: list[Report] = field(default_factory=list)
    corrected: bool = False
    ended: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing is missing: a fill's frame may be lost and the end's arrive."""
        return self.ended and (self.corrected or self.shares >= self.known)


_SAME_INSTANT = NANOS // 1000
"""The broker's stamps of one fill differ by their rounding."""


class OrderMemory:
    """Recognises news among reports. Keeps the last `capacity` orders."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._orders: OrderedDict[str, _Told] = OrderedDict()

    def opened(self, order_id: str, client_order_id: str, since: int) -> None:
        """Note an order that the broker has, from the instant it was created."""
        self._order(order_id, client_order_id, since)

    def client_order_id(self, order_id: str) -> str | None:
        """Give our id of an order, or None when it was never heard of."""
        told = self._orders.get(order_id)
        return None if told is None else told.client_order_id

    def shares_told(self, order_id: str) -> Decimal:
        """Give the sum of the fills told of an order."""
        told = self._orders.get(order_id)
        return ZERO if told is None else told.shares

    def open_since(self) -> int | None:
        """Give the creation of the oldest order of which news may be missing, or None."""
        unsettled = (told.since for told in self._orders.values() if not told.settled)
        return min(unsettled, default=None)

    def is_news(self, report: Report) -> bool:
        """Tell whether a report is new, and remember it."""
        told = self._order(report.order_id, report.client_order_id, report.created_at or report.at)
        if report.event_id and _known(told.ids, report.event_id):
            return False
        if report.word in FILLS:
            is_new = _is_new_fill if can_be_booked(report) else _is_newly_unreadable
            return is_new(told, report)
        if report.word in CORRECTIONS:
            told.corrected = True
            return True
        return _is_new_word(told, report)

    def _order(self, order_id: str, client_order_id: str, since: int) -> _Told:
        told = self._orders.get(order_id)
        if told is None:
            told = self._orders[order_id] = _Told(client_order_id, since)
            if len(self._orders) > self._capacity:
                self._orders.popitem(last=False)
        return told


def _known(ids: set[str], name: str) -> bool:
    if name in ids:
        return True
    ids.add(name)
    return False


def _is_new_fill(told: _Told, report: Report) -> bool:
    if report.execution_id and _known(told.ids, report.execution_id):
        return False
    shares = told.shares + (report.quantity or ZERO)
    told.known = max(told.known, report.filled or shares)
    if any(_are_one(report, fill) for fill in told.fills):
        return False
    # After a bust or a correction the sums no longer add up.
    if not told.corrected and shares > told.known:
        return False
    told.fills.append(report)
    told.shares = shares
    told.ended = told.ended or report.word == "fill"
    return True


def _is_newly_unreadable(told: _Told, report: Report) -> bool:
    """Note a fill that nobody can book: it is missing until it is told in words that say all."""
    told.known = max(told.known, report.filled)
    return not _known(told.ids, f"unreadable {report.event_id or report.execution_id}")


def _are_one(fill: Report, other: Report) -> bool:
    """Tell whether two reports are of one fill, which the stream and REST name differently."""
    if fill.event_id and other.event_id:
        return False  # Both are of the stream, and there each fill has one name.
    alike = (fill.filled, fill.quantity, fill.price) == (other.filled, other.quantity, other.price)
    return alike and abs(fill.at - other.at) <= _SAME_INSTANT


def _is_new_word(told: _Told, report: Report) -> bool:
    read_back = not report.event_id
    repeated = report.word in told.words and (read_back or report.word in ENDS)
    late = told.ended and report.word not in ENDS
    told.words.add(report.word)
    if report.word in ENDS:
        told.ended = True
        told.known = max(told.known, report.filled)
    return not repeated and not (late and (read_back or _says_it_works(report)))


def _says_it_works(report: Report) -> bool:
    """Tell whether a late report would wake an order that has ended."""
    return report.word in ("new", "accepted", "pending_new", "held")
