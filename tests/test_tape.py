"""Whose quotes a run hears follows from venue and feed, and the limits with it."""

from pathlib import Path

import pytest
import yaml

from tests.runs import make_home
from tradeengine.build_inputs import BuildInputs
from tradeengine.options import Flags, build_inputs, read_options
from tradeengine.settings import Settings, VenueChoice, VenueKind
from tradeengine.settings.schema import CONTRARIAN
from tradeengine.strategy.loader import load_strategies
from tradeengine.tape import FLAG, hears_iex_only

KEYS = {"ALPACA_API_KEY": "PKTEST1234", "ALPACA_SECRET_KEY": "verysecret99"}
SIP = Settings.model_validate({"feed": {"feed": "sip"}})


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        (VenueKind.PAPER, Settings(), True),
        (VenueKind.LIVE, Settings(), True),
        (VenueKind.PAPER, SIP, False),
        (VenueKind.EMBEDDED, Settings(), False),
        (VenueKind.SIMULATED, Settings(), False),
        (VenueKind.URL, Settings(), False),
    ],
)
def test_only_alpacas_free_tape_has_the_quotes_of_one_exchange(
    kind: VenueKind, settings: Settings, expected: bool
) -> None:
    assert hears_iex_only(VenueChoice(kind), settings) is expected


def inputs_on(path: Path, venue: str, **environ: str) -> BuildInputs:
    """Read what a core is built from, with the strategy that ships beside one of the tests'."""
    shipped = {"name": "contrarian", "class": CONTRARIAN}
    plain = {"name": "plain", "class": "tests.sessions.strategies:BuyOnce"}
    home = make_home(path, strategy="BuyOnce")
    text = home.root / "config" / "config.yaml"
    settings = yaml.safe_load(text.read_text()) | {"strategy": [shipped, plain]}
    text.write_text(yaml.safe_dump(settings, default_flow_style=False))
    return build_inputs(read_options(Flags(venue=venue), home, None, environ, json=False))


def test_gate_and_strategies_of_a_paper_run_know_of_it(tmp_path: Path) -> None:
    inputs = inputs_on(tmp_path, "paper", **KEYS)

    assert inputs.risk.quotes_from_iex_only
    # A strategy whose class has no such parameter would be refused with it.
    assert [spec.parameters.get(FLAG) for spec in inputs.strategies] == [True, None]
    assert load_strategies(inputs.strategies, inputs.plan)


def test_a_run_on_our_own_venue_goes_by_its_settings(tmp_path: Path) -> None:
    inputs = inputs_on(tmp_path, "embedded")

    assert not inputs.risk.quotes_from_iex_only
    assert [spec.parameters.get(FLAG) for spec in inputs.strategies] == [None, None]
