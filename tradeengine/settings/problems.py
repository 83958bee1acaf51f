"""
What is wrong with a file, said so that it can be mended.

A problem has a place (`config/config.yaml:12`), a key path (`risk.max_positions`)
and words. All problems of a file are told at once, in one `BadConfiguration`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tradeengine.errors import BadConfiguration

VALUE_CHARACTERS = 60
"""How much of a wrong value is shown."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `line` 0 means no line; `file` "" the file that is being read."""

    line: int
    key: str
    words: str
    file: str = ""

    def place(self, file: str) -> str:
        """Name the place as editors do: file:line."""
        file = self.file or file
        return f"{file}:{self.line}" if self.line else file

    def told(self) -> str:
        """Give the key path and the words."""
        return f"{self.key}: {self.words}" if self.key else self.words


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the valid name that looks most like `name`; "" when none does."""
    known = {candidate.lower(): candidate for candidate in names}
    found = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return known[found[0]] if found else ""


def unknown_key(name: str, names: Sequence[str]) -> str:
    """Say that a key is not known, and what was meant or what there is."""
    suggestion = nearest(name, names)
    if suggestion:
        return f"unknown key; did you mean `{suggestion}`?"
    return f"unknown key; the keys here are: {', '.join(names)}"


def shown(value: object) -> str:
    """Show a value as the file has it, shortened."""
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= VALUE_CHARACTERS else text[: VALUE_CHARACTERS - 3] + "..."


def refusal(file: str, problems: Iterable[Problem], remedy: str = "") -> BadConfiguration:
    """Make the one exception that tells all problems of a file."""
    ordered = sorted(set(problems))
    if len(ordered) == 1:
        return BadConfiguration(ordered[0].place(file), ordered[0].told(), remedy)
    lines = "".join(f"\n  {problem.place(file)}: {problem.told()}" for problem in ordered)
    return BadConfiguration(file, f"{len(ordered)} problems{lines}", remedy)
