"""Each stop signal asks for the flatten; none of them kills."""

import asyncio
import os
import signal

import pytest

from tradeengine.model.orders import StopTrigger
from tradeengine.run.stop_signals import stop_signals


@pytest.mark.parametrize(
    ("number", "trigger"),
    [
        (signal.SIGINT, StopTrigger.INTERRUPT),
        (signal.SIGTERM, StopTrigger.TERMINATE),
        (signal.SIGHUP, StopTrigger.TERMINATE),
    ],
)
async def test_a_signal_is_told_as_often_as_it_comes(
    number: signal.Signals, trigger: StopTrigger
) -> None:
    told: list[StopTrigger] = []
    heard = asyncio.Event()

    def on_stop(why: StopTrigger) -> None:
        told.append(why)
        heard.set()

    with stop_signals() as signals:
        signals.tell(on_stop)
        for _ in range(2):
            heard.clear()
            os.kill(os.getpid(), number)
            async with asyncio.timeout(30):
                await heard.wait()

    assert told == [trigger, trigger]


async def test_a_run_that_may_outlive_its_terminal_does_not_hear_of_its_end() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_signals() as signals:
            signals.tell(lambda _: None)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_the_signals_are_as_before_until_somebody_hears_them_and_afterwards() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with stop_signals() as signals:
        assert all(signal.getsignal(number) is was for number, was in before.items())
        signals.tell(lambda _: None)
        assert all(signal.getsignal(number) is not was for number, was in before.items())
    assert signal.getsignal(signal.SIGTERM) is before[signal.SIGTERM]
