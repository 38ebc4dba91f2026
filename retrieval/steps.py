"""One step of the pipeline as a LangChain Runnable: named, timed, traced where somebody listens."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.callbacks import BaseCallbackManager
from langchain_core.runnables import Runnable, RunnableConfig

Call = Callable[[Any, RunnableConfig], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Travelling:
    """A value on its way, since when, and how long each step took (milliseconds)."""

    value: Any
    began: float
    elapsed: tuple[tuple[str, float], ...] = ()


class Step(Runnable[Any, Any]):
    """An asynchronous function of (input, config) as a Runnable; compose with `|`, call with `ainvoke` or `abatch`.

    LangChain's own RunnableLambda inspects the function's signature and keeps the books of a run at each call, 0.1 ms a step
    and as much as the step itself. Here the books are kept only where a callback listens, in which case all is as there.
    """

    def __init__(self, name: str, call: Call) -> None:
        self.name = name
        self._call = call

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:
        """Return what the function returns; raises what it raises."""
        callbacks = config.get("callbacks") if config else None
        if config and isinstance(callbacks, BaseCallbackManager) and not callbacks.handlers:
            return await self._call(input, config)
        return await self._acall_with_config(lambda given: self._call(given, config or {}), input, config)

    def invoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:
        """Raise TypeError: the pipeline searches asynchronously."""
        raise TypeError("the pipeline searches asynchronously: use ainvoke, abatch or astream")


def timed(name: str, call: Callable[[Any, RunnableConfig], Any]) -> Step:
    """Return a step from Travelling to Travelling; `call` gets the value, and returns the next one or an awaitable of it."""

    async def run(given: Travelling, config: RunnableConfig) -> Travelling:
        began = time.perf_counter()
        value = call(given.value, config)
        if isinstance(value, Awaitable):
            value = await value
        spent = (name, (time.perf_counter() - began) * 1e3)
        return replace(given, value=value, elapsed=(*given.elapsed, spent))

    return Step(name, run)
