"""
The way out: alerts are taken at once, recorded, and handed to a worker a channel.

    raise_alert ──> repeats ──> intake ──> record ──> worker sms    ──> its channel
                    counted     bounded    on disk ├─> worker mail   ──> its channel
                                                   └─> worker apprise ──> its channel

An alert is on disk before the first attempt to send it; what is still queued when the
engine ends is sent by the next one. It may arrive twice for that, and never not at all.
"""

import asyncio
from collections.abc import Sequence

from tradeengine.alerts.alert import Alert, Post
from tradeengine.alerts.channels import Channel
from tradeengine.alerts.clerk import Clerk
from tradeengine.alerts.escalation import Escalation
from tradeengine.alerts.message import LONGEST_CODE, Writer
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.rate_limit import HOUR
from tradeengine.alerts.records import DeliveryState, Record
from tradeengine.alerts.repeats import Repeats
from tradeengine.alerts.waiting import Waiting
from tradeengine.alerts.worker import Worker
from tradeengine.clock import Clock
from tradeengine.model.orders import Severity
from tradeengine.quiescence import Quiescence

STALE = 24 * HOUR
"""Age at which what an earlier run left behind is not news any more, criticals aside."""


class Outbox:
    """
    Takes alerts at any time, delivers them while `run` runs (once).

    `channels` are in the order of the ladder, and have names of their own. All methods
    are for the loop's thread.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        clerk: Clerk,
        writer: Writer,
        clock: Clock,
        parameters: AlertParameters,
    ) -> None:
        self._clerk, self._writer, self._clock = clerk, writer, clock
        self._parameters = parameters
        self._under_way = Quiescence()
        self._workers = {
            channel.name: Worker(channel, clerk, writer, clock, parameters, self._under_way)
            for channel in channels
        }
        self._repeats = Repeats(parameters.repeat_window_seconds, parameters.queue_alerts)
        self._intake = Waiting(parameters.queue_alerts)
        self._dropped = 0
        self._stirred, self._opened = asyncio.Event(), asyncio.Event()

    @property
    def ladder(self) -> tuple[str, ...]:
        """The names of the channels, in order."""
        return tuple(self._workers)

    def high_water(self) -> int:
        """Give the most alerts that ever waited in one line, for their record or a channel."""
        in_lines = [worker.high_water for worker in self._workers.values()]
        return max(self._intake.high_water, *in_lines, 0)

    def raise_alert(self, severity: Severity, code: str, text: str) -> None:
        """Tell a person of something. Returns at once, and never raises."""
        now = self._clock.now()
        clean_code = self._writer.clean(code, LONGEST_CODE)
        alert = Alert(at=now, severity=severity, code=clean_code, text=self._writer.clean(text))
        if self._repeats.is_new(alert):
            self._take_in(alert)
            self._opened.set()
        for told in self._repeats.overflow(now):
            self._take_in(told)

    async def escalate(self, step: Escalation) -> None:
        """Send an open critical once more, by the channel that is next."""
        record, now = step.record, self._clock.now()
        queue_again = self._clerk.store.queue_again
        # Not without its record: what is not counted would be sent again every round.
        if await self._clerk.ask(False, queue_again, record.number, step.channel, now):
            await self._workers[step.channel].put(
                Post(number=record.number, alert=record.alert, reminder=record.escalations + 1)
            )

    def take_dropped(self) -> dict[str, int]:
        """Give how many alerts had to leave each line since the last look."""
        dropped = {"intake": self._dropped}
        self._dropped = 0
        for name, worker in self._workers.items():
            dropped[name], worker.dropped = worker.dropped, 0
        return {name: number for name, number in dropped.items() if number}

    async def run(self) -> None:
        """Send what an earlier run left behind, then what comes, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, worker in self._workers.items():
                tasks.create_task(worker.run(), name=f"alerts {name}")
            await self._take_over()
            tasks.create_task(self._distribute(), name="alerts intake")
            tasks.create_task(self._tell_repeats(), name="alerts repeats")

    async def drain(self) -> bool:
        """
        Tell the repeats counted so far; wait until nothing is under way any more.

        Gives up after `drain_seconds` and gives False: the next run sends the rest.
        """
        for alert in self._repeats.untold(self._clock.now()):
            self._take_in(alert)
        try:
            async with asyncio.timeout(self._parameters.drain_seconds):
                await self._under_way.idle()
        except TimeoutError:
            return False
        return True

    def _take_in(self, alert: Alert) -> None:
        self._under_way.begin()
        if self._intake.put(Post(number=0, alert=alert)) is not None:
            self._dropped += 1
            self._under_way.end()
        self._stirred.set()

    async def _distribute(self) -> None:
        while True:
            while (post := self._intake.take(self._clock.now())) is None:
                self._stirred.clear()
                await self._stirred.wait()
            await self._record_and_put(post.alert)
            self._under_way.end()

    async def _record_and_put(self, alert: Alert) -> None:
        told = self.ladder[: self._parameters.channels_at_once]
        number = await self._clerk.ask(0, self._clerk.store.add, alert, told)
        for name in told:
            await self._workers[name].put(Post(number=number, alert=alert))

    async def _tell_repeats(self) -> None:
        while True:
            if (end := self._repeats.next_end()) is None:
                self._opened.clear()
                await self._opened.wait()
                continue
            await self._clock.sleep_until(end)
            for alert in self._repeats.ended(self._clock.now()):
                self._take_in(alert)

    async def _take_over(self) -> None:
        """Remember and finish what an earlier run began."""
        now = self._clock.now()
        for record in await self._clerk.ask([], self._clerk.store.since, now - HOUR):
            for delivery in record.deliveries:
                if delivery.channel in self._workers and delivery.sent_at is not None:
                    self._workers[delivery.channel].limit.remember([delivery.sent_at])
        for record in await self._clerk.ask([], self._clerk.store.queued):
            await self._finish(record, now)

    async def _finish(self, record: Record, now: int) -> None:
        is_stale = not record.alert.is_critical and record.alert.at < now - STALE
        for delivery in record.deliveries:
            if delivery.state is not DeliveryState.QUEUED:
                continue
            if delivery.channel in self._workers and not is_stale:
                await self._workers[delivery.channel].put(
                    Post(number=record.number, alert=record.alert, reminder=record.escalations)
                )
                continue
            reason = "not news any more" if is_stale else "the channel is not configured any more"
            await self._clerk.ask(
                None, self._clerk.store.failed, record.number, delivery.channel, now, reason
            )
