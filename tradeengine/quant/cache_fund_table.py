"""What a run of `cache-fund` says at its end: a table for people, the same as JSON for machines."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from rich.table import Table

from tradeengine.console.tables import whole_table
from tradeengine.fundamentals.codes import Code
from tradeengine.quant.caching_fundamentals import FundamentalsReport
from tradeengine.quant.known_fundamentals import sessions_since

_NAMES_SHOWN = 8


def refused_by_code(report: FundamentalsReport) -> dict[str, list[str]]:
    """Give the refused symbols by the code of each one's first refusal, the most frequent first."""
    first: dict[str, str] = {}
    for rejection in report.rejections:
        first.setdefault(rejection.symbol, rejection.code)
    counted = Counter(first.values()).most_common()
    return {code: sorted(s for s, c in first.items() if c == code) for code, _ in counted}


def table(report: FundamentalsReport) -> Table:
    """Draw the result."""
    title = f"Fundamentals for the session of {report.as_of}"
    shown = whole_table("", "companies", "", right={"companies"}, firm={"companies"}, title=title)
    shown.title_justify = "left"
    shown.add_row("valid", str(len(report.inputs)), _warned(report))
    for code, symbols in refused_by_code(report).items():
        shown.add_row(f"refused {code}", str(len(symbols)), _names(symbols))
    if report.unavailable:
        names = [rejection.symbol for rejection in report.unavailable]
        shown.add_row("not looked at anew", str(len(names)), report.unavailable[0].value)
    fetched = report.fetched
    words = (
        f"{fetched.changed} with {fetched.new_facts} new facts, {fetched.unchanged} unchanged,"
        f" {fetched.skipped} looked at before"
    )
    looked = fetched.changed + fetched.unchanged + fetched.skipped
    shown.add_row("fetched", str(looked), words)
    for day, number in sorted(Counter(report.checked.values()).items(), reverse=True):
        shown.add_row(f"looked at on {day}", str(number), _age(day, report.as_of))
    shown.add_row("sources", "", " ".join(dict.fromkeys(report.sources)))
    shown.add_row("last good set", "", last_good_words(report))
    return shown


def last_good_words(report: FundamentalsReport) -> str:
    """Say how old the last set without a gap is."""
    good = report.last_good
    if good is None:
        return "none yet"
    age = _age(good.as_of, report.as_of)
    return f"{good.as_of}, {age}: {good.valid} valid, {good.refused} refused"


def _age(day: date, as_of: date) -> str:
    sessions = sessions_since(day, as_of)
    return f"{sessions} session{'' if sessions == 1 else 's'} old"


def _names(symbols: list[str]) -> str:
    more = len(symbols) - _NAMES_SHOWN
    return " ".join(symbols[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _warned(report: FundamentalsReport) -> str:
    warned = sum(bool(inputs.warnings) for inputs in report.inputs.values())
    return f"{warned} of them with warnings" if warned else ""


def as_json(report: FundamentalsReport) -> Mapping[str, object]:
    """Give the result for machines; `refused` lists every refusal."""
    fetched, good = report.fetched, report.last_good
    return {
        "as_of": report.as_of,
        "failed": report.failed,
        "valid": {
            symbol: {"warnings": inputs.warnings, "looked_at": report.checked.get(symbol)}
            for symbol, inputs in report.inputs.items()
        },
        "refused": report.rejections,
        "unavailable": report.unavailable,
        "fetched": {
            "changed": fetched.changed,
            "unchanged": fetched.unchanged,
            "skipped": fetched.skipped,
            "new_facts": fetched.new_facts,
        },
        "sources": report.sources,
        "last_good": good,
    }


def alert_words(report: FundamentalsReport) -> str:
    """Say in one line what could not be fetched and what stands instead."""
    names = [rejection.symbol for rejection in report.unavailable]
    asked = len(report.inputs) + len({rejection.symbol for rejection in report.rejections})
    return (
        f"{Code.SRC_UNAVAILABLE}: {len(names)} of {asked} companies not looked at:"
        f" {report.unavailable[0].value}; last good set: {last_good_words(report)}"
    )
