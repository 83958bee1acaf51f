"""Every command, target, key, path and code in the documents exists, and the other way round."""

import re
from pathlib import Path

import pytest
import typer

from tradeengine import __version__
from tradeengine.cli import app
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.settings import Settings, explain, load_settings
from tradeengine.settings.secrets import NAMES

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

AT_RUN_TIME = ("data/", "logs/", ".env", ".venv/")
"""Paths that appear when the engine runs."""

CODE = re.compile(r"`([^`\n]+)`|^```\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def codes(page: Path) -> list[str]:
    """Give everything on a page that is set as code."""
    return [short or block for short, block in CODE.findall(text(page))]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", text(ROOT / "Makefile"), re.MULTILINE))


def commands() -> dict[str, set[str]]:
    """Give every command with its flags."""
    group = typer.main.get_command(app)
    found: dict[str, set[str]] = {}
    for name, command in getattr(group, "commands", {}).items():
        parts = [command, *getattr(command, "commands", {}).values()]
        flags = {flag for part in parts for each in part.params for flag in each.opts}
        found[name] = {flag for flag in flags if flag.startswith("--")} - {"--help"}
    return found


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_make_targets_exist(page: Path) -> None:
    named = {found for code in codes(page) for found in re.findall(r"\bmake ([a-z-]+)", code)}

    assert named - targets() == set()


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_commands_and_flags_exist(page: Path) -> None:
    known = commands()
    used = [found for code in codes(page) for found in re.findall(r"\btradeengine ([a-z].*)", code)]
    for line in used:
        name, *words = line.split()
        assert name in known, line
        assert {word for word in words if word.startswith("--")} - known[name] == set(), line


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_configuration_keys_exist(page: Path) -> None:
    sections = "|".join(Settings.model_fields)
    named = {
        code
        for code in codes(page)
        if re.fullmatch(rf"({sections})(\.[a-z_0-9]+)+", code)
        and not code.endswith((".md", ".py", ".yaml", ".json", ".log"))
    }
    keys = {re.sub(r"\[\d+\]", "", row.key) for row in explain(Settings())}
    branches = {key.rsplit(".", depth)[0] for key in keys for depth in (1, 2)}

    assert named - keys - branches == set()


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_paths_exist(page: Path) -> None:
    homes = "tradeengine|config|tests|docs|benchmarks|.ci"
    named = {
        code
        for code in codes(page)
        if re.fullmatch(rf"({homes})/[\w./-]+", code) and not code.startswith(AT_RUN_TIME)
    }

    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)", text(page))
    local = [link for link in links if not link.startswith(("https:", "http:", "mailto:"))]

    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_command_has_a_section_with_all_its_flags() -> None:
    parts = re.split(r"^## ", text(ROOT / "docs" / "commands.md"), flags=re.MULTILINE)
    sections = {
        name: part
        for part in parts
        for name in re.findall(r"`tradeengine ([a-z-]+)", part.partition("\n")[0])
    }
    missing = {
        f"{name} {flag}"
        for name, flags in commands().items()
        for flag in {"", *flags}
        if name not in sections or flag not in sections[name]
    }

    assert missing == set()


def test_every_target_explains_itself() -> None:
    declared = set(re.findall(r"^\.PHONY: (.*)$", text(ROOT / "Makefile"), re.MULTILINE)[0].split())

    assert declared == targets()


def test_every_exit_code_is_documented() -> None:
    page = text(ROOT / "docs" / "commands.md")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}

    assert documented == {int(code) for code in ExitCode}


def test_every_secret_is_in_the_example_with_where_to_get_it() -> None:
    lines = text(ROOT / ".env.example").splitlines()
    named = [line.removesuffix("=") for line in lines if line.endswith("=")]

    assert tuple(named) == NAMES
    assert [name for name in named if not lines[lines.index(f"{name}=") - 1].startswith("# ")] == []


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{__version__}]" in text(ROOT / "CHANGELOG.md")


def test_the_readme_names_every_room_of_the_house() -> None:
    rooms = {each.parent.name for each in (ROOT / "tradeengine").glob("*/__init__.py")}
    chapter = text(ROOT / "README.md").split("## For developers")[1]

    assert rooms - set(re.findall(r"`([a-z]+)/`", chapter)) == set()


def test_the_readme_shows_a_mistake_as_the_program_tells_it(tmp_path: Path) -> None:
    name = "config/config.yaml"
    settings = text(ROOT / name).replace("  max_positions:", "  max_positons:")
    (tmp_path / "config").mkdir()
    (tmp_path / name).write_text(settings, encoding="utf-8")

    with pytest.raises(BadConfiguration) as error:
        load_settings(tmp_path, None, {})

    told = f"tradeengine: {error.value}".replace(f"{tmp_path}/", "")
    assert told in text(ROOT / "README.md")


def test_the_changelog_is_in_order() -> None:
    """Every heading is there once a release, every line once at all, and no list is split."""
    changelog = text(ROOT / "CHANGELOG.md")
    entries = re.findall(r"^- .*(?:\n  .*)*", changelog, re.MULTILINE)

    for release in changelog.split("\n## ")[1:]:
        headings = re.findall(r"^### (.*)", release, re.MULTILINE)
        assert len(headings) == len(set(headings)), headings
    assert len(entries) > 100
    assert sorted({entry for entry in entries if entries.count(entry) > 1}) == []
    assert re.findall(r"^(?!#).+\n\n(- .*)", changelog, re.MULTILINE) == []


def test_what_must_not_be_committed_is_ignored() -> None:
    ignored = text(ROOT / ".gitignore").splitlines()

    assert {".env", "/data/", "/logs/", ".venv/"} - set(ignored) == set()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_is_exact_and_names_no_host(name: str) -> None:
    lines = text(ROOT / name).splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    loose = [line for line in packages if not re.match(r"[a-z0-9.-]+==[^ ]+ (; .+ )?\\$", line)]

    assert loose == []
    assert len(packages) > 40
    assert [line for line in lines if "://" in line or line.startswith("-")] == []


def test_the_development_lock_holds_the_runtime_lock() -> None:
    pins = [
        set(re.findall(r"^[a-z0-9.-]+==\S+", text(ROOT / name), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]

    assert pins[0] - pins[1] == set()


@pytest.mark.parametrize("page", [*PAGES, ROOT / "Makefile", ROOT / ".ci" / "run"], ids=shown)
def test_no_document_names_a_machine(page: Path) -> None:
    assert re.findall(r"/(?:root|home|tmp|opt|work)/[a-z]", text(page)) == []
