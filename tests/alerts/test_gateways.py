"""What is known of the carriers' gateways, on the page and at the start."""

from pathlib import Path

from tradeengine.alerts.gateways import GATEWAYS, gateway_rows, warning_for

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"


def test_the_page_has_the_table() -> None:
    assert "\n".join(gateway_rows()) in PAGE.read_text(encoding="utf-8")


def test_a_closed_or_closing_gateway_is_warned_of_without_the_number() -> None:
    words = warning_for("5551234567@TXT.att.net")

    assert words == "AT&T's SMS gateway txt.att.net: closed on 17 June 2025"
    assert warning_for("5551234567@vtext.com")
    assert warning_for("5551234567@sms.example.com") == ""


def test_every_row_has_four_columns() -> None:
    assert {row.count("|") for row in gateway_rows()} == {5}
    assert len(gateway_rows()) == len(GATEWAYS) + 2
