"""The port to a chat model: messages and the shape of the reply go in, pieces of text come out.

`retrieval/model_compose.py` implements it with LangChain; whatever else can write may do so too.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The JSON that the reply must be: a name of letters, what it is for, and a JSON schema."""

    name: str
    purpose: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of the reply as it comes. Tokens are of the whole call and come with the last piece, where they are known.

    `ended` is why the reply ended ("stop", "length", …), empty while it goes on or where the provider does not say.
    """

    text: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    ended: str = ""


class Chat(Protocol):
    """A chat model. `name` is told in the answer's `engine`."""

    name: str

    def stream(self, messages: tuple[Message, ...], shape: Shape) -> AsyncGenerator[Piece, None]:
        """Yield the reply piece by piece.

        Raises:
            ModelUnavailable: it did not answer, or broke off.
        """
        ...
