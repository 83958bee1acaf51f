"""
One order, one POST.

Alpaca may carry out a request whose answer never comes. So a POST is sent once;
when its outcome is unknown (timeout, drop, 408, 429, 5xx, an unreadable answer,
or "client_order_id must be unique") the order is *unresolved*, and the broker is
asked for it by our own id, several times, spaced: a 404 right after sending is
no proof of absence. Only answered look-ups count; while the broker cannot be
reached nothing is concluded. Where only the look-up fails the list of orders answers.
"""

from collections.abc import Callable

from tradeengine.broker import requests
from tradeengine.broker.answers import NEVER_SENT, Answers
from tradeengine.broker.borrowing import refuse_unborrowable
from tradeengine.broker.line import Line
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.wire import OrderRow, instant_of, read_one, read_rows
from tradeengine.clock import Clock
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.model.commands import SubmitOrder

_NOT_FOUND = 404

_NEWEST = 500
"""Orders of the list that is read when the look-up fails; the order was sent a moment ago."""

_NO_ANSWER = (OutcomeUnknown, ProtocolViolation, RefusedByBroker, VenueUnreachable)


class Submitter:
    """Sends orders and finds out what became of them."""

    def __init__(
        self,
        parameters: BrokerParameters,
        clock: Clock,
        answers: Answers,
        is_withdrawn: Callable[[SubmitOrder], bool],
    ) -> None:
        """Take who knows that an order must stay."""
        self._spacing = parameters.lookup_spacing_seconds
        self._clock, self._answers, self._is_withdrawn = clock, answers, is_withdrawn

    async def submit(self, command: SubmitOrder, line: Line) -> OrderRow | None:
        """Send an order and tell what came of it. Gives the broker's row if it has one."""
        try:
            row = await self._sent(command, line)
            if row is None:
                self._answers.not_found(command, lookups=0)
                return None
        except VenueUnreachable as error:
            self._answers.rejected(command, NEVER_SENT, 0, str(error))
            return None
        except RefusedByBroker as error:
            if not is_duplicate_id(error):
                self._answers.rejected(command, error.status, error.code, error.message)
                return None
            reason = str(error)
        except (OutcomeUnknown, ProtocolViolation) as error:
            reason = str(error)
        else:
            self._accepted(command, row)
            return row
        return await self._resolve(command, line, reason)

    async def _sent(self, command: SubmitOrder, line: Line) -> OrderRow | None:
        """Send, unless it was withdrawn: then None, and it waits for no room first."""
        if self._is_withdrawn(command):
            return None
        await refuse_unborrowable(command, line)
        request = requests.submit(command)
        await line.make_room(request)
        if self._is_withdrawn(command):
            return None
        return read_ours(await line.call(request), "POST /v2/orders", command.client_order_id, line)

    async def _resolve(self, command: SubmitOrder, line: Line, reason: str) -> OrderRow | None:
        self._answers.unresolved(command.client_order_id, command.symbol, reason)
        row = await find(line, command.client_order_id, self._spacing)
        if row is None:
            self._answers.not_found(command, len(self._spacing))
        else:
            self._accepted(command, row)
        return row

    def _accepted(self, command: SubmitOrder, row: OrderRow) -> None:
        created_at = instant_of(row.created_at, default=self._clock.now())
        self._answers.accepted(
            command.client_order_id, command.symbol, row.id, row.status or "accepted", created_at
        )


def read_ours(body: bytes, place: str, client_order_id: str, line: Line) -> OrderRow:
    """Read an answer, and make sure that it is about our order. Raises ProtocolViolation."""
    row = read_one(body, OrderRow, place)
    if row.client_order_id not in (None, client_order_id):
        line.distrust()
        problem = "the answer is about another order"
        raise ProtocolViolation(place, problem, row.client_order_id or "")
    return row


def is_duplicate_id(error: RefusedByBroker) -> bool:
    """Tell whether our id was already taken: recorded 2026-10-08 as 422 code 40010001."""
    return error.status == 422 and "client_order_id must be unique" in error.message


async def find(line: Line, client_order_id: str, spacing: tuple[float, ...]) -> OrderRow | None:
    """
    Look an order up by our id, once after each pause, until it is found.

    Gives None when every look was answered and did not show it. One that got no usable
    answer is repeated, without end: absence is never concluded from silence.
    """
    for seconds in spacing:
        await line.pause(seconds)
        while True:
            try:
                row = await _look(line, client_order_id)
            except _NO_ANSWER:
                await line.pause(spacing[-1])
                continue
            if row is not None:
                return row
            break
    return None


async def _look(line: Line, client_order_id: str) -> OrderRow | None:
    """
    Look once: by the look-up, and where that has no answer in the list of the newest orders.

    All that concerns the symbol waits behind this, its flatten too: one endpoint that fails
    must not hold it up for ever. Raises what `Line.once` raises, and ProtocolViolation.
    """
    try:
        body = await line.once(requests.look_up(client_order_id))
        return read_ours(body, "order look-up", client_order_id, line)
    except RefusedByBroker as error:
        if error.status == _NOT_FOUND:
            return None
    except (OutcomeUnknown, VenueUnreachable, ProtocolViolation):
        pass
    rows = read_rows(await line.once(requests.orders("all", _NEWEST)), OrderRow, "/v2/orders")
    if unclear := [row for row in rows.bad if client_order_id in row.text]:
        raise ProtocolViolation("/v2/orders", unclear[0].problem, unclear[0].text)
    return next((row for row in rows.good if row.client_order_id == client_order_id), None)
