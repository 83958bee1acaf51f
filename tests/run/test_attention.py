"""What waits for a person is told to the core once, and again when it has changed."""

from tradeengine.alerts.alert import Alert
from tradeengine.alerts.records import Record
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SimulatedClock
from tradeengine.model.events import AlertsWaiting
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.run.alarm import Alarm
from tradeengine.run.attention import Attention

OPEN = 1_000


def critical(number: int, at: int) -> Record:
    return Record(
        number=number,
        alert=Alert(at=at, severity=Severity.CRITICAL, code="NOT_FLAT", text="KO is left"),
    )


async def told_of(*looks: list[Record] | None) -> list[tuple[int, str]]:
    """Give what the core is told when the records hold these things one after the other."""
    answers = iter(looks)

    async def open_criticals() -> list[Record] | None:
        return next(answers)

    def tell(*_: object) -> None:
        raise AssertionError("attention tells nobody but the core")

    inbox = Inbox()
    attention = Attention(Alarm(tell, open_criticals), inbox, SimulatedClock(5), OPEN)
    for _ in looks:
        await attention.look()
    found: list[Message] = []
    while inbox.depth():
        found += [inbox.take_nowait()]
    return [(m.count, m.words) for m in found if isinstance(m, AlertsWaiting)]


async def test_each_change_is_told_once() -> None:
    first, second = critical(1, 10), critical(2, 20)
    assert await told_of([first], [first], [first, second], [], []) == [
        (1, "#1 NOT_FLAT"),
        (2, "#1 NOT_FLAT, #2 NOT_FLAT"),
        (0, ""),
    ]


async def test_what_is_raised_after_the_open_is_the_state_machines_business() -> None:
    assert await told_of([critical(1, OPEN)]) == []


async def test_only_a_few_are_named() -> None:
    many = [critical(number, 10) for number in range(1, 6)]
    assert await told_of(many) == [(5, "#1 NOT_FLAT, #2 NOT_FLAT, #3 NOT_FLAT and 2 more")]


async def test_records_that_cannot_be_read_change_nothing() -> None:
    assert await told_of([critical(1, 10)], None) == [(1, "#1 NOT_FLAT")]


async def test_records_that_were_never_read_keep_entries_back_until_they_are() -> None:
    assert await told_of(None, None, [], None) == [
        (1, "the records of alerts cannot be read"),
        (0, ""),
    ]
