"""
Trading statuses: which codes stop trading in a symbol, and which start it again.

NYSE-listed names carry the CTA's codes, Nasdaq-listed ones the UTP plan's. Many
codes only inform; they must not lift a halt, so this class remembers who is
halted. A code that nobody knows counts as a halt: no entries until a person
looks or a resumption comes.
Source: CTA and UTP specifications, status and trading-action messages.
"""

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


class Halts:
    """Who is halted, as far as the statuses seen tell."""

    def __init__(self) -> None:
        self._halted: set[str] = set()

    def read(self, symbol: str, code: str) -> bool:
        """Take in a status and say whether the symbol is halted after it."""
        if code in RESUMING:
            self._halted.discard(symbol)
        elif code not in INFORMING:
            self._halted.add(symbol)
        return symbol in self._halted
