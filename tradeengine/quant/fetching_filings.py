"""
Fetch the filings of many companies into the store, a bounded time long.

A company that was looked at on the day of the session, or within the last hour, is not asked for
again unless its facts are lost or damaged, so a run that was cut off goes on where it stopped. On
an evening it is: what was filed since the morning counts for the next session. What cannot be
fetched is told by name; what was there before stays.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from tradeengine.clock import Clock
from tradeengine.edgar.client import Answer, Edgar, Version
from tradeengine.edgar.parse import (
    Submissions,
    plain_symbol,
    read_facts,
    read_submissions,
    read_tickers,
)
from tradeengine.edgar.store import FactStore, Profile
from tradeengine.errors import (
    BadConfiguration,
    FactsDamaged,
    ProtocolViolation,
    SourceUnavailable,
)
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.model.instants import MINUTE

Progress = Callable[[str, int, int], None]
"""Hears what is done, how much of it, and how much there is."""

FRESH = 60 * MINUTE
"""Age up to which a look is as good as a new one."""

WORKERS = 4
"""Companies that are fetched at the same time; how often is the pace's business."""


class FilingSources(Protocol):
    """Where filings come from; `quant/sources.py` has it for the real sites and our venue."""

    @property
    def origin(self) -> str:
        """`embedded` for our own venue."""

    @property
    def edgar_facts_url(self) -> str:
        """`/api/xbrl/companyfacts/...` and `/submissions/...` are under it."""

    @property
    def edgar_files_url(self) -> str:
        """`/files/company_tickers.json` is under it."""

    @property
    def unhurried(self) -> bool:
        """Whether nobody counts our requests."""

    @property
    def clock(self) -> Clock:
        """The time of the sources."""

    @property
    def today(self) -> date:
        """The day in New York."""


@dataclass(slots=True)
class Fetched:
    """What came of it. `problems` says by symbol why it could not be looked at anew."""

    problems: dict[str, str] = field(default_factory=dict)
    new_facts: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0


async def fetch_filings(
    sources: FilingSources,
    store: FactStore,
    edgar: Edgar,
    symbols: Iterable[str],
    as_of: date,
    parameters: FundamentalsParameters,
    progress: Progress,
) -> Fetched:
    """
    Fetch what is new of symbols, for the session of `as_of`.

    Raises BadConfiguration when the disk says no.
    """
    run = _Run(sources, store, edgar, as_of, parameters, progress)
    wanted = sorted(set(symbols))
    try:
        async with asyncio.timeout(parameters.run_seconds_max):
            await run.all_of(wanted)
    except TimeoutError:
        words = f"not reached within {parameters.run_seconds_max:g} s"
        run.give_up(wanted, words)
    if run.broken is not None:
        raise run.broken
    return run.fetched


