"""Looks, every round, whether a critical must climb, the digest is due or alerts were lost."""

from tradeengine.alerts.clerk import Clerk
from tradeengine.alerts.escalation import escalations
from tradeengine.alerts.notices import DIGEST, Notice, canary, digest, digest_due
from tradeengine.alerts.outbox import Outbox
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.rate_limit import HOUR
from tradeengine.clock import Clock
from tradeengine.model.orders import Severity

DAY = 24 * HOUR


class Rounds:
    """Goes round while `run` runs; `session` is what the canary calls the run."""

    def __init__(
        self, outbox: Outbox, clerk: Clerk, clock: Clock, parameters: AlertParameters, session: str
    ) -> None:
        self._outbox, self._clerk, self._clock = outbox, clerk, clock
        self._parameters, self._session = parameters, session
        self._last_digest = clock.now()

    async def run(self) -> None:
        """Say that the engine has started, then go round until cancelled."""
        store = self._clerk.store
        last = await self._clerk.ask(None, store.last_with_code, DIGEST)
        if last is not None:
            self._last_digest = last.alert.at
        open_criticals = await self._clerk.ask([], store.open_criticals)
        self._raise(canary(self._session, self._outbox.ladder, open_criticals))
        while True:
            await self.go_round()
            await self._clock.sleep(self._parameters.round_seconds)

    async def go_round(self) -> None:
        """Look once."""
        now = self._clock.now()
        open_criticals = await self._clerk.ask([], self._clerk.store.open_criticals)
        ladder = self._outbox.ladder
        for step in escalations(open_criticals, ladder, now, self._parameters):
            await self._outbox.escalate(step)
        for line, number in self._outbox.take_dropped().items():
            text = f"{number} alerts dropped, too many waited: {line}"
            self._outbox.raise_alert(Severity.WARNING, "ALERTS_DROPPED", text)
        if digest_due(self._last_digest, now, self._parameters.digest_time):
            await self._tell_the_day(now)

    async def _tell_the_day(self, now: int) -> None:
        store = self._clerk.store
        heard = await self._clerk.ask([], store.since, self._last_digest)
        open_criticals = await self._clerk.ask([], store.open_criticals)
        self._last_digest = now
        self._raise(digest(heard, open_criticals))
        await self._clerk.ask(
            0, store.remove_before, now - self._parameters.records_kept_days * DAY
        )

    def _raise(self, notice: Notice) -> None:
        self._outbox.raise_alert(notice.severity, notice.code, notice.text)
