"""
The rules of the house, as tables that a test holds against the code.

A room may import what its row lists and nothing else of ours. Pure rooms may not
touch the outside world at all. Files directly under `tradeengine/` (and `run/`, `worlds/`,
`quant/`, `drill/`) that have no row are the composition root: they may import every room, and
no room may import them.
"""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tradeengine"

WORDS = {"model", "errors"}
EDGE = WORDS | {"clock", "quiescence"}

MAY_IMPORT: dict[str, set[str]] = {
    # the vocabulary
    "errors": set(),
    "model": set(),
    "clock": {"model"},
    "quiescence": set(),
    "atomic_files": {"model"},
    # pure: one message in, messages out
    "strategy": WORDS,
    "risk": WORDS,
    "router": WORDS,
    "ledger": WORDS,
    "venue/parameters": {"model"},
    "venue/records": set(),
    "venue/market": {*WORDS, "venue/parameters"},
    "venue/public": WORDS,
    "venue/exchange": {*WORDS, "venue/records", "venue/parameters"},
    # the quant desk's arithmetic: arrays in, arrays out
    "regime": WORDS,
    "universe": {*WORDS, "fundamentals"},
    "fundamentals": WORDS,
    "evidence": WORDS,
    "edgar": {*EDGE, "fundamentals", "atomic_files"},
    "bars": {*EDGE, "atomic_files"},
    "schedule": {*WORDS, "clock"},
    "reference": WORDS,
    # edges: bytes to messages and back
    "bus": {*WORDS, "quiescence"},
    "feed": EDGE,
    "broker": {*EDGE, "venue/records"},
    "venue/shipped": WORDS,
    "venue/server": {
        *EDGE, "venue/parameters", "venue/records", "venue/market", "venue/exchange",
        "venue/public",
    },
    "console": WORDS,
    "logs": WORDS,
    "alerts": {*EDGE},
    "store": {*WORDS, "atomic_files"},
    # settings compose every room's `parameters.py`, and nothing else of a room
    "settings": {*WORDS, "parameters"},
    "plan_file": {*WORDS, "settings"},
}  # fmt: skip

PURE = {
    "errors", "model", "strategy", "risk", "router", "ledger",
    "venue/parameters", "venue/records", "venue/market", "venue/exchange", "venue/public",
    "regime", "universe", "fundamentals", "evidence", "bars/panel.py",
    "bars/table.py", "bars/adjusting.py", "bars/lined_up.py", "bars/quality.py",
    "schedule/timetable.py", "schedule/entries.py", "schedule/job.py",
    "bus/dispatch.py", "bus/engine.py",
}  # fmt: skip

OUTSIDE_WORLD = {
    "aiohttp", "alpaca", "apscheduler", "asyncio", "concurrent", "http", "logging",
    "multiprocessing", "os", "random", "requests", "rich", "secrets", "select", "shutil",
    "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading",
    "time", "typer", "urllib", "uuid", "websockets", "yaml",
}  # fmt: skip

READS_THE_CLOCK = {
    "time.sleep", "time.time", "time.time_ns", "datetime.now", "datetime.utcnow",
    "datetime.today", "date.today",
}  # fmt: skip

FORBIDDEN_NAMES = {"core", "common", "utils", "util", "helpers", "services", "managers", "misc"}

LONGEST_MODULE = 300
BROAD_EXCEPTS = 5

MODULES = sorted(PACKAGE.rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else path.name


def room_of(steps: tuple[str, ...]) -> str:
    """Name the room of a module; the venue is a house of its own."""
    if steps[0] == "venue" and len(steps) > 1:
        return "/".join(steps[:2])
    return steps[0]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Give the dotted names that a file imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)}: relative import"
            # `from tradeengine import app` names a module, `from x import Y` a thing in one.
            base = node.module or ""
            yield from (
                [f"{base}.{a.name}" for a in node.names] if base == "tradeengine" else [base]
            )


def rooms_imported(path: Path) -> set[str]:
    """Give the rooms of ours that a file imports from."""
    composes_parameters = room_of_file(path) == "settings"
    rooms = set()
    for name in imported(path):
        head, *steps = name.split(".")
        if head != "tradeengine" or steps in ([], ["__version__"]):
            continue
        is_parameters = steps[-1] == "parameters" and composes_parameters
        rooms.add("parameters" if is_parameters else room_of(tuple(steps)))
    return rooms


def room_of_file(path: Path) -> str:
    return room_of(path.relative_to(PACKAGE).with_suffix("").parts)


def is_root(path: Path) -> bool:
    """Tell whether a file is a part of the composition root."""
    parts = path.relative_to(PACKAGE).parts
    return (len(parts) == 1 and room_of_file(path) not in MAY_IMPORT) or parts[0] in {
        "run",
        "worlds",
        "quant",
        # Plays whole runs of the engine: like a test of ours, it is above everything.
        "drill",
    }


