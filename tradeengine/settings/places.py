"""
Where configuration files are looked for.

In this order: `<home>/config/`, `./config/`, the copy inside an installed package,
and the `config/` beside the package in a checkout. So a run from any directory,
with any `--home`, finds the files that came with the engine unless the operator
has his own.
"""

from pathlib import Path

from tradeengine.errors import BadConfiguration

PACKAGE = Path(__file__).resolve().parent.parent


def find_config_file(name: str, home: Path) -> Path | None:
    """
    Give the first place that holds the name, or None. Raises BadConfiguration.

    Whatever it is: a link to nothing there was meant to hold, so reading it must fail, and the
    next place must not stand in for it.
    """
    folders = (
        home / "config",
        Path("config"),
        PACKAGE / "shipped_config",
        PACKAGE.parent / "config",
    )
    return next((folder / name for folder in folders if is_there(folder / name)), None)


def is_there(path: Path) -> bool:
    """Tell whether a name is taken, if by a link to nothing. Raises BadConfiguration."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: no name at all
        return False
    except OSError as error:
        raise BadConfiguration(
            shown_path(path),
            f"cannot be looked for: {error.strerror}",
            "let this user read the folder, or name another",
        ) from error
    return True


def unreadable(path: Path, name: str, error: OSError) -> BadConfiguration:
    """Say why a file cannot be read, and what mends it."""
    problem = f"cannot be read: {error.strerror}"
    remedy = "put a file there that this user may read, or take away what is there"
    if isinstance(error, FileNotFoundError):
        remedy = "is the path right? It is looked for from the current directory"
        if path.is_symlink():
            problem, remedy = "is a link to nothing", "correct the link, or take it away"
    return BadConfiguration(name, problem, remedy)


def shown_path(path: Path) -> str:
    """Write a path as short as possible: relative when it is below the current directory."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)
