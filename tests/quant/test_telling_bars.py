"""What a person is told of a fetch of daily bars."""

from datetime import date

from tradeengine.bars.fetch import FetchReport
from tradeengine.quant.telling_bars import few, notes_of, silent_members

DAY, BEFORE = date(2010, 6, 30), date(2010, 6, 29)

NAMES = {"A": ["A"], "B": ["B", "BNEW"], "C": ["C"]}


def report(
    *, silent: tuple[str, ...] = (), renewed: tuple[str, ...] = (), problem: str = ""
) -> FetchReport:
    return FetchReport(
        through=DAY,
        asked=4,
        new_bars=0,
        changed=(),
        silent=silent,
        renewed=renewed,
        problem=problem,
    )


def test_few_are_named_and_the_others_counted() -> None:
    assert few(["A", "B", "C"]) == "A B C"
    assert few(["A 1", "B 2", "C 3", "D 4", "E 5"], "; ") == "A 1; B 2; C 3; and 2 more"


def test_a_member_is_silent_under_all_its_names_only() -> None:
    assert silent_members(report(silent=("B", "C", "X")), NAMES) == ["C"]
    assert silent_members(report(silent=("B", "BNEW")), NAMES) == ["B"]


def test_a_history_that_was_fetched_anew_is_told() -> None:
    last = {"A": DAY, "BNEW": DAY, "C": DAY}

    assert notes_of(report(renewed=("A",)), NAMES, last) == [
        "bars of A came with the prices of another share: the whole history was fetched anew"
    ]


def test_bars_that_end_early_are_told_unless_a_problem_says_why() -> None:
    last = {"A": BEFORE, "B": BEFORE, "BNEW": DAY}

    assert notes_of(report(), NAMES, last) == [
        "daily bars that end before 2010-06-30: A 2010-06-29"
    ]
    assert notes_of(report(problem="HTTP 503"), NAMES, last) == []
