"""
One order, one POST.

Alpaca may carry out a request whose answer never comes. So a POST is sent once;
when its outcome is unknown (timeout, drop, 408, 429, 5xx, an unreadable answer,
or "client_order_id must be unique") the order is *unresolved*, and the broker is
asked for it by our own id, several times, spaced: a 404 right after sending is
no proof of absence. Only answered look-ups count; while the broker cannot be
reached nothing is concluded.
"""

from tradeengine.broker import requests
from tradeengine.broker.answers import NEVER_SENT, Answers
from tradeengine.broker.borrowing import refuse_unborrowable
from tradeengine.broker.line import Line
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.wire import OrderRow, instant_of, read_one
from tradeengine.clock import Clock
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.model.commands import SubmitOrder

_NOT_FOUND = 404


class Submitter:
    """Sends orders and finds out what became of them."""

    def __init__(self, parameters: BrokerParameters, clock: Clock, answers: Answers) -> None:
        self._spacing = parameters.lookup_spacing_seconds
        self._clock, self._answers = clock, answers

    async def submit(self, command: SubmitOrder, line: Line) -> OrderRow | None:
        """Send an order and tell what came of it. Gives the broker's row if it has one."""
        try:
            await refuse_unborrowable(command, line)
            row = await self._sent(command, line)
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

    async def _sent(self, command: SubmitOrder, line: Line) -> OrderRow:
        """Send, and make sure that the answer is about this order."""
        row = read_one(await line.once(requests.submit(command)), OrderRow, "POST /v2/orders")
        if row.client_order_id not in (None, command.client_order_id):
            line.distrust()
            problem = "the answer is about another order"
            raise ProtocolViolation("POST /v2/orders", problem, row.client_order_id or "")
        return row

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


def is_duplicate_id(error: RefusedByBroker) -> bool:
    """Tell whether our id was already taken: recorded 2026-10-08 as 422 code 40010001."""
    return error.status == 422 and "client_order_id must be unique" in error.message


async def find(line: Line, client_order_id: str, spacing: tuple[float, ...]) -> OrderRow | None:
    """
    Look an order up by our id, once after each pause, until it is found.

    Gives None when every look-up was answered 404. One that got no usable answer
    is repeated, without end: absence is never concluded from silence.
    """
    for seconds in spacing:
        await line.pause(seconds)
        while True:
            try:
                return read_one(
                    await line.once(requests.look_up(client_order_id)), OrderRow, "order look-up"
                )
            except RefusedByBroker as error:
                if error.status == _NOT_FOUND:
                    break
            except (OutcomeUnknown, VenueUnreachable, ProtocolViolation):
                pass
            await line.pause(spacing[-1])
    return None
