"""
YAML with line numbers, no duplicate keys and no surprises.

Scalars follow YAML 1.2's core schema: only `true` and `false` are booleans,
`10:30` is text (YAML 1.1 reads 630) and so are dates and `no`. Aliases and merge
keys are refused, tags have no effect. `line_of` tells where each key stands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tradeengine.errors import BadConfiguration
from tradeengine.settings.places import unreadable
from tradeengine.settings.problems import Problem, refusal, shown

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
KeyPath: TypeAlias = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_FOR_OURS = re.compile(r"[!&|>\t]|\?(?!\w)")
_COMMENTS = re.compile(r"^ *#.*$", re.MULTILINE)
_INDENTED = re.compile(r"^[ -]{100}", re.MULTILINE)
_MANY_BRACKETS = 100
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class _Loader(yaml.SafeLoader):
    """Aliases are refused: with them a short file can be endless."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # stubs lack it
            raise yaml.MarkedYAMLError(problem="aliases (*name) are refused", problem_mark=mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class MarkedYaml:
    """A file's content and the line of every key and item in it."""

    file: str
    root: dict[str, Value]
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def line_of(self, path: KeyPath) -> int:
        """Give the line of a key, or of the nearest key around it; 0 if none."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def read_marked_yaml(path: Path, name: str) -> MarkedYaml:
    """
    Read a mapping from a file; `name` is what messages call the file.

    Raises BadConfiguration for a file that cannot be read, is not YAML, holds
    something other than a mapping, or has duplicate keys.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return _Reading(name).read(_composed(text))
    except OSError as error:
        raise unreadable(path, name, error) from None
    except UnicodeDecodeError as error:
        raise BadConfiguration(name, f"is not UTF-8 text (byte {error.start})") from None
    except yaml.YAMLError as error:
        raise refusal(name, [_syntax(error)]) from None
    except RecursionError:
        raise BadConfiguration(name, "is nested too deep") from None


def _composed(text: str) -> Node | None:
    """
    Compose the nodes of a text. Raises YAMLError, RecursionError.

    By libyaml where it is there, which takes a tenth of the time. Our loader, whose words tell
    more, gets what that refuses, what it sees otherwise (anchors, tags, tabs, blocks), and what
    may be nested deep: libyaml has no bound, and ends the process.
    """
    plain = text.isascii() and not _FOR_OURS.search(text) and not _may_be_deep(text)
    if yaml.__with_libyaml__ and plain:
        try:
            return yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=_Loader)


def _may_be_deep(text: str) -> bool:
    code = _COMMENTS.sub("", text)
    return code.count("[") + code.count("{") > _MANY_BRACKETS or bool(_INDENTED.search(code))


def _syntax(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    words = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(mark.line + 1 if mark else 0, "", f"not YAML: {words}")


def written(path: KeyPath) -> str:
    """Write a key path as people do: `strategy[0].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


class _Reading:
    """One pass over the nodes of a file, collecting values, lines and problems."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: dict[KeyPath, int] = {}
        self._problems: list[Problem] = []

    def read(self, node: Node | None) -> MarkedYaml:
        root: Value = {} if node is None else self._value(node, ())
        if root is None:
            root = {}
        if not isinstance(root, dict):
            self._refuse(1, (), f"the file must hold keys, not {shown(root)}")
            root = {}
        if self._problems:
            raise refusal(self._name, self._problems)
        return MarkedYaml(self._name, root, self._lines)

    def _refuse(self, line: int, path: KeyPath, words: str) -> None:
        self._problems.append(Problem(line, written(path), words))

    def _value(self, node: Node, path: KeyPath) -> Value:
        if isinstance(node, MappingNode):
            return {key: self._value(value, (*path, key)) for key, value in self._keys(node, path)}
        if isinstance(node, SequenceNode):
            return [self._item(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self._scalar(node, path)

    def _item(self, node: Node, path: KeyPath) -> Value:
        self._lines[path] = node.start_mark.line + 1
        return self._value(node, path)

    def _keys(self, node: MappingNode, path: KeyPath) -> Iterator[tuple[str, Node]]:
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or key.value == "<<":
                self._refuse(line, path, "a key must be a plain word")
                continue
            here = (*path, key.value)
            if here in self._lines:
                self._refuse(
                    line, here, f"the key is here twice, first on line {self._lines[here]}"
                )
                continue
            self._lines[here] = line
            yield key.value, value

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Value:
        text: str = node.value
        if node.style:  # Quoted or a block: text, whatever it looks like.
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text.replace("_", ""))
        if _NUMBER.fullmatch(text):
            return float(text.replace("_", ""))
        if text.lower().lstrip("+-") in {".inf", ".nan"}:
            self._refuse(node.start_mark.line + 1, path, f"{text} is not a number we can use")
        return text
