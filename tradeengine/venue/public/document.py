"""A document as a site gives it out: its bytes, and the day since which they are these."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

SHIPPED: Final = Path(__file__).parent.parent / "shipped"


@dataclass(frozen=True, slots=True)
class Document:
    """`body` in UTF-8; `since` is the last day, New York, that changed it."""

    body: bytes
    since: date


Writer = Callable[[date], Document | None]
"""Writes a document as of a day; None while nothing of it was public."""
