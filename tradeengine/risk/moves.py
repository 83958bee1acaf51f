"""
The engine's one state machine, as data.

`MOVES` holds, for each state, the signals that leave it; a signal that is not
listed leaves the state as it is. The diagram in docs/states.md is made from it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from tradeengine.model.orders import EngineState


class Signal(StrEnum):
    """What can move the engine from state to state."""

    CONNECTED = "both streams are ready"
    RECONCILED = "the broker's truth is known"
    OPENED = "the session is open and the data is warm"
    IMPAIRED = "something is wrong that forbids entries"
    RESTORED = "nothing forbids entries any more"
    STOP = "a stop was asked for"
    LOCK = "the drawdown limit was reached"
    ENDANGERED = "feed or order stream stay lost, or are mute"
    RESUMED = "the feed is stable and broker and ledger are flat"
    FLATTENED = "the flatten has ended"


_S, _G = EngineState, Signal

_OUT = {_G.STOP: _S.HALTING, _G.LOCK: _S.LOCKED}
"""What leads out of every state in which nothing has been stopped yet."""

MOVES: Mapping[EngineState, Mapping[Signal, EngineState]] = MappingProxyType(
    {
        _S.STARTING: {_G.CONNECTED: _S.RECONCILING, **_OUT},
        _S.RECONCILING: {_G.RECONCILED: _S.CLOSED, **_OUT},
        _S.CLOSED: {_G.OPENED: _S.TRADING, **_OUT},
        _S.TRADING: {_G.IMPAIRED: _S.REDUCING, _G.ENDANGERED: _S.SAFETY, **_OUT},
        _S.REDUCING: {_G.RESTORED: _S.TRADING, _G.ENDANGERED: _S.SAFETY, **_OUT},
        _S.SAFETY: {_G.RESUMED: _S.TRADING, **_OUT},
        # A stop changes nothing in these two: the flatten is never cut short.
        _S.LOCKED: {_G.FLATTENED: _S.STOPPED},
        _S.HALTING: {_G.FLATTENED: _S.STOPPED, _G.LOCK: _S.LOCKED},
        _S.STOPPED: {},
    }
)
