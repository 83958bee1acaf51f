"""From files and environment to one frozen `Settings`, or to every mistake at once."""

from collections.abc import Mapping
from pathlib import Path

import orjson
from pydantic import ValidationError

from tradeengine.errors import BadConfiguration
from tradeengine.settings.marked_yaml import MarkedYaml, read_marked_yaml, written
from tradeengine.settings.mistakes import SECRETS_BELONG, mistakes
from tradeengine.settings.places import find_config_file, is_there, shown_path
from tradeengine.settings.problems import Problem, refusal
from tradeengine.settings.schema import Settings
from tradeengine.settings.secrets import NAMES, read_secrets

CONFIG = "config.yaml"


def load_settings(home: Path, config: Path | None, environ: Mapping[str, str]) -> Settings:
    """
    Read and check all settings; nothing is taken from anywhere else.

    `home` holds `.env` (or else the current directory does); `config` names the
    YAML file, None looks for `config/config.yaml` (`places.py`); with no file the
    defaults hold. Raises BadConfiguration, which tells every mistake with its place.
    """
    secrets, secret_sources = read_secrets(*_env_file(home), environ)
    yaml = _read_config(home, config)
    settings = parse_settings(yaml)
    sources = {written(path): f"{yaml.file}:{line}" for path, line in yaml.lines.items()}
    return settings.completed(secrets, sources | secret_sources, yaml.file)


def parse_settings(yaml: MarkedYaml) -> Settings:
    """Check the content of a configuration file. Raises BadConfiguration."""
    misplaced = [
        Problem(yaml.line_of((key,)), key, SECRETS_BELONG)
        for key in yaml.root
        if key == "secrets" or key.upper() in NAMES
    ]
    if misplaced:
        raise refusal(yaml.file, misplaced)
    # A section whose keys are all commented out is empty, and that is no mistake.
    content = {key: value for key, value in yaml.root.items() if value is not None}
    try:
        # JSON, because strictness means there what it means to a writer of YAML: numbers
        # are not text, but a date is.
        return Settings.model_validate_json(orjson.dumps(content), strict=True)
    except ValidationError as error:
        raise refusal(yaml.file, mistakes(error, Settings, yaml)) from None


def _env_file(home: Path) -> tuple[Path, str]:
    at_home = home / ".env"
    # Whatever it is: a pipe that a keeper of secrets fills is read, and a folder refused in words.
    path = at_home if is_there(at_home) else Path(".env")
    return path, shown_path(path)


def _read_config(home: Path, config: Path | None) -> MarkedYaml:
    if config is not None and not is_there(config):
        raise BadConfiguration(
            shown_path(config), "there is no such file", "correct --config, or leave it out"
        )
    path = config or find_config_file(CONFIG, home)
    return read_marked_yaml(path, shown_path(path)) if path else MarkedYaml("(no file)", {})
