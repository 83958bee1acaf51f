"""The list of faults comes from the faults, and the page from the list."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from tradeengine.venue.server.faults import AnyFault, every_fault, faults_page
from tradeengine.venue.server.faults.catalogue import Entry, Option

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_every_fault_is_listed_once_with_its_options() -> None:
    listed = {entry.name: entry for entry in every_fault()}
    assert len(listed) == len(every_fault()) == len(get_args(AnyFault))
    assert listed["drop_frame"] == Entry(
        name="drop_frame",
        kind="streams",
        options=(Option("times", "int", "1"), Option("stream", '"data" or "orders"', "required")),
        description="The next frame of a stream is lost.",
    )


@pytest.mark.parametrize("entry", every_fault(), ids=lambda entry: entry.name)
def test_a_fault_describes_itself_in_a_line(entry: Entry) -> None:
    assert entry.description[0].isupper()
    assert entry.description[-1] in ".:"
    assert len(entry.description) < 100


@pytest.mark.parametrize("entry", every_fault(), ids=lambda entry: entry.name)
def test_a_fault_can_be_armed_by_its_required_options_alone(entry: Entry) -> None:
    examples: dict[str, object] = {"stream": "data", "symbol": "SPY", "skew": 1, "amount": "1"}
    required = {o.name: examples[o.name] for o in entry.options if o.default == "required"}
    fault = msgspec.convert({"fault": entry.name, **required}, AnyFault)
    assert msgspec.to_builtins(fault) == {"fault": entry.name, **required}


def test_the_page_is_current() -> None:
    assert (DOCS / "faults.md").read_text(encoding="utf-8") == faults_page(), "run: make docs"
