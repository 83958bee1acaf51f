"""Data that was refused: which symbol, by which rule, with the value and the limit."""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class Stage(StrEnum):
    """Where data was refused."""

    BARS = "bars"
    FUNDAMENTALS = "fundamentals"
    VALUATION = "valuation"
    UNIVERSE = "universe"


class Weight(StrEnum):
    """Whether waiting helps: `transient` data comes again, `structural` refusals stay."""

    STRUCTURAL = "structural"
    TRANSIENT = "transient"


class Rejection(Struct, frozen=True, kw_only=True):
    """
    One refusal. `code` is a rule of its stage (each stage lists its own as an enum).

    `value` and `limit` are what was found and what is allowed, in words or figures; `source`
    names the file, URL or filing; `as_of` is the day that was asked about.
    """

    symbol: str
    stage: Stage
    code: str
    field: str
    value: str
    limit: str
    source: str
    as_of: date
    weight: Weight
