"""What the embedded venue lets the operator choose: its day, its pace, its habits."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from tradeengine.model.parameters import Parameters


class VenueParameters(Parameters):
    """The `venue` section of `config/config.yaml`."""

    date: datetime.date = datetime.date(2010, 7, 1)
    """The session to trade, of 2004-06-01 to 2010-12-31 or 2018-08-01 to 2019-02-28."""

    start_time: datetime.time = datetime.time(9, 30)
    """New York wall-clock time at which the venue's clock begins."""

    speed: Annotated[float, Field(ge=1, le=100_000)] | Literal["max"] = 60
    """Venue seconds per real second; `max` is as fast as the engine can follow."""

    seed: int = Field(default=7, ge=0, le=2**63 - 1)
    """Everything drawn by lot (paths, jitter, ids) follows from it."""

    symbols: tuple[str, ...] = ()
    """Symbols that trade; empty means those of the session plan."""

    start_cash_dollars: Decimal = Field(default=Decimal(100_000), ge=0, le=10**12)
    """Cash of a new account, in dollars."""

    margin_multiplier: int = Field(default=4, ge=1, le=4)
    """Buying power of a flat account, in multiples of its equity."""

    shorting_enabled: bool = True
    """Accounts may sell short."""

    minimum_short_equity_dollars: Decimal = Field(default=Decimal(2_000), ge=0, le=10**12)
    """Equity below which an account may not open short positions, in dollars."""

    accept_latency_ms: float = Field(default=5.0, ge=0, le=60_000)
    """From a submit to `new`, in milliseconds (4 to 6 recorded on paper, 2026-10-08)."""

    fill_latency_ms: float = Field(default=150.0, ge=0, le=60_000)
    """From `new` to the first look at the book, in ms (147 recorded for KO, 2026-10-08)."""

    in_house_latency_ms: float = Field(default=3.0, ge=0, le=60_000)
    """From a submit to the fill of a fractional order, in ms (3 recorded, 2026-10-08)."""

    cancel_latency_ms: float = Field(default=4.0, ge=0, le=60_000)
    """From a cancel to `canceled`, in milliseconds."""

    replace_latency_ms: float = Field(default=5.0, ge=0, le=60_000)
    """From a replace to `replaced`, in milliseconds."""

    latency_jitter: float = Field(default=0.2, ge=0, le=1)
    """Each latency is drawn from plus or minus this fraction of itself."""

    fills: Literal["book", "paper"] = "book"
    """`book`: displayed size, then deeper levels; `paper`: whole orders at the touch."""

    impact_bps: float = Field(default=1.0, ge=0, le=1_000)
    """How much worse each further multiple of the displayed size is, in basis points."""

    depth_levels: int = Field(default=8, ge=1, le=1_000)
    """Multiples of the displayed size one quote can give before it must be renewed."""

    queue_share: float = Field(default=0.5, ge=0, le=1)
    """Share of a print at our limit that reaches us; prints through it come whole."""

    paper_partial_share: float = Field(default=0.1, ge=0, le=1)
    """With `fills: paper`, how often an order is first filled in part (docs: about 0.1)."""

    fees: Literal["none", "regulatory"] = "none"
    """`none` as on paper; `regulatory` charges the SEC and FINRA fees on sells."""

    sec_fee_dollars_per_million: Decimal = Field(default=Decimal("13.00"), ge=0, le=1_000)
    """SEC section 31 fee on sells, dollars per million (13.00 from 2018-05-22)."""

    taf_fee_dollars_per_share: Decimal = Field(default=Decimal("0.000119"), ge=0, le=1)
    """FINRA trading activity fee on sells, dollars per share (2012 to 2021)."""

    taf_fee_cap_dollars: Decimal = Field(default=Decimal("5.95"), ge=0, le=1_000)
    """The most that fee can be for one execution, in dollars (2012 to 2021)."""
