"""
Fill policies: how much of a marketable order the book gives, at which prices.

`BookFills` takes the displayed size at the touch, then one displayed size after
another, each `impact_bps` worse, down to `depth_levels`; the rest waits for the
next quote. `PaperFills` does what the paper account does: the whole order at
the touch, now and then in two parts. `InHouseFills` is the broker as the
counterparty of fractions of shares.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Protocol

from tradeengine.venue.exchange.book import Book
from tradeengine.venue.exchange.draws import Draws
from tradeengine.venue.parameters import VenueParameters

TENTH_OF_A_MILL = Decimal("0.0001")
"""The finest price of an execution on the exchange."""


@dataclass(slots=True, frozen=True)
class Slice:
    """Shares at a price."""

    qty: Decimal
    price: Decimal


class FillPolicy(Protocol):
    """Says what a marketable order gets now."""

    def take(self, book: Book, side: str, qty: Decimal, limit: Decimal | None) -> list[Slice]:
        """Give the slices of an order of `qty`, none worse than `limit`."""
        ...


def within(side: str, price: Decimal, limit: Decimal | None) -> bool:
    """Tell whether a price is no worse than a limit."""
    return limit is None or (price <= limit if side == "buy" else price >= limit)


class BookFills:
    """Displayed size at the touch, then a walk into the depth."""

    def __init__(self, parameters: VenueParameters) -> None:
        self._impact = Decimal(repr(parameters.impact_bps)) / 10_000
        self._levels = parameters.depth_levels

    def take(self, book: Book, side: str, qty: Decimal, limit: Decimal | None) -> list[Slice]:
        """Walk the levels; what is taken stays taken until the quote is renewed."""
        touch = book.touch(side)
        slices: list[Slice] = []
        if touch is None:
            return slices
        price, displayed = touch
        taken = book.used(side)
        while qty > 0:
            level, used = divmod(taken, displayed)
            level_price = self._price(side, price, level)
            if level >= self._levels or not within(side, level_price, limit):
                break
            given = min(qty, displayed - used)
            slices.append(Slice(given, level_price))
            taken += given
            qty -= given
        book.use(side, taken)
        return slices

    def _price(self, side: str, touch: Decimal, level: Decimal) -> Decimal:
        """Price of a level, rounded towards the touch so the impact is never exceeded."""
        if not level:
            return touch
        if side == "buy":
            return (touch * (1 + level * self._impact)).quantize(TENTH_OF_A_MILL, ROUND_FLOOR)
        return (touch * (1 - level * self._impact)).quantize(TENTH_OF_A_MILL, ROUND_CEILING)


class InHouseFills:
    """Everything at the touch: the broker is the counterparty."""

    def take(self, book: Book, side: str, qty: Decimal, limit: Decimal | None) -> list[Slice]:
        """Give all or nothing."""
        touch = book.touch(side)
        if touch is None or not within(side, touch[0], limit):
            return []
        return [Slice(qty, touch[0])]


class PaperFills:
    """The whole order at the touch; sometimes a random part first, the rest with the next tick."""

    def __init__(self, parameters: VenueParameters, seed: int) -> None:
        self._share = parameters.paper_partial_share
        self._draws = Draws(seed, stream=3)
        self._whole = InHouseFills()

    def take(self, book: Book, side: str, qty: Decimal, limit: Decimal | None) -> list[Slice]:
        """Give the order, or a part of it."""
        slices = self._whole.take(book, side, qty, limit)
        if slices and qty >= 2 and self._draws.unit() < self._share:
            part = Decimal(1 + self._draws.below(int(qty) - 1))
            return [Slice(part, slices[0].price)]
        return slices


def fill_policy_from(parameters: VenueParameters, seed: int) -> FillPolicy:
    """Give the policy that the parameters name."""
    return PaperFills(parameters, seed) if parameters.fills == "paper" else BookFills(parameters)


def queued(size: Decimal, share: Decimal, remaining: Decimal) -> Decimal:
    """Give the whole shares of a print that reach an order resting at its price."""
    return min((size * share).to_integral_value(ROUND_FLOOR), remaining)
