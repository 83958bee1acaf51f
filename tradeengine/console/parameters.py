"""What the operator can choose about the terminal view."""

from pydantic import Field

from tradeengine.model.parameters import Parameters


class ConsoleParameters(Parameters):
    """The `console` section of `config/config.yaml`."""

    refresh_seconds: float = Field(default=0.5, ge=0.1, le=10)
    """Seconds of wall time between two pictures of the live view."""

    progress_minutes: int = Field(default=15, ge=1, le=390)
    """Minutes of engine time between two progress lines when there is no terminal."""

    position_rows: int = Field(default=10, ge=1, le=100)
    """Most positions, and most open orders, shown at once."""

    decision_rows: int = Field(default=6, ge=1, le=50)
    """Most recent decisions shown at once."""
