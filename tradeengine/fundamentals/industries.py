"""Industries in which a cash flow to the firm is not what equity lives on."""

from typing import Final

from msgspec import Struct


class Band(Struct, frozen=True, kw_only=True):
    """
    Standard Industrial Classification codes from `first` to `last`, and why they are out.

    One that `depletes` is in while it invests at least what it depreciates.
    """

    first: int
    last: int
    name: str
    why: str
    depletes: bool = False


_DEBT = "debt is their raw material and interest a cost of sales"
_LAND = "depreciation of buildings is not economic"
_DEPLETES = "reserves deplete: depreciation says little of what must be spent"

BANDS: Final = (
    Band(first=1000, last=1099, name="metal mining", why=_DEPLETES, depletes=True),
    Band(
        first=1311,
        last=1311,
        name="crude oil and gas production",
        why=_DEPLETES,
        depletes=True,
    ),
    Band(
        first=4911,
        last=4991,
        name="regulated utilities",
        why="they invest more than they earn for years, by design",
    ),
    Band(first=6000, last=6199, name="banks and credit", why=_DEBT),
    Band(
        first=6200,
        last=6289,
        name="brokers, exchanges, asset managers",
        why="the balance sheet is the business",
    ),
    Band(first=6300, last=6411, name="insurers and agents", why=_DEBT),
    Band(first=6500, last=6553, name="real estate", why=_LAND),
    Band(first=6770, last=6770, name="blank cheques", why="there is no business"),
    Band(first=6798, last=6798, name="real estate investment trusts", why=_LAND),
)


def band_of(sic: int) -> Band | None:
    """Give the band that an industry is in; None if a valuation by cash flow is meaningful."""
    return next((band for band in BANDS if band.first <= sic <= band.last), None)
