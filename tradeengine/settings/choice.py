"""
Which venue a run trades on.

Without keys: the embedded one. With keys: Alpaca paper. Real money is never
assumed: it takes `--venue live`, `ALPACA_LIVE=true` and the account's number in
`account.live_account_numbers`, all three.
"""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from tradeengine.errors import BadConfiguration
from tradeengine.settings.problems import nearest
from tradeengine.settings.schema import Settings
from tradeengine.settings.secrets import KEYS_FROM, Secrets


class VenueKind(StrEnum):
    """What is at the other end."""

    EMBEDDED = "embedded"
    SIMULATED = "simulated"
    PAPER = "paper"
    LIVE = "live"
    URL = "url"


@dataclass(frozen=True, slots=True)
class VenueChoice:
    """The venue of a run; `url` is "" except for a venue given by its URL."""

    kind: VenueKind
    url: str = ""

    @property
    def has_own_account(self) -> bool:
        """Whether the run makes a venue and an account of its own, which end with it."""
        return self.kind in {VenueKind.EMBEDDED, VenueKind.SIMULATED}


def choose_venue(flag: str | None, settings: Settings) -> VenueChoice:
    """
    Choose from `--venue` (None: not given), the configuration and the keys.

    Raises BadConfiguration, with a remedy, for a choice that is not possible.
    """
    place = "run.venue" if flag is None else "--venue"
    wanted, secrets = (settings.run.venue if flag is None else flag), settings.secrets
    if "://" in wanted:
        return VenueChoice(VenueKind.URL, _checked_url(place, wanted))
    if wanted == "auto":
        return VenueChoice(_automatic(secrets))
    if wanted not in set(VenueKind) - {VenueKind.URL}:
        raise BadConfiguration(place, f"no venue is called {wanted!r}", _known(wanted))
    kind = VenueKind(wanted)
    if kind in {VenueKind.PAPER, VenueKind.LIVE}:
        _require_keys(kind, secrets)
    if kind is VenueKind.PAPER and secrets.alpaca_live:
        raise BadConfiguration(
            place,
            "paper was asked for, but ALPACA_LIVE=true says that the keys are for real money",
            "put the paper account's keys into .env and remove ALPACA_LIVE, or use --venue live",
        )
    if kind is VenueKind.LIVE:
        _require_live(place, settings)
    return VenueChoice(kind)


def check_live_account(settings: Settings, account_number: str) -> None:
    """Refuse a live account whose number is not in the allow-list. Raises BadConfiguration."""
    if account_number not in settings.account.live_account_numbers:
        raise BadConfiguration(
            "account.live_account_numbers",
            f"the keys belong to account {account_number}, which is not in the list",
            f"if this is the account to trade, add {account_number!r} to the list in config.yaml",
        )


def _automatic(secrets: Secrets) -> VenueKind:
    if secrets.alpaca_api_key is None:
        return VenueKind.EMBEDDED
    if secrets.alpaca_live:
        raise BadConfiguration(
            "ALPACA_LIVE",
            "is true, and no venue was named: real money is never assumed",
            "add --venue live, or --venue embedded, or remove ALPACA_LIVE for paper",
        )
    return VenueKind.PAPER


def _require_keys(kind: VenueKind, secrets: Secrets) -> None:
    if secrets.alpaca_api_key is None:
        raise BadConfiguration(
            "ALPACA_API_KEY",
            f"is not set, and {kind} needs it",
            f"get ALPACA_API_KEY and ALPACA_SECRET_KEY from {KEYS_FROM} and put them into .env"
            " (see .env.example); or use --venue embedded, which needs no account",
        )


def _require_live(place: str, settings: Settings) -> None:
    if not settings.secrets.alpaca_live:
        raise BadConfiguration(
            place,
            "live trades real money, and ALPACA_LIVE is not true",
            "set ALPACA_LIVE=true in .env when the keys are the live account's and you mean it",
        )
    if not settings.account.live_account_numbers:
        raise BadConfiguration(
            "account.live_account_numbers",
            "is empty, so no account may trade real money",
            "put the account's number into the list in config.yaml",
        )


def _known(wanted: str) -> str:
    meant = nearest(wanted, [kind for kind in VenueKind if kind is not VenueKind.URL])
    hint = f"did you mean {meant}? " if meant else ""
    return f"{hint}use embedded, simulated, paper, live, or the URL that `tradeengine venue` prints"


def _checked_url(place: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # The port is parsed, and checked, when asked for.
    except ValueError as error:
        raise BadConfiguration(place, f"{url!r} is not a URL: {error}", _known(url)) from None
    if not host or parts.scheme not in {"http", "https"}:
        raise BadConfiguration(place, f"{url!r} is not an http or https URL", _known(url))
    if parts.username or parts.password:
        raise BadConfiguration(place, "a URL may not hold a name or password", "put keys into .env")
    if parts.scheme == "http" and not _is_loopback(parts):
        raise BadConfiguration(
            place,
            f"{url!r} would send keys in the clear to another machine",
            "use https, or a venue on this machine (127.0.0.1)",
        )
    return url.rstrip("/")


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
