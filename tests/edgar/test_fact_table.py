"""A table of facts: each once and in one order, whether they came at once or one by one."""

from datetime import date
from random import Random

import pytest

from tradeengine.edgar.fact_table import KEY, SCHEMA, facts_of, joined, numbered, table_of
from tradeengine.fundamentals.company import Key
from tradeengine.fundamentals.facts import Fact

DAYS = [date(2009, month, 28) for month in (3, 6, 9, 12)]


def drawn(seed: int) -> list[tuple[Key, Fact]]:
    """Draw facts of which some are there twice, with another value, and some are alike."""
    random = Random(seed)
    return [
        (
            (random.choice(("us-gaap", "dei")), random.choice("AaÄB"), random.choice("xy")),
            Fact(
                start=random.choice((None, date(1, 1, 1), *DAYS)),
                end=random.choice(DAYS),
                value=float(number),
                filed=random.choice(DAYS),
                form="10-K",
                accession=random.choice("abc"),
            ),
        )
        for number in range(400)
    ]


def by_key(facts: list[tuple[Key, Fact]]) -> dict[Key, list[Fact]]:
    found: dict[Key, list[Fact]] = {}
    for key, fact in facts:
        found.setdefault(key, []).append(fact)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_facts_that_come_in_parts_make_the_same_table(seed: int) -> None:
    facts = drawn(seed)
    whole = table_of(1, by_key(facts))
    assert whole.schema == SCHEMA
    assert whole.height == whole.unique(KEY).height < len(facts)

    parts = SCHEMA.to_frame()
    for first in range(0, len(facts), 100):
        parts = joined(parts, table_of(1, by_key(facts[first : first + 100])))

    assert parts.rows() == whole.rows()


def test_the_first_of_two_values_stays_and_the_earliest_filed_comes_first() -> None:
    facts = drawn(0)
    found = facts_of(numbered(table_of(1, by_key(facts))))

    assert list(found) == sorted(by_key(facts))
    for key, rows in by_key(facts).items():
        places = [(fact.filed, fact.end, fact.start, fact.accession) for fact in rows]
        firsts = [fact for place, fact in enumerate(rows) if places.index(places[place]) == place]
        assert set(found[key]) == set(firsts)
        assert [fact.filed for fact in found[key]] == sorted(fact.filed for fact in firsts)


def test_a_table_in_another_order_gives_all_facts_of_a_tag() -> None:
    table = table_of(1, by_key(drawn(0)))
    found = facts_of(numbered(table.sort("value")), {("dei", "A")})
    whole = facts_of(numbered(table))

    assert set(found) == {key for key in whole if key[:2] == ("dei", "A")}
    assert {key: set(facts) for key, facts in found.items()} == {
        key: set(whole[key]) for key in found
    }


def test_no_facts_make_an_empty_table_and_none_come_out_of_it() -> None:
    empty = table_of(1, {})
    assert empty.schema == SCHEMA
    assert empty.is_empty()
    assert facts_of(numbered(empty)) == {}
