"""
Ownership: which strategy a symbol belongs to.

In this release one strategy at a time may trade a symbol: positions are kept
per symbol, so two owners could not tell their shares apart. A symbol belongs to
whoever first wants an order in it, until it is flat and nothing is open.
"""

from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.orders import Purpose

_COUNTED = frozenset({Purpose.ENTRY, Purpose.EXIT})


class _Claim:
    """A symbol in someone's hands."""

    __slots__ = ("held", "open", "owner")

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.open = 0
        self.held = Decimal(0)

    @property
    def is_over(self) -> bool:
        return not self.held and not self.open


class Ownership:
    """Who owns which symbol."""

    def __init__(self) -> None:
        self._claims: dict[str, _Claim] = {}

    def owner_of(self, symbol: str) -> str | None:
        """Name the strategy that owns a symbol, None if nobody does."""
        claim = self._claims.get(symbol)
        return None if claim is None else claim.owner

    def want(self, intent: OrderIntent) -> str | None:
        """Note an intent; return the name of the other owner if there is one."""
        claim = self._claims.get(intent.symbol)
        if claim is not None and claim.owner != intent.strategy:
            return claim.owner
        if intent.purpose in _COUNTED:
            self._claims.setdefault(intent.symbol, _Claim(intent.strategy)).open += 1
        return None

    def settle(self, strategy: str, symbol: str, purpose: Purpose, *, bought: bool) -> None:
        """Note that an intent was denied, or its order is at its end; `bought`: with shares."""
        claim = self._claims.get(symbol)
        if claim is None or claim.owner != strategy or purpose not in _COUNTED:
            return
        claim.open = max(0, claim.open - 1)
        # The end of an order may be told before the position that it made: the
        # symbol must not be anybody's in between.
        if not bought:
            self._release_if_over(symbol, claim)

    def hold(self, symbol: str, quantity: Decimal, finder: str | None) -> str | None:
        """
        Note a position; return its owner.

        One that belongs to nobody was found at the broker and goes to `finder`.
        """
        claim = self._claims.get(symbol)
        if claim is None:
            if finder is None:
                return None
            claim = self._claims[symbol] = _Claim(finder)
        claim.held = quantity
        self._release_if_over(symbol, claim)
        return claim.owner

    def _release_if_over(self, symbol: str, claim: _Claim) -> None:
        if claim.is_over:
            del self._claims[symbol]
