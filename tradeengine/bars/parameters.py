"""What the operator can choose about daily bars: where from, how asked for, how judged."""

from typing import Annotated

from pydantic import Field

from tradeengine.model.parameters import Parameters

Move = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9.]{0,9} \d{4}-\d\d-\d\d$")]


class QualityLimits(Parameters):
    """When daily bars are not good enough to decide on."""

    window_days: int = Field(default=1_260, ge=20, le=10_000)
    """Sessions up to the day of the decision whose bars are judged; older bars are not."""

    bars_min: int = Field(default=252, ge=2, le=10_000)
    """Fewest bars of a symbol in that window."""

    stale_sessions_max: int = Field(default=0, ge=0, le=20)
    """Most sessions without a trade at the end of the window; 0: the last one must have traded."""

    missing_bars_max: int = Field(default=5, ge=0, le=1_000)
    """Most sessions without a bar between a symbol's first bar in the window and its last."""

    small_defects_max: int = Field(default=5, ge=0, le=1_000)
    """Most small defects (flat, repeated, empty and disordered bars) in the window; with more a
    symbol is refused. Each is listed all the same."""

    price_rounding_fraction: float = Field(default=1e-4, ge=0, le=0.01)
    """How far, as a fraction of the price, an open or close may lie outside high and low."""

    split_move_max: float = Field(default=0.15, gt=0, le=1)
    """Largest log return, dividends left out, on the day of a split, once the split is allowed for;
    beyond it the split coefficient is wrong."""

    split_open_tolerance: float = Field(default=0.03, gt=0, le=0.15)
    """How near, in log, an open must be to a split ratio of the close before to look like a split
    that nobody booked."""

    split_turnover_max: float = Field(default=3.0, gt=1, le=100)
    """Turnover in dollars, as a multiple of the median of 20 days, above which such an open is
    news and not a split."""

    dividend_fraction_max: float = Field(default=0.15, gt=0, le=1)
    """Largest dividend as a fraction of close plus dividend; beyond it a spin-off is booked as a
    dividend, and the price series has a hole."""

    jump_max: float = Field(default=0.6, gt=0.05, le=5)
    """Largest log return of a day, dividends and splits allowed for."""

    reversal_min: float = Field(default=0.25, gt=0.05, le=5)
    """Smallest log return that is a bad price when the next day takes it back."""

    reversal_rest_max: float = Field(default=0.15, gt=0, le=1)
    """What may be left of such a move after the next day, as a fraction of it."""

    accepted_moves: tuple[Move, ...] = ()
    """Moves that a person has looked at and found real, as `OXY 2020-03-09`: no defect of that
    symbol's prices, splits and dividends is reported of that day."""


class BarsParameters(Parameters):
    """Daily bars, the volatility index and interest rates of the quant desk."""

    vix_url: str = Field(
        default="https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv",
        pattern=r"^https?://\S+$",
    )
    """Where Cboe's history of the volatility index is; the embedded venue has its own."""

    rates_url: str = Field(
        default="https://fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10",
        pattern=r"^https?://\S+$",
    )
    """Where the 10-year Treasury rate is, as FRED writes it; the embedded venue has its own."""

    history_days: int = Field(default=4_000, ge=30, le=12_000)
    """Calendar days of bars that are fetched of a symbol of which there are none yet."""

    reread_days: int = Field(default=5, ge=0, le=60)
    """Sessions that are fetched again each time; a bar among them that changed is named."""

    actions_reread_days: int = Field(default=90, ge=0, le=3_650)
    """Calendar days of splits and dividends that are fetched again each time: they are booked
    late at times."""

    symbols_per_request: int = Field(default=50, ge=1, le=500)
    """Symbols asked for in one request."""

    request_timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    """Limit for one request."""

    request_attempts: int = Field(default=5, ge=1, le=20)
    """Times one request is tried when its failure is transient."""

    backoff_first_seconds: float = Field(default=1.0, gt=0, le=60)
    """Upper edge of the first random wait before another try; it doubles each time, up to 60 s."""

    fetch_deadline_seconds: float = Field(default=900.0, gt=0, le=7_200)
    """Limit for a whole fetch, waits included; what came until then is kept."""

    quality: QualityLimits = QualityLimits()
