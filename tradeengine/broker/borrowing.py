"""
Before a short sale leaves: can the shares be borrowed, now?

Alpaca sells short only what is easy to borrow, and which shares are changes by the day
(Regulation SHO, rule 203(b): a locate before the sale). So the broker is asked at the moment
of sending; where it does not say yes, the order does not leave.
"""

from tradeengine.broker import requests
from tradeengine.broker.line import Line
from tradeengine.broker.wire import Row, read_one
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.model.commands import SubmitOrder
from tradeengine.model.orders import Purpose, Side

_EASY = "easy_to_borrow"


class AssetRow(Row, frozen=True, kw_only=True):
    """
    What `/v2/assets/{symbol}` says of borrowing.

    Alpaca's specification has `borrow_status` and lists `easy_to_borrow` no more; the site
    sent both when it was recorded.
    """

    shortable: bool
    easy_to_borrow: bool | None = None
    borrow_status: str | None = None

    @property
    def is_easy(self) -> bool:
        """Whether the broker says so, by either word, and by neither the contrary."""
        easy = {self.easy_to_borrow, self.borrow_status and self.borrow_status == _EASY}
        return easy - {None, ""} == {True}


async def refuse_unborrowable(command: SubmitOrder, line: Line) -> None:
    """Raise VenueUnreachable, so that nothing is sent, unless the order may leave."""
    if command.side is not Side.SELL or command.purpose is not Purpose.ENTRY:
        return
    place = f"GET /v2/assets/{command.symbol}"
    try:
        row = read_one(await line.once(requests.asset(command.symbol)), AssetRow, place)
    except (OutcomeUnknown, ProtocolViolation, RefusedByBroker, VenueUnreachable) as error:
        raise VenueUnreachable(
            f"not sent: cannot tell whether it can be borrowed: {error}"
        ) from None
    if not (row.shortable and row.is_easy):
        raise VenueUnreachable(
            f"not sent: {command.symbol} is not easy to borrow"
            f" (shortable {row.shortable}, easy to borrow {row.easy_to_borrow},"
            f" borrow status {row.borrow_status})"
        )
