"""Every setting, its value and where it came from."""

from pathlib import Path

import orjson
import pytest

from tradeengine.settings import Row, Settings, explain, load_settings
from tradeengine.settings.listing import print_settings

CONFIG = """\
risk:
  max_positions: 7
  short_symbols: [TSLA, AAPL]
strategy:
  - name: one
    class: tradeengine.strategy.contrarian:Contrarian
    parameters:
      rsi_bars: 10
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/config.yaml").write_text(CONFIG)
    Path(".env").write_text("ALPACA_API_KEY=PKTEST1234\nALPACA_LIVE=false\n")
    return load_settings(Path(), None, {"ALPACA_SECRET_KEY": "verysecret99"})


@pytest.mark.parametrize(
    ("key", "value", "source"),
    [
        ("risk.max_positions", "7", "config/config.yaml:2"),
        ("risk.short_symbols", '["AAPL","TSLA"]', "config/config.yaml:3"),
        ("risk.regime_mapping", "contrarian", "default"),
        ("risk.drawdown_max_fraction", "0.03", "default"),
        ("venue.start_time", "09:30", "default"),
        ("venue.server.data_symbol_limit", "0", "default"),
        ("strategy[0].name", "one", "config/config.yaml:5"),
        ("strategy[0].parameters.rsi_bars", "10", "config/config.yaml:8"),
        ("strategy[0].parameters.atr_bars", "14", "default"),
        ("ALPACA_API_KEY", "set (not shown)", ".env"),
        ("ALPACA_SECRET_KEY", "set (not shown)", "environment"),
        ("ALPACA_LIVE", "false", ".env"),
        ("SMTP_PASSWORD", "not set", "default"),
        ("SMTP_PORT", "587", "default"),
    ],
)
def test_a_row_says_value_and_source(settings: Settings, key: str, value: str, source: str) -> None:
    row = {row.key: row for row in explain(settings)}[key]

    assert (row.value, row.source) == (value, source)


def test_every_row_has_a_meaning(settings: Settings) -> None:
    assert [row.key for row in explain(settings) if not row.meaning] == []


def test_a_row_is_a_value(settings: Settings) -> None:
    assert explain(settings)[1] == Row(
        "run.until", "close", "default", "When to stop: `close`, or HH:MM in New York."
    )


def test_people_get_a_line_for_each_setting(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    print_settings(settings, as_json=False)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["risk.max_positions", "7", "config/config.yaml:2"] in lines
    assert ["ALPACA_API_KEY", "set", "(not", "shown)", ".env"] in lines
    assert [line[0] for line in lines[1:-1]] == [row.key for row in explain(settings)]


def test_machines_get_json(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    print_settings(settings, as_json=True)

    rows = {row["key"]: row for row in orjson.loads(capsys.readouterr().out)}
    assert rows["risk.max_positions"]["value"] == "7"
    assert rows["risk.max_positions"]["source"] == "config/config.yaml:2"


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_is_printed(
    settings: Settings, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    print_settings(settings, as_json=as_json)

    printed = capsys.readouterr().out
    assert "PKTEST1234" not in printed
    assert "verysecret99" not in printed
