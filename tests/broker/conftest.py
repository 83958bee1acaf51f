"""The market of the contract suite, prepared once."""

import datetime as dt

import pytest

from tradeengine.venue.market import Market, recorded_market


@pytest.fixture(scope="session")
def market() -> Market:
    return recorded_market(dt.date(2019, 2, 13), ("AAPL", "KO", "SPY"), seed=7)
