"""What can break between a question and an answer.

    RetrievalError          shown to the person as one plain sentence, by bots/turn.py alone
      StoreUnavailable      the Chroma store did not answer, or is locked
      StoreMismatch         the store was built with another embedding model
      ModelUnavailable      the chat model did not answer in time, broke off or wrote no answer; never reaches a person
      ModelMisconfigured    the chat model named in the settings cannot be used; told to whoever starts Reggi
      TracingUnavailable    traces are wanted and cannot be made; told to whoever starts Reggi
      QuestionRejected      the question cannot be read (too long, empty)

An expected outcome ("no such law") is not an error: it is `Answer.status`.
"""


class RetrievalError(Exception):
    """Base of the package. `plain` is a sentence fit for the person who asked."""

    plain = "Something went wrong while I looked this up. Please ask again in a minute."

    def __init__(self, detail: str = "", plain: str | None = None) -> None:
        super().__init__(detail or plain or self.plain)
        if plain is not None:
            self.plain = plain


class StoreUnavailable(RetrievalError):
    """The Chroma store did not answer in time, is missing or is locked."""

    plain = "My law library is not reachable right now, so I would rather not answer. Please ask again in a minute."


class StoreMismatch(RetrievalError):
    """The store was built with another embedding model than the one in use."""

    plain = "My law library has to be rebuilt before I can answer. Please tell the person who runs me."


class ModelUnavailable(RetrievalError):
    """The chat model named in the settings did not answer in time, broke off, or wrote no answer.

    The asker gets the extractive answer instead.
    """


class ModelMisconfigured(RetrievalError):
    """The chat model named in the settings cannot be used: its package is missing or refuses the settings."""

    plain = "The chat model I am set to use does not work. Please tell the person who runs me."


class TracingUnavailable(RetrievalError):
    """Traces are wanted (`REGGI_TRACES_URL`) and the package that makes them is not installed."""

    how = "REGGI_TRACES_URL needs packages that are not installed: pip install 'reggi[tracing]'"


class QuestionRejected(RetrievalError):
    """The question cannot be read; `plain` says why and what to do."""
