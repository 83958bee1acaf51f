"""
The verdict: the invariants that no fault may break, and how long things took.

    an order once        no id twice at the venue, none that the journal does not know
    no fill lost         each execution of ours is booked exactly once
    alike                engine and broker differ for 35 s of venue time at most
    no forbidden order   entries in TRADING only; stops and closing orders where they belong
    no more than wanted  the engine never holds more than its trader asked for, never short
    flat                 the run ends flat, with exit code 0
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tradeengine.drill.alike import longest_difference
from tradeengine.drill.evidence import Evidence, Said
from tradeengine.drill.recipe import Recipe
from tradeengine.drill.situation import KEPT, SYMBOLS, Situation
from tradeengine.errors import ExitCode
from tradeengine.model.commands import ApprovedOrder, SubmitOrder
from tradeengine.model.events import FlattenEnded, OrderFilled, PositionChanged, StateChanged
from tradeengine.model.instants import NANOS
from tradeengine.model.names import is_ours
from tradeengine.model.orders import EngineState, Purpose, StopTrigger
from tradeengine.venue.records import VenueOrder

ALIKE_WITHIN_SECONDS = 35.0

_S = EngineState
_RISK_AWAY = frozenset({_S.TRADING, _S.REDUCING, _S.SAFETY, _S.HALTING, _S.LOCKED})
ALLOWED: dict[Purpose, frozenset[EngineState]] = {
    Purpose.ENTRY: frozenset({_S.TRADING}),
    # What takes risk away passes the gate in every state that knows what is held.
    Purpose.PROTECT: _RISK_AWAY,
    Purpose.EXIT: _RISK_AWAY,
    Purpose.FLATTEN: frozenset({_S.SAFETY, _S.HALTING, _S.LOCKED}),
}
"""In which states an order of each purpose may leave."""

ZERO = Decimal(0)

_FILLS = ("fill", "partial_fill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What is wrong (nothing: passed), and the times in seconds of venue time.

    `detect` is None where nothing named the fault. `flat` is from the strike to
    flat where the fault led to SAFETY, else the length of the last flatten.
    """

    problems: tuple[str, ...]
    struck: bool
    detect: float | None
    flat: float | None
    safety: bool
    apart: float

    @property
    def passed(self) -> bool:
        """Whether all invariants hold."""
        return not self.problems


def judge(evidence: Evidence, recipe: Recipe, situation: Situation) -> Verdict:
    """Hold the evidence against the invariants, the recipe and the situation."""
    apart, words = longest_difference(evidence)
    detect = _detection(evidence, recipe)
    problems = [
        *_ending(evidence),
        *unlike(evidence, situation),
        *_strike(evidence, recipe, detect),
        *twice(evidence),
        *lost_fills(evidence),
        *forbidden(evidence),
        *_too_much(evidence, recipe),
    ]
    if apart > ALIKE_WITHIN_SECONDS:
        problems.append(f"engine and broker differ for {apart:.1f} s: {words}")
    flat, safety = _time_to_flat(evidence)
    return Verdict(
        problems=tuple(problems),
        struck=evidence.struck_at is not None,
        detect=detect,
        flat=flat,
        safety=safety,
        apart=apart,
    )


def _ending(evidence: Evidence) -> Iterator[str]:
    if evidence.exit_code is not ExitCode.CLEAN:
        yield f"the run ended with exit code {int(evidence.exit_code)}"
    if not evidence.flat:
        yield "the run did not end flat"
    if evidence.venue_at_end:
        yield f"the venue still holds {_shown(evidence.venue_at_end)}"
    ended = [s for s in evidence.said if isinstance(s.message, FlattenEnded)]
    if not ended:
        yield "no flatten ended: there is no receipt"


def unlike(evidence: Evidence, situation: Situation) -> Iterator[str]:
    """Say it when the situation was not brought about: then the cell has shown nothing."""
    at = evidence.troubled_from
    held = next((h for since, h in reversed(evidence.venue_positions) if since <= at), {})
    orders = [order for order in evidence.orders if _is_open(order, at)]
    resting = {order.symbol for order in orders if order.side == "buy"}
    match situation:
        case Situation.FLAT if held or orders:
            yield "the account was not flat at the strike"
        case Situation.POSITIONS if not held.keys() >= set(KEPT):
            yield "the positions were not there at the strike"
        case Situation.WORKING if not resting & set(KEPT):
            yield "no order was working at the strike"


def _is_open(order: VenueOrder, at: int) -> bool:
    ends = (order.filled_at, order.canceled_at, order.expired_at, order.failed_at)
    ended = any(end is not None and end <= at for end in ends)
    return order.submitted_at <= at and not ended


