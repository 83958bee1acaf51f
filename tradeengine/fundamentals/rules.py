"""
How a rule of tags is written and read.

`a + b` needs both tags; one that may be missing ends in `?` and then counts for nothing;
`a - b` subtracts. A `~` at the beginning marks a makeshift: the rule is only near the truth.
Tags are of us-gaap unless a taxonomy stands before them, as in `dei:Tag`.
"""

from collections.abc import Collection
from functools import cache
from typing import Final

from msgspec import Struct


class Term(Struct, frozen=True, kw_only=True, cache_hash=True):
    """One tag of a sum; `optional` terms may be missing."""

    taxonomy: str
    tag: str
    sign: int
    optional: bool

    def __str__(self) -> str:
        prefix = "" if self.taxonomy == "us-gaap" else f"{self.taxonomy}:"
        return f"{prefix}{self.tag}"


class Rule(Struct, frozen=True, kw_only=True, cache_hash=True):
    """A sum of terms; the first is always needed. `makeshift`: it is only near the truth."""

    terms: tuple[Term, ...]
    makeshift: bool = False

    def __str__(self) -> str:
        return _written(self.terms, "?")

    def fired(self, present: Collection[Term]) -> str:
        """Write the rule with those terms only that were there; a makeshift keeps its `~`."""
        there = tuple([term for term in self.terms if term in present])
        return f"{'~' if self.makeshift else ''}{_written(there, '')}"

    @property
    def tags_needed(self) -> frozenset[tuple[str, str]]:
        """The (taxonomy, tag) without which it never fires."""
        return frozenset((term.taxonomy, term.tag) for term in self.terms if not term.optional)


_SIGNS: Final = {"+": 1, "-": -1}


@cache
def _written(terms: tuple[Term, ...], optional_mark: str) -> str:
    words = []
    for place, term in enumerate(terms):
        sign = "- " if term.sign < 0 else "+ " if place else ""
        words.append(f"{sign}{term}{optional_mark if term.optional else ''}")
    return " ".join(words)


def rule(text: str) -> Rule:
    """Read `tag + tag? - tag`; `~` at the beginning marks a makeshift, `-` a first minus."""
    words = text.removeprefix("~").split()
    if words[0] not in _SIGNS:
        words.insert(0, "+")
    signs = [_SIGNS[word] for word in words[::2]]
    terms = []
    for sign, word in zip(signs, words[1::2], strict=True):
        taxonomy, _, tag = word.removesuffix("?").rpartition(":")
        terms.append(
            Term(taxonomy=taxonomy or "us-gaap", tag=tag, sign=sign, optional=word.endswith("?"))
        )
    return Rule(terms=tuple(terms), makeshift=text.startswith("~"))
