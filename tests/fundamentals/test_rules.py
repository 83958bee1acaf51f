"""Rules are read and written as they are shown, and all tags of the table are read."""

import pytest

from tradeengine.fundamentals.rules import Term, rule
from tradeengine.fundamentals.tags import FLOWS, RULES, Input, Kind, kind, tags_read


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Assets", "Assets"),
        ("A + B? - C", "A + B? - C"),
        ("- A", "- A"),
        ("~A + B", "A + B"),
        ("dei:Count", "dei:Count"),
    ],
)
def test_a_rule_is_written_as_it_was_read(text: str, written: str) -> None:
    assert str(rule(text)) == written
    assert rule(text).makeshift is text.startswith("~")


def test_what_fired_names_the_tags_that_were_there() -> None:
    made = rule("~A + B? - C?")
    first, _, third = made.terms
    assert made.fired({first, third}) == "~A - C"
    assert third == Term(taxonomy="us-gaap", tag="C", sign=-1, optional=True)


def test_every_input_has_rules_and_every_rule_needs_its_first_tag() -> None:
    assert set(RULES) == set(Input)
    assert all(rules and not each.terms[0].optional for rules in RULES.values() for each in rules)


def test_no_rule_of_an_input_is_there_twice() -> None:
    for rules in RULES.values():
        assert len({str(each) for each in rules}) == len(rules)


def test_which_inputs_are_flows() -> None:
    assert kind(Input.NET_INCOME) is Kind.FLOW
    assert kind(Input.CASH) is Kind.INSTANT
    assert len(FLOWS) == 9


def test_a_store_need_load_no_other_tags() -> None:
    assert ("dei", "EntityCommonStockSharesOutstanding") in tags_read()
    assert ("us-gaap", "EarningsPerShareDiluted") in tags_read()
    assert ("us-gaap", "Goodwill") not in tags_read()
