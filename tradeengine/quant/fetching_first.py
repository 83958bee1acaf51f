"""
Fetch what `regime` and `value` read, where nobody has fetched it: on a venue in this process.

There it takes a moment. Elsewhere the timetable or a person fetches, and what is missing is told.
"""

import sys

from tradeengine.bars.asked import Asked
from tradeengine.event_loop import in_a_loop
from tradeengine.options import Options
from tradeengine.quant.desk_day import EMBEDDED, DeskDay, prepared_for
from tradeengine.quant.job_turns import by_hand, up_to
from tradeengine.quant.last_good import last_good
from tradeengine.quant.live_desk import open_desk
from tradeengine.quant.progress_bars import progress_bars
from tradeengine.quant.stored_desk import MARKET, StoredDesk, names_to_fetch
from tradeengine.reference.membership import members_on
from tradeengine.schedule.entries import BARS, FUNDAMENTALS


def fetch_first(options: Options, command: str, *, filings: bool) -> None:
    """
    Bring the bars of the options' session, and with `filings` the filings, if they are not there.

    The options mean a venue in this process. With progress on the terminal. Raises
    BadConfiguration; JobFailed when somebody else does it.
    """
    day = prepared_for(EMBEDDED, options.date)
    if _has_bars(options, day) and (not filings or _has_companies(options, day)):
        return
    options.home.prepare()
    names = up_to(FUNDAMENTALS if filings else BARS)
    with by_hand(options.home, names, f"tradeengine {command}"):
        in_a_loop(_fetched(options, filings=filings))


def _has_bars(options: Options, day: DeskDay) -> bool:
    stored = StoredDesk(options.settings, options.home.desk(EMBEDDED))
    return stored.last_days(day.through).get(MARKET) == day.through


def _has_companies(options: Options, day: DeskDay) -> bool:
    """Tell whether bars of all members were asked for, and filings of all that have bars."""
    files = options.home.desk(EMBEDDED)
    asked, looks = Asked(files.bars).read(), last_good(files)
    names = names_to_fetch(members_on(day.day), of_our_own=True)
    if any(name not in asked or asked[name].last < day.through for name in names):
        return False
    companies = StoredDesk(options.settings, files).companies_on(day.day)
    if looks is None or looks.as_of < day.day:
        return False
    return looks.valid + looks.refused >= len(companies)


async def _fetched(options: Options, *, filings: bool) -> None:
    async with open_desk(options) as desk:
        with progress_bars() as progress:
            symbols = await desk.members_with_bars(progress)
            if filings:
                await desk.refresh_fundamentals(symbols, progress)
        for words in (*desk.problems, *desk.damaged):
            print(f"tradeengine: {words}", file=sys.stderr, flush=True)
