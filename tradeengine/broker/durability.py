"""Nothing leaves before it is written, except what takes risk away from a broken disk."""

from tradeengine.broker.answers import NEVER_SENT, Answers
from tradeengine.broker.ports import Durable
from tradeengine.errors import JournalFailed
from tradeengine.model.commands import Command, SubmitOrder
from tradeengine.model.orders import Purpose


async def may_leave(command: Command, durable: Durable, answers: Answers) -> bool:
    """
    Wait until a command is in the journal, on disk; tell whether it may be sent.

    When the disk does not take the journal an entry is refused, unsent. Cancels,
    exits, stops and flatten go on: they must work on the worst day.
    """
    try:
        await durable()
    except JournalFailed as error:
        if isinstance(command, SubmitOrder) and command.purpose is Purpose.ENTRY:
            answers.rejected(command, NEVER_SENT, 0, f"not sent: {error}")
            return False
    return True
