"""A small proposal, complete."""

from datetime import date

from tests.universe.companies import GOOD
from tradeengine.universe.candidates import Candidate
from tradeengine.universe.choosing import Step
from tradeengine.universe.mapping import Mapping
from tradeengine.universe.moat import moat
from tradeengine.universe.parameters import MoatMode, UniverseParameters
from tradeengine.universe.proposal import VERSION, CandidateList, Proposal, Source
from tradeengine.universe.proposing import standing

DAY = date(2010, 7, 1)


def candidate(symbol: str, beta: float) -> Candidate:
    return Candidate(
        symbol=symbol, sector="Energy", close=40.0, adv_dollars=1e8, beta=beta, beta_error=0.05,
        difference=0.1, difference_error=0.2, difference_measured=0.3, kept=0.4, confidence=0.6,
        sharpe=0.5, entry_days=343, exit_days=556,
        moat=moat(GOOD, 40.0, UniverseParameters(), day=DAY), has_moat=True, stale_prices=False,
    )  # fmt: skip


CANDIDATES = (candidate("BBB", 0.5), candidate("AAA", 0.2), candidate("CCC", 0.9))

PROPOSAL = Proposal(
    version=VERSION, origin="embedded", day=DAY, mapping=Mapping.CONTRARIAN,
    moat=MoatMode.PREFER, settings_hash="0123456789abcdef",
    sources=(Source(name="daily bars", as_of=date(2010, 6, 30), words="3 symbols"),),
    chosen=("AAA", "BBB"), adds=("AAA", "BBB"), drops=(), incumbents_since=None,
    before=standing([]), after=standing(CANDIDATES[:2]), objective=0.2, gap=0.0,
    beta_target=0.3, beta_slack=0.0, cash_for_beta=0.0, sector_slack=0, missing=0, preferred=2,
    turnover=1.0, turnover_cost=0.01,
    steps=(
        Step(
            name="as asked", names=2, beta_tolerance=0.05, beta_must_hold=True, sector_cap=8,
            sectors_must_hold=True, feasible=True,
        ),
    ),
    confidence=0.6, candidates=CANDIDATES, rejected=(),
)  # fmt: skip


def listed(proposal: Proposal) -> CandidateList:
    """Give what a proposal was chosen from."""
    return CandidateList(
        version=VERSION, origin=proposal.origin, day=proposal.day, mapping=proposal.mapping,
        settings_hash=proposal.settings_hash, sources=(), members=2,
        candidates=proposal.candidates, rejected=(),
    )  # fmt: skip
