import re
from pathlib import Path

from tradeengine import risk
from tradeengine.model.denials import Denial
from tradeengine.risk.checks import sequence


def test_every_denial_code_is_given_somewhere_in_the_room() -> None:
    (room,) = risk.__path__
    source = "".join(path.read_text(encoding="utf-8") for path in Path(room).rglob("*.py"))

    assert set(re.findall(r"Denial\.([A-Z_]+)", source)) == {denial.name for denial in Denial}


def test_the_plainest_reasons_come_first() -> None:
    names = [check.__name__ for check in sequence.CHECKS]

    assert names[:5] == [
        "engine_is_trading",
        "order_stream_is_ready",
        "positions_are_protected",
        "within_entry_window",
        "is_in_universe",
    ]
    assert len(names) == 45


def test_every_check_says_what_it_wants() -> None:
    silent = [check.__name__ for check in sequence.CHECKS if not check.__doc__]

    assert silent == []