def _strike(evidence: Evidence, recipe: Recipe, detect: float | None) -> Iterator[str]:
    yield from (f"the venue could not do it: {words}" for words in evidence.failed)
    if evidence.struck_at is None:
        if recipe.strikes:
            yield "the fault never struck"
    elif recipe.sign is not None and detect is None and not recipe.optional:
        yield "the engine never named the fault"


def _detection(evidence: Evidence, recipe: Recipe) -> float | None:
    struck = evidence.struck_at
    if struck is None or recipe.sign is None:
        return None
    for said in evidence.said:
        if said.at >= evidence.begins_at and recipe.sign(said.message):
            # The witness may have seen the strike a little later than the engine.
            return max(0, said.at - struck) / NANOS
    return None


def twice(evidence: Evidence) -> Iterator[str]:
    """Name orders that were sent twice, or that nobody sent."""
    sent = Counter(
        s.message.client_order_id for s in evidence.said if isinstance(s.message, SubmitOrder)
    )
    yield from (f"{name} was sent {count} times" for name, count in sent.items() if count > 1)
    at_venue = Counter(order.client_order_id for order in evidence.orders)
    for name, count in at_venue.items():
        if count > 1:
            yield f"the venue has {name} {count} times"
        if name not in sent and is_ours(name):
            yield f"the venue has {name}, which the journal does not know"


def lost_fills(evidence: Evidence) -> Iterator[str]:
    """Name executions in the account, a stranger's too, that were not booked exactly once."""
    booked = Counter(_booked(evidence.said))
    there = Counter(
        Execution(update.order.client_order_id, update.order.filled_qty, update.qty or ZERO)
        for update in evidence.updates
        if update.event in _FILLS
    )
    for fill in (there - booked).elements():
        yield f"a fill of {fill.order} to {fill.cumulative} shares was not booked"
    for fill in (booked - there).elements():
        yield f"a fill of {fill.order} to {fill.cumulative} shares was booked once too often"


class Execution(NamedTuple):
    """An execution, told the same by the stream and by a look-up, which have ids of their own."""

    order: str
    cumulative: Decimal
    quantity: Decimal


def _booked(said: tuple[Said, ...]) -> Iterator[Execution]:
    """Give each fill that changed a position."""
    fill: OrderFilled | None = None
    for one in said:
        if one.is_input:
            fill = one.message if isinstance(one.message, OrderFilled) else None
        elif fill is not None and isinstance(one.message, PositionChanged):
            yield Execution(fill.client_order_id, fill.cumulative, fill.quantity)
            fill = None


def forbidden(evidence: Evidence) -> Iterator[str]:
    """Name orders that left in a state that forbids them."""
    for said in evidence.said:
        match said.message:
            case SubmitOrder(purpose=purpose) if said.state not in ALLOWED[purpose]:
                yield f"{said.message.client_order_id} was sent while {said.state.value}"
            case ApprovedOrder(intent=intent) if said.state not in ALLOWED[intent.purpose]:
                yield f"{intent.purpose} {intent.symbol} was approved while {said.state.value}"


def _too_much(evidence: Evidence, recipe: Recipe) -> Iterator[str]:
    """Name symbols of which the engine held more than its trader wanted, or a short."""
    strangers = {o.symbol for o in evidence.orders if not is_ours(o.client_order_id)}
    found = {
        symbol: quantity
        for _, held in evidence.venue_positions
        for symbol, quantity in held.items()
        if symbol in SYMBOLS
        and symbol not in strangers
        and not recipe.least <= quantity <= recipe.most
    }
    yield from (f"the venue held {quantity:f} {symbol}" for symbol, quantity in found.items())


def _time_to_flat(evidence: Evidence) -> tuple[float | None, bool]:
    struck = evidence.struck_at or evidence.begins_at
    moved = [
        s.at
        for s in evidence.said
        if isinstance(s.message, StateChanged)
        and s.message.after is EngineState.SAFETY
        and s.at >= evidence.begins_at
    ]
    ended = [(s.at, s.message) for s in evidence.said if isinstance(s.message, FlattenEnded)]
    if moved:
        safe = [
            at for at, m in ended if at >= moved[0] and m.trigger is StopTrigger.SAFETY and m.flat
        ]
        return (safe[0] - struck) / NANOS if safe else None, True
    return (ended[-1][1].seconds if ended else None), False


def _shown(positions: dict[str, Decimal]) -> str:
    return ", ".join(f"{quantity:f} {symbol}" for symbol, quantity in positions.items())
