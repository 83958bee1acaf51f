"""
The lease on an account: one engine trades it, whatever home each runs under.

It is a file in the user's state folder (`$XDG_STATE_HOME`, else `~/.local/state`), one for
each account, that the engine keeps locked. The lock is the operating system's and
ends with the process, however that ends: no lease goes stale, and none has to be
renewed. What the file says is for the person who is refused, and for the next engine: a
drawdown lock is kept under the home that it struck in.

It reaches as far as the user of one machine. An engine elsewhere shows by its orders,
which are not ours.
"""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from tradeengine.build_id import version
from tradeengine.clock import SystemClock
from tradeengine.errors import AccountHeld, BadConfiguration
from tradeengine.layout import Home
from tradeengine.model.instants import format_instant
from tradeengine.options import Options
from tradeengine.settings import VenueKind

_MOST_BYTES = 4096


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a lease. `since` is an instant as text."""

    host: str
    pid: int
    home: str
    since: str
    build: str = "unknown"


def state_folder(environment: Mapping[str, str]) -> Path:
    """Give the folder of the user's leases. Raises BadConfiguration without a home folder."""
    named = Path(environment.get("XDG_STATE_HOME", ""))
    try:
        base = named if named.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        raise BadConfiguration(
            "XDG_STATE_HOME", "is not set, and the user has no home folder", "set it to a folder"
        ) from None
    return base / "tradeengine" / "leases"


def leased(
    account: str, options: Options, say: Callable[[str], None], last_traded: Callable[[Home], None]
) -> AbstractContextManager[None]:
    """
    Lease the account that a run trades; with real money there is no run without it.

    `last_traded` is told the home under which it was traded last, if that is another: what it
    raises refuses the run.
    """
    live = options.choice.kind is VenueKind.LIVE
    now = SystemClock().now()
    return account_leased(account, options.home, now, last_traded, required=live, say=say)


@contextmanager
def account_leased(
    account: str,
    home: Home,
    now: int,
    last_traded: Callable[[Home], None],
    *,
    required: bool,
    say: Callable[[str], None],
) -> Iterator[None]:
    """
    Hold an account's lease for the length of a block; `now` is written into it.

    Raises AccountHeld, and what `last_traded` raises. Where no lease can be had at all:
    BadConfiguration if it is `required` (real money), else it is said and the block goes on.
    """
    try:
        number = _opened(account)
    except BadConfiguration as error:
        if required:
            raise
        say(f"no lease on the account, so a second engine under another home is not seen: {error}")
        yield
        return
    try:
        _take(number, account)
        if (last := _holder(number)) is not None and last.home != str(home.root.absolute()):
            last_traded(Home(Path(last.home)))
        _sign(number, home, now)
        yield
    finally:
        os.close(number)


def who_trades(account: str, beside: Home) -> str | None:
    """Say which engine of this user and machine trades an account under a home other than this."""
    try:
        number = os.open(_path(account), os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, BadConfiguration):
        return None
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(number)
        is_this = holder is not None and holder.home == str(beside.root.absolute())
        return None if is_this else _words(holder)
    finally:
        os.close(number)
    return None


def _path(account: str) -> Path:
    return state_folder(os.environ) / f"{sha256(account.encode()).hexdigest()[:32]}.lease"


def _opened(account: str) -> int:
    path = _path(account)
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadConfiguration(
            str(path),
            f"cannot be opened: {error.strerror}",
            "make the folder writable, or set XDG_STATE_HOME to one that is",
        ) from None


def _take(number: int, account: str) -> None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _held(number, account) from None


def _sign(number: int, home: Home, now: int) -> None:
    holder = Holder(
        host=socket.gethostname(),
        pid=os.getpid(),
        home=str(home.root.absolute()),
        since=format_instant(now),
        build=version(),
    )
    os.ftruncate(number, 0)
    os.pwrite(number, msgspec.json.encode(holder), 0)


def _held(number: int, account: str) -> AccountHeld:
    remedy = "stop it with Ctrl-C, or with `tradeengine halt` and its --home"
    return AccountHeld(account, _words(_holder(number)), remedy)


def _holder(number: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(number, _MOST_BYTES, 0), type=Holder)
    except msgspec.MsgspecError:
        return None


def _words(holder: Holder | None) -> str:
    if holder is None:
        return "another engine trades this account"
    return (
        f"another engine trades this account since {holder.since}: process {holder.pid}"
        f" on {holder.host}, --home {holder.home}{_other_build(holder)}"
    )


def _other_build(holder: Holder) -> str:
    if holder.build == version():
        return ""
    return f"; it runs another build, {holder.build}, and this is {version()}"
