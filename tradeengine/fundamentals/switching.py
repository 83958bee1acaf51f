"""
Twelve months across a change of tags.

A company that moves to another tag in the middle of a year reports its last year under the
old one and this year under the new one. Where both name a same period and agree on it, they
mean the same, and the year of the old one is carried on by the new one. Whole industries did
so in 2018 (revenue from contracts) and 2024 (interest).
"""

from collections.abc import Iterator
from datetime import date

from tradeengine.fundamentals.company import Books
from tradeengine.fundamentals.inputs import Figure
from tradeengine.fundamentals.rules import Term
from tradeengine.fundamentals.tags import RULES, Input

AGREES = 0.02
"""How far two tags may differ on a period that both have, as a share of it."""

AFTER = " after "
"""Stands between the new tag and the old one in the rule of a figure."""


def across_tags(books: Books, name: Input, end: date) -> Figure | None:
    """Give the twelve months to `end`, put together of two tags that agree."""
    for new, old in _pairs(books, name, end):
        if not _agree(books, new, old):
            continue
        months = books.twelve_months_of(new, old)
        if months is not None and months.end == end:
            return Figure(
                value=months.value,
                rule=f"{new}{AFTER}{old}",
                end=months.end,
                filed=max(books.filed[accession] for accession in months.accessions),
                method=months.method,
                accessions=tuple(dict.fromkeys(months.accessions)),
            )
    return None


def _pairs(books: Books, name: Input, end: date) -> Iterator[tuple[Term, Term]]:
    """Give tags that say all by themselves: one that has the latest period, and one before."""
    alone = [
        rule.terms[0]
        for rule in RULES[name]
        if not rule.makeshift and all(term.optional for term in rule.terms[1:])
    ]
    for new in alone:
        if any(fact.end == end for fact in books.flows(new)):
            yield from ((new, old) for old in alone if old != new and books.facts(old))


def _agree(books: Books, new: Term, old: Term) -> bool:
    known = {(fact.start, fact.end): fact.value for fact in books.facts(old)}
    both = [
        (fact.value, known[fact.start, fact.end])
        for fact in books.facts(new)
        if (fact.start, fact.end) in known
    ]
    return bool(both) and all(abs(one - other) <= AGREES * abs(other) for one, other in both)
