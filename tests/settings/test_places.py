"""Where files are looked for: the first place that has the name counts, whatever it is there."""

from pathlib import Path
from typing import NoReturn

import pytest

from tradeengine.errors import BadConfiguration
from tradeengine.settings import find_config_file, load_settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home's `config/`; that of the current directory holds another file."""
    here = tmp_path / "here"
    (here / "config").mkdir(parents=True)
    (here / "config" / "config.yaml").write_text("risk:\n  max_positions: 7\n")
    monkeypatch.chdir(here)
    made = tmp_path / "home" / "config"
    made.mkdir(parents=True)
    return made


def refusal(folder: Path, config: Path | None = None) -> str:
    with pytest.raises(BadConfiguration) as caught:
        load_settings(folder.parent, config, {})
    return str(caught.value)


def test_a_home_without_the_name_leaves_it_to_the_next_place(folder: Path) -> None:
    assert load_settings(folder.parent, None, {}).risk.max_positions == 7
    assert find_config_file("config.yaml/x", folder.parent) is None
    assert find_config_file("a\0b", folder.parent) is None


def test_a_link_to_nothing_is_not_passed_over(folder: Path) -> None:
    (folder / "config.yaml").symlink_to("gone.yaml")

    assert refusal(folder) == (
        f"{folder}/config.yaml: is a link to nothing\n  remedy: correct the link, or take it away"
    )
    assert "is a link to nothing" in refusal(folder, folder / "config.yaml")


def test_a_folder_of_that_name_is_not_passed_over(folder: Path) -> None:
    (folder / "config.yaml").mkdir()

    assert f"{folder}/config.yaml: cannot be read: Is a directory" in refusal(folder)


def test_secrets_that_are_a_link_to_nothing_are_not_passed_over(folder: Path) -> None:
    (folder.parent / ".env").symlink_to("gone")

    assert f"{folder.parent}/.env: is a link to nothing" in refusal(folder)


def test_a_folder_that_may_not_be_read_is_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", refuse)

    with pytest.raises(BadConfiguration) as caught:
        find_config_file("config.yaml", folder.parent)
    assert str(caught.value) == (
        f"{folder}/config.yaml: cannot be looked for: Permission denied\n"
        "  remedy: let this user read the folder, or name another"
    )