class _Run:
    """One fetch of many companies."""

    def __init__(
        self,
        sources: FilingSources,
        store: FactStore,
        edgar: Edgar,
        as_of: date,
        parameters: FundamentalsParameters,
        progress: Progress,
    ) -> None:
        self._sources, self._store, self._edgar = sources, store, edgar
        self._as_of, self._parameters, self._progress = as_of, parameters, progress
        self._today = sources.today
        self._failures_in_a_row = 0
        self._ended: set[str] = set()
        self._counts: Mapping[int, int] = {}
        self.fetched = Fetched()
        self.broken: BadConfiguration | None = None

    async def all_of(self, symbols: list[str]) -> None:
        """Fetch all; what fails is noted."""
        try:
            tickers = await self._tickers()
        except (SourceUnavailable, ProtocolViolation, FactsDamaged) as error:
            self.give_up(symbols, str(error))
            return
        companies: dict[int, list[str]] = {}
        for symbol in symbols:
            cik = tickers.get(plain_symbol(symbol))
            if cik is None:
                self._ended.add(symbol)
            else:
                companies.setdefault(cik, []).append(symbol)
        self._counts = await asyncio.to_thread(self._store.counts, companies)
        queue = iter(companies.items())
        async with asyncio.TaskGroup() as tasks:
            for number in range(WORKERS):
                tasks.create_task(self._work(queue, len(symbols)), name=f"filings {number}")

    def give_up(self, symbols: Iterable[str], words: str) -> None:
        """Note why the symbols that are still open were not fetched."""
        for symbol in symbols:
            if symbol not in self._ended:
                self.fetched.problems[symbol] = words

    async def _tickers(self) -> Mapping[str, int]:
        """Ask which symbol is which company; the answer of an earlier day will do."""
        url = f"{self._sources.edgar_files_url}/files/company_tickers.json"
        try:
            answer = await self._edgar.get(url)
            tickers = read_tickers(_there(answer, url))
            await asyncio.to_thread(self._store.keep_tickers, tickers)
        except (SourceUnavailable, ProtocolViolation):
            known = self._store.tickers()
            if known is None:
                raise
            return known
        except OSError as error:
            raise SourceUnavailable(url, f"cannot be kept: {error.strerror}") from error
        return self._store.tickers() or {}

    async def _work(self, queue: Iterable[tuple[int, list[str]]], of: int) -> None:
        for cik, symbols in queue:
            if self.broken is not None:
                return
            problem = await self._one(cik)
            self._ended.update(symbols)
            if problem:
                self.fetched.problems |= dict.fromkeys(symbols, problem)
            self._progress("filings", len(self._ended), of)

    async def _one(self, cik: int) -> str:
        """Fetch one company; give what went wrong, "" for nothing."""
        most = self._parameters.failures_in_a_row_max
        if self._failures_in_a_row >= most:
            return f"not asked: after {most} in a row that could not be fetched"
        try:
            await self._fetch(cik)
        except (SourceUnavailable, ProtocolViolation, FactsDamaged) as error:
            self._failures_in_a_row += 1
            return str(error)
        except OSError as error:
            self.broken = BadConfiguration(
                str(error.filename or "the store of filings"),
                f"cannot be written: {error.strerror or error}; what was there before still is",
                "make room on the disk and let the folder be written, then fetch again",
            )
            return str(self.broken)
        self._failures_in_a_row = 0
        return ""

    async def _fetch(self, cik: int) -> None:
        before = self._store.profile(cik)
        fresh = before is not None and self._is_fresh(before)
        if before is not None and fresh and await self._is_whole(cik, before):
            self.fetched.skipped += 1
            return
        # Whoever lost the facts has to ask for all of them.
        known = before if before is not None and await self._has_facts(cik) else None
        facts = await self._ask(f"/api/xbrl/companyfacts/CIK{cik:010}.json", _facts_of(known))
        submissions = await self._ask(f"/submissions/CIK{cik:010}.json", _submissions_of(before))
        new = await asyncio.to_thread(self._keep, cik, before, facts, submissions)
        self.fetched.new_facts += new
        if new:
            self.fetched.changed += 1
        else:
            self.fetched.unchanged += 1

    def _is_fresh(self, profile: Profile) -> bool:
        """Tell whether the last look saw all that the session may use, or is just over."""
        age = self._sources.clock.now() - profile.at
        return profile.checked >= self._as_of or (profile.at > 0 and 0 <= age <= FRESH)

    async def _ask(self, path: str, known: Version) -> Answer:
        return await self._edgar.get(self._sources.edgar_facts_url + path, known)

    async def _is_whole(self, cik: int, profile: Profile) -> bool:
        """Tell whether the facts that came with a look are still there, and can be read."""
        came = profile.facts_etag or profile.facts_modified
        return not came or await self._has_facts(cik)

    async def _has_facts(self, cik: int) -> bool:
        """Tell whether there are facts; a damaged file is set aside and fetched anew."""
        if self._counts.get(cik):
            return True
        try:
            return await asyncio.to_thread(self._store.count, cik) > 0
        except FactsDamaged:
            self._store.set_aside(cik)
            return False

    def _keep(self, cik: int, before: Profile | None, facts: Answer, submissions: Answer) -> int:
        """Read the answers and keep them: the facts first, then that they were looked at."""
        new = 0 if facts.body is None else self._store.merge(cik, read_facts(facts.body, cik))
        told = Submissions(name="", sic=0, filings=())
        if submissions.body is not None:
            told = read_submissions(submissions.body, cik)
        elif before is not None and not submissions.gone:
            told = Submissions(name=before.name, sic=before.sic, filings=before.filings)
        self._store.keep_profile(
            Profile(
                cik=cik,
                name=told.name,
                sic=told.sic,
                checked=self._today,
                at=self._sources.clock.now(),
                filings=told.filings,
                facts_etag=facts.version.etag,
                facts_modified=facts.version.last_modified,
                submissions_etag=submissions.version.etag,
                submissions_modified=submissions.version.last_modified,
            )
        )
        return new


def _there(answer: Answer, url: str) -> bytes:
    if answer.body is None:
        raise SourceUnavailable(url, "HTTP 404: the site has no list of companies")
    return answer.body


def _facts_of(profile: Profile | None) -> Version:
    if profile is None:
        return Version()
    return Version(etag=profile.facts_etag, last_modified=profile.facts_modified)


def _submissions_of(profile: Profile | None) -> Version:
    if profile is None:
        return Version()
    return Version(etag=profile.submissions_etag, last_modified=profile.submissions_modified)
