"""
Five sessions in a row in one process: what does each leave behind in memory?

    python -m benchmarks.memory             the recorded week, the shipped plan
    python -m benchmarks.memory --home DIR  with the configuration of a home; --json for machines

After each session the garbage is collected and the allocator gives free pages back, so
that what is resident is what something still holds on to. The first two sessions warm
caches up; the slope is that of the others, in MB a session.
"""

import argparse
import ctypes
import gc
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from statistics import linear_regression

from tradeengine.layout import Home
from tradeengine.options import Flags, read_options
from tradeengine.run.status import read_status
from tradeengine.trading import trade

WEEK = [date(2019, 2, day) for day in range(11, 16)]
PLAN = Path(__file__).parents[1] / "config" / "plans" / "2019-02-13.yaml"
"""The plan of the recorded week, used unless the home has one of its own."""

VALUED_ON = "2019-02-12"
"""The day of the values in it."""

WARM_UP = 2
MEGABYTE = 2**20


def resident_megabytes() -> float:
    """Give the resident memory of this process, free pages given back before."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def plan_of(day: date, written: Path, home: Home) -> Path:
    """Give the plan as if its values had been of the day before: later ones are refused."""
    made = home.root / f"plan-{day}.yaml"
    known = (day - timedelta(days=1)).isoformat()
    made.write_text(written.read_text().replace(VALUED_ON, known))
    return made


def session(home: Home, day: date) -> int:
    """Trade one session as fast as it goes; give the exit code."""
    own = home.root / "config" / "session_plan.yaml"
    plan = plan_of(day, own if own.is_file() else PLAN, home)
    flags = Flags(venue="embedded", date=day, speed="max", until="close", plan=plan)
    options = read_options(flags, home, None, {}, json=True)
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        return trade(options)


def slope(megabytes: Sequence[float]) -> float:
    """Give the growth in megabytes a session after the warm-up."""
    after = megabytes[WARM_UP:]
    return linear_regression(range(len(after)), after).slope


def main(arguments: Sequence[str]) -> int:
    """Run the week; return 1 if a session did not end clean, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = Home((flags.home or Path(folder)).absolute())
        codes, megabytes = [], []
        for day in WEEK:
            codes.append(session(home, day))
            megabytes.append(resident_megabytes())
            print(f"{day}: exit code {codes[-1]}, {megabytes[-1]:.2f} MB", file=sys.stderr)
        status = read_status(home.status_file)
    row = {"codes": codes, "megabytes": megabytes, "slope": slope(megabytes)}
    row["queues"] = status.queues if status else {}
    if flags.json:
        print(json.dumps(row))
    else:
        print(f"slope after the first {WARM_UP}: {row['slope']:.3f} MB a session")
        print(f"most in line in the last session: {row['queues']}")
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
