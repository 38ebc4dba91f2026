"""The chat model behind `retrieval/chat.py`'s port: any that LangChain knows, by name.

"openai:gpt-…", "anthropic:claude-…", "azure_openai:deployment", "bedrock_converse:…", "ollama:llama…", or any server that
speaks OpenAI's protocol by its address. The provider's package is imported when a model is opened, not before. Errors of
providers are told apart by their HTTP status and kind only, never by their text, which may hold keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Literal, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from retrieval.chat import Message, Piece, Shape
from retrieval.errors import ModelMisconfigured, ModelUnavailable

Output = Literal["auto", "schema", "tool", "text"]

PACKAGES = {
    "openai": "openai", "azure_openai": "azure", "anthropic": "anthropic", "ollama": "ollama", "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
}  # fmt: skip
"""Providers for which Reggi has an extra: `pip install reggi[openai]`. Others work if LangChain's package for them is there."""

_NEEDS = {
    "openai": "OPENAI_API_KEY (or REGGI_MODEL_API_KEY)",
    "azure_openai": "AZURE_OPENAI_ENDPOINT (or REGGI_MODEL_BASE_URL), AZURE_OPENAI_API_KEY (or REGGI_MODEL_API_KEY) and OPENAI_API_VERSION",
    "anthropic": "ANTHROPIC_API_KEY (or REGGI_MODEL_API_KEY)",
    "bedrock": "AWS credentials and AWS_DEFAULT_REGION",
    "bedrock_converse": "AWS credentials and AWS_DEFAULT_REGION",
}
"""What a provider wants set, told where it refuses."""
_ADDRESS = {"azure_openai": "azure_endpoint"}
_OUTPUT_TOKENS = {"ollama": "num_predict"}
_OWN_RETRIES = frozenset(("openai", "azure_openai", "anthropic"))
"""They would retry by themselves, on top of ours."""
_AGAIN = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_BROKEN = (
    "ConnectionError",
    "ConnectError",
    "TimeoutError",
    "Timeout",
    "ProtocolError",
    "ReadError",
    "ThrottlingException",
)
_LONGEST_WAIT = 8.0


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _may_pass(error: BaseException) -> bool:
    """Return whether the same call may succeed in a moment: too many requests, a server's fault, a broken connection."""
    if (status := _status(error)) is not None:
        return status in _AGAIN
    return isinstance(error, (TimeoutError, ConnectionError)) or type(error).__name__.endswith(_BROKEN)


_backoff = wait_random_exponential(multiplier=0.3, max=_LONGEST_WAIT)


def _wait(state: RetryCallState) -> float:
    """Return the seconds until the next try: what the server asks for, up to 8, else longer each time."""
    error = state.outcome.exception() if state.outcome else None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(float(headers.get("retry-after", "")), _LONGEST_WAIT)
    except (TypeError, ValueError):
        return float(_backoff(state))


def _unavailable(error: BaseException) -> ModelUnavailable:
    status = _status(error)
    return ModelUnavailable(type(error).__name__ + (f", HTTP {status}" if status else ""))


