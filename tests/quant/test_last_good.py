"""The last good set: a look at some names neither shrinks it nor makes it look fresh."""

from datetime import date
from pathlib import Path

import pytest

from tests.edgar.site import site_open
from tests.quant.filings import JULY_1, NAMES, cached, serve_2010
from tradeengine.layout import DeskFiles, Home
from tradeengine.quant.last_good import LastGood, last_good, remember

JULY_2 = date(2010, 7, 2)


@pytest.fixture
def desk(tmp_path: Path) -> DeskFiles:
    made = Home(tmp_path).desk("embedded")
    made.fundamentals.mkdir(parents=True)
    remember(made, JULY_1, ["AAPL", "LOW", "MMM"], ["JPM"], whole=True)
    return made


def test_a_look_at_some_names_changes_these_alone(desk: DeskFiles) -> None:
    remember(desk, JULY_2, ["AAPL"], [], whole=False)
    assert last_good(desk) == LastGood(as_of=JULY_1, valid=3, refused=1)

    remember(desk, JULY_2, ["KO"], ["LOW"], whole=False)
    assert last_good(desk) == LastGood(as_of=JULY_1, valid=3, refused=2)


def test_the_set_is_as_old_as_its_oldest_look(desk: DeskFiles) -> None:
    remember(desk, JULY_2, ["AAPL", "LOW"], ["JPM"], whole=False)
    assert last_good(desk) == LastGood(as_of=JULY_1, valid=3, refused=1)

    remember(desk, JULY_2, ["MMM"], [], whole=False)
    assert last_good(desk) == LastGood(as_of=JULY_2, valid=3, refused=1)


def test_a_look_at_all_makes_it_anew(desk: DeskFiles) -> None:
    remember(desk, JULY_2, ["AAPL"], [], whole=True)

    assert last_good(desk) == LastGood(as_of=JULY_2, valid=1, refused=0)


def test_an_unreadable_record_is_none_until_all_were_looked_at(desk: DeskFiles) -> None:
    (desk.fundamentals / "last_good.json").write_bytes(b"{")
    assert last_good(desk) is None

    remember(desk, JULY_2, ["AAPL"], [], whole=False)
    assert last_good(desk) is None
    remember(desk, JULY_2, ["AAPL", "LOW"], [], whole=True)
    assert last_good(desk) == LastGood(as_of=JULY_2, valid=2, refused=0)


async def test_a_fetch_of_one_name_says_the_age_of_the_whole_set(tmp_path: Path) -> None:
    desk = Home(tmp_path).desk("embedded")
    async with site_open() as site:
        serve_2010(site)
        everybody = await cached(site, desk)
        one = await cached(site, desk, "AAPL", today=JULY_2)

    assert everybody.last_good == LastGood(as_of=JULY_1, valid=3, refused=len(NAMES) - 3)
    assert one.last_good == everybody.last_good
