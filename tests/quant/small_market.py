"""A market of SPY's real closes and of shares that follow it, with companies of round numbers."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from tests.fundamentals.companies import company, figure
from tests.regime.spy import closes
from tradeengine.bars.panel import Floats, Panel
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.layout import DeskFiles, Home
from tradeengine.model.rejections import Rejection, Stage, Weight
from tradeengine.quant.desk_day import DeskDay, DeskFlags
from tradeengine.quant.valuing import DeskData
from tradeengine.settings import Settings

DAY, THROUGH = date(2010, 7, 1), date(2010, 6, 30)
SYMBOLS = tuple(f"S{number:02}" for number in range(12))
SECTORS = {symbol: ("Energy", "Technology")[place % 2] for place, symbol in enumerate(SYMBOLS)}

BANK = Rejection(
    symbol="BANK",
    stage=Stage.FUNDAMENTALS,
    code="DCF_NOT_APPLICABLE",
    field="sic",
    value="6021",
    limit="no bank",
    source="CIK 9",
    as_of=DAY,
    weight=Weight.STRUCTURAL,
)


def betas() -> Floats:
    """Give the betas that the shares are made with."""
    return np.linspace(0.5, 1.6, len(SYMBOLS))


def panel_of(symbols: Sequence[str], through: date, days: int) -> Panel:
    """Make shares that follow SPY by their beta, with noise of half a percent a day."""
    known, market = closes(through)
    known, market = known[-days:], market[-days:]
    moves = np.diff(np.log(market), prepend=np.nan)
    noise = 0.005 * np.random.default_rng(1).standard_normal((len(known), len(SYMBOLS)))
    shares = moves[:, None] * betas() + noise
    returns = np.column_stack((moves, shares))
    prices = 20.0 * np.exp(np.nan_to_num(shares).cumsum(axis=0))
    prices *= 20.0 / prices[-1]
    close = np.column_stack((market, prices))
    every = ("SPY", *SYMBOLS)
    columns = [every.index(symbol) for symbol in symbols if symbol in every]
    return Panel(
        days=tuple(known),
        symbols=tuple(every[column] for column in columns),
        close=close[:, columns],
        total_return=returns[:, columns],
        raw_close=close[:, columns],
        volume=np.full((len(known), len(columns)), 1e6),
    )


def inputs_on(day: date) -> tuple[Mapping[str, CompanyInputs], Sequence[Rejection]]:
    companies = {
        symbol: company(symbol, 100 + place, as_of=day) for place, symbol in enumerate(SYMBOLS)
    }
    companies["S11"] = msgspec.structs.replace(companies["S11"], cash=figure(9e6))
    return companies, [BANK]


def rate_on(days: Sequence[date]) -> Floats:
    return np.full(len(days), 2.97)


def data() -> DeskData:
    return DeskData(
        inputs_on=inputs_on,
        read_panel=panel_of,
        rate_on=rate_on,
        sector_of=lambda symbol, _sic: SECTORS[symbol],
    )


def open_data(settings: Settings, desk: DeskFiles, day: DeskDay) -> DeskData:
    del settings, desk, day
    return data()


def flags(root: Path, day: date | None = DAY, *, json: bool = False) -> DeskFlags:
    return DeskFlags(home=Home(root), config=None, environ={}, venue="embedded", day=day, json=json)
