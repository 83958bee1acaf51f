"""The base of every room's parameters: frozen, complete, no unknown keys, each with a meaning."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from textwrap import dedent

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """
    A section of `config/config.yaml`.

    Each room declares its own subclass with ranges and units in the names, and under each
    field what it means; `settings/schema.py` puts them together. Unknown keys are errors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


def meaning_of(section: type[BaseModel], name: str) -> str:
    """
    Give what a field means, in one line: its description, or the text under it; "" for neither.

    Read when somebody asks: reading all sources would take a quarter of the time to load them.
    """
    given = section.model_fields[name].description
    return " ".join((given or _texts(section).get(name, "")).split())


@cache
def _texts(section: type[BaseModel]) -> Mapping[str, str]:
    bases = [base for base in reversed(section.__mro__) if issubclass(base, BaseModel)]
    return dict(text for base in bases if base is not BaseModel for text in _texts_in(base))


def _texts_in(section: type[BaseModel]) -> Iterator[tuple[str, str]]:
    try:
        source = inspect.getsource(section)
    except (OSError, TypeError):  # A class that was made by a program has none.
        return
    (defined,) = ast.parse(dedent(source)).body
    assert isinstance(defined, ast.ClassDef)
    for field, under in pairwise(defined.body):
        match field, under:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, text