def dotted(node: ast.AST) -> str:
    """Write `a.b.c` for an attribute chain; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


ROOM_FILES = [path for path in MODULES if not is_root(path) and path.name != "__init__.py"]


@pytest.mark.parametrize("path", ROOM_FILES, ids=shown)
def test_imports_point_one_way(path: Path) -> None:
    room = room_of_file(path)
    assert room in MAY_IMPORT, f"{shown(path)}: give the room {room!r} a row in MAY_IMPORT"

    strangers = rooms_imported(path) - MAY_IMPORT[room] - {room}
    assert strangers == set(), f"{shown(path)} must not import {sorted(strangers)}"


def test_pure_rooms_do_not_touch_the_world() -> None:
    found = {
        f"{shown(path)} imports {name}"
        for path in MODULES
        if room_of_file(path) in PURE or shown(path) in PURE
        for name in imported(path)
        if name.split(".")[0] in OUTSIDE_WORLD
    }

    assert found == set()


def test_rows_are_of_rooms_that_exist() -> None:
    gone = {
        row
        for row in MAY_IMPORT
        if not (PACKAGE / row).is_dir() and not (PACKAGE / f"{row}.py").is_file()
    }

    assert gone == set()


def test_only_the_gate_approves() -> None:
    found = {
        shown(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "ApprovedOrder"
    }

    assert found == {"risk/gate.py"}


def test_only_the_clock_reads_the_clock() -> None:
    found = {
        f"{shown(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if shown(path) != "clock.py"
        and isinstance(node, ast.Attribute)
        and ".".join(dotted(node).split(".")[-2:]) in READS_THE_CLOCK
    }

    assert found == set()


def test_broad_excepts_are_few() -> None:
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and not raises_again(node)
    ]

    assert len(found) <= BROAD_EXCEPTS, found


def is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in caught)


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_modules_are_short() -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    lengths.pop("model/events.py")  # The vocabulary is one list, and is read as one.

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_names_say_what_is_inside() -> None:
    names = {part for path in MODULES for part in path.relative_to(PACKAGE).with_suffix("").parts}

    assert names & FORBIDDEN_NAMES == set()


def test_every_module_says_what_it_is() -> None:
    silent = {
        shown(path)
        for path in MODULES
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path))
    }

    assert silent == set()


def third_parties(folder: Path) -> set[str]:
    """Give the distributions that the code in a folder imports, by their normal names."""
    owners = packages_distributions()
    # Programs of tests/peers run in interpreters of their own, with clients that we do not need.
    paths = [path for path in folder.rglob("*.py") if not path.match("tests/peers/*_round.py")]
    tops = {name.split(".")[0] for path in paths for name in imported(path)}
    strangers = tops - sys.stdlib_module_names - {"tradeengine", "tests", "benchmarks"}
    return {normal(owners[top][0]) if top in owners else top for top in strangers}


def normal(name: str) -> str:
    return re.split(r"[ ;<>=!\[]", name)[0].lower().replace("_", "-")


def declared(*extras: str) -> set[str]:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {normal(line) for line in lines}


def test_every_library_that_is_imported_is_declared() -> None:
    root = PACKAGE.parent

    # The public types of pydantic and of aiohttp live in packages of their own.
    parts = {"pydantic-core", "annotated-types", "multidict", "yarl"}
    assert third_parties(PACKAGE) - declared() - parts == set()
    assert third_parties(root / "tests") - declared("dev") - parts == set()
    assert third_parties(root / "benchmarks") - declared("dev") - parts == set()


IMPORT_EVERYTHING = """
import json, os, pkgutil, sys, threading
from importlib import import_module

seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

def watch(event, arguments):
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.mkdir",
                 "os.remove", "os.rename", "os.putenv", "signal.pthread_kill"}:
        seen.append(f"{event} {arguments!r}")
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
        seen.append(f"{event} {arguments!r}")

import tradeengine
# What they import is not ours to judge: it is imported before we look.
names = [module.name for module in pkgutil.walk_packages(tradeengine.__path__, "tradeengine.")
         if not module.name.endswith("__main__")]
for library in json.loads(sys.argv[1]):
    import_module(library)
sys.addaudithook(watch)
for name in names:
    import_module(name)
print(json.dumps({"seen": seen, "threads": threading.active_count(), "modules": len(names)}))
"""


def test_an_import_has_no_side_effect(tmp_path: Path) -> None:
    libraries = sorted(
        {
            name
            for path in MODULES
            for name in imported(path)
            if name.split(".")[0] not in {"tradeengine", "__future__"}
        }
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_EVERYTHING, json.dumps(libraries)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PACKAGE.parent), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    *words, last = done.stdout.splitlines()
    report = json.loads(last)
    assert words == []
    assert done.stderr == ""
    assert report["seen"] == []
    assert report["threads"] == 1
    assert report["modules"] > 50
    assert list(tmp_path.iterdir()) == []
