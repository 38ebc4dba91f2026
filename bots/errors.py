"""What can break around a conversation, as opposed to inside an answer.

    BotError                    shown to whoever starts or runs Reggi, as one plain sentence
      ConversationsUnavailable  the database did not answer, is locked or cannot be opened
      CannotServe               the server cannot start: port in use, or settings that contradict each other
      SlackUnavailable          Slack refuses the bot token, or its API cannot be reached
      RequestRefused            a delivery is not from the platform it claims to be from, or cannot be read

People who asked a question never see these: they get a sentence from `bots/turn.py`.
"""

from __future__ import annotations


class BotError(Exception):
    """Base of the package. Its text is fit to be printed without a stack trace."""


class ConversationsUnavailable(BotError):
    """The database of conversations did not answer, is locked, or cannot be opened."""


class CannotServe(BotError):
    """The server cannot start; says why and what to do."""


class SlackUnavailable(BotError):
    """Slack refuses the bot token, or its API cannot be reached."""


class RequestRefused(BotError):
    """A request that is not answered; `status` is the HTTP status it gets.

    The text goes into the log and never back to the sender, who could learn from it.
    """

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status
