"""The port to the law, as far as channels read it beside answers."""

from __future__ import annotations

from typing import Protocol

from retrieval.catalogue import Catalogue


class Library(Protocol):
    """What is read of `retrieval.retriever.LawLibrary`."""

    async def catalogue(self, jurisdiction: str) -> Catalogue:
        """Return one jurisdiction's law; empty where there is none.

        Raises:
            RetrievalError: the store cannot be read.
        """
        ...
