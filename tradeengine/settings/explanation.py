"""Every setting, its value and where it came from: what `tradeengine config` prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

import orjson
from pydantic import BaseModel, SecretStr

from tradeengine.model.parameters import meaning_of
from tradeengine.settings.schema import Settings, StrategyEntry
from tradeengine.settings.secrets import Secrets
from tradeengine.settings.sections import key_of
from tradeengine.settings.strategy_class import typed_parameters

DEFAULT = "default"
REDACTED = "set (not shown)"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting. `source` is `default`, a file with its line, or `environment`."""

    key: str
    value: str
    source: str
    meaning: str


def explain(settings: Settings) -> tuple[Row, ...]:
    """Give a row for every setting and secret, in the order of the classes; secrets redacted."""
    rows = [*_rows(settings, "", settings.sources), *_secret_rows(settings)]
    return tuple(rows)


def _rows(section: BaseModel, prefix: str, sources: dict[str, str]) -> Iterator[Row]:
    for name, field in type(section).model_fields.items():
        key, value = f"{prefix}{key_of(name, field)}", getattr(section, name)
        if isinstance(section, StrategyEntry) and name == "parameters":
            value = typed_parameters(section.class_path, section.parameters)
        if isinstance(value, BaseModel):
            yield from _rows(value, f"{key}.", sources)
        elif isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
            for index, item in enumerate(value):
                yield from _rows(item, f"{key}[{index}].", sources)
        else:
            meaning = meaning_of(type(section), name)
            yield Row(key, written_value(value), sources.get(key, DEFAULT), meaning)


def _secret_rows(settings: Settings) -> Iterator[Row]:
    for name in type(settings.secrets).model_fields:
        key, value = name.upper(), getattr(settings.secrets, name)
        text = REDACTED if isinstance(value, SecretStr) else written_value(value)
        yield Row(key, text, settings.sources.get(key, DEFAULT), meaning_of(Secrets, name))


def written_value(value: object) -> str:
    """Write a value as the file would have it; sets in order, so that it is always the same."""
    if value is None:
        return "not set"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, str | Decimal | date):
        return str(value)  # A text enum gives its value.
    if isinstance(value, frozenset):
        value = sorted(value)
    return orjson.dumps(value).decode()
