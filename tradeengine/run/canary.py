"""
A build that is new to an account with real money begins small.

For its first sessions there, sizes are a fraction of what they would be; which build has
traded which sessions is in the state file. Any change of the code is a new build.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from msgspec import structs

from tradeengine.build_id import build_id
from tradeengine.options import Options
from tradeengine.settings import VenueKind
from tradeengine.store.builds import Builds


def canaried(
    options: Options, account: str | None, session: date, builds: Builds, say: Callable[[str], None]
) -> Options:
    """Give the options with the size that this build may have. Raises StoreFailed."""
    if account is None or options.choice.kind is not VenueKind.LIVE:
        return options
    day, risk = session.isoformat(), options.settings.risk
    known = builds.sessions_before(account, build_id(), day)
    builds.keep(account, build_id(), day)
    if known >= risk.new_build_sessions:
        return options
    say(
        f"build {build_id()} is new to this account: session {known + 1} of"
        f" {risk.new_build_sessions} at {risk.new_build_size_fraction} of full size"
    )
    ramp = options.plan.size_ramp * risk.new_build_size_fraction
    return replace(options, plan=structs.replace(options.plan, size_ramp=ramp))
