"""Which build traded which sessions, counted apart by account and build."""

from pathlib import Path

from tradeengine.store.builds import Builds
from tradeengine.store.database import open_database


def test_earlier_sessions_are_counted_once_and_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    for session in ("2019-02-11", "2019-02-12", "2019-02-12", "2019-02-13"):
        with open_database(path) as database:
            Builds(database).keep("live A", "aaaaaaa", session)

    with open_database(path) as database:
        builds = Builds(database)
        assert builds.sessions_before("live A", "aaaaaaa", "2019-02-13") == 2
        assert builds.sessions_before("live A", "aaaaaaa", "2019-02-11") == 0
        assert builds.sessions_before("live A", "bbbbbbb", "2019-02-13") == 0
        assert builds.sessions_before("live B", "aaaaaaa", "2019-02-13") == 0
