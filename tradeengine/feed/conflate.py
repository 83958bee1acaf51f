"""
Conflation: when the engine is behind, only the newest quote of a symbol matters.

Trades, bars, statuses and bands all pass, in their order; a quote gives way to
the next one of its symbol in the same batch. The caller reports how many went.
"""

from tradeengine.model.events import Input, Quote


def conflate(events: list[Input]) -> tuple[list[Input], int]:
    """Give the events without the quotes that newer ones replace, and their number."""
    newest = {event.symbol: index for index, event in enumerate(events) if type(event) is Quote}
    kept = [
        event
        for index, event in enumerate(events)
        if type(event) is not Quote or newest[event.symbol] == index
    ]
    return kept, len(events) - len(kept)
