"""
Every exception that we raise on purpose.

    TradeEngineError
    ├── BadConfiguration        exit code 2: the operator must correct a file or a flag
    ├── VenueUnreachable        the broker or the feed does not answer
    ├── RefusedByBroker         the broker answered no, with its code and words
    ├── TradingLocked           exit code 4: a loss limit was hit and nobody has reviewed it
    ├── StoreFailed             the state file cannot be read or written
    ├── AccountHeld             exit code 5: another engine has this home or this account
    ├── OutcomeUnknown          a request left and no answer says what came of it
    ├── ProtocolViolation       a peer said something its protocol does not allow
    ├── JournalDamaged          a journal cannot be read past a place
    ├── JournalFailed           a journal cannot be written
    ├── ReplayDiffers           a replay decided something else
    ├── SelectionFailed         the solver that chooses the universe gave up
    ├── JobFailed               a scheduled job could not be run, or was given up
    ├── ProposalRefused         exit code 2: a universe proposal that cannot become active
    ├── SourceUnavailable       a source of filings does not answer, or answers something else
    ├── FactsHeld               exit code 2: another process fetches filings into the same folder
    ├── FactsDamaged            a file of stored filings cannot be read
    ├── StatusUnreadable        the status file is there and cannot be read
    ├── AlertNotDelivered       a channel did not take an alert
    └── RecordsFailed           the delivery records of alerts cannot be read or written

Exit codes: see `ExitCode`.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends."""

    CLEAN = 0
    FAILED = 1
    BAD_CONFIGURATION = 2
    NOT_FLAT = 3
    LOCKED = 4
    ACCOUNT_HELD = 5
    INTERNAL = 70
    INTERRUPTED = 130
    """By Ctrl-C: the shell's 128 and the signal's number."""


class TradeEngineError(Exception):
    """The root of all of ours; `exit_code` is what a command ends with."""

    exit_code = ExitCode.FAILED


class BadConfiguration(TradeEngineError):
    """A file, flag or secret is wrong. `place` names it, `remedy` mends it."""

    exit_code = ExitCode.BAD_CONFIGURATION

    def __init__(self, place: str, problem: str, remedy: str = "") -> None:
        super().__init__(place, problem, remedy)
        self.place, self.problem, self.remedy = place, problem, remedy

    def __str__(self) -> str:
        tail = f"\n  remedy: {self.remedy}" if self.remedy else ""
        return f"{self.place}: {self.problem}{tail}"


class VenueUnreachable(TradeEngineError):
    """The broker or the feed cannot be reached, or stopped answering."""


class RefusedByBroker(TradeEngineError):
    """The broker said no. HTTP `status`, Alpaca `code` (0 if none), `message`."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message

    def __str__(self) -> str:
        return f"HTTP {self.status} code {self.code}: {self.message}"


class AccountHeld(TradeEngineError):
    """Another engine has `place`, a home or an account; `problem` says which."""

    exit_code = ExitCode.ACCOUNT_HELD

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        super().__init__(place, problem, remedy)
        self.place, self.problem, self.remedy = place, problem, remedy

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}\n  remedy: {self.remedy}"


class TradingLocked(TradeEngineError):
    """The account is locked; `words` say since when and by how much."""

    exit_code = ExitCode.LOCKED

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return (
            f"trading is locked: {self.words}\n  remedy: look at what happened and decide, with"
            " `tradeengine review` and that --home"
        )


class StoreFailed(TradeEngineError):
    """The state file at `path` cannot be used."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.problem}\n  remedy: it holds the locks of accounts, so nothing"
            " trades without it; let this user write it, mend the disk, or move the file away when"
            " you know that no account is locked"
        )


class OutcomeUnknown(TradeEngineError):
    """A request may or may not have been carried out; ask before acting again."""


class ProtocolViolation(TradeEngineError):
    """A peer broke its protocol; `place` says where, `text` what it sent."""

    def __init__(self, place: str, problem: str, text: str = "") -> None:
        super().__init__(place, problem, text)
        self.place, self.problem, self.text = place, problem, text

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}: {self.text[:200]}"


class JournalDamaged(TradeEngineError):
    """A journal cannot be read past `offset`."""

    def __init__(self, path: str, offset: int, problem: str) -> None:
        super().__init__(path, offset, problem)
        self.path, self.offset, self.problem = path, offset, problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem} at byte {self.offset}"


class JournalFailed(TradeEngineError):
    """The disk does not take the journal; no entry leaves without it."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: the journal cannot be written: {self.reason}"


class ReplayDiffers(TradeEngineError):
    """A replay and its record part at message `seq`."""

    def __init__(self, seq: int, recorded: str, replayed: str) -> None:
        super().__init__(seq, recorded, replayed)
        self.seq, self.recorded, self.replayed = seq, recorded, replayed

    def __str__(self) -> str:
        return (
            f"message {self.seq} differs\n  recorded: {self.recorded}\n  replayed: {self.replayed}"
        )


class AlertNotDelivered(TradeEngineError):
    """A channel did not take an alert; `transient` when trying again may help."""

    def __init__(self, reason: str, *, transient: bool) -> None:
        super().__init__(reason)
        self.reason, self.transient = reason, transient


class SelectionFailed(TradeEngineError):
    """The solver that chooses the universe gave up."""


class JobFailed(TradeEngineError):
    """The scheduled job `name` could not be run, or was given up."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(name, problem)
        self.name, self.problem = name, problem

    def __str__(self) -> str:
        return f"{self.name}: {self.problem}"


class FactsHeld(BadConfiguration):
    """Another process, or task, fetches filings into the folder at `place`."""

    def __init__(self, place: str) -> None:
        super().__init__(place, "another process fetches filings into it", "wait for its end")


class ProposalRefused(BadConfiguration):
    """A proposal of the universe is stale, of another origin, or compared with another list."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(place, problem, "make a new one: tradeengine refresh-universe")


class SourceUnavailable(TradeEngineError):
    """A source of filings, at `place`, does not answer or answers something else."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(place, problem)
        self.place, self.problem = place, problem

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class FactsDamaged(TradeEngineError):
    """The file of stored filings at `path` cannot be read."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.problem}\n  remedy: mend the disk, or move the file away and"
            " fetch again with `tradeengine cache-fund`"
        )


class RecordsFailed(TradeEngineError):
    """The delivery records of alerts cannot be read or written; alerts leave all the same."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return (
            f"{self.path}: the delivery records of alerts fail: {self.reason}\n  remedy: let this"
            " user write it, mend the disk, or move the file away; a new one is made"
        )


class StatusUnreadable(TradeEngineError):
    """The status file at `path` is there and cannot be read: who runs is not known from it."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return (
            f"{self.path}: cannot be read: {self.problem}\n  remedy: a running engine writes it"
            " anew within a second; of earlier runs see logs/ beside data/"
        )
