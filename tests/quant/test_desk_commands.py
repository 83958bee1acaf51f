"""The commands that a person types reach the desk, and say what they are."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.quant.small_market import open_data
from tests.runs import make_home
from tradeengine.cli import app
from tradeengine.errors import BadConfiguration


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tradeengine.quant.connecting_valuation.open_data", open_data)
    monkeypatch.chdir(tmp_path)
    return make_home(tmp_path).root


def test_a_value_is_asked_for_by_its_ticker(home: Path) -> None:
    done = CliRunner().invoke(
        app, ["value", "s03", "--date", "2010-07-01", "--venue", "embedded", "--json"]
    )

    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["valuation"]["symbol"] == "S03"
    assert (home / "data" / "fundamentals" / "embedded" / "figures").is_dir()


def test_a_refused_value_ends_with_1(home: Path) -> None:
    del home
    done = CliRunner().invoke(app, ["value", "BANK", "--date", "2010-07-01"])

    assert done.exit_code == 1
    assert "DCF_NOT_APPLICABLE" in done.stdout


def test_the_regime_is_asked_for(home: Path) -> None:
    done = CliRunner().invoke(
        app, ["regime", "--date", "2010-07-01", "--svg", "regime.svg", "--json"]
    )

    assert done.exit_code == 0
    assert json.loads(done.stdout)["today"]["regime"] == "HV-bear"
    assert (home / "regime.svg").read_text().startswith("<svg")


def test_a_day_that_is_no_session_is_told(home: Path) -> None:
    del home
    done = CliRunner().invoke(app, ["regime", "--date", "2010-07-04"])

    assert isinstance(done.exception, BadConfiguration)
    assert "the exchange is closed on" in str(done.exception)
