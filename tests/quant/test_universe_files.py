"""Three files and a history; what is in force on a day never depends on later days."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.universe.proposals import PROPOSAL, listed
from tradeengine.errors import BadConfiguration, ProposalRefused
from tradeengine.layout import DeskFiles, Home
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.universe.active import BY_BEING_FIRST, BY_WAITING, ActiveUniverse
from tradeengine.universe.parameters import FirstList, UniverseParameters
from tradeengine.universe.proposal import Proposal

WANTED = UniverseParameters()
DAY = PROPOSAL.day
HALF = msgspec.structs.replace(PROPOSAL, incomplete=True)


@pytest.fixture
def desk(tmp_path: Path) -> DeskFiles:
    return Home(tmp_path).desk("embedded")


@pytest.fixture
def files(desk: DeskFiles) -> UniverseFiles:
    return UniverseFiles(desk)


def keep(files: UniverseFiles, proposal: Proposal = PROPOSAL) -> Proposal:
    files.keep(listed(proposal), proposal)
    return proposal


def later(days: int, **changes: object) -> Proposal:
    return msgspec.structs.replace(PROPOSAL, day=DAY + timedelta(days=days), **changes)


def accept(
    files: UniverseFiles, proposal: Proposal, effective: date, who: str = "Ann"
) -> ActiveUniverse:
    return files.accept(proposal, effective, WANTED, who=who, at=7)


def test_nothing_is_there_at_first(files: UniverseFiles, desk: DeskFiles) -> None:
    assert files.active() is None
    assert files.newest_proposal() is None
    assert files.candidates(DAY) is None
    assert files.history() == []
    assert files.accept_if_due(DAY, WANTED, at=1) is None
    assert UniverseFiles(desk).on(DAY) is None
    assert not desk.universe.exists()


def test_what_is_kept_is_read_again(files: UniverseFiles, desk: DeskFiles) -> None:
    keep(files)
    keep(files, later(90))
    assert sorted(path.name for path in desk.universe.iterdir()) == [
        "candidates-2010-07-01.json",
        "candidates-2010-09-29.json",
        "proposal-2010-07-01.json",
        "proposal-2010-09-29.json",
    ]
    assert files.proposal(DAY) == PROPOSAL
    assert files.newest_proposal() == later(90)
    assert files.newest_proposal(DAY) == PROPOSAL
    assert files.newest_proposal(DAY - timedelta(days=1)) is None
    assert files.candidates(DAY) is not None


def test_each_day_has_its_list(files: UniverseFiles, desk: DeskFiles) -> None:
    accept(files, PROPOSAL, DAY)
    after = later(90, chosen=("BBB",), incumbents_since=DAY)
    accept(files, after, after.day, "Ben")
    assert UniverseFiles(desk).on(DAY - timedelta(days=1)) is None
    first, second = UniverseFiles(desk).on(DAY), UniverseFiles(desk).on(after.day)
    assert first is not None
    assert second is not None
    assert (first.symbols, first.accepted_by, first.accepted_at) == (("AAA", "BBB"), "Ann", 7)
    assert UniverseFiles(desk).on(after.day - timedelta(days=1)) == first
    assert (second.symbols, second.accepted_by) == (("BBB",), "Ben")
    assert files.active() == second
    assert [each.effective for each in files.history()] == [DAY, after.day]
    assert sorted(path.name for path in (desk.universe / "history").iterdir()) == [
        "2010-07-01-001.json",
        "2010-09-29-001.json",
    ]


def test_a_second_acceptance_for_the_same_session_replaces_the_first(
    files: UniverseFiles, desk: DeskFiles
) -> None:
    accept(files, PROPOSAL, DAY)
    accept(files, msgspec.structs.replace(PROPOSAL, chosen=("AAA",)), DAY)
    found = UniverseFiles(desk).on(DAY)
    assert found is not None
    assert found.symbols == ("AAA",)
    assert len(files.history()) == 2


def test_accepting_again_on_a_later_day_changes_nothing(files: UniverseFiles) -> None:
    first = accept(files, PROPOSAL, DAY)
    assert accept(files, PROPOSAL, DAY + timedelta(days=1), who="Bob") == first
    assert files.history() == [first]


def test_accepting_twice_is_accepting_once(files: UniverseFiles, desk: DeskFiles) -> None:
    accept(files, PROPOSAL, DAY)
    # As if the process had been killed between the two files.
    (desk.universe / "active.json").unlink()
    accept(files, PROPOSAL, DAY, who="Bob")
    assert files.active() == UniverseFiles(desk).on(DAY)
    assert [each.accepted_by for each in files.history()] == ["Ann"]


@pytest.mark.parametrize(
    ("proposal", "effective", "problem"),
    [
        (later(0, origin="alpaca"), DAY, "was made from alpaca data, and this desk is embedded"),
        (PROPOSAL, DAY - timedelta(days=1), "is for a later session than 2010-06-30"),
        (PROPOSAL, DAY + timedelta(days=31), "is 31 days old on 2010-08-01"),
        (later(0, incumbents_since=date(2010, 4, 1)), DAY, "in force is no list"),
    ],
    ids=["another origin", "later", "old", "another list"],
)
def test_a_stale_proposal_is_refused(
    files: UniverseFiles, proposal: Proposal, effective: date, problem: str
) -> None:
    with pytest.raises(ProposalRefused, match=problem) as refused:
        accept(files, proposal, effective)
    assert refused.value.exit_code == 2
    assert files.history() == []


def test_a_proposal_that_was_compared_with_an_older_list_is_refused(files: UniverseFiles) -> None:
    accept(files, PROPOSAL, DAY)
    with pytest.raises(
        ProposalRefused, match="was compared with no list, and in force is the list"
    ):
        accept(files, later(5), DAY + timedelta(days=5))


def test_a_refused_proposal_stays_refused(files: UniverseFiles) -> None:
    keep(files)
    files.refuse(PROPOSAL, who="Ann", why="too many banks", at=3)
    with pytest.raises(BadConfiguration, match="was refused by Ann: too many banks"):
        accept(files, PROPOSAL, DAY)
    assert files.accept_if_due(DAY + timedelta(days=9), WANTED, at=4) is None


def test_the_first_list_becomes_active_at_once(files: UniverseFiles) -> None:
    keep(files)
    found = files.accept_if_due(DAY, WANTED, at=4)
    assert found is not None
    assert (found.accepted_by, found.effective) == (BY_BEING_FIRST, DAY)
    assert files.accept_if_due(DAY, WANTED, at=5) is None


def test_the_first_list_waits_when_it_is_told_to(files: UniverseFiles) -> None:
    keep(files)
    wanted = WANTED.model_copy(update={"first_list": FirstList.WAIT})
    assert files.accept_if_due(DAY + timedelta(days=6), wanted, at=4) is None
    found = files.accept_if_due(DAY + timedelta(days=7), wanted, at=5)
    assert found is not None
    assert (found.accepted_by, found.effective) == (BY_WAITING, DAY + timedelta(days=7))


def test_what_was_made_while_a_source_failed_is_for_a_person_alone(files: UniverseFiles) -> None:
    keep(files, HALF)
    for day in (DAY, DAY + timedelta(days=9)):
        assert files.accept_if_due(day, WANTED, at=4) is None
    assert accept(files, HALF, DAY).accepted_by == "Ann"
    half = keep(files, later(9, incumbents_since=DAY, chosen=("AAA",), incomplete=True))
    assert files.accept_if_due(half.day + timedelta(days=7), WANTED, at=5) is None


@pytest.mark.parametrize("missing", [2, 3])
def test_a_list_of_less_than_half_of_the_names_is_for_a_person_alone(
    files: UniverseFiles, missing: int
) -> None:
    thin = keep(files, msgspec.structs.replace(PROPOSAL, missing=missing))
    assert bool(thin.only_by_person) is (missing == 3)
    assert files.wants_a_first(DAY, WANTED) is (missing == 3)
    for day in (DAY, DAY + timedelta(days=9)):
        assert (files.accept_if_due(day, WANTED, at=4) is None) is (missing == 3 or day > DAY)
    assert accept(files, thin, DAY).symbols == thin.chosen


def test_a_first_list_is_wanted_until_a_whole_proposal_can_become_it(files: UniverseFiles) -> None:
    assert files.wants_a_first(DAY, WANTED)
    keep(files, HALF)
    assert files.wants_a_first(DAY, WANTED)
    keep(files)
    assert not files.wants_a_first(DAY, WANTED)
    # Nobody accepted it in time: as a list it is out of the question.
    assert files.wants_a_first(DAY + timedelta(days=31), WANTED)
    accept(files, PROPOSAL, DAY)
    assert not files.wants_a_first(DAY + timedelta(days=31), WANTED)


def test_a_first_proposal_that_somebody_refused_is_not_made_again(files: UniverseFiles) -> None:
    half = keep(files, HALF)
    files.refuse(half, who="Ann", why="too many banks", at=3)
    assert not files.wants_a_first(DAY + timedelta(days=31), WANTED)


@pytest.mark.parametrize(("wait", "due"), [(0, 0), (7, 7), (30, 30)])
def test_a_later_list_waits(files: UniverseFiles, wait: int, due: int) -> None:
    accept(files, PROPOSAL, DAY)
    proposal = keep(files, later(90, incumbents_since=DAY, chosen=("AAA",)))
    wanted = WANTED.model_copy(update={"accept_after_days": wait})
    if due:
        assert files.accept_if_due(proposal.day + timedelta(days=due - 1), wanted, at=1) is None
    found = files.accept_if_due(proposal.day + timedelta(days=due), wanted, at=1)
    assert found is not None
    assert found.symbols == ("AAA",)


def test_waiting_does_not_revive_what_is_stale(files: UniverseFiles) -> None:
    accept(files, PROPOSAL, DAY)
    keep(files, later(90, incumbents_since=date(2010, 4, 1)))
    assert files.accept_if_due(DAY + timedelta(days=97), WANTED, at=1) is None
    keep(files, later(90, incumbents_since=DAY))
    assert files.accept_if_due(DAY + timedelta(days=121), WANTED, at=1) is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is damaged"),
        (b"{", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[]", "is damaged"),
        (b'{"version": 1}', "is damaged"),
    ],
)
def test_a_damaged_file_is_refused_by_its_name(
    files: UniverseFiles, desk: DeskFiles, content: bytes, problem: str
) -> None:
    accept(files, keep(files), DAY)
    names = [
        path.relative_to(desk.universe).as_posix() for path in sorted(desk.universe.rglob("*.json"))
    ]
    assert len(names) == 4
    for name in names:
        path = desk.universe / name
        whole = path.read_bytes()
        path.write_bytes(content)
        with pytest.raises(BadConfiguration, match=problem) as refused:
            _read_all(files)
        assert refused.value.place == str(path)
        assert refused.value.remedy
        path.write_bytes(whole)
    _read_all(files)


def _read_all(files: UniverseFiles) -> None:
    files.candidates(DAY)
    files.newest_proposal()
    files.active()
    files.history()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": 2}, "has version 2 of its form, and this release knows 1"),
        ({"origin": "alpaca"}, "is of origin alpaca, in a folder of embedded"),
        ({"more": 1}, "is damaged"),
    ],
)
def test_a_file_of_another_form_is_refused(
    files: UniverseFiles, desk: DeskFiles, change: dict[str, object], problem: str
) -> None:
    keep(files)
    path = desk.universe / f"proposal-{DAY}.json"
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | change))
    with pytest.raises(BadConfiguration, match=problem):
        files.proposal(DAY)


def test_other_files_in_the_folder_are_left_alone(files: UniverseFiles, desk: DeskFiles) -> None:
    accept(files, keep(files), DAY)
    for name in ("notes.txt", "proposal-x.json", "history/notes.json", "history/.2010-07-01"):
        (desk.universe / name).write_text("x")
    assert len(files.history()) == 1
    assert files.newest_proposal() == PROPOSAL


def test_a_disk_that_says_no_is_told(files: UniverseFiles, desk: DeskFiles) -> None:
    desk.universe.parent.mkdir(parents=True)
    desk.universe.write_text("a file where the folder should be")
    with pytest.raises(BadConfiguration, match=r"cannot be (read|written)"):
        accept(files, PROPOSAL, DAY)
    with pytest.raises(BadConfiguration, match="cannot be written"):
        keep(files)


def test_the_list_of_a_session_that_is_on_stays(files: UniverseFiles) -> None:
    at_once = WANTED.model_copy(update={"accept_after_days": 0})
    keep(files)
    # Where there never was a list, the first one may begin in mid session.
    assert files.accept_if_due(DAY, at_once, at=1, is_on=True) is not None
    proposal = keep(files, later(1, incumbents_since=DAY, chosen=("AAA",)))

    assert files.accept_if_due(proposal.day, at_once, at=2, is_on=True) is None
    assert files.accept_if_due(proposal.day, at_once, at=3) is not None
