"""`docs/bars.md` knows every code of the screen, and which of them refuse a symbol."""

import re
from pathlib import Path

from tradeengine.bars.defects import SMALL, BarDefect

PAGE = Path(__file__).parent.parent.parent / "docs" / "bars.md"


def test_every_code_is_on_the_page_with_its_weight() -> None:
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \| .* \| (.*) \|$", PAGE.read_text(), re.M)
    told = {code: says for codes, says in rows for code in re.findall(r"[A-Z_]+", codes)}

    assert told.keys() == set(BarDefect)
    assert {code for code, says in told.items() if says != "yes"} == SMALL
