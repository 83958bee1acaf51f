"""From the session to the inbox."""

from collections.abc import Iterable

import pytest

from tests.feed.frames import GOLDEN, NOW
from tests.feed.scripted import ShowingInbox
from tradeengine.feed.continuity import Continuity
from tradeengine.feed.intake import Intake
from tradeengine.feed.liveness import Liveness
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.session import Received
from tradeengine.model.events import FeedConnected, Input, QuotesConflated
from tradeengine.model.message import Message
from tradeengine.quiescence import Channel, Quiescence

QUOTE, TRADE, BAR = (GOLDEN[name][1] for name in ("quote", "trade", "bar"))
CONNECTED = FeedConnected(at=NOW, received_at=NOW, symbols=1)


@pytest.fixture
def inbox() -> ShowingInbox:
    return ShowingInbox()


@pytest.fixture
def liveness() -> Liveness:
    return Liveness(FeedParameters(), MarketTime([]))


def intake(inbox: ShowingInbox, liveness: Liveness, channel: Channel | None = None) -> Intake:
    return Intake(
        inbox=inbox,
        liveness=liveness,
        continuity=Continuity(),
        conflate_above=10,
        channel=channel,
    )


def test_notices_come_before_data(inbox: ShowingInbox, liveness: Liveness) -> None:
    intake(inbox, liveness).take(Received([CONNECTED], [QUOTE, TRADE]), 1)
    assert inbox.messages == [CONNECTED, QUOTE, TRADE]
    assert liveness.heard_at == NOW


def test_a_frame_without_data_says_nothing_about_liveness(
    inbox: ShowingInbox, liveness: Liveness
) -> None:
    intake(inbox, liveness).take(Received([CONNECTED], []), 1)
    assert liveness.heard_at == 0


def test_a_repeated_bar_is_held_back(inbox: ShowingInbox, liveness: Liveness) -> None:
    taking = intake(inbox, liveness)
    taking.take(Received([], [BAR, QUOTE]), 1)
    taking.take(Received([], [BAR, TRADE]), 1)
    assert inbox.messages == [BAR, QUOTE, TRADE]


def test_quotes_give_way_only_when_the_engine_is_behind(
    inbox: ShowingInbox, liveness: Liveness
) -> None:
    data: list[Input] = [QUOTE, TRADE, QUOTE]
    taking = intake(inbox, liveness)
    inbox.waiting = 10
    taking.take(Received([], data), 1)
    assert inbox.messages == [QUOTE, TRADE, QUOTE]
    inbox.messages.clear()
    inbox.waiting = 11
    taking.take(Received([], data), 1)
    dropped = QuotesConflated(at=NOW, received_at=NOW, dropped=1)
    assert inbox.messages == [TRADE, QUOTE, dropped]


def test_without_older_quotes_nothing_is_dropped(inbox: ShowingInbox, liveness: Liveness) -> None:
    inbox.waiting = 11
    intake(inbox, liveness).take(Received([], [TRADE, QUOTE]), 1)
    assert inbox.messages == [TRADE, QUOTE]


def test_a_frame_counts_as_taken_in_when_its_events_are_in_the_inbox(
    liveness: Liveness,
) -> None:
    quiescence = Quiescence()
    channel = Channel(quiescence)
    pending: list[int] = []

    class WatchedInbox(ShowingInbox):
        def put_many(self, messages: Iterable[Message]) -> None:
            pending.append(quiescence.pending)
            super().put_many(messages)

    for _ in range(3):
        channel.sent()
    taking = intake(WatchedInbox(), liveness, channel)
    taking.take(Received([], [QUOTE, TRADE]), 2)
    assert pending == [3]
    assert quiescence.pending == 1
    taking.disconnected()
    assert quiescence.pending == 0


def test_without_a_venue_in_step_there_is_nothing_to_count(
    inbox: ShowingInbox, liveness: Liveness
) -> None:
    intake(inbox, liveness).disconnected()
    assert inbox.messages == []


def test_it_remembers_how_far_it_was_behind(inbox: ShowingInbox, liveness: Liveness) -> None:
    taking = intake(inbox, liveness)
    taking.take(Received([], [QUOTE, QUOTE]), 1, backlog=12)
    taking.take(Received([], [QUOTE]), 1, backlog=3)
    assert (taking.most_frames, taking.quotes_dropped) == (12, 1)
