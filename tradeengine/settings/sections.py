"""The tree of sections: which class holds the keys at a place, and every key of it."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tradeengine.settings.marked_yaml import KeyPath, Value
from tradeengine.settings.schema import StrategyEntry
from tradeengine.settings.strategy_class import parameters_class


def key_of(name: str, field: FieldInfo) -> str:
    """Give the key that a field has in the file."""
    return field.alias or name


def keys_of(section: type[BaseModel] | None) -> tuple[str, ...]:
    """Give the keys of a section; none when it is not one."""
    fields = section.model_fields if section else {}
    return tuple(key_of(name, field) for name, field in fields.items())


def section_in(annotation: object) -> type[BaseModel] | None:
    """Find the section class in an annotation: itself, or the items of a tuple."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := section_in(part))), None)


def fields_of(section: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Give every key of a section with its field."""
    return ((key_of(name, field), field) for name, field in section.model_fields.items())


def section_at(root: type[BaseModel], path: KeyPath, content: Value) -> type[BaseModel] | None:
    """Give the class that the keys at `path` of a file's `content` belong to."""
    section: type[BaseModel] | None = root
    for step in path:
        if section is StrategyEntry and step == "parameters":
            section = parameters_class(_class_path(content))
        elif isinstance(step, str):
            section = section_in(dict(fields_of(section))[step].annotation) if section else None
        content = _inside(content, step)
    return section


def _class_path(entry: Value) -> str:
    return str(entry.get("class")) if isinstance(entry, dict) else ""


def _inside(content: Value, step: str | int) -> Value:
    if isinstance(content, list) and isinstance(step, int):
        return content[step]
    return content.get(str(step)) if isinstance(content, dict) else None
