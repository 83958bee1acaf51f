"""
Trading statuses: which codes stop trading in a symbol, and which start it again.

NYSE-listed names carry the CTA's codes, Nasdaq-listed ones the UTP plan's. Many
codes only inform; they must not lift a halt, so this class remembers who is
halted. A code that nobody knows counts as a halt: no entries until a person
looks or a resumption comes.
Source: CTA and UTP specifications, status and trading-action messages.
"""

from collections.abc import Iterator, Sequence

from tradeengine.model.events import Bar, Input, TradingStatus

HALTING = frozenset(
    {
        "1",  # CTA opening delay
        "2",  # CTA trading halt
        "4",  # CTA no open / no resume
        "H",  # UTP trading halt
        "P",  # UTP volatility trading pause
        "Q",  # UTP quotation resumption: quotes are back, trading is not
    }
)

RESUMING = frozenset(
    {
        "3",  # CTA resume
        "T",  # UTP trading resumption
        "X",  # quotation and trading resumption
    }
)

INFORMING = frozenset(
    {
        "5",  # CTA price indication
        "6",  # CTA trading range indication
        "7",  # CTA market imbalance, buy
        "8",  # CTA market imbalance, sell
        "9",  # CTA market-on-close imbalance, buy
        "0",  # CTA market-on-close imbalance, sell
        "A",  # CTA market-on-close imbalance, sell (newer spelling)
        "C",  # CTA no market imbalance
        "D",  # CTA no market-on-close imbalance
        "E",  # CTA short sale restriction
        "F",  # CTA limit up-limit down state
    }
)


MISSED = "missed"
"""Our word for a resumption that was never told, where a status has its code."""


class Halts:
    """Who is halted, as far as the statuses seen tell, and since when (ns UTC)."""

    def __init__(self) -> None:
        self.since: dict[str, int] = {}

    def read(self, symbol: str, code: str, at: int = 0) -> bool:
        """Take in a status and say whether the symbol is halted after it."""
        if code in RESUMING:
            self.since.pop(symbol, None)
        elif code not in INFORMING:
            self.since[symbol] = at
        return symbol in self.since

    def ended_by(self, events: Sequence[Input]) -> Iterator[Input]:
        """
        Give the events, each bar that proves a halt over behind the resumption.

        The tape says once that a halt is over, and a feed that was down then never hears it.
        A minute that began after the halt and has a bar has seen trades.
        """
        for event in events:
            if type(event) is Bar and not event.revised:
                since = self.since.get(event.symbol)
                if since is not None and event.at >= since and event.volume > 0:
                    del self.since[event.symbol]
                    yield _resumed(event)
            yield event


def _resumed(bar: Bar) -> TradingStatus:
    return TradingStatus(
        at=bar.at,
        received_at=bar.received_at,
        symbol=bar.symbol,
        code=MISSED,
        halted=False,
        reason="it trades again, and nobody told its resumption",
    )
