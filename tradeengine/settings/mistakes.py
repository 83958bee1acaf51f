"""
From what pydantic says to what a person can mend.

Pydantic names a place in the data; here it becomes a line of the file, a wrong
value is shown beside what it must be, and an unknown key gets the nearest valid
name of the section it stands in.
"""

import re

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tradeengine.model.parameters import meaning_of
from tradeengine.settings.marked_yaml import KeyPath, MarkedYaml, written
from tradeengine.settings.problems import Problem, nearest, shown, unknown_key
from tradeengine.settings.sections import keys_of, section_at

SECRETS_BELONG = "secrets belong in .env, never in this file"

_QUOTED = re.compile(r"'([^']*)'")

_NAMED = re.compile(r"`([a-z]+)`")
"""The words that the meaning of a key names."""

_SHOULD = re.compile(r"^[A-Z][a-z]+( input)? should ")

_PLAINER = {
    "Input should be an object": "must be a section with keys of its own",
    "Input should be a valid array": "must be a list",
    "Input should be a valid string": "must be text",
    "Input should be a valid boolean": "must be true or false",
    "Input should be a valid integer": "must be a whole number",
    "Input should be a valid number": "must be a number",
}


def mistakes(error: ValidationError, model: type[BaseModel], yaml: MarkedYaml) -> list[Problem]:
    """Turn the refusal of a file's content by `model` into problems, one for each key."""
    places: dict[KeyPath, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        places.setdefault(_in_file(details, yaml), []).append(details)
    return [
        Problem(yaml.line_of(path), written(path), _words(path, found, model, yaml))
        for path, found in places.items()
    ]


def _in_file(details: ErrorDetails, yaml: MarkedYaml) -> KeyPath:
    """Give the key at fault; pydantic adds names of alternatives, which the file has not."""
    path: KeyPath = ()
    for step in details["loc"]:
        if (*path, step) not in yaml.lines and details["type"] != "missing":
            break
        path = (*path, step)
    return path


def _words(
    path: KeyPath, found: list[ErrorDetails], model: type[BaseModel], yaml: MarkedYaml
) -> str:
    first = found[0]
    if first["type"] == "missing":
        return "is missing"
    if first["type"] == "extra_forbidden":
        return _unknown(path, model, yaml)
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    if first["type"] == "string_pattern_mismatch" and (meaning := _meaning(path, model, yaml)):
        hint = _hint(first["input"], _NAMED.findall(meaning))
        return f"may not be {shown(first['input'])}{hint or '.'} {meaning}"
    wanted = " or ".join(_plain(details["msg"]) for details in found)
    wanted = wanted.replace(" or must be ", " or ")
    return f"{wanted}, not {shown(first['input'])}{_suggestion(first['input'], found)}"


def _meaning(path: KeyPath, model: type[BaseModel], yaml: MarkedYaml) -> str:
    """Give what a text key is for: a person can mend that, and not a pattern."""
    section = section_at(model, path[:-1], yaml.root)
    name = str(path[-1])
    return meaning_of(section, name) if section and name in section.model_fields else ""


def _plain(message: str) -> str:
    return _PLAINER.get(message) or _SHOULD.sub("must ", message)


def _suggestion(value: object, found: list[ErrorDetails]) -> str:
    allowed = [word for details in found for word in _QUOTED.findall(details["msg"])]
    return _hint(value, allowed)


def _hint(value: object, allowed: list[str]) -> str:
    meant = nearest(value, allowed) if isinstance(value, str) else ""
    return f"; did you mean `{meant}`?" if meant else ""


def _unknown(path: KeyPath, model: type[BaseModel], yaml: MarkedYaml) -> str:
    name = str(path[-1])
    words = unknown_key(name, keys_of(section_at(model, path[:-1], yaml.root)))
    homes = [
        section
        for section in keys_of(model)
        if name in keys_of(section_at(model, (section,), yaml.root))
    ]
    return f"{words} (there is a `{name}` under `{homes[0]}`)" if homes else words
