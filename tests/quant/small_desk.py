"""A quant desk on 25 real companies in 2010, whose data a test may bend."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradeengine.bars.panel import Panel
from tradeengine.fundamentals.inputs import CompanyInputs, Figure
from tradeengine.model.rejections import Rejection, Stage, Weight
from tradeengine.quant.universe_suppliers import Fundamentals, MarketStates, Progress, Suppliers
from tradeengine.regime.market import market_regimes
from tradeengine.regime.parameters import RegimeParameters

HERE: Final = Path(__file__).parent / "universe_2010"
DAY: Final = date(2010, 7, 1)
THROUGH: Final = date(2010, 6, 30)
MARKET: Final = "SPY"


@cache
def bars() -> pl.DataFrame:
    shares = pl.read_parquet(HERE / "bars.parquet").with_columns(
        pl.col("close", "dividend", "split").cast(pl.Float64),
        (pl.col("volume_thousands") * 1000.0).alias("volume"),
    )
    spy = pl.read_parquet(HERE / "spy.parquet").select(
        pl.lit(MARKET).alias("symbol"),
        "date",
        pl.col("close").cast(pl.Float64),
        pl.lit(0.0).alias("dividend"),
        pl.lit(1.0).alias("split"),
        pl.lit(1e8).alias("volume"),
    )
    return pl.concat([shares.select(spy.columns), spy])


@cache
def facts() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / "companies.json").read_text())
    return loaded


def company(symbol: str, day: date, **changes: Figure | None) -> CompanyInputs | None:
    """Give the inputs as of a day, 0 where the screen reads nothing; None without a filing."""
    row = facts().get(symbol)
    if row is None:
        return None
    named = {name: figure(row[name]) for name in row if name not in {"cik", "name", "sector"}}
    if any(found and found.filed >= day for found in named.values()):
        return None
    named |= changes
    zero = Figure(value=0.0, rule="not read", end=date(2009, 1, 1), filed=date(2009, 1, 2))
    others = dict.fromkeys(
        ("revenue", "ebit", "depreciation", "pretax", "tax", "interest", "working_capital",
         "cash", "assets"),
        zero,
    )  # fmt: skip
    return CompanyInputs(
        symbol=symbol, cik=row["cik"], name=row["name"], sic=0, as_of=day, **(others | named),  # type: ignore[arg-type]  # named by hand
        debt_year_ago=None, noncontrolling=None, preferred=None, dilution=1.0, annual_revenue=(),
        annual_ebit=(), annual_depreciation=(), annual_capex=(), annual_working_capital=(),
    )  # fmt: skip


def figure(row: Mapping[str, Any] | None) -> Figure | None:
    if row is None:
        return None
    return Figure(
        value=row["value"],
        rule=row["rule"],
        end=date.fromisoformat(row["end"]),
        filed=date.fromisoformat(row["filed"]),
    )


def panel(frame: pl.DataFrame, symbols: Sequence[str], through: date, days: int) -> Panel:
    """Line bars up on the days of any of the symbols, as the bars' own piece does."""
    known = frame.filter(pl.col("symbol").is_in(list(symbols)), pl.col("date") <= through)
    rows = known["date"].unique().sort().to_list()[-days:]

    def grid(name: str) -> NDArray[np.float64]:
        wide = known.pivot(on="symbol", index="date", values=name).sort("date").tail(days)
        columns = [
            wide[symbol].to_numpy() if symbol in wide.columns else np.full(len(rows), np.nan)
            for symbol in symbols
        ]
        return np.column_stack(columns).astype(float)

    raw, split, dividend = grid("close"), grid("split"), grid("dividend")
    later = np.nan_to_num(split, nan=1.0)[::-1].cumprod(axis=0)[::-1]
    factor = np.vstack((later[1:], np.ones((1, len(symbols)))))
    returns = np.full_like(raw, np.nan)
    returns[1:] = np.log((raw[1:] + dividend[1:]) * split[1:] / raw[:-1])
    return Panel(
        days=tuple(rows),
        symbols=tuple(symbols),
        close=raw / factor,
        total_return=returns,
        raw_close=raw,
        volume=grid("volume") * factor,
    )


@dataclass(frozen=True, kw_only=True)
class SmallDesk:
    """The desk's data; `replace` bends it."""

    frame: pl.DataFrame = field(default_factory=bars)
    members: Callable[[date], frozenset[str]] = lambda _: frozenset(facts())
    companies: Callable[[str, date], CompanyInputs | None] = company
    refused: tuple[Rejection, ...] = ()
    day: date = DAY
    asked: list[tuple[str, date]] = field(default_factory=list)
    logged: list[Rejection] = field(default_factory=list)

    def suppliers(self, origin: str = "embedded") -> Suppliers:
        async def refresh_bars(symbols: Sequence[str], through: date, progress: Progress) -> None:
            self.asked.append((f"bars of {len(symbols)}", through))
            progress("daily bars", len(symbols), len(symbols))

        async def fundamentals(
            symbols: Sequence[str], day: date, progress: Progress
        ) -> Fundamentals:
            self.asked.append((f"facts of {len(symbols)}", day))
            found = {each: self.companies(each, day) for each in symbols}
            progress("fundamentals", len(symbols), len(symbols))
            missing = [missing_inputs(each, day) for each, inputs in found.items() if not inputs]
            return {each: inputs for each, inputs in found.items() if inputs}, missing

        return Suppliers(
            origin=origin,
            day=self.day,
            members_on=self.members,
            sector_of=lambda symbol, _sic: str(facts().get(symbol, {}).get("sector", "unknown")),
            refresh_bars=refresh_bars,
            read_panel=lambda symbols, through, days: panel(self.frame, symbols, through, days),
            screen=lambda _symbols, _through: self.refused,
            fundamentals=fundamentals,
            rate_on=lambda days: np.full(len(days), 3.0),
            states=market_states,
            log_refusals=lambda refused, _: self.logged.extend(refused),
            market=MARKET,
        )


def missing_inputs(symbol: str, day: date) -> Rejection:
    return Rejection(
        symbol=symbol,
        stage=Stage.FUNDAMENTALS,
        code="NOT_FILED",
        field="net_income",
        value="none",
        limit="one",
        source="test",
        as_of=day,
        weight=Weight.TRANSIENT,
    )


def silent(_step: str, _done: int, _of: int) -> None:
    """Hear progress and do nothing."""


def tomorrow(day: date) -> date:
    return day + timedelta(days=1)


def market_states(days: Sequence[date], closes: NDArray[np.float64], since: date) -> MarketStates:
    """Tell the states as they were known on each day."""
    judged = market_regimes(days, closes, since, RegimeParameters())
    model = judged[-1].model
    states = tuple(each.regime for each in judged)
    return MarketStates(states=states, fitted=None if model is None else model.fitted_through)
