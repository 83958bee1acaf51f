"""
Where configuration files are looked for.

In this order: `<home>/config/`, `./config/`, the copy inside an installed package,
and the `config/` beside the package in a checkout. So a run from any directory,
with any `--home`, finds the files that came with the engine unless the operator
has his own.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def find_config_file(name: str, home: Path) -> Path | None:
    """Give the first place that holds the file `name`, or None."""
    folders = (
        home / "config",
        Path("config"),
        PACKAGE / "shipped_config",
        PACKAGE.parent / "config",
    )
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def shown_path(path: Path) -> str:
    """Write a path as short as possible: relative when it is below the current directory."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)
