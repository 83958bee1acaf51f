"""A company's filed facts, all of them, and what of that was usable on a day."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from msgspec import Struct

from tradeengine.fundamentals.facts import FORMS, Fact, Span, known
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.rules import Rule, Term
from tradeengine.fundamentals.tags import RULES, Input
from tradeengine.fundamentals.trailing import Trailing, trailing, trailing_of

Key = tuple[str, str, str]
"""Taxonomy, tag, unit."""

_NEEDED: Final = {
    name: [(rule, rule.tags_needed) for rule in rules] for name, rules in RULES.items()
}


class Filing(Struct, frozen=True, kw_only=True, gc=False):
    """One report in the list of what a company filed."""

    accession: str
    form: str
    filed: date


class Company(Struct, frozen=True, kw_only=True):
    """One filer. `sic` is its industry (0: not known); `filings` may be empty: not known."""

    cik: int
    name: str
    sic: int
    facts: Mapping[Key, tuple[Fact, ...]]
    filings: tuple[Filing, ...] = ()


class Books:
    """
    What the session of a day may know of a company: facts filed before that day.

    A filing becomes usable with the next session's open, because `filed` names a day and
    no hour. Money is in dollars, shares in pieces. Nothing filed on or
    after `session` can be seen through this object.
    """

    def __init__(self, company: Company, session: date) -> None:
        self.company, self.session = company, session
        self.instants: dict[tuple[Input, date, str], Figure | None] = {}
        """What `reading.instant` has read: balance sheets are looked at again and again."""

        self._eve = session - timedelta(days=1)
        self._known: dict[Key, list[Fact]] = {}
        self._flows: dict[Key, list[Fact]] = {}
        self._counted: dict[Key, dict[date, Fact]] = {}
        self._rules: dict[tuple[Input, str], tuple[Rule, ...]] = {}
        self._years: dict[Term, dict[date, Fact]] = {}
        self._trailing: dict[tuple[Term, date | None], Trailing | None] = {}

    def rules(self, name: Input, unit: str = "USD") -> tuple[Rule, ...]:
        """Give an input's rules of which all needed tags have facts: the others never fire."""
        if (name, unit) not in self._rules:
            tags = self._tags.get(unit, frozenset())
            there = tuple([rule for rule, needed in _NEEDED[name] if needed <= tags])
            self._rules[name, unit] = there
        return self._rules[name, unit]

    @cached_property
    def _tags(self) -> Mapping[str, Set[tuple[str, str]]]:
        """What there are facts of, by unit."""
        tags: dict[str, set[tuple[str, str]]] = {}
        for taxonomy, tag, unit in self.company.facts:
            tags.setdefault(unit, set()).add((taxonomy, tag))
        return tags

    def facts(self, term: Term, unit: str = "USD") -> list[Fact]:
        """Give the last version of each period of one tag, the oldest first."""
        key = (term.taxonomy, term.tag, unit)
        if key not in self._known:
            facts = self.company.facts.get(key)
            self._known[key] = known(facts, self._eve) if facts else []
        return self._known[key]

    def flows(self, term: Term, unit: str = "USD") -> list[Fact]:
        """Give those of a tag's facts that are of a whole number of quarters."""
        key = (term.taxonomy, term.tag, unit)
        if key not in self._flows:
            facts = self.facts(term, unit)
            self._flows[key] = [fact for fact in facts if fact.span is not None]
        return self._flows[key]

    def twelve_months(self, term: Term, ending_by: date | None = None) -> Trailing | None:
        """Sum the last twelve months of one tag; periods that end after a day are left out."""
        if (term, ending_by) not in self._trailing:
            every: Sequence[Fact] = self.company.facts.get((term.taxonomy, term.tag, "USD"), ())
            flows = self.flows(term)
            if ending_by is not None:
                every = [fact for fact in every if fact.end <= ending_by]
                flows = [fact for fact in flows if fact.end <= ending_by]
            self._trailing[term, ending_by] = trailing_of(every, flows, self._eve)
        return self._trailing[term, ending_by]

    def twelve_months_of(self, new: Term, old: Term) -> Trailing | None:
        """Sum the last twelve months of a tag, with the periods it lacks from an older one."""
        facts = self.company.facts.get((new.taxonomy, new.tag, "USD"), ())
        has = {(fact.start, fact.end) for fact in facts if fact.filed < self.session}
        earlier = self.company.facts.get((old.taxonomy, old.tag, "USD"), ())
        lacking = [fact for fact in earlier if (fact.start, fact.end) not in has]
        return trailing([*facts, *lacking], self._eve)

    def on(self, term: Term, day: date, unit: str = "USD") -> Fact | None:
        """Give what was counted at one instant."""
        key = (term.taxonomy, term.tag, unit)
        if key not in self._counted:
            facts = self.facts(term, unit)
            self._counted[key] = {fact.end: fact for fact in facts if fact.start is None}
        return self._counted[key].get(day)

    def years(self, term: Term) -> dict[date, Fact]:
        """Give the fiscal years of one tag by their last day."""
        if term not in self._years:
            ends = ((fact.end, fact) for fact in self.flows(term) if fact.span is Span.YEAR)
            self._years[term] = dict(ends)
        return self._years[term]

    @cached_property
    def reported(self) -> bool:
        """Whether there is any usable fact of us-gaap in dollars at all."""
        return any(
            taxonomy == "us-gaap" and unit == "USD" and self._usable(facts)
            for (taxonomy, _, unit), facts in self.company.facts.items()
        )

    @cached_property
    def last_report(self) -> date:
        """The day of the last report whose facts are here; `date.min` without any."""
        days = (
            fact.filed
            for facts in self.company.facts.values()
            for fact in facts
            if fact.filed < self.session and fact.form in FORMS
        )
        return max(days, default=date.min)

    def _usable(self, facts: tuple[Fact, ...]) -> bool:
        return any(fact.filed < self.session and fact.form in FORMS for fact in facts)

    @cached_property
    def filed(self) -> dict[str, date]:
        """The filings that any usable fact came from, by accession, and their days."""
        return {
            fact.accession: fact.filed
            for facts in self.company.facts.values()
            for fact in facts
            if fact.filed < self.session
        }
