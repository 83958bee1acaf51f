"""
What a person is told of a fetch of daily bars, and what the log of refused tickers gets.

One line each, a few symbols by name: hundreds of members may lack the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from tradeengine.bars.answers import RefusedSymbol
from tradeengine.bars.defects import BarDefect
from tradeengine.bars.fetch import FetchReport
from tradeengine.bars.store import ChangedBar
from tradeengine.model.rejections import Rejection, Stage, Weight

_NAMED = 3
"""Corrections, companies or symbols that are told by name."""


def few(names: Sequence[str], between: str = " ") -> str:
    """Name a few, and say how many there are besides."""
    more = f"{between.strip()} and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return between.join(names[:_NAMED]) + more


def notes_of(
    report: FetchReport, names_of: Mapping[str, Collection[str]], last: Mapping[str, date]
) -> list[str]:
    """
    Say what a fetch brought that a person should know; `names_of` are the names that each
    member's bars may stand under, `last` the last day of each symbol that has bars.
    """
    notes = [
        _refused(report.refused),
        _silent(silent_members(report, names_of), len(names_of)),
        _behind(report, names_of, last),
        _renewed(report.renewed),
        _corrections(report.changed),
    ]
    return [note for note in notes if note]


def silent_members(report: FetchReport, names_of: Mapping[str, Collection[str]]) -> list[str]:
    """Give the members of which there are no bars under any name, as far as anybody was asked."""
    silent = set(report.silent)
    return sorted(member for member, names in names_of.items() if silent.issuperset(names))


def rejections_of(
    report: FetchReport, members: Iterable[str], source: str, limit: str
) -> list[Rejection]:
    """Give the lines of the log: `members` without bars, and symbols that the source refuses."""

    def line(symbol: str, code: BarDefect, value: str, limit: str, weight: Weight) -> Rejection:
        return Rejection(
            symbol=symbol,
            stage=Stage.BARS,
            code=code,
            field="bars",
            value=value,
            limit=limit,
            source=source,
            as_of=report.through,
            weight=weight,
        )

    silent = [line(each, BarDefect.NO_BARS, "0", limit, Weight.TRANSIENT) for each in members]
    return silent + [
        line(
            each.symbol,
            BarDefect.SRC_REFUSED,
            each.words,
            "an answer",
            Weight.STRUCTURAL if each.for_good else Weight.TRANSIENT,
        )
        for each in report.refused
    ]


def _refused(refused: Sequence[RefusedSymbol]) -> str:
    if not refused:
        return ""
    names = few([each.symbol for each in refused])
    return f"daily bars of {names} are refused; {refused[0].symbol}: {refused[0].words}"


def _silent(silent: Sequence[str], members: int) -> str:
    return f"no daily bars of {len(silent)} of {members} members: {few(silent)}" if silent else ""


def _behind(
    report: FetchReport, names_of: Mapping[str, Collection[str]], last: Mapping[str, date]
) -> str:
    """Name the members whose bars end before the day; when nothing came, the problem says it."""
    ends = {
        member: max((last[name] for name in names if name in last), default=report.through)
        for member, names in names_of.items()
    }
    behind = sorted(member for member, end in ends.items() if end < report.through)
    if not behind or report.problem:
        return ""
    told = few([f"{member} {ends[member]}" for member in behind], ", ")
    return f"daily bars that end before {report.through}: {told}"


def _renewed(renewed: Sequence[str]) -> str:
    if not renewed:
        return ""
    return (
        f"bars of {few(renewed)} came with the prices of another share: the whole history was"
        " fetched anew"
    )


def _corrections(changed: Sequence[ChangedBar]) -> str:
    """Say which stored values a source has corrected."""
    if not changed:
        return ""
    return f"corrected in stored bars: {few([str(each) for each in changed], '; ')}"
