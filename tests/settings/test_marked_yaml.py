"""YAML with line numbers, no duplicate keys and no surprises."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.errors import BadConfiguration
from tradeengine.settings.marked_yaml import MarkedYaml, read_marked_yaml, written


def read(tmp_path: Path, text: str) -> MarkedYaml:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    return read_marked_yaml(path, "c.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("1_000", 1000),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("no", "no"),
        ("on", "on"),
        ("10:30", "10:30"),
        ("2019-02-13", "2019-02-13"),
        ('"5"', "5"),
        ("'true'", "true"),
        ("0x1F", "0x1F"),
        ("[1, [two, 3.5]]", [1, ["two", 3.5]]),
        ("{a: 1}", {"a": 1}),
    ],
)
def test_scalars_mean_what_they_look_like(tmp_path: Path, text: str, value: object) -> None:
    assert read(tmp_path, f"key: {text}").root == {"key": value}


def test_every_key_and_item_has_its_line(tmp_path: Path) -> None:
    marked = read(tmp_path, "a: 1\n\nb:\n  # why\n  c: 2\n  d:\n    - x\n    - e: 5\n")

    assert marked.line_of(("a",)) == 1
    assert marked.line_of(("b",)) == 3
    assert marked.line_of(("b", "c")) == 5
    assert marked.line_of(("b", "d", 0)) == 7
    assert marked.line_of(("b", "d", 1, "e")) == 8


def test_a_missing_key_has_the_line_of_what_is_around_it(tmp_path: Path) -> None:
    marked = read(tmp_path, "a: 1\nb:\n  c: 2\n")

    assert marked.line_of(("b", "missing")) == 2
    assert marked.line_of(("missing",)) == 0


@pytest.mark.parametrize("text", ["", "# only a comment\n", "~\n"])
def test_an_empty_file_holds_no_keys(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).root == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", "c.yaml:3: a: the key is here twice, first on line 1"),
        ("r:\n  a: 1\n  a: 3\n", "c.yaml:3: r.a: the key is here twice, first on line 2"),
        ("a: [1,\n", "c.yaml:2: not YAML: "),
        ("a: 1\n b: 2\n", "c.yaml:2: not YAML: mapping values are not allowed here"),
        ("a:\n\t- 1\n", "c.yaml:2: not YAML: found character '\\t'"),
        ("- 1\n", "c.yaml:1: the file must hold keys, not [1]"),
        ("just words\n", "c.yaml:1: the file must hold keys, not 'just words'"),
        ("a: &x 1\nb: *x\n", "c.yaml:2: not YAML: aliases (*name) are refused"),
        ("a: 1\n<<: 2\n", "c.yaml:2: a key must be a plain word"),
        ("a: 1\n? [1, 2]\n: 3\n", "c.yaml:2: a key must be a plain word"),
        ("a: 1\nb: .nan\n", "c.yaml:2: b: .nan is not a number we can use"),
        ("a: 1\n---\nb: 2\n", "c.yaml:2: not YAML: but found another document"),
        ("a: \x00", "c.yaml: not YAML: unacceptable character"),
        ("[" * 5000, "c.yaml: is nested too deep"),
        ("a: " + "[" * 400 + "]" * 400, "c.yaml: is nested too deep"),
        ("a: " + "[" * 30_000 + "]" * 30_000, "c.yaml: is nested too deep"),
        ("- " * 30_000 + "a", "c.yaml: is nested too deep"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read(tmp_path, text)

    assert str(caught.value).startswith(told)


def test_all_double_keys_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read(tmp_path, "a: 1\na: 2\nb: 1\nb: 2\n")

    assert str(caught.value).splitlines()[0] == "c.yaml: 2 problems"


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"a: \xff\n")

    with pytest.raises(BadConfiguration, match=r"c\.yaml: is not UTF-8 text \(byte 3\)"):
        read_marked_yaml(path, "c.yaml")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="c: cannot be read: Is a directory"):
        read_marked_yaml(tmp_path, "c")


def test_a_path_is_written_as_people_do() -> None:
    assert written(("strategy", 0, "parameters", "rsi_bars")) == "strategy[0].parameters.rsi_bars"


PIECES = st.sampled_from(
    [*"ab01.-:#[]{},'\"\n !%@`*&|>?~\t", ": ", "- ", "\n  ", "\n    ", "null", "---\n", "!!str "]
)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
@given(st.lists(PIECES, max_size=24).map("".join))
def test_both_parsers_read_the_same(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        quick = outcome(folder, text)
        patch.setattr(yaml, "__with_libyaml__", False)
        assert outcome(folder, text) == quick


def outcome(folder: Path, text: str) -> object:
    try:
        found = read(folder, text)
    except BadConfiguration as refusal:
        return str(refusal)
    return found.root, found.lines
