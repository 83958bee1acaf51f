"""How numbers and states are written for people, the same in every view."""

from collections.abc import Mapping
from decimal import Decimal

from tradeengine.model.denials import Denial
from tradeengine.model.instants import new_york
from tradeengine.model.orders import EngineState

UNKNOWN = "n/a"

STATE_STYLES: Mapping[EngineState, str] = {
    EngineState.STARTING: "cyan",
    EngineState.RECONCILING: "cyan",
    EngineState.CLOSED: "blue",
    EngineState.TRADING: "green",
    EngineState.REDUCING: "yellow",
    EngineState.SAFETY: "red",
    EngineState.LOCKED: "red",
    EngineState.HALTING: "yellow",
    EngineState.STOPPED: "white",
}


def clock(at: int) -> str:
    """Write the New York time of an instant to the second."""
    return f"{new_york(at):%H:%M:%S}"


def money(amount: Decimal | None) -> str:
    """Write dollars and cents."""
    return UNKNOWN if amount is None else f"{_minus(amount)}${abs(amount):,.2f}"


def profit(amount: Decimal) -> str:
    """Write dollars and cents with a sign."""
    return f"{'+' if amount > 0 else _minus(amount)}${abs(amount):,.2f}"


def price(amount: Decimal | None) -> str:
    """Write a price: cents, and fractions of cents only where there are some."""
    if amount is None:
        return "market"
    cents = f"{amount:,.2f}"
    return cents if amount == amount.quantize(Decimal("0.01")) else f"{amount:,.4f}"


def shares(quantity: Decimal) -> str:
    """Write shares without needless zeros."""
    return f"{quantity:,f}".rstrip("0").rstrip(".") if "." in f"{quantity:f}" else f"{quantity:,f}"


def percent(fraction: Decimal) -> str:
    """Write a fraction as a percentage with two decimals."""
    return f"{fraction:.2%}"


def age(seconds: float | None) -> str:
    """Write how long ago something was."""
    if seconds is None:
        return "never"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.0f} min"


def speed(factor: float | None) -> str:
    """Write how fast engine time runs."""
    return "max" if factor is None else f"{factor:g}x"


def uncovered(dollars: Mapping[str, Decimal]) -> str:
    """Say what no stop at the broker would catch if the process died now."""
    names = ", ".join(dollars)
    total = money(sum(dollars.values(), Decimal(0)))
    return f"if this process died now: {total} uncovered in {names}"


def profit_style(amount: Decimal) -> str:
    """Choose the colour of a profit or loss."""
    if amount > 0:
        return "green"
    return "red" if amount < 0 else ""


def counted(count: int, thing: str) -> str:
    """Write a count and what is counted, in the plural where it belongs."""
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def most_frequent(denials: Mapping[Denial, int]) -> list[tuple[Denial, int]]:
    """List denials by count, largest first, ties by name."""
    return sorted(denials.items(), key=lambda row: (-row[1], row[0].name))


def _minus(amount: Decimal) -> str:
    return "-" if round(amount, 2) < 0 else ""


def most_waiting(queues: Mapping[str, int]) -> str:
    """Give the high-water marks of the queues."""
    return ", ".join(f"{name.replace('_', ' ')} {most:,}" for name, most in queues.items())
