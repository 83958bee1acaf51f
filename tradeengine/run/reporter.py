"""
The reporter: says what went wrong in the engine itself, to the log, the alerts and
the screen at once, and counts it.
"""

from contextlib import suppress

from tradeengine.errors import TradeEngineError
from tradeengine.layout import RunFiles
from tradeengine.logs import EventLog, Level
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.run.alarm import Raise
from tradeengine.run.outcome import append_crash
from tradeengine.run.screen import Screen


class Reporter:
    """Report bugs, failures and lag; remember the first failure and the number of bugs."""

    def __init__(self, files: RunFiles, log: EventLog, screen: Screen, tell: Raise) -> None:
        self._files, self._log, self._screen, self._tell = files, log, screen, tell
        self.failure: TradeEngineError | None = None
        self.faults = 0

    def failed(self, name: str, error: TradeEngineError) -> None:
        """Report what ends the run; only the first is what it ended of."""
        self.failure = self.failure or error
        self._log.write(Level.ERROR, "engine", "FAILED", f"{name}: {error}")

    def journal_failed(self, error: TradeEngineError) -> None:
        """Report a journal that cannot be written."""
        self.failure = self.failure or error
        self._log.write(Level.CRITICAL, "journal", "JOURNAL_FAILED", str(error))
        self._screen.say(str(error))

    def lock_failed(self, problem: str) -> None:
        """Report a lock that was not written. Never raises: the flatten comes after it."""
        self._log.write(Level.CRITICAL, "risk", "LOCK_FAILED", problem)
        self._tell(Severity.CRITICAL, "LOCK_FAILED", problem)
        with suppress(OSError):
            self._screen.say(problem)

    def baseline_failed(self, problem: str) -> None:
        """Report a baseline that later runs will have to read from the broker again."""
        self._log.write(Level.WARNING, "ledger", "BASELINE_NOT_KEPT", problem)
        self._tell(Severity.WARNING, "BASELINE_NOT_KEPT", problem)

    def lagged(self, seconds: float, culprit: str) -> None:
        """Report a loop that was late, and in what."""
        words = f"the event loop was {seconds:.2f} s late in {culprit}"
        self._log.write(
            Level.WARNING, "engine", "LOOP_LAGGED", words, seconds=seconds, culprit=culprit
        )
        self._tell(Severity.WARNING, "LOOP_LAGGED", words)

    def late(self, stage: str, deadline: float) -> None:
        """Report a stage of the shutdown that was given up."""
        words = f"closing {stage} took longer than {deadline:.0f} s and was given up"
        self._log.write(Level.ERROR, "engine", "SHUTDOWN_LATE", words)

    def bug_in(self, message: Message, error: Exception) -> None:
        """Report what a handler of the core raised."""
        self.bug(f"handling {type(message).__name__}", error)

    def bug(self, where: str, error: Exception) -> None:
        """Report an exception that nobody expected."""
        words = f"{where}: {type(error).__name__}: {error}"
        self._log.write(Level.CRITICAL, "engine", "INTERNAL_ERROR", words)
        self._tell(Severity.CRITICAL, "INTERNAL_ERROR", words)
        self._screen.say(f"internal error, stopping: {words} (details in {self._files.crash})")
        self.faults += 1
        if problem := append_crash(self._files, error):
            self._log.write(Level.ERROR, "engine", "CRASH_FILE_FAILED", problem)
