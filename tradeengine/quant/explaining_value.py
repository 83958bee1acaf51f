"""Explain one share's value on the terminal, and keep its figure."""

import sys
from collections.abc import Callable, Mapping
from math import isnan
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tradeengine.atomic_files import write_atomically
from tradeengine.console.tables import whole_table
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.fundamentals.inputs import CompanyInputs, Figure
from tradeengine.fundamentals.valuation import Appraisal, Valuation
from tradeengine.layout import DeskFiles
from tradeengine.model.rejections import Rejection
from tradeengine.quant.desk_day import DeskDay, DeskFlags
from tradeengine.quant.value_figure import figure_rows, figure_svg
from tradeengine.quant.valuing import DeskData, Prepared, prepare
from tradeengine.settings import Settings

Open = Callable[[Settings, DeskFiles, DeskDay], DeskData]

_WIDE = 110
_BAR, _BESIDE_IT = 60, 18
"""Characters of the longest bar, and of what stands beside it: the step of value, and `price`."""

_DAYS_FIT = 60
"""Columns of a terminal from which on days stay in one line; below, input and rule would vanish."""

_SHARES = {
    "risk_free", "premium", "premium_error", "wacc", "growth", "growth_spread", "terminal_growth",
    "margin", "margin_mean", "margin_spread", "depreciation", "capital_expenditure",
    "capital_expenditure_after", "working_capital", "tax", "tax_after",
}  # fmt: skip
"""Assumptions that are fractions, shown in percent."""


def explain_value(open_data: Open, flags: DeskFlags, symbol: str) -> ExitCode:
    """Value a symbol and show it. Raises BadConfiguration for one that nobody knows."""
    if not symbol:
        raise BadConfiguration("SYMBOL", "is empty", "write a ticker, as in AAPL")
    settings, desk, day = flags.open()
    data = open_data(settings, desk, day)
    prepared = prepare(data, day, settings.valuation)
    if symbol not in prepared.inputs:
        fetch = flags.fetching(settings, day)
        _refuse(_without_inputs(prepared, symbol, day, fetch), as_json=flags.json)
        return ExitCode.FAILED
    if spoiled := tuple(data.screen([symbol], day.through)):
        # As in a plan: a split that nobody booked makes a share look half as dear.
        _refuse(spoiled, as_json=flags.json)
        return ExitCode.FAILED
    found = prepared.appraise(symbol)
    if not isinstance(found, Appraisal):
        _refuse((found,), as_json=flags.json)
        if isnan(prepared.assumed.risk_free):
            words = f"the 10-year rate before {day.day} is not known: `tradeengine jobs run bars`"
            print(f"tradeengine: {words} fetches it", file=sys.stderr, flush=True)
        return ExitCode.FAILED
    _show(prepared.inputs[symbol], found, _kept(desk, found), as_json=flags.json)
    return ExitCode.CLEAN


def _without_inputs(
    prepared: Prepared, symbol: str, day: DeskDay, fetch: str
) -> tuple[Rejection, ...]:
    """Give every refusal of a symbol."""
    refused = tuple(each for each in prepared.refused if each.symbol == symbol)
    if not refused:
        raise BadConfiguration(
            symbol,
            f"is no member of the index with a stored daily bar of {day.through}, and no other"
            f" company is valued for the session {day.day}",
            f"check the ticker, or fetch: {fetch}",
        )
    return refused


def _kept(desk: DeskFiles, appraisal: Appraisal) -> Path | None:
    """Keep the figure; None when the disk says no, which is said: the value is not lost by it."""
    value = appraisal.valuation
    path = desk.fundamentals / "figures" / f"{value.symbol}-{value.as_of}.svg"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, figure_svg(appraisal).encode())
    except OSError as error:
        words = f"tradeengine: the figure {path} cannot be written: {error.strerror}"
        print(words, file=sys.stderr, flush=True)
        return None
    return path


def _refuse(refused: tuple[Rejection, ...], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode({"refused": refused}).decode(), flush=True)
        return
    for each in refused:
        source = f"; from {each.source}" if each.source else ""
        print(
            f"{each.symbol} has no value: {each.code} ({each.weight}): {each.field}:"
            f" {each.value}; rule: {each.limit}{source}",
            flush=True,
        )


def _show(
    company: CompanyInputs, appraisal: Appraisal, path: Path | None, *, as_json: bool
) -> None:
    value = appraisal.valuation
    if as_json:
        whole = {
            "valuation": value,
            "inputs": company,
            "figure": None if path is None else str(path),
        }
        print(msgspec.json.encode(whole).decode(), flush=True)
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False)
    console.print(_inputs(company, console.width))
    console.print(_assumptions(value.assumptions))
    console.print("rules of the model that fired:")
    for rule in _of_the_model(value, company) or ["none"]:
        console.print(f"  {rule}", soft_wrap=True)
    console.print()
    for row in figure_rows(appraisal, max(min(_BAR, console.width - _BESIDE_IT), 1)):
        console.print(row)
    for sentence in _verdict(value, company):
        console.print(sentence)
    if path is not None:
        console.print(f"figure: {path}")


def _of_the_model(value: Valuation, company: CompanyInputs) -> list[str]:
    """Give the rules that no figure has beside it already: bounds, shrinkage, tax."""
    figures = {name: getattr(company, name) for name in company.__struct_fields__}
    shown = {f"{name}: {each.rule}" for name, each in figures.items() if isinstance(each, Figure)}
    return [rule for rule in value.rules if rule not in shown]


def _inputs(company: CompanyInputs, width: int) -> Table:
    days = {"period ends", "filed"} if width >= _DAYS_FIT else set()
    made = whole_table(
        "input", "value", "rule", "period ends", "filed",
        right={"value"},
        firm={"value", *days},
        title=f"{company.name} (CIK {company.cik}, SIC {company.sic})",
    )  # fmt: skip
    for name in company.__struct_fields__:
        figure = getattr(company, name)
        if isinstance(figure, Figure):
            made.add_row(
                name.replace("_", " "),
                f"{figure.value:,.0f}",
                figure.rule,
                f"{figure.end}",
                f"{figure.filed}",
            )
    return made


def _assumptions(assumptions: Mapping[str, float]) -> Table:
    made = whole_table("assumption", "value", right={"value"}, firm={"value"})
    for name, number in assumptions.items():
        shown = f"{number:.2%}" if name in _SHARES else f"{number:,.4g}"
        made.add_row(name.replace("_", " "), f"{number:,.0f}" if abs(number) > 1e5 else shown)
    return made


def _verdict(value: Valuation, company: CompanyInputs) -> list[str]:
    spread = ", ".join(
        f"{percent} % {amount:,.2f}" for percent, amount in value.percentiles.items()
    )
    later = ", which is later than this session" if value.premium_date >= value.as_of else ""
    return [
        f"{value.symbol} before {value.as_of}: price {value.price:,.2f}, median value"
        f" {value.median:,.2f}, mean {value.mean:,.2f}, without shocks {value.central:,.2f}",
        f"percentiles: {spread}",
        f"P(undervalued) = {value.p_undervalued:.1%} +- {value.standard_error:.1%} (the drawing"
        f" alone; {value.paths:,} paths, seed {value.seed}, model {value.model_version})",
        f"{value.terminal_share:.0%} of the enterprise value comes after year 10; latest filing"
        f" {value.vintage}; equity premium of {value.premium_date}{later}",
        *(f"warning: {warning}" for warning in company.warnings),
    ]
