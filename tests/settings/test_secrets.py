"""Secrets: .env and the environment; names are told, values never."""

from pathlib import Path

import pytest

from tradeengine.errors import BadConfiguration
from tradeengine.settings.secrets import Secrets, read_secrets

KEYS = "ALPACA_API_KEY=PKTEST1234\nALPACA_SECRET_KEY=verysecret99\n"


def read(tmp_path: Path, text: str, **environ: str) -> tuple[Secrets, dict[str, str]]:
    path = tmp_path / ".env"
    path.write_text(text)
    return read_secrets(path, ".env", environ)


def secret_key(secrets: Secrets) -> str:
    assert secrets.alpaca_secret_key is not None
    return secrets.alpaca_secret_key.get_secret_value()


def test_without_a_file_there_are_no_secrets(tmp_path: Path) -> None:
    secrets, sources = read_secrets(tmp_path / ".env", ".env", {})

    assert secrets == Secrets()
    assert sources == {}


def test_secrets_are_read_with_their_source(tmp_path: Path) -> None:
    secrets, sources = read(tmp_path, "# mine\n\n" + KEYS + "ALPACA_LIVE=true\nSMTP_PORT=465\n")

    assert secret_key(secrets) == "verysecret99"
    assert secrets.alpaca_live is True
    assert secrets.smtp_port == 465
    assert sources["ALPACA_API_KEY"] == ".env"


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("verysecret99", "verysecret99"),
        ('"verysecret99"', "verysecret99"),
        ("'very secret #99'", "very secret #99"),
        ('"verysecret99" # from the page', "verysecret99"),
        ("verysecret99 # from the page", "verysecret99"),
        ("very#secret", "very#secret"),
        ("very${HOME}secret\\n", "very${HOME}secret\\n"),
        ("very=secret", "very=secret"),
    ],
)
def test_a_value_is_taken_as_it_is(tmp_path: Path, value: str, meant: str) -> None:
    secrets, _ = read(tmp_path, f"ALPACA_API_KEY=PKTEST1234\nexport ALPACA_SECRET_KEY={value}\n")

    assert secret_key(secrets) == meant


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    secrets, sources = read(tmp_path, KEYS, ALPACA_SECRET_KEY="anothersecret")

    assert secret_key(secrets) == "anothersecret"
    assert sources == {"ALPACA_API_KEY": ".env", "ALPACA_SECRET_KEY": "environment"}


def test_a_stranger_in_the_environment_is_not_our_business(tmp_path: Path) -> None:
    assert read(tmp_path, "", ALPACA_SECRT_KEY="x", PATH="/bin")[0] == Secrets()


@pytest.mark.parametrize("text", ["ALPACA_API_KEY=\n", "ALPACA_API_KEY=   # fill me in\n"])
def test_an_empty_value_is_no_value(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text)[0] == Secrets()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("APLACA_API_KEY=xyz12345\n", ".env:1: APLACA_API_KEY: unknown key; did you mean `ALPACA_"),
        ("#\nPASSWORDS=xyz12345\n", ".env:2: PASSWORDS: unknown key; did you mean `SMTP_PASSWORD"),
        ("verysecret99\n", ".env:1: not a line of the form NAME=value"),
        ("SMTP_HOST=a.b\nSMTP_HOST=c.d\n", ".env:2: SMTP_HOST: is here twice"),
        ("SMTP_PASSWORD=verysecret99 \n", ".env:1: SMTP_PASSWORD: has a space at its beginning or"),
        ("SMTP_PASSWORD= verysecret99\n", ".env:1: SMTP_PASSWORD: has a space at its beginning or"),
        ("SMTP_PASSWORD='verysecret99 '\n", ".env:1: SMTP_PASSWORD: has a space at its beginning"),
        ("SMTP_PASSWORD=very\tsecret99\n", ".env:1: SMTP_PASSWORD: holds a control character"),
        (
            "ALPACA_API_KEY=schlüssel99\nALPACA_SECRET_KEY=secret99\n",
            ".env:1: ALPACA_API_KEY: holds a character that no key of Alpaca has",
        ),
        ("SMTP_PASSWORD=abc\n", ".env:1: SMTP_PASSWORD: is shorter than 4 characters"),
        ("ALPACA_LIVE=yes\n", ".env:1: ALPACA_LIVE: must be true or false"),
        ("SMTP_PORT=smtp\n", ".env:1: SMTP_PORT: must be a number from 1 to 65535"),
        ("SMTP_PORT=65536\n", ".env:1: SMTP_PORT: must be a number from 1 to 65535"),
        ("ALPACA_API_KEY=verysecret99\n", ".env:1: ALPACA_SECRET_KEY: is missing, and the other"),
        ("ALPACA_SECRET_KEY=verysecret99\n", ".env:1: ALPACA_API_KEY: is missing, and the other"),
    ],
)
def test_a_mistake_names_the_place_and_not_the_value(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read(tmp_path, text)

    assert str(caught.value).startswith(told)
    assert "verysecret99" not in str(caught.value)
    assert "xyz12345" not in str(caught.value)


def test_a_mistake_in_the_environment_is_said_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read(tmp_path, "", SMTP_PASSWORD="verysecret99 ")

    assert str(caught.value) == ("environment: SMTP_PASSWORD: has a space at its beginning or end")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read(tmp_path, "SMTP_PORT=0\nALPACA_LIVE=1\n", SMTP_PASSWORD="x")

    assert str(caught.value).splitlines() == [
        ".env: 3 problems",
        "  environment: SMTP_PASSWORD: is shorter than 4 characters, so it cannot be right",
        "  .env:1: SMTP_PORT: must be a number from 1 to 65535",
        "  .env:2: ALPACA_LIVE: must be true or false",
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()

    with pytest.raises(BadConfiguration, match=r"\.env: cannot be read: Is a directory"):
        read_secrets(tmp_path / ".env", ".env", {})


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")

    with pytest.raises(BadConfiguration, match=r"\.env: is not UTF-8 text"):
        read_secrets(tmp_path / ".env", ".env", {})


def test_a_secret_is_in_no_repr_and_no_dump(tmp_path: Path) -> None:
    secrets, _ = read(tmp_path, KEYS)

    for text in (repr(secrets), str(secrets), str(secrets.model_dump()), secrets.model_dump_json()):
        assert "verysecret99" not in text
        assert "PKTEST1234" not in text


def test_the_values_are_for_the_redaction(tmp_path: Path) -> None:
    secrets, _ = read(tmp_path, KEYS + "SMTP_HOST=mail.example\n")

    assert secrets.values() == ("PKTEST1234", "verysecret99")


def test_the_process_is_not_asked_behind_the_callers_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPACA_API_KEY", "PKTEST1234")

    assert Secrets().alpaca_api_key is None
