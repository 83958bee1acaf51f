"""
Secrets: what `.env` may hold, and how it is read.

A line is `NAME=value`; `export` before it, quotes around the value and a comment
after a space and `#` are allowed; nothing is expanded, so a password may hold any
character. A variable of the process wins over the file. No message of this module
shows a value, only its name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from tradeengine.errors import BadConfiguration
from tradeengine.settings.places import unreadable
from tradeengine.settings.problems import Problem, refusal, unknown_key

SHORTEST = 4
"""Characters of the shortest secret: a shorter one could not be kept out of the logs."""

KEYS_FROM = "https://app.alpaca.markets (choose Paper, then API Keys, then Generate)"

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=(?P<value>.*)")
_QUOTED = re.compile(r"\s*(?P<quote>['\"])(?P<text>.*)(?P=quote)\s*(?:#.*)?")


class Secrets(BaseSettings):
    """What `.env` or the environment gives. Made by `read_secrets`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    alpaca_api_key: SecretStr | None = None
    """The key id of an Alpaca account; with the secret key, runs trade its paper account."""

    alpaca_secret_key: SecretStr | None = None
    """The secret that belongs to the key id."""

    alpaca_live: bool = False
    """`true` says that the keys are those of an account with real money."""

    smtp_host: str | None = None
    """The mail server for alerts."""

    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Its port: 587 (STARTTLS) or 465 (TLS)."""

    smtp_user: SecretStr | None = None
    """The account there."""

    smtp_password: SecretStr | None = None
    """Its password; most providers want an app password here."""

    smtp_from: SecretStr | None = None
    """The sender's address."""

    smtp_to_sms: SecretStr | None = None
    """The address of a carrier's SMS gateway."""

    smtp_to: SecretStr | None = None
    """The address for plain e-mail alerts."""

    apprise_urls: SecretStr | None = None
    """Apprise URLs of further channels, with spaces between them."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings asks for all of these
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what is handed in: the caller chooses the file and the environment."""
        return (init_settings,)

    def values(self) -> tuple[str, ...]:
        """Give the secret texts, for the redaction of logs."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(v.get_secret_value() for v in values if isinstance(v, SecretStr))


NAMES = tuple(name.upper() for name in Secrets.model_fields)
"""The names that `.env` may hold."""

OPEN_NAMES = frozenset({"ALPACA_LIVE", "SMTP_HOST", "SMTP_PORT"})
"""Those whose values may be shown."""


@dataclass(frozen=True, slots=True)
class Given:
    """One value that was found, and where."""

    text: str
    source: str
    line: int = 0


def read_secrets(
    path: Path, name: str, environ: Mapping[str, str]
) -> tuple[Secrets, dict[str, str]]:
    """
    Read the secrets from a `.env` file (it may be absent) and the environment.

    `name` is what messages call the file. Returns the secrets and where each came
    from. Raises BadConfiguration with the names, never the values, of all that is wrong.
    """
    given, problems = _read_file(path, name)
    given |= {key: Given(environ[key], "environment") for key in NAMES if environ.get(key)}
    problems += [
        Problem(value.line, key, flaw, file=value.source)
        for key, value in given.items()
        if (flaw := _flaw(key, value.text))
    ]
    problems += _lonely_key(given)
    if problems:
        raise refusal(name, problems)
    secrets = Secrets.model_validate({key.lower(): value.text for key, value in given.items()})
    return secrets, {key: value.source for key, value in given.items()}


def _read_file(path: Path, name: str) -> tuple[dict[str, Given], list[Problem]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            return {}, []
        raise unreadable(path, name, error) from None
    except UnicodeDecodeError as error:
        raise BadConfiguration(name, f"is not UTF-8 text (byte {error.start})") from None
    given: dict[str, Given] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.lstrip()
        if not stripped or stripped.startswith("#"):
            continue
        found = _LINE.fullmatch(stripped)
        key = found["name"] if found else ""
        if found is None:
            problems.append(Problem(number, "", "not a line of the form NAME=value"))
        elif key not in NAMES:
            problems.append(Problem(number, key, unknown_key(key, NAMES)))
        elif key in given:
            problems.append(Problem(number, key, "is here twice"))
        elif value := _value(found["value"]):
            given[key] = Given(value, name, number)
    return given, problems


def _value(text: str) -> str:
    """Take off quotes and a comment. A space before a value is kept, to be refused."""
    if quoted := _QUOTED.fullmatch(text):
        return quoted["text"]
    value, comment, _ = text.partition(" #")
    return value.rstrip() if comment or not value.strip() else value


def _flaw(key: str, value: str) -> str:
    """Say what is wrong with a value, without showing it; "" when nothing is."""
    if value != value.strip():
        return "has a space at its beginning or end"
    if not value.isprintable():
        return "holds a control character"
    if key.startswith("ALPACA_") and not value.isascii():
        return "holds a character that no key of Alpaca has"
    if key == "ALPACA_LIVE" and value not in {"true", "false"}:
        return "must be true or false"
    if key == "SMTP_PORT" and not (value.isascii() and value.isdigit() and 1 <= int(value) < 65536):
        return "must be a number from 1 to 65535"
    if key not in OPEN_NAMES and len(value) < SHORTEST:
        return f"is shorter than {SHORTEST} characters, so it cannot be right"
    return ""


def _lonely_key(given: Mapping[str, Given]) -> list[Problem]:
    pair = {"ALPACA_API_KEY", "ALPACA_SECRET_KEY"}
    if len(missing := pair - given.keys()) != 1:
        return []
    other = given[(pair - missing).pop()]
    words = f"is missing, and the other half of the pair is set; both come from {KEYS_FROM}"
    return [Problem(other.line, missing.pop(), words, file=other.source)]
