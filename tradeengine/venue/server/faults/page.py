"""The page docs/faults.md, written from the faults themselves."""

from collections.abc import Iterator
from itertools import groupby

from tradeengine.venue.server.faults.catalogue import Entry, every_fault

_HEAD = """\
# Faults of the embedded venue

Made from code: do not edit. `tradeengine venue` (and a test that asks for it) opens a control
endpoint on the loopback interface; `CONTROL` is the `control_url` that it announces:

    curl -X POST $CONTROL -d '{"fault": "mute_data", "seconds": 30}'
    curl -X POST $CONTROL -d '{"fault": "halt", "symbol": "KO", "at": "10:15:00"}'
    curl -X POST $CONTROL -d '{"fault": "clear"}'
    curl $CONTROL
    curl $CONTROL/log

`GET` shows the faults that are on or will be, and under `failed` what could not be done when its
instant came. All seconds are seconds of venue time. Every fault has two more options: `after`
(seconds until it begins) and `at` (New York wall-clock time of the venue's day at which it begins,
`"HH:MM:SS"`). A fault with `times` is spent after it struck so often; one with `seconds` ends by
itself, `null` meaning never.

`/log` is the venue's own record: the instant from which each fault was or will be in force, and
for each stream the handshakes (answered or refused) with their instants, the sockets open now and
the most that were open at once.

"""

_TITLES = {
    "rest": "REST answers",
    "connections": "Connections",
    "streams": "Frames and shapes",
    "updates": "Trade updates",
    "market": "The market",
    "accounts": "The account",
    "sites": "Public sites",
    "catalogue": "And to end them",
}

_TAIL = """\
## Not commands

* **Half-day close**: half days are dates of the calendar. A venue whose `date` is one (for example
  2018-11-23, the day after Thanksgiving) closes at 13:00: `/v2/calendar` and `/v2/clock` say so,
  the tape ends and day orders expire.
* **A split overnight**: a session of the venue is one day, so the night itself is not played.
  Armed with `at` before the open, `split` is what the engine finds in the morning. The history
  over REST and `/v1/corporate-actions` stay the archive's: they do not show it.
* **`clear`** switches off what waits for its chance. What has acted is done: a bent tape ends
  after its `seconds`, a halt by `resume`, a split never.
* **The SSE endpoint** `/v2/events/trades` tells every update as it was: faults of trade updates
  are of the websocket.
* **The bent tape** (`price_spike`, `crossed_quotes`, `zero_quotes`, `split`) is what the streams,
  the `latest` endpoints and the matching see; historical bars, trades and quotes over REST are the
  archive's.
* **A replace of the engine**: there is none, it cancels an order and sends another. So
  `reject_replace` strikes only other clients, and the drill says `no chance`.
* **The drill** leaves the faults of public sites out: they are of the SEC, Cboe and FRED, which
  nothing asks while orders are at stake.
* **SMTP down** belongs to the test's mail server; the venue has none.
"""


def faults_page() -> str:
    """Write the page."""
    sections = groupby(every_fault(), key=lambda entry: entry.kind)
    return _HEAD + "".join(_section(kind, entries) for kind, entries in sections) + _TAIL


def _section(kind: str, entries: Iterator[Entry]) -> str:
    rows = "\n".join(_row(entry) for entry in entries)
    return f"## {_TITLES[kind]}\n\n| fault | options | what happens |\n|---|---|---|\n{rows}\n\n"


def _row(entry: Entry) -> str:
    options = "<br>".join(f"`{o.name}` {o.type}, {o.default}" for o in entry.options)
    return f"| `{entry.name}` | {options} | {entry.description} |"
