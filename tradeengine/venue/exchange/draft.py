"""A draft: a request beside all that the rules must know to judge it."""

from dataclasses import dataclass
from decimal import Decimal

from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.port import Instrument
from tradeengine.venue.exchange.refusals import unprocessable
from tradeengine.venue.exchange.request_rules import is_fractional
from tradeengine.venue.exchange.triggers import collar_of
from tradeengine.venue.records import ZERO, OrderRequest

SHORT_MARGIN = Decimal("1.03")
"""A short sale is charged at the ask plus 3 percent when its limit is lower (docs)."""


@dataclass(slots=True, frozen=True)
class Draft:
    """
    A request about to become an order.

    `price` is what the order would meet in the market: ask, bid or last price.
    `intent` is what the order does to the position, in the broker's words.
    """

    floor: Floor
    account: Account
    request: OrderRequest
    instrument: Instrument
    price: Decimal
    intent: str

    @property
    def fractional(self) -> bool:
        """The broker itself is the counterparty: a fraction of a share, or dollars."""
        return is_fractional(self.request.qty)

    @property
    def opens(self) -> bool:
        """The order opens or enlarges a position."""
        return self.intent.endswith("_to_open")

    @property
    def simple(self) -> bool:
        """The order stands alone."""
        return self.request.order_class in {"", "simple"}

    @property
    def base_price(self) -> Decimal:
        """What bracket prices are measured against: the limit, else the market."""
        return self.request.limit_price or self.price

    @property
    def shares(self) -> Decimal:
        """Shares asked for; an estimate for dollars."""
        if self.request.qty is not None:
            return self.request.qty
        return (self.request.notional or ZERO) / self.price

    @property
    def reserve_price(self) -> Decimal:
        """Dollars a share to keep of the buying power: 0 for an order that closes."""
        if not self.opens:
            return ZERO
        limit = self.request.limit_price
        if self.request.side == "sell":
            return max(limit or ZERO, self.price * SHORT_MARGIN)
        collar = collar_of(self.request.type, self.request.side, self.request.stop_price)
        return limit or collar or self.price

    @property
    def cost(self) -> Decimal:
        """Dollars an opening order keeps of the buying power."""
        if self.request.notional is not None:
            return self.request.notional
        return self.reserve_price * self.shares


def draft_of(floor: Floor, account: Account, request: OrderRequest) -> Draft:
    """Put a request beside its market and position. Raises Refused for an unknown asset."""
    instrument = floor.market.instruments.get(request.symbol)
    if instrument is None:
        raise unprocessable(f'asset "{request.symbol}" not found')
    held = account.qty(request.symbol)
    if request.side == "buy":
        intent = "buy_to_close" if held < 0 else "buy_to_open"
    else:
        intent = "sell_to_close" if held > 0 else "sell_to_open"
    # A short sale is charged at the ask, although it meets the bid (docs).
    side = "sell" if intent == "sell_to_close" else "buy"
    touch = floor.books[request.symbol].touch(side)
    price = touch[0] if touch else floor.price(request.symbol)
    return Draft(floor, account, request, instrument, price, intent)
