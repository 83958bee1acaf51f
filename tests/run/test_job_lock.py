"""One process at a time runs a job."""

from pathlib import Path

import pytest

from tradeengine.errors import JobFailed
from tradeengine.run.job_lock import is_held, take


def test_a_job_that_is_held_is_refused_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "job-bars.lock"
    assert not is_held(path)
    lock = take(path, "bars")
    assert lock is not None
    assert take(path, "bars") is None
    assert is_held(path)
    lock.release()
    assert not is_held(path)
    again = take(path, "bars")
    assert again is not None
    again.release()


def test_a_lock_that_cannot_be_made_is_said_by_the_jobs_name(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match=r"bars: .*cannot be opened: No such file"):
        take(tmp_path / "nowhere" / "job-bars.lock", "bars")
