"""
A session plan written by hand, read as strictly as the configuration.

A person wrote it, so every mistake is told with its line, its value and the nearest valid
name.
"""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import structs
from msgspec.structs import FieldInfo, fields

from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan
from tradeengine.settings.marked_yaml import KeyPath, MarkedYaml, Value, read_marked_yaml, written
from tradeengine.settings.places import shown_path
from tradeengine.settings.problems import Problem, nearest, refusal, shown, unknown_key

REMEDY = "mend the plan, or take it away: without one the quant desk plans the session"

_SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,9}")

_RANGES: dict[str, tuple[float, float]] = {
    "p_undervalued": (0, 1),
    "adv20_shares": (0, 1e12),
    "atr_percent": (0, 100),
    "beta": (-10, 10),
    "vix": (0, 200),
    "prior_close": (0, 1e7),
    "size_fraction": (0, 1),
    "closed_trades": (0, 1e9),
    "size_ramp": (0, 1),
}
"""Least and greatest sensible values; outside of them a digit or a unit is wrong."""


def load_plan(path: Path) -> SessionPlan:
    """Read a session plan. Raises BadConfiguration, which tells every mistake with its place."""
    yaml = read_marked_yaml(path, shown_path(path))
    problems = [
        Problem(yaml.line_of(place), written(place), words) for place, words in _mistakes(yaml)
    ]
    if problems:
        raise refusal(yaml.file, problems, REMEDY)
    return structs.replace(msgspec.convert(yaml.root, SessionPlan), by_hand=yaml.file)


def _mistakes(yaml: MarkedYaml) -> Iterator[tuple[KeyPath, str]]:
    yield from _in_struct(SessionPlan, yaml.root, (), skip="symbols")
    symbols = yaml.root.get("symbols")
    if not isinstance(symbols, dict) or not symbols:
        yield ("symbols",), "must be a section with a key for each tradable symbol"
        return
    for symbol, plan in symbols.items():
        place = ("symbols", symbol)
        if not _SYMBOL.fullmatch(symbol):
            yield place, "is not a symbol (capital letters, digits and dots)"
        if isinstance(plan, dict):
            yield from _in_struct(SymbolPlan, plan, place)
        else:
            yield place, f"must be a section with keys of its own, not {shown(plan)}"


def _in_struct(
    struct: type[msgspec.Struct], content: dict[str, Value], place: KeyPath, skip: str = ""
) -> Iterator[tuple[KeyPath, str]]:
    known = {field.name: field for field in fields(struct)}
    for key, value in content.items():
        if key not in known:
            yield (*place, key), unknown_key(key, tuple(known))
        elif key != skip and (words := _refused(known[key], value)):
            yield (*place, key), words
    for name, field in known.items():
        if field.required and name not in content and name != skip:
            yield (*place, name), "is missing"


def _refused(field: FieldInfo, value: Value) -> str:
    """Say why a value will not do; "" when it will."""
    try:
        msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        return _told(str(error), value)
    if value is None:
        return ""
    if field.name == "valued_on" and not _is_day(str(value)):
        return f"must be a date, YYYY-MM-DD, not {shown(value)}"
    least, most = _RANGES.get(field.name, (0, 0))
    if least < most and not least <= float(str(value)) <= most:
        return f"must be between {least:g} and {most:g}, not {shown(value)}"
    return ""


def _told(problem: str, value: Value) -> str:
    if "enum" in problem:
        meant = nearest(str(value), [regime.value for regime in Regime])
        hint = f"; did you mean `{meant}`?" if meant else ""
        return f"must be one of {', '.join(Regime)}, not {shown(value)}{hint}"
    words = re.sub(r"[Ee]xpected `([^`]*)`, got .*", r"must be \1", problem)
    for name, plain in (("| null", "or empty"), ("float", "a number"), ("int", "a whole number")):
        words = words.replace(name, plain)
    return f"{words.replace('str', 'text')}, not {shown(value)}"


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
