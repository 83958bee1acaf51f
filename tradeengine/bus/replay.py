"""
Replay: feed a journal's inputs to a fresh engine and compare every decision.

The comparison is of bytes: the recorded effect against the encoding of the
effect that the same input causes now. `compare_journals` holds two runs
against each other, inputs and decisions, message by message.
"""

from collections.abc import Callable, Iterator
from itertools import zip_longest

import msgspec

from tradeengine.bus.engine import Engine, Recorder
from tradeengine.bus.records import JournalFile, Record
from tradeengine.errors import JournalDamaged, ReplayDiffers
from tradeengine.model.message import Message

_encoder = msgspec.msgpack.Encoder()
_NOTHING = "(nothing)"
Step = Callable[[Message], object]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How much was compared and found identical; `damage` is "" for a whole journal."""

    inputs: int
    decisions: int
    damage: str


class _Collector:
    """A recorder that keeps the encodings of the last step's effects."""

    def __init__(self) -> None:
        self.effects: list[bytes] = []

    def take_input(self, message: Message) -> None:
        del message  # The replayed journal already has it.
        self.effects = []

    def take_effect(self, message: Message) -> None:
        self.effects.append(_encoder.encode(message))


def steps(journal: JournalFile) -> Iterator[tuple[Message, list[bytes]]]:
    """
    Yield each input with the recorded encodings of its effects.

    Raises JournalDamaged at an input that this version does not know.
    """
    current: Message | None = None
    effects: list[bytes] = []
    for record in journal.records():
        if not record.is_input:
            effects.append(record.body)
            continue
        if current is not None:
            yield current, effects
        current, effects = _input(journal, record), []
    if current is not None:
        yield current, effects


def _input(journal: JournalFile, record: Record) -> Message:
    try:
        return record.message()
    except msgspec.MsgspecError as error:
        problem = f"an input of no kind that this version knows ({error})"
        raise JournalDamaged(str(journal.path), journal.offset, problem) from error


def replay(
    journal: JournalFile,
    build: Callable[[str, Recorder], Engine],
    progress: Callable[[int], None] = lambda _: None,
    attempt: Callable[[Step, Message], object] = lambda step, message: step(message),
) -> Outcome:
    """
    Replay a journal through a fresh engine.

    `build` is given the header's build text and a recorder; `attempt` does a step
    as the recorded run did, which may have survived a step that raised. Raises
    ReplayDiffers at the first decision that is not the recorded one.
    """
    collector = _Collector()
    engine = build(journal.header.build, collector)
    inputs = decisions = 0
    for message, recorded in steps(journal):
        attempt(engine.step, message)
        inputs += 1
        _compare_step(inputs, recorded, collector.effects, cut=journal.damage is not None)
        decisions += len(recorded)
        progress(inputs)
    return Outcome(inputs=inputs, decisions=decisions, damage=str(journal.damage or ""))


def _compare_step(seq: int, recorded: list[bytes], replayed: list[bytes], *, cut: bool) -> None:
    # Damage is found only behind the last whole record, so `cut` is true for the last
    # step alone: effects that a torn write swallowed are not a difference.
    for old, new in zip_longest(recorded, replayed):
        if old is None and cut:
            return
        if old != new:
            raise ReplayDiffers(seq, _words(old), _words(new))


def compare_journals(
    one: JournalFile, other: JournalFile, progress: Callable[[int], None] = lambda _: None
) -> Outcome:
    """
    Compare two journals record by record, as far as both can be read.

    Raises ReplayDiffers where they part.
    """
    inputs = decisions = 0
    for seq, (left, right) in enumerate(zip_longest(one.records(), other.records()), start=1):
        if (left is None and one.damage) or (right is None and other.damage):
            break  # What one of them had here, nobody knows.
        if left is None or right is None or left != right:
            raise ReplayDiffers(seq, _record_words(left), _record_words(right))
        inputs += left.is_input
        decisions += not left.is_input
        progress(seq)
    damage = one.damage or other.damage
    return Outcome(inputs=inputs, decisions=decisions, damage=str(damage or ""))


def _record_words(record: Record | None) -> str:
    return _words(None if record is None else record.body)


def _words(body: bytes | None) -> str:
    if body is None:
        return _NOTHING
    try:
        return repr(Record(is_input=False, body=body).message())
    except msgspec.MsgspecError as error:
        return f"a message of an unknown kind ({error}): {body[:80]!r}"
