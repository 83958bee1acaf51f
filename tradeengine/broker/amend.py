"""
Cancels and replacements.

A cancel may be repeated, so it is, until it is answered; success has no message
of its own, the order stream tells it. A replacement may not: it is a new order
with a new id, so an unknown outcome is looked up by that id, like a submit.
"""

from tradeengine.broker import requests
from tradeengine.broker.answers import Answers
from tradeengine.broker.line import Line
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.submit import find, read_ours
from tradeengine.broker.wire import OrderRow, instant_of, read_one
from tradeengine.clock import Clock
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    TradeEngineError,
    VenueUnreachable,
)
from tradeengine.model.commands import CancelOrder, ReplaceOrder


class Amender:
    """Cancels and replaces orders."""

    def __init__(self, parameters: BrokerParameters, clock: Clock, answers: Answers) -> None:
        self._spacing = parameters.lookup_spacing_seconds
        self._clock, self._answers = clock, answers

    async def cancel(self, command: CancelOrder, line: Line) -> None:
        """Cancel an order; tell only a refusal."""
        try:
            order_id = command.order_id or await _id_of(line, command.client_order_id)
            await line.ask(requests.cancel(order_id))
        except (RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation) as error:
            self._answers.cancel_rejected(command, _reason(error))

    async def replace(self, command: ReplaceOrder, line: Line) -> OrderRow | None:
        """Replace an order. Gives the row of the order that takes its place."""
        try:
            body = await line.once(requests.replace(command))
            row: OrderRow | None = read_one(body, OrderRow, "PATCH /v2/orders")
        except (RefusedByBroker, VenueUnreachable) as error:
            self._answers.replace_rejected(command, _reason(error))
            return None
        except (OutcomeUnknown, ProtocolViolation) as error:
            self._answers.unresolved(command.new_client_order_id, command.symbol, str(error))
            row = await find(line, command.new_client_order_id, self._spacing)
        if row is None:
            self._answers.replace_rejected(command, "no answer, and no such order")
        else:
            created_at = instant_of(row.created_at, default=self._clock.now())
            status = row.status or "accepted"
            self._answers.accepted(
                command.new_client_order_id, command.symbol, row.id, status, created_at
            )
        return row


async def _id_of(line: Line, client_order_id: str) -> str:
    body = await line.ask(requests.look_up(client_order_id))
    return read_ours(body, "order look-up", client_order_id, line).id


def _reason(error: TradeEngineError) -> str:
    return error.message if isinstance(error, RefusedByBroker) else str(error)
