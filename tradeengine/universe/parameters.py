"""What the operator can choose about the universe."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from tradeengine.model.parameters import Parameters


class MoatMode(StrEnum):
    """What a company's moat means to the selection."""

    REQUIRE = "require"
    PREFER = "prefer"
    OFF = "off"


class FirstList(StrEnum):
    """When a list becomes active that replaces none."""

    ACCEPT = "accept"
    WAIT = "wait"


class UniverseParameters(Parameters):
    """The `universe` section of `config/config.yaml`; docs/universe.md."""

    names: int = Field(default=40, ge=1, le=500)
    """Names in the universe."""

    moat: MoatMode = MoatMode.PREFER
    """Companies that pass the moat screen: only they, they first, or no screen at all."""

    roe_min: float = Field(default=0.15, ge=-1, le=10)
    """Least return on equity of a moat, a fraction a year."""

    debt_to_equity_max: float = Field(default=0.6, ge=0, le=100)
    """Most debt of a moat, as a multiple of equity."""

    fcf_yield_min: float = Field(default=0.04, ge=-1, le=1)
    """Least free cash flow of a moat, as a fraction of market capitalisation a year."""

    price_min_dollars: float = Field(default=5.0, ge=0, le=10_000)
    """Least close for a candidate."""

    adv_min_dollars: float = Field(default=20_000_000.0, ge=0, le=1_000_000_000)
    """Least average daily turnover of 20 sessions for a candidate."""

    beta_target: float = Field(default=0.3, ge=-1, le=3)
    """Wanted mean beta; it gives way, and the proposal says by how much."""

    beta_tolerance: float = Field(default=0.05, ge=0, le=1)
    """How far the mean beta may be from the target."""

    beta_tolerance_wide: float = Field(default=0.10, ge=0, le=1)
    """The same when it cannot be met; used and told before anything else gives way."""

    beta_slack_cost: float = Field(default=10.0, gt=0, le=90)
    """What a missed unit of mean beta costs for each name, log return a year."""

    sector_cap: int = Field(default=8, ge=1, le=500)
    """Most names of one sector."""

    sector_cap_raise: int = Field(default=2, ge=0, le=500)
    """By how much the cap rises when the limits cannot be met; the proposal says so."""

    turnover_noise_weight: float = Field(default=0.5, ge=0, le=10)
    """Part of what each add and drop costs: this share of the scores' median standard error."""

    turnover_cost_per_year: float = Field(default=0.007, ge=0, le=1)
    """The other part, for spread and impact: log return a year."""

    beta_days: int = Field(default=504, ge=60, le=2520)
    """Sessions behind a beta and a Sharpe ratio."""

    beta_days_min: int = Field(default=400, ge=30, le=2520)
    """Fewest of them with a price."""

    history_days: int = Field(default=1260, ge=252, le=5040)
    """Sessions behind a mean return difference."""

    state_days_min: int = Field(default=60, ge=2, le=1000)
    """Fewest days after an entry state, and after an exit state."""

    accept_after_days: int = Field(default=7, ge=0, le=365)
    """Days after which a proposal that nobody accepted or refused becomes active; 0: at once."""

    first_list: FirstList = FirstList.ACCEPT
    """Whether the very first list becomes active at once, or waits like any other."""

    proposal_age_days_max: int = Field(default=30, ge=1, le=365)
    """Oldest proposal that can become active."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.beta_days_min > self.beta_days:
            raise ValueError("beta_days_min may not be above beta_days")
        if self.beta_tolerance > self.beta_tolerance_wide:
            raise ValueError("beta_tolerance may not be above beta_tolerance_wide")
        if self.state_days_min * 2 > self.history_days:
            raise ValueError("state_days_min, twice, may not be above history_days")
        if self.accept_after_days > self.proposal_age_days_max:
            raise ValueError(
                "accept_after_days may not be above proposal_age_days_max: a proposal would be too"
                " old on the day"
            )
        return self
