"""What the operator can choose about the market's regime."""

from typing import Self

from pydantic import Field, model_validator

from tradeengine.model.parameters import Parameters


class RegimeParameters(Parameters):
    """The `regime` section of `config/config.yaml`."""

    observations: int = Field(default=1260, ge=504, le=5040)
    """Daily returns that the two-state model is estimated on; 1,260 are five years."""

    refit_sessions: int = Field(default=21, ge=5, le=63)
    """Weekdays for which estimated parameters stay frozen before the next estimation."""

    stale_sessions_max: int = Field(default=63, ge=5, le=252)
    """Sessions after which parameters that no estimation has replaced leave the regime UNKNOWN."""

    wild_above: float = Field(default=0.5, ge=0.5, lt=1)
    """Filtered probability of high variance above which a calm market becomes a wild one."""

    calm_below: float = Field(default=0.5, gt=0, le=0.5)
    """The same below which a wild market becomes calm; less than `wild_above` is hysteresis."""

    trend_days: int = Field(default=10, ge=5, le=60)
    """Days of Kaufman's average and of the extremes that its trend is measured against."""

    trend_gamma: float = Field(default=0.5, ge=0, le=3)
    """Standard deviations of the average's steps that a trend must have moved."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.stale_sessions_max < self.refit_sessions:
            raise ValueError("stale_sessions_max must be at least refit_sessions")
        return self
