"""The first baseline of a session stands, in the file, for its account and date."""

from decimal import Decimal
from pathlib import Path

from tradeengine.store.baselines import Baselines
from tradeengine.store.database import open_database


def test_the_first_reading_stands_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    for reading in ("100000.01", "99000"):
        with open_database(path) as database:
            Baselines(database).keep("paper PA1", "2019-02-13", Decimal(reading), 1)

    with open_database(path) as database:
        baselines = Baselines(database)
        assert baselines.of("paper PA1", "2019-02-13") == Decimal("100000.01")
        assert baselines.of("paper PA1", "2019-02-14") is None
        assert baselines.of("paper PA2", "2019-02-13") is None
