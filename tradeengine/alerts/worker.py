"""
One channel's worker: takes what waits, sends it, tries again, gives up.

It shares nothing with the other workers but the records, so a server that accepts and
never answers costs its own channel one timeout after the other and nobody else a
millisecond.
"""

import asyncio

from msgspec.structs import replace

from tradeengine.alerts.alert import Post
from tradeengine.alerts.channels import Channel
from tradeengine.alerts.clerk import Clerk
from tradeengine.alerts.message import Writer
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.rate_limit import RateLimit
from tradeengine.alerts.waiting import Waiting
from tradeengine.clock import Clock
from tradeengine.errors import AlertNotDelivered
from tradeengine.model.instants import NANOS
from tradeengine.quiescence import Quiescence

LIMITED = "held back: the channel's messages of this hour are used up"
CANCELS_MOST = 10
"""More than any library needs; a channel that ignores them all ends by its own timeout."""

FULL = "dropped: too many alerts waited for the channel"


class Worker:
    """Delivers to one channel while `run` runs; `put` may be called at any time."""

    def __init__(
        self,
        channel: Channel,
        clerk: Clerk,
        writer: Writer,
        clock: Clock,
        parameters: AlertParameters,
        under_way: Quiescence,
    ) -> None:
        self.channel = channel
        self.dropped = 0
        self.limit = RateLimit(channel.per_hour)
        self._clerk, self._writer, self._clock = clerk, writer, clock
        self._parameters, self._under_way = parameters, under_way
        self._waiting = Waiting(parameters.queue_alerts)
        self._stirred = asyncio.Event()

    @property
    def high_water(self) -> int:
        """The most posts that ever waited for the channel."""
        return self._waiting.high_water

    async def put(self, post: Post) -> None:
        """Let a post wait for the channel; record the one that leaves for it, if any."""
        self._under_way.begin()
        self._stirred.set()
        left = self._waiting.put(post)
        if left is not None:
            self.dropped += 1
            await self._give_up(left, FULL)

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as bells:
            while True:
                post = await self._next()
                await self._handle(post, bells)

    async def _next(self) -> Post:
        while (post := self._waiting.take(self._clock.now())) is None:
            self._stirred.clear()
            await self._stirred.wait()
        return post

    async def _handle(self, post: Post, bells: asyncio.TaskGroup) -> None:
        if not self._may_leave(post):
            await self._give_up(post, LIMITED)
            return
        failure = await self._attempt(post)
        tried = post.attempts + 1
        if failure is None:
            await self._note_sent(post)
        elif failure.transient and tried < self._parameters.attempts_most:
            await self._try_later(replace(post, attempts=tried), failure, bells)
        else:
            await self._give_up(post, self._writer.clean(failure.reason))

    def _may_leave(self, post: Post) -> bool:
        if post.attempts:
            return True  # It was counted the first time.
        return self.limit.admit(self._clock.now(), is_critical=post.alert.is_critical)

    async def _attempt(self, post: Post) -> AlertNotDelivered | None:
        message = self._writer.message(post)
        seconds = self._parameters.attempt_timeout_seconds
        sending = asyncio.ensure_future(self.channel.send(message.subject, message.body))
        try:
            # A margin, so that a channel's own words about its timeout come first.
            await asyncio.wait({sending}, timeout=seconds * 1.1)
            if not sending.done():
                return AlertNotDelivered(f"no answer within {seconds:g} s", transient=True)
            return _failure(sending)
        finally:
            await _end(sending)

    async def _try_later(
        self, post: Post, failure: AlertNotDelivered, bells: asyncio.TaskGroup
    ) -> None:
        reason = self._writer.clean(failure.reason)
        self._tell("ALERT_DELAYED", post, reason)
        due = self._clock.now() + int(self._parameters.retry_spacing_seconds * NANOS)
        bells.create_task(self._ring_at(due), name=f"alerts {self.channel.name} bell")
        await self._clerk.ask(
            None, self._clerk.store.attempted, post.number, self.channel.name, reason
        )
        await self.put(replace(post, due=due))
        self._under_way.end()  # `put` began it anew.

    async def _ring_at(self, due: int) -> None:
        await self._clock.sleep_until(due)
        self._stirred.set()

    async def _note_sent(self, post: Post) -> None:
        now = self._clock.now()
        await self._clerk.ask(None, self._clerk.store.sent, post.number, self.channel.name, now)
        self._under_way.end()

    async def _give_up(self, post: Post, reason: str) -> None:
        self._tell("ALERT_NOT_SENT", post, reason)
        now = self._clock.now()
        await self._clerk.ask(
            None, self._clerk.store.failed, post.number, self.channel.name, now, reason
        )
        self._under_way.end()

    def _tell(self, code: str, post: Post, reason: str) -> None:
        words = f"{self.channel.name}: {post.alert.code} #{post.number}: {reason}"
        self._clerk.report(code, words)


def _failure(sent: asyncio.Future[None]) -> AlertNotDelivered | None:
    """Give why an attempt failed; a bug in a channel is its own failure and nobody else's."""
    if sent.cancelled():
        return AlertNotDelivered("the channel gave up", transient=True)
    error = sent.exception()
    if error is None or isinstance(error, AlertNotDelivered):
        return error
    return AlertNotDelivered(f"the channel failed: {type(error).__name__}: {error}", transient=True)


async def _end(sending: asyncio.Future[None]) -> None:
    """
    End an attempt, if need be by cancelling it more than once.

    `asyncio.wait_for` of Python 3.11, which aiosmtplib connects with, swallows a
    cancellation that comes together with its answer (python/cpython#86296). An attempt in
    a task of its own can lose one without the worker losing its own.
    """
    for _ in range(CANCELS_MOST):
        if sending.done():
            break
        sending.cancel()
        await asyncio.sleep(0)
    if sending.done() and not sending.cancelled():
        sending.exception()  # Looked at, so that asyncio does not complain that nobody did.
