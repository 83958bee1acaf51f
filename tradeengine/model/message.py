"""What every message is: a frozen struct, listed in `events.py` or `commands.py`."""

from collections.abc import Iterable

from msgspec import Struct

Message = Struct
"""An event or a command."""

Effects = Iterable[Message] | None
"""What a handler returns: the messages it causes, or None for none."""
