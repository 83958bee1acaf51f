"""How long the venue takes: constants from the parameters, spread by lot."""

from tradeengine.venue.exchange.draws import Draws
from tradeengine.venue.exchange.ids import MILLISECOND
from tradeengine.venue.parameters import VenueParameters


class Latency:
    """Draws a delay in nanoseconds for each thing the venue does."""

    def __init__(self, parameters: VenueParameters, seed: int) -> None:
        self._parameters = parameters
        self._draws = Draws(seed, stream=2)

    def accept(self) -> int:
        """From a submit to `new`."""
        return self._spread(self._parameters.accept_latency_ms)

    def fill(self) -> int:
        """From `new` to the first look at the book."""
        return self._spread(self._parameters.fill_latency_ms)

    def in_house(self) -> int:
        """From a submit to the fill of a fractional order."""
        return self._spread(self._parameters.in_house_latency_ms)

    def cancel(self) -> int:
        """From a cancel to `canceled`."""
        return self._spread(self._parameters.cancel_latency_ms)

    def replace(self) -> int:
        """From a replace to `replaced`."""
        return self._spread(self._parameters.replace_latency_ms)

    def _spread(self, milliseconds: float) -> int:
        swing = (2 * self._draws.unit() - 1) * self._parameters.latency_jitter
        return round(milliseconds * (1 + swing) * MILLISECOND)
