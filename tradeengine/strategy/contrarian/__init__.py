"""
The strategy that ships: buy what fell too far in a session, if it is worth more.

Intraday reversion inside a valuation gate and a regime gate. Its edge is not
proven, and the engine sizes it accordingly. One file per question:

    hours.py      when is trading on, and when may we enter or must we leave?
    reading.py    what do the indicators of a symbol say?
    overlay.py    is the whole market falling?
    holding.py    what do we hold, and what did we ask for?
    desk.py       everything a rule may look at
    entry.py      may we enter? The gates, in order.
    exits.py      must we leave? The rules, in order.
    orders.py     at which price?
    contrarian.py who hears what, and what happens then
"""

from tradeengine.strategy.contrarian.contrarian import Contrarian

__all__ = ["Contrarian"]
