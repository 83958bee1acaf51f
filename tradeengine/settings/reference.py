"""
The pages of `docs/` that are made from code, so that they cannot be wrong.

`docs/configuration.md` comes from the classes of the settings, `docs/denials.md`
from the enum of denials. `pages.py` writes them (`make docs`); a test fails when
they are not current.
"""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tradeengine.model.denials import Denial
from tradeengine.model.parameters import meaning_of
from tradeengine.settings.explanation import written_value
from tradeengine.settings.schema import Settings, StrategyEntry
from tradeengine.settings.secrets import NAMES, Secrets
from tradeengine.settings.sections import fields_of, key_of, section_in
from tradeengine.settings.strategy_class import parameters_class

_TYPES: dict[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    Decimal: "number",
    str: "text",
    date: "YYYY-MM-DD",
    time: "HH:MM",
}

CONFIGURATION = """\
# Configuration

Made from the code by `make docs`; do not edit.

`config/config.yaml` holds everything but secrets. A key that is left out has its default.
Units stand in the names: `_seconds`, `_bps` (basis points, hundredths of a percent),
`_percent`, `_fraction` (of 1), `_dollars`, `_shares`. Unknown keys, wrong types and values out
of range are refused at the start, with the line, the value and the nearest valid name.
`tradeengine config` prints the values in force and where each came from.

The file is looked for in `<home>/config/`, then in `./config/`, then beside the package;
the first that has the name counts, and where that is a link to nothing or cannot be read, nothing
starts. `--config FILE` names another. Numbers and dates are written bare, times as `09:30`;
`true` and `false` are the only booleans.
"""

SECRETS = """
## Secrets: `.env`

`.env` (copy `.env.example`) holds these and nothing else, in `<home>` or in the current
directory. A variable of the process with the same name wins. They are never printed or logged.

| name | meaning |
|---|---|
"""

DENIALS = """\
# Denials

Made from `tradeengine/model/denials.py` by `make docs`; do not edit.

A denial is the engine's own "no" to an order that a strategy wanted. Each one is recorded with
its code, the limit and the actual value, in the journal of its run.

| code | what it means |
|---|---|
"""


def configuration_page() -> str:
    """Write `docs/configuration.md`."""
    parts = [CONFIGURATION]
    for section, field in fields_of(Settings):
        inside = section_in(field.annotation)
        assert inside is not None, section
        parts.extend(_tables(section, inside))
    secrets = zip(NAMES, Secrets.model_fields, strict=True)
    lines = [f"| `{name}` | {_meaning(Secrets, field)} |\n" for name, field in secrets]
    return "".join([*parts, SECRETS, *lines])


def denials_page() -> str:
    """Write `docs/denials.md`."""
    return DENIALS + "".join(f"| `{denial.name}` | {denial.value} |\n" for denial in Denial)


def _tables(path: str, section: type[BaseModel]) -> Iterator[str]:
    """Write a section, then the sections inside it."""
    is_list = issubclass(section, StrategyEntry)
    title = f"`{path}` (a list; each item has these keys)" if is_list else f"`{path}`"
    rows = []
    inner: list[tuple[str, type[BaseModel]]] = []
    for name, field in section.model_fields.items():
        key, below = key_of(name, field), section_in(field.annotation)
        if is_list and key == "parameters":
            below = parameters_class(StrategyEntry.shipped().class_path)
        if below is not None:
            inner.append((f"{path}.{key}", below))
        else:
            meaning = _meaning(section, name)
            rows.append(f"| `{key}` | {_default(field)} | {_range(field)} | {meaning} |\n")
    table = "| key | default | range | meaning |\n|---|---|---|---|\n" + "".join(rows)
    doc = " ".join((section.__doc__ or "").split())
    yield f"\n## {title}\n\n{doc}\n\n{table if rows else ''}"
    for below_path, below in inner:
        yield from _tables(below_path, below)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none"
    value = written_value(field.get_default(call_default_factory=True))
    return f"`{_cell(value)}`" if value else "empty"


def _range(field: FieldInfo) -> str:
    return _cell(_type_text(field.annotation, tuple(field.metadata)))


def _type_text(annotation: object, limits: tuple[object, ...] = ()) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = annotation.__metadata__  # type: ignore[attr-defined] # Annotated has it.
        return _type_text(parts[0], (*limits, *_flat(inner)))
    if origin in {Union, UnionType}:
        return " or ".join(_type_text(part) for part in parts)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in parts)
    if origin in {tuple, frozenset}:
        return f"list of {_type_text(parts[0])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{choice.value}`" for choice in annotation)
    return _TYPES.get(annotation, "") + _limits_text(limits)


def _flat(metadata: tuple[object, ...]) -> tuple[object, ...]:
    """Open the `Field(...)` of an `Annotated`, which keeps its limits inside."""
    opened: list[object] = []
    for item in metadata:
        opened.extend(item.metadata if isinstance(item, FieldInfo) else (item,))
    return tuple(opened)


def _limits_text(limits: tuple[object, ...]) -> str:
    """Write limits in words. A pattern is not one of them: the meaning says it better."""
    low = high = ""
    for limit in limits:
        match limit:
            case Ge(ge):
                low = f"from {ge}"
            case Gt(gt):
                low = f"above {gt}"
            case Le(le):
                high = f"up to {le}"
            case Lt(lt):
                high = f"below {lt}"
            case _:
                pass
    return f", {low} {high}".rstrip() if low or high else ""


def _meaning(section: type[BaseModel], name: str) -> str:
    return _cell(meaning_of(section, name))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
