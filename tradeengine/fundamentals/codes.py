"""Why a company's filings are refused or warned of: one code a rule."""

from enum import StrEnum
from typing import Final

from tradeengine.model.rejections import Weight


class Code(StrEnum):
    """A refusal; its meaning, and whether waiting helps, are in `MEANINGS` and `TRANSIENT`."""

    SRC_UNAVAILABLE = "SRC_UNAVAILABLE"
    FACTS_LAG = "FACTS_LAG"
    NO_XBRL = "NO_XBRL"
    DCF_NOT_APPLICABLE = "DCF_NOT_APPLICABLE"
    MISSING_TAG = "MISSING_TAG"
    TTM_INSUFFICIENT = "TTM_INSUFFICIENT"
    STALE = "STALE"
    NONFINITE = "NONFINITE"
    NONPOSITIVE = "NONPOSITIVE"
    BALANCE_MISMATCH = "BALANCE_MISMATCH"
    TAG_OR_SCALE_JUMP = "TAG_OR_SCALE_JUMP"
    SHARES_SUSPECT = "SHARES_SUSPECT"
    MODEL_DOMAIN = "MODEL_DOMAIN"


class Warn(StrEnum):
    """A doubt that refuses nobody; it stands beside the inputs as `CODE:input`."""

    CASHFLOW_MISMATCH = "CASHFLOW_MISMATCH"
    Q_SUM_MISMATCH = "Q_SUM_MISMATCH"
    MAKESHIFT_TAG = "MAKESHIFT_TAG"
    TAG_SWITCH = "TAG_SWITCH"
    LAGGING = "LAGGING"
    SIGN_FIXED = "SIGN_FIXED"
    DEBT_FREE = "DEBT_FREE"
    NO_SHORT_DEBT = "NO_SHORT_DEBT"
    SHARES_AVERAGED = "SHARES_AVERAGED"
    SHARES_IMPLIED = "SHARES_IMPLIED"
    DILUTION_UNKNOWN = "DILUTION_UNKNOWN"
    TAX_RATE = "TAX_RATE"
    SHORT_HISTORY = "SHORT_HISTORY"
    LAST_GOOD = "LAST_GOOD"


TRANSIENT: Final = frozenset({Code.SRC_UNAVAILABLE, Code.FACTS_LAG})
"""Codes for which waiting helps. `STALE` and `TTM_INSUFFICIENT` depend on what is due."""


def weight_of(code: Code, transient: bool | None = None) -> Weight:
    """Tell whether waiting helps; `transient` overrules the code."""
    passing = code in TRANSIENT if transient is None else transient
    return Weight.TRANSIENT if passing else Weight.STRUCTURAL


MEANINGS: Final[dict[Code, str]] = {
    Code.SRC_UNAVAILABLE: "The source did not answer, refused, or sent something that is not the"
    " data; or it could not be asked for more sessions than `fundamentals.last_good_sessions_max`.",
    Code.FACTS_LAG: "A newer report is in the list of filings and not yet among the facts.",
    Code.NO_XBRL: "No such company, or no usable fact of us-gaap in dollars: filers of IFRS, of"
    " forms 20-F and 40-F, and companies that are gone.",
    Code.DCF_NOT_APPLICABLE: "A valuation by cash flow says nothing: the industry (see below),"
    " revenue under `fundamentals.revenue_dollars_min`, no profit in the median year, or fewer"
    " fiscal years than `fundamentals.history_years_min`.",
    Code.MISSING_TAG: "No rule of an input has its tags; the refusal names them.",
    Code.TTM_INSUFFICIENT: "The tags are there and do not make twelve months. Transient when a"
    " report is due within 45 days.",
    Code.STALE: "A period ended more than `fundamentals.stale_days` ago. Structural after 400"
    " days.",
    Code.NONFINITE: "An input is not a number.",
    Code.NONPOSITIVE: "Revenue, assets or shares are not above zero, or something is negative that"
    " cannot be.",
    Code.BALANCE_MISMATCH: "Assets differ from liabilities and equity by more than"
    " `fundamentals.balance_error_max_fraction`, or from their own total by 0.1 %.",
    Code.TAG_OR_SCALE_JUMP: "Two years differ a hundredfold, or a change of tags changes the level"
    " by half.",
    Code.SHARES_SUSPECT: "The number of shares jumps by more than"
    " `fundamentals.shares_jump_max_fraction` without a split, or is twice or half the average.",
    Code.MODEL_DOMAIN: "The EBITDA margin is outside -50 % to 80 %.",
}
"""What each refusal means, in words for the docs."""

DOUBTS: Final[dict[Warn, str]] = {
    Warn.CASHFLOW_MISMATCH: "A year's cash flows miss its change of cash by more than 1 % of"
    " assets.",
    Warn.Q_SUM_MISMATCH: "Four quarters of revenue miss their year by more than 2 %.",
    Warn.MAKESHIFT_TAG: "A rule fired that is only near the truth (marked `~` below).",
    Warn.TAG_SWITCH: "The company changed tags within the twelve months; both agree where"
    " they meet.",
    Warn.LAGGING: "The input's last period is older than the company's.",
    Warn.SIGN_FIXED: "An outflow was filed as a negative number and is taken as positive.",
    Warn.DEBT_FREE: "No tag of debt, and interest under 0.1 % of assets: taken to have no debt.",
    Warn.NO_SHORT_DEBT: "No tag of short debt: taken to have none.",
    Warn.SHARES_AVERAGED: "No count of shares: the diluted average of the latest quarter serves.",
    Warn.SHARES_IMPLIED: "Neither count nor average: net income over diluted earnings a share.",
    Warn.DILUTION_UNKNOWN: "No diluted and basic averages of one period: taken as undiluted.",
    Warn.TAX_RATE: "The effective tax rate is outside 0 to 60 %; valuations clip it anyway.",
    Warn.SHORT_HISTORY: "Depreciation or capital expenditure has fewer fiscal years than revenue.",
    Warn.LAST_GOOD: "The filings could not be looked at anew since the day behind the colon.",
}
"""What each warning means."""
