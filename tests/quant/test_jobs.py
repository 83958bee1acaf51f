"""Which record a run's jobs have, and where its data comes from."""

from pathlib import Path

import pytest

from tests.runs import NOON, a_world, make_home, options_for
from tradeengine.quant.jobs import desk_work, origin_of
from tradeengine.run.job_records import DurableRecords, FreshRecords
from tradeengine.settings import VenueChoice, VenueKind
from tradeengine.store.database import open_database


@pytest.mark.parametrize(
    ("kind", "origin"),
    [
        (VenueKind.EMBEDDED, "embedded"),
        (VenueKind.SIMULATED, "embedded"),
        (VenueKind.URL, "embedded"),
        (VenueKind.PAPER, "alpaca"),
        (VenueKind.LIVE, "alpaca"),
    ],
)
def test_our_venues_and_the_real_sites_are_two_origins(kind: VenueKind, origin: str) -> None:
    assert origin_of(VenueChoice(kind)) == origin


def test_on_a_market_of_our_own_the_record_begins_with_the_run(tmp_path: Path) -> None:
    options = options_for(make_home(tmp_path))
    options.home.prepare()
    with open_database(options.home.state_file) as database:
        records = desk_work(options, a_world(), database).records
    assert isinstance(records, FreshRecords)
    assert records.last_success("bars", NOON) == NOON


def test_on_an_account_that_outlives_the_run_the_record_is_durable(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    options = options_for(home, venue="http://127.0.0.1:1", start=None, speed=None)
    home.prepare()
    with open_database(home.state_file) as database:
        records = desk_work(options, a_world(), database).records
        assert isinstance(records, DurableRecords)
        assert records.last_success("bars", NOON) is None
