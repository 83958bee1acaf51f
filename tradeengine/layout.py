"""
Where a run keeps its files, all under one `--home`.

    home/
    ├── data/HALT            written by `tradeengine halt`; the engine looks for it
    ├── data/state.db        what outlives a run: locks, reviews, baselines, jobs
    ├── data/alerts.db       alerts and what became of each
    ├── data/drills.jsonl    one line a drill: the trend
    ├── data/status.json     what `tradeengine status` reads
    ├── data/engine.lock     held by the running engine
    ├── data/job-<name>.lock held by whoever runs a scheduled job
    ├── data/rejected_tickers/   one line a refused ticker and day
    ├── data/bars/<origin>/      daily bars, VIX and rates
    ├── data/fundamentals/<origin>/
    ├── data/regime/<origin>/
    ├── data/universe/<origin>/  candidates, proposal, active list
    └── logs/<run-id>/       journal, events.jsonl, engine.log, receipt.json, summary.json
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import NANOS


@dataclass(frozen=True, slots=True)
class Home:
    """The root of `data/` and `logs/`."""

    root: Path

    @property
    def data(self) -> Path:
        """Files that outlive a run."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        """One folder a run."""
        return self.root / "logs"

    @property
    def halt_file(self) -> Path:
        """The signal that stops an engine."""
        return self.data / "HALT"

    @property
    def lock_file(self) -> Path:
        """Held by whoever trades under this home."""
        return self.data / "engine.lock"

    @property
    def state_file(self) -> Path:
        """What outlives a run."""
        return self.data / "state.db"

    @property
    def alerts_file(self) -> Path:
        """Alerts and what became of each."""
        return self.data / "alerts.db"

    def job_lock_file(self, name: str) -> Path:
        """Held by whoever runs a scheduled job."""
        return self.data / f"job-{name}.lock"

    @property
    def status_file(self) -> Path:
        """The last state of the last run."""
        return self.data / "status.json"

    @property
    def drills_file(self) -> Path:
        """One line a drill."""
        return self.data / "drills.jsonl"

    def desk(self, origin: str) -> "DeskFiles":
        """Give the quant desk's folders; what came from two origins is never mixed."""
        return DeskFiles(self.data, origin)

    def require_text(self) -> None:
        """
        Raise BadConfiguration when the path is no UTF-8 text: no store of data could be opened.

        A halt needs none, and is not to ask.
        """
        try:
            str(self.root).encode()
        except UnicodeEncodeError:
            raise BadConfiguration(
                "--home",
                f"{str(self.root)!a} is no UTF-8 text on this terminal",
                "choose another --home, or set LC_ALL=C.UTF-8",
            ) from None

    def prepare(self) -> None:
        """Make the folders. Raises BadConfiguration if the disk says no."""
        for folder in (self.data, self.data / "rejected_tickers", self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadConfiguration(
                    str(folder), f"cannot be made: {error.strerror}", "choose another --home"
                ) from error

    def new_run(self, kind: str, started: int) -> "RunFiles":
        """Make the folder of a run that started at an instant; its name is the run's id."""
        moment = datetime.fromtimestamp(started // NANOS, UTC)
        stem = f"{moment:%Y%m%d-%H%M%S}-{kind}"
        for attempt in range(1, 1000):
            folder = self.logs / (stem if attempt == 1 else f"{stem}-{attempt}")
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            except OSError as error:
                raise BadConfiguration(str(folder), f"cannot be made: {error.strerror}") from error
            return RunFiles(folder)
        raise BadConfiguration(str(self.logs), "a thousand runs began in this second")

    def runs(self) -> list["RunFiles"]:
        """List the runs that left a journal, newest first."""
        if not self.logs.is_dir():
            return []
        folders = sorted(path.parent for path in self.logs.glob("*/journal"))
        return [
            RunFiles(folder)
            for folder in sorted(
                folders, key=lambda f: (f / "journal").stat().st_mtime_ns, reverse=True
            )
        ]


@dataclass(frozen=True, slots=True)
class DeskFiles:
    """Folders of the quant desk for one origin of data: `embedded` or `alpaca`."""

    data: Path
    origin: str

    @property
    def bars(self) -> Path:
        """Daily bars, VIX and rates."""
        return self.data / "bars" / self.origin

    @property
    def fundamentals(self) -> Path:
        """Facts as filed, and the validated inputs made of them."""
        return self.data / "fundamentals" / self.origin

    @property
    def regime(self) -> Path:
        """Dated parameters of the market's model."""
        return self.data / "regime" / self.origin

    @property
    def universe(self) -> Path:
        """Candidates, proposal, active list and its history."""
        return self.data / "universe" / self.origin

    @property
    def rejected(self) -> Path:
        """One file a day, one line a refused ticker."""
        return self.data / "rejected_tickers"


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run."""

    folder: Path

    @property
    def run_id(self) -> str:
        """The run's name."""
        return self.folder.name

    @property
    def journal(self) -> Path:
        """Inputs and decisions."""
        return self.folder / "journal"

    @property
    def receipt(self) -> Path:
        """How the run became flat. Its presence says that the run ended in order."""
        return self.folder / "receipt.json"

    @property
    def summary(self) -> Path:
        """What `run --json` printed."""
        return self.folder / "summary.json"

    @property
    def crash(self) -> Path:
        """The traceback of an internal error, for the developers."""
        return self.folder / "crash.txt"
