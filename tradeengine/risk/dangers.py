"""
What endangers the account: a feed or an order stream that is lost or mute.

A danger that passes within the grace only forbids entries while it lasts; one that
lasts longer means SAFETY. Silence that the watchdog has proven gets no grace: it
has been waited for already.
"""

from tradeengine.model.instants import NANOS


class Dangers:
    """Dangers by name, each with its reason and when it began."""

    def __init__(self, grace_seconds: float) -> None:
        self._grace = int(grace_seconds * NANOS)
        self._known: dict[str, tuple[str, int]] = {}

    def note(self, name: str, reason: str, since: int) -> None:
        """Note a danger; one that is known goes on from when it began."""
        began = min(since, self._known.get(name, (reason, since))[1])
        self._known[name] = (reason, began)

    def note_proven(self, name: str, reason: str, since: int) -> None:
        """Note a danger that has lasted long enough before it was known."""
        self._known[name] = (reason, since - self._grace)

    def clear(self, name: str) -> None:
        """Forget a danger."""
        self._known.pop(name, None)

    def __bool__(self) -> bool:
        return bool(self._known)

    def have_lasted(self, now: int) -> bool:
        """Tell whether one of them is older than the grace."""
        return any(now - since >= self._grace for _, since in self._known.values())

    def words(self) -> list[str]:
        """Name them."""
        return [f"{name} {reason}" for name, (reason, _) in self._known.items()]
