"""
The names that one company has had: data is often kept under a name of another time.

Only changes of a ticker by which the company stayed the same are listed (`renames.csv`), and
only those since 2019. A ticker that left may come back as another company (`IR`, `TT`): a name
that has data of its own is therefore never replaced.
"""

from collections.abc import Collection
from functools import cache

from tradeengine.reference.tables import rows_of


def names_of(symbol: str) -> tuple[str, ...]:
    """Give a symbol and the other names of its company, the symbol first, then by age."""
    others = [name for name in _families().get(symbol, ()) if name != symbol]
    return (symbol, *others)


def found_as(symbols: Collection[str], available: Collection[str]) -> dict[str, str]:
    """
    Find companies in a source that has names of another time: symbol to the source's name.

    A symbol that the source has stands for itself. One that it has under no name is left out.
    No two symbols get one name: the first, in alphabetical order, keeps it.
    """
    has, taken = set(available), set(symbols) & set(available)
    found = {symbol: symbol for symbol in taken}
    for symbol in sorted(set(symbols) - taken):
        name = next((n for n in names_of(symbol) if n in has and n not in taken), None)
        if name is not None:
            found[symbol] = name
            taken.add(name)
    return found


@cache
def _families() -> dict[str, tuple[str, ...]]:
    families: dict[str, tuple[str, ...]] = {}
    for row in rows_of("renames.csv"):
        joined = (*families.get(row["old"], (row["old"],)), row["new"])
        for name in joined:
            families[name] = joined
    return families
