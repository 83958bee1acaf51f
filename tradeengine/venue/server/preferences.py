"""Account configurations: what the owner of an account may choose."""

from collections.abc import Mapping

from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import malformed

_DEFAULTS: JsonObject = {
    "disable_overnight_trading": False,
    "fractional_trading": True,
    "max_margin_multiplier": "4",
    "max_options_trading_level": 3,
    "no_shorting": False,
    "ptp_no_exception_entry": False,
    "suspend_trade": False,
    "trade_confirm_email": "all",
}

_REMOVED: JsonObject = {"dtbp_check": "entry", "pdt_check": "entry"}
"""Left with the day-trading rule on 2026-07-06; old clients still want them."""


_CHOICES = {"trade_confirm_email": ("all", "none"), "max_margin_multiplier": ("1", "2", "4")}


class Preferences:
    """The configurations of all accounts, each complete."""

    def __init__(self, *, legacy: bool) -> None:
        self._defaults = {**_DEFAULTS, **(_REMOVED if legacy else {})}
        self._chosen: dict[str, JsonObject] = {}

    def of(self, account_id: str) -> JsonObject:
        """Give an account's configurations."""
        return self._chosen.get(account_id, self._defaults)

    def is_suspended(self, account_id: str) -> bool:
        """Say whether the owner suspended trading."""
        return self.of(account_id)["suspend_trade"] is True

    def change(self, account_id: str, wanted: Mapping[str, object]) -> JsonObject:
        """Change what is named; nulls and unknown names are ignored. Raises Refused."""
        changed = dict(self.of(account_id))
        for name, value in wanted.items():
            if value is not None and name in changed:
                changed[name] = _same_type(name, value, changed[name])
        self._chosen[account_id] = changed
        return changed


def _same_type(name: str, value: object, old: Json) -> Json:
    if isinstance(old, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(value, str | int) and not isinstance(value, bool):
        if name in _CHOICES and str(value) not in _CHOICES[name]:
            raise malformed(f"invalid {name}: {value}")
        return int(value) if isinstance(old, int) and str(value).isdigit() else str(value)
    raise malformed(f"invalid {name}")
