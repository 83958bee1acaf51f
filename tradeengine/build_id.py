"""
Which code is running: a name made from the code itself, so that nobody can forget to change it.

It stands in every order's name, in every journal, log and receipt. Two engines that say the
same name decide the same; an order tells which code sent it (SEC release 34-70694: one server
of eight ran the code of another version).
"""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from tradeengine import __version__

_PACKAGE = Path(__file__).parent
_LETTERS = 7


@lru_cache(maxsize=1)
def build_id() -> str:
    """Name the code of this package as it is on the disk: seven hexadecimal digits."""
    return build_id_of(_PACKAGE)


def build_id_of(folder: Path) -> str:
    """Name the code in a folder: equal for equal files under equal names."""
    digest = sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).parts):
        content = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_LETTERS]


def version() -> str:
    """Give version and build, as journals, logs and receipts carry them: `0.1.0+1a2b3c4`."""
    return f"{__version__}+{build_id()}"
