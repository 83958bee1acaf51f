"""Where the broker-held stop of a position belongs."""

from decimal import Decimal

from tradeengine.model.events import BrokerPosition, PositionChanged
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.router.order import ZERO, Order
from tradeengine.router.splits import level_after


class StopLevels:
    """
    Distances between average price and stop, in dollars a share.

    As the entry asked for; else as the stop found at the broker has it; else a
    fraction of the price.
    """

    def __init__(self, default_fraction: Decimal) -> None:
        self._default = default_fraction
        self._distances: dict[str, Decimal] = {}

    def ask(self, symbol: str, distance: Decimal) -> None:
        """Take the distance that an entry wants."""
        self._distances[symbol] = distance

    def forget(self, symbol: str) -> None:
        """Forget a position that is closed."""
        self._distances.pop(symbol, None)

    def split(self, symbol: str, ratio: Decimal) -> None:
        """Divide a distance by the new shares for each old one."""
        if symbol in self._distances:
            self._distances[symbol] /= ratio

    def of(self, position: PositionChanged) -> Decimal:
        """Give the stop price, on a tick away from the market."""
        average = position.average_price
        distance = self._distances.get(position.symbol, average * self._default)
        if position.quantity > 0:
            # A stop needs a price above zero, however far away it was wanted.
            return max(tick_down(average - distance), tick_down(average * self._default))
        return tick_up(average + distance)

    def adopt(self, position: BrokerPosition, stops: list[Order]) -> bool:
        """Keep to the stops that were found with a position; tell whether they are right."""
        prices = [stop.price for stop in stops if stop.price is not None]
        if not prices:
            return not stops
        sign = 1 if position.quantity > 0 else -1
        market = position.current_price or position.average_price
        stopped = sum((stop.left for stop in stops), ZERO)
        level = level_after(prices[0], stopped, position, market)
        self._distances[position.symbol] = sign * (position.average_price - level)
        return level == prices[0] and stopped <= abs(position.quantity) and _face(stops, sign)


def _face(stops: list[Order], sign: int) -> bool:
    """Tell whether all of them would lower the position."""
    return all(stop.side.sign == -sign for stop in stops)