class LangChainChat:
    """A LangChain chat model as a `Chat`. At most `concurrency` calls run at a time; the others wait."""

    def __init__(
        self, model: BaseChatModel, name: str, output: Output, retries: int, concurrency: int
    ) -> None:
        self.name = name
        self._model = model
        self._output = _output_of(name.partition(":")[0]) if output == "auto" else output
        self._retries = retries
        self._slots = asyncio.Semaphore(concurrency)

    async def stream(self, messages: tuple[Message, ...], shape: Shape) -> AsyncGenerator[Piece, None]:
        """Yield the reply piece by piece; a call is tried again only before its first piece.

        Raises:
            ModelUnavailable: it did not answer, or broke off.
        """
        told = [_as_langchain(m) for m in messages]
        async with self._slots:
            first, chunks = await self._opened(self._bound(shape), told)
            whole: AIMessageChunk | None = None
            try:
                async with aclosing(chunks) as rest:
                    chunk: AIMessageChunk | None = first
                    while chunk is not None:
                        whole = chunk if whole is None else whole + chunk
                        if text := _text(chunk):
                            yield Piece(text)
                        chunk = await anext(rest, None)
            except Exception as error:  # each provider has errors of its own
                raise _unavailable(error) from error
            yield _last(whole)

    async def _opened(
        self, model: Runnable[Any, Any], told: list[BaseMessage]
    ) -> tuple[AIMessageChunk | None, Any]:
        async def begin() -> tuple[AIMessageChunk | None, Any]:
            chunks = cast(Any, model.astream(told))
            return await anext(chunks, None), chunks

        tries = AsyncRetrying(
            stop=stop_after_attempt(1 + self._retries),
            wait=_wait,
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        try:
            return await tries(begin)
        except Exception as error:  # each provider has errors of its own
            raise _unavailable(error) from error

    def _bound(self, shape: Shape) -> Runnable[Any, Any]:
        schema = dict(shape.schema)
        if self._output == "schema":
            if self.name.startswith("ollama:"):
                return self._model.bind(format=schema)
            asked = {"name": shape.name, "description": shape.purpose, "schema": schema, "strict": True}
            # as extra_body, because LangChain's own way through `response_format` loses the count of tokens
            body = {**(getattr(self._model, "extra_body", None) or {})}
            body["response_format"] = {"type": "json_schema", "json_schema": asked}
            return self._model.bind(extra_body=body)
        if self._output == "tool":
            tool = {
                "type": "function",
                "function": {"name": shape.name, "description": shape.purpose, "parameters": schema},
            }
            try:
                return self._model.bind_tools([tool], tool_choice=shape.name)
            except NotImplementedError:  # a model without tools writes JSON because the prompt says so
                self._output = "text"
        return self._model


def _output_of(provider: str) -> Output:
    return "schema" if provider in ("openai", "azure_openai", "ollama") else "tool"


def _as_langchain(message: Message) -> BaseMessage:
    kinds: Mapping[str, type[BaseMessage]] = {
        "system": SystemMessage,
        "user": HumanMessage,
        "assistant": AIMessage,
    }
    return kinds[message.role](content=message.text)


def _text(chunk: AIMessageChunk) -> str:
    """Return the JSON in a chunk: the arguments of the tool called, or the text."""
    return "".join(c["args"] or "" for c in chunk.tool_call_chunks) or str(chunk.text)


def _last(whole: AIMessageChunk | None) -> Piece:
    usage = (whole.usage_metadata if whole else None) or {"input_tokens": 0, "output_tokens": 0}
    about = whole.response_metadata if whole else {}
    ended = about.get("finish_reason") or about.get("stop_reason") or about.get("done_reason") or ""
    return Piece("", usage["input_tokens"], usage["output_tokens"], str(ended))


def open_chat(
    model: str,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    output: Output = "auto",
    retries: int = 2,
    concurrency: int = 4,
    output_tokens: int = 2_000,
    options: Mapping[str, Any] | None = None,
) -> LangChainChat:
    """Return the chat model of a name such as "openai:gpt-…".

    `base_url` is the address of a server that speaks the provider's protocol; a name without a provider is then taken
    for one of OpenAI's protocol. `options` go to LangChain's class for the provider as they are.

    Raises:
        ModelMisconfigured: no such provider, its package is not installed, or it refuses the settings.
    """
    from langchain.chat_models import init_chat_model

    provider, _, bare = model.partition(":")
    if not bare and base_url:
        provider, model = "openai", f"openai:{model}"
    elif not bare:
        raise ModelMisconfigured(f"REGGI_MODEL={model} names no provider; write for example openai:{model}")
    given: dict[str, Any] = {_OUTPUT_TOKENS.get(provider, "max_tokens"): output_tokens}
    if base_url:
        given[_ADDRESS.get(provider, "base_url")] = base_url
    if api_key:
        given["api_key"] = api_key
    elif base_url and provider == "openai":
        given["api_key"] = "none"  # a server of one's own needs none, the client wants one
    if provider in _OWN_RETRIES:
        given["max_retries"] = 0
    if provider in ("openai", "azure_openai"):
        given["stream_usage"] = True
    try:
        opened = init_chat_model(model, **{**given, **(options or {})})
    except ImportError as error:
        extra = PACKAGES.get(provider)
        how = f"pip install 'reggi[{extra}]'" if extra else f"LangChain's package for {provider}"
        raise ModelMisconfigured(f"{model} needs a package that is not installed: {how}") from error
    except Exception as error:  # each provider checks its settings in its own way
        wants = f"; it wants {_NEEDS[provider]}" if provider in _NEEDS else ""
        raise ModelMisconfigured(
            f"{provider} refuses the settings of {model}: {type(error).__name__}{wants}"
        ) from error
    return LangChainChat(opened, model, output, retries, concurrency)
