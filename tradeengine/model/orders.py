"""The words for orders. Values are the broker's own spelling."""

from enum import StrEnum


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"


class TimeInForce(StrEnum):
    DAY = "day"
    GTC = "gtc"
    OPG = "opg"
    CLS = "cls"
    IOC = "ioc"
    FOK = "fok"


class Purpose(StrEnum):
    """Why an order exists. Only ENTRY adds risk; the others may always pass."""

    ENTRY = "entry"
    EXIT = "exit"
    PROTECT = "protect"
    FLATTEN = "flatten"


class EngineState(StrEnum):
    """States of the engine; the table of moves is in `risk/moves.py`."""

    STARTING = "STARTING"
    RECONCILING = "RECONCILING"
    CLOSED = "CLOSED"
    TRADING = "TRADING"
    REDUCING = "REDUCING"
    SAFETY = "SAFETY"
    LOCKED = "LOCKED"
    HALTING = "HALTING"
    STOPPED = "STOPPED"


class Question(StrEnum):
    """Why the broker is asked what it holds; the answer repeats it."""

    START = "start"
    FLATTEN = "flatten"
    RESUME = "resume"
    PROTECT = "protect"
    MISSED = "missed"
    """What became of our orders: told by the order events themselves, not by a snapshot."""
    RECONCILE = "reconcile"


class ForeignPolicy(StrEnum):
    """What becomes of orders and positions in the account that are not ours."""

    FREEZE = "freeze"
    ADOPT = "adopt"
    IGNORE = "ignore"


class StopTrigger(StrEnum):
    """What asked the engine to stop."""

    INTERRUPT = "interrupt"
    TERMINATE = "terminate"
    HALT_FILE = "halt_file"
    CLOSE = "close"
    UNTIL = "until"
    FAULT = "fault"
    DRAWDOWN = "drawdown"
    SAFETY = "safety"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
