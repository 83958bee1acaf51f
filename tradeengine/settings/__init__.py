"""
Settings: `.env` holds secrets, `config/config.yaml` everything else.

    secrets.py       what may be in .env, and how it is read
    marked_yaml.py   YAML with line numbers, no duplicate keys, no surprises
    schema.py        every section, default and range
    problems.py      what is wrong, said with place, value and nearest name
    load.py          files and environment -> one frozen `Settings`
    choice.py        which venue a run trades on
    explanation.py   each value and where it came from, redacted
    reference.py     the pages of docs/ that are made from code
"""

from tradeengine.settings.choice import VenueChoice, VenueKind, check_live_account, choose_venue
from tradeengine.settings.explanation import Row, explain
from tradeengine.settings.load import load_settings
from tradeengine.settings.places import find_config_file
from tradeengine.settings.schema import Settings, StrategyEntry
from tradeengine.settings.secrets import Secrets

__all__ = [
    "Row",
    "Secrets",
    "Settings",
    "StrategyEntry",
    "VenueChoice",
    "VenueKind",
    "check_live_account",
    "choose_venue",
    "explain",
    "find_config_file",
    "load_settings",
]
