"""
Which state of the market we buy in, and which we leave in: a hypothesis with a name.

The mean return difference compares the days after the one with the days after the other,
so it has to follow the mapping that is traded. No source supports either of them for
daily states, so both stay on trial.
"""

from enum import StrEnum

from tradeengine.model.plan import Regime


class Mapping(StrEnum):
    """The hypothesis; `off` buys in any known state, and so tells no states apart."""

    CONTRARIAN = "contrarian"
    TREND = "trend"
    OFF = "off"


ENTRY_AND_EXIT: dict[Mapping, tuple[Regime, Regime] | None] = {
    Mapping.CONTRARIAN: (Regime.HV_BEAR, Regime.LV_BULL),
    Mapping.TREND: (Regime.LV_BULL, Regime.HV_BEAR),
    Mapping.OFF: None,
}
"""The state we buy in and the state we leave in; None: there are none."""
