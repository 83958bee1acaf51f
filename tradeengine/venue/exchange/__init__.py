"""
The embedded exchange and broker: orders, matching, accounts.

Pure and synchronous: time, the tape and the requests are handed in. Where to
look: `exchange.py` is the whole from outside, `turns.py` moves time,
`intake.py` and the `*_rules.py` beside it take orders in, `order_life.py` leads
them through their states, `matching.py` and `fills.py` trade them, `groups.py`
binds brackets together, `margin.py` says what an account may still do.
`tampering.py` is what only faults do.
"""

from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.exchange.turns import Turn

__all__ = ["Exchange", "Turn"]
