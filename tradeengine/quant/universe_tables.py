"""What a person sees of a universe: the closing table of a refresh, the list, its history."""

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from tradeengine.console.tables import whole_table
from tradeengine.model.instants import NANOS, format_instant
from tradeengine.universe.active import ActiveUniverse
from tradeengine.universe.candidates import Candidate
from tradeengine.universe.proposal import Proposal

_WIDE = 8
"""Symbols in a line."""


def closing_table(proposal: Proposal, seconds: float | None = None) -> Table:
    """Lay a proposal out: what changes, before and after, what gave way, who was refused."""
    before, after = proposal.before, proposal.after
    title = f"universe for {proposal.day}: {proposal.origin}"
    made = whole_table("", "before", "after", title=title)
    for words, was, now in (
        ("names", f"{before.names}", f"{after.names}"),
        ("mean return difference a year", f"{before.difference:+.3f}", f"{after.difference:+.3f}"),
        ("mean beta", f"{before.beta:.3f}", f"{after.beta:.3f}"),
        ("Sharpe ratio, drawn to the mean", f"{before.sharpe:+.2f}", f"{after.sharpe:+.2f}"),
        ("confidence", f"{before.confidence:.2f}", f"{after.confidence:.2f}"),
        ("with a moat", f"{before.with_moat}", f"{after.with_moat}"),
        ("sectors", _sectors(before.sectors), _sectors(after.sectors)),
    ):
        made.add_row(words, was, now)
    made.add_section()
    for words, text in _facts(proposal, seconds):
        made.add_row(words, "", text)
    return made


def _facts(proposal: Proposal, seconds: float | None) -> list[tuple[str, str]]:
    last = proposal.steps[-1]
    target = f"{proposal.beta_target:g} +- {last.beta_tolerance:g}"
    facts = [
        ("adds", _lines(proposal.adds)),
        ("drops", _lines([f"{drop.symbol} ({drop.reason})" for drop in proposal.drops], 3)),
        ("candidates, refused", f"{len(proposal.candidates)}, {_refused(proposal)}"),
        ("refused by code", _codes(proposal)),
        ("mapping, moat", f"{proposal.mapping}, {proposal.moat}"),
        ("limits", f"{last.name} ({len(proposal.steps)} tried)"),
        (
            f"beta beyond {target}",
            f"{proposal.beta_slack:.3f}; with {proposal.cash_for_beta:.0%} cash it is met",
        ),
        ("above sector caps, missing", f"{proposal.sector_slack}, {proposal.missing}"),
        ("turnover, cost of a change", f"{proposal.turnover:.0%}, {proposal.turnover_cost:.4f}"),
        ("objective, gap", f"{proposal.objective:.4f}, {proposal.gap:g}"),
        (
            "known up to",
            "\n".join(f"{source.name}: {source.as_of or 'none'}" for source in proposal.sources),
        ),
    ]
    return facts if seconds is None else [*facts, ("seconds", f"{seconds:.1f}")]


def _sectors(counts: dict[str, int]) -> str:
    return "\n".join(f"{sector} {count}" for sector, count in counts.items()) or "none"


def _lines(symbols: Sequence[str], wide: int = _WIDE) -> str:
    rows = (symbols[start : start + wide] for start in range(0, len(symbols), wide))
    return "\n".join(" ".join(row) for row in rows) or "none"


def _refused(proposal: Proposal) -> int:
    return len({each.symbol for each in proposal.rejected})


def _codes(proposal: Proposal) -> str:
    counts = Counter(code for _, code in {(each.symbol, each.code) for each in proposal.rejected})
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return "\n".join(f"{code} {count}" for code, count in ranked) or "none"


def names_table(proposal: Proposal) -> Table:
    """List the chosen with their scores and why they have a moat or not."""
    made = whole_table(
        "symbol", "sector", "difference", "beta", "Sharpe", "confidence", "moat", "note"
    )
    chosen = set(proposal.chosen)
    for each in sorted(proposal.candidates, key=lambda found: found.symbol):
        if each.symbol in chosen:
            note = "new" if each.symbol in proposal.adds else ""
            made.add_row(
                each.symbol,
                each.sector,
                f"{each.difference:+.3f}",
                f"{each.beta:.2f}",
                f"{each.sharpe:+.2f}",
                f"{each.confidence:.2f}",
                _moat(each),
                f"{note} stale prices?".strip() if each.stale_prices else note,
            )
    return made


def _moat(candidate: Candidate) -> str:
    if candidate.has_moat:
        return "yes"
    return "no: " + " ".join(check.measure for check in candidate.moat.checks if not check.passed)


def history_table(lists: Sequence[ActiveUniverse]) -> Table:
    """List every list with its first day, its proposal, and who accepted it."""
    made = whole_table("from", "proposed", "accepted by", "at", "names", "settings")
    for each in lists:
        made.add_row(
            str(each.effective),
            str(each.proposed),
            each.accepted_by,
            format_instant(each.accepted_at // NANOS * NANOS),
            str(len(each.members)),
            each.settings_hash,
        )
    return made


def active_lines(active: ActiveUniverse | None) -> list[str]:
    """Say in lines what is in force."""
    if active is None:
        return ["no list is in force: run `tradeengine refresh-universe`"]
    head = (
        f"in force from {active.effective} ({active.origin}), proposed for {active.proposed},"
        f" accepted by {active.accepted_by}"
    )
    return [head, *_lines(active.symbols).splitlines()]
