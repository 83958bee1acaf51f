"""A strategy that wants what a test tells it to want."""

from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import Quote
from tradeengine.model.parameters import Parameters
from tradeengine.strategy.port import Opinions, Strategy

WISHES: list[OrderIntent] = []
"""What is wanted with the next quote."""


class Puppet(Strategy[Parameters]):
    """Wants what stands in WISHES."""

    def on_quote(self, _: Quote) -> Opinions:
        wanted = list(WISHES)
        WISHES.clear()
        return wanted
