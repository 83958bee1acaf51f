"""Child processes that are asked and heard by lines."""

import subprocess
import sys
import tempfile
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Self

from benchmarks.words import W, Word, read, written

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0


class ChildFailed(Exception):
    """A child ended, or said nothing, where a word of it was due."""


class Child:
    """A Python module that runs as a process of its own."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._name = " ".join((module, *arguments[:1]))
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            cwd=ROOT,
        )
        self._heard: Queue[Word | None] = Queue()
        Thread(target=self._listen, name=self._name, daemon=True).start()

    def ask(self, word: Word) -> None:
        """Send a word."""
        assert self._process.stdin is not None  # a pipe, see above
        self._process.stdin.write(written(word) + "\n")
        self._process.stdin.flush()

    def hear(self, kind: type[W], patience_seconds: float = PATIENCE_SECONDS) -> W:
        """Wait for the next word, which must be of this kind. Raises ChildFailed."""
        try:
            word = self._heard.get(timeout=patience_seconds)
        except Empty:
            raise self._failed(f"said nothing for {patience_seconds:g} s") from None
        if not isinstance(word, kind):
            raise self._failed("ended" if word is None else f"said {word}")
        return word

    def is_silent(self, seconds: float) -> bool:
        """Wait so long for any word, which `hear` then gives."""
        try:
            word = self._heard.get(timeout=seconds)
        except Empty:
            return True
        self._heard.queue.appendleft(word)
        return False

    def _listen(self) -> None:
        assert self._process.stdout is not None  # a pipe, see above
        for line in self._process.stdout:
            if (word := read(line)) is not None:
                self._heard.put(word)
        self._heard.put(None)

    def _failed(self, how: str) -> ChildFailed:
        self._complaints.seek(0)
        return ChildFailed(f"{self._name} {how}\n{self._complaints.read()[-2000:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._complaints.close()
