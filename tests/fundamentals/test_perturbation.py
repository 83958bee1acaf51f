"""Whatever is filed on a day or later, in whatever words, changes nothing of that day."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fundamentals.shipped import (
    CHIPS,
    COMPUTERS,
    SHIPPED,
    companies_of_2010,
    company,
    made,
)
from tradeengine.fundamentals.company import Company, Filing, Key
from tradeengine.fundamentals.facts import Fact
from tradeengine.fundamentals.gatekeeper import inspect
from tradeengine.fundamentals.share_count import Split
from tradeengine.fundamentals.tags import tags_read

SUBJECTS = {
    "apple": (company("AAPL.2026", COMPUTERS), date(2024, 6, 3)),
    "nvidia": (company("NVDA.2026", CHIPS), date(2024, 12, 16)),
    "made": (made(), date(2024, 4, 1)),
    "a refused one": (companies_of_2010()["HSY"], date(2010, 7, 1)),
    "one of 2010": (companies_of_2010()["ABT"], date(2010, 7, 1)),
}

TAGS = sorted(tags_read())
FORMS = ("10-K", "10-K/A", "10-Q", "10-Q/A", "8-K")


@st.composite
def facts_of_the_future(draw: st.DrawFn, known: Company, session: date) -> tuple[Key, Fact]:
    """Make a fact filed on a day or after it: a restatement, a new period, or nonsense."""
    taxonomy, tag = draw(st.sampled_from(TAGS))
    unit = "shares" if "Shares" in tag else "USD"
    filed = session + timedelta(days=draw(st.integers(0, 900)))
    there = known.facts.get((taxonomy, tag, unit), ())
    accession = f"future-{draw(st.integers(0, 3))}"
    value = draw(st.floats(allow_nan=True, allow_infinity=True, width=64))
    form = draw(st.sampled_from(FORMS))
    restates: bool = draw(st.booleans())
    if there and restates:
        restated = draw(st.sampled_from(there))
        accession = draw(st.sampled_from([accession, restated.accession]))
        new = replace(restated, value=value, filed=filed, form=form, accession=accession)
        return (taxonomy, tag, unit), new
    end = session + timedelta(days=draw(st.integers(-900, 900)))
    length = draw(st.sampled_from([None, 90, 181, 272, 364]))
    return (taxonomy, tag, unit), Fact(
        start=None if length is None else end - timedelta(days=length),
        end=end,
        value=value,
        filed=filed,
        form=form,
        accession=accession,
    )


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_nothing_that_is_filed_later_changes_a_judgement(data: st.DataObject) -> None:
    known, session = SUBJECTS[data.draw(st.sampled_from(list(SUBJECTS)))]
    news = data.draw(st.lists(facts_of_the_future(known, session), min_size=1, max_size=20))
    facts = dict(known.facts)
    for key, fact in news:
        # The order in which facts lie in the store says nothing.
        facts[key] = (fact, *facts.get(key, ())) if len(news) % 2 else (*facts.get(key, ()), fact)
    report = Filing(accession="future-0", form="10-Q", filed=session)
    later = replace(known, facts=facts, filings=(*known.filings, report))
    split = Split(day=session + timedelta(days=1), ratio=10.0)
    assert inspect("X", later, session, SHIPPED, [split]) == inspect("X", known, session, SHIPPED)


def test_the_same_facts_filed_a_day_earlier_do_change_it() -> None:
    known, session = SUBJECTS["made"]
    restated = replace(
        known.facts["us-gaap", "Revenues", "USD"][-1],
        value=1100e6,
        filed=session - timedelta(days=1),
        accession="restated",
    )
    key = ("us-gaap", "Revenues", "USD")
    later = replace(known, facts={**known.facts, key: (*known.facts[key], restated)})
    assert inspect("X", later, session, SHIPPED) != inspect("X", known, session, SHIPPED)
