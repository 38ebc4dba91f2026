"""Every request as it comes and goes: how long the acknowledgement took, how slowly it may come, what is refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web, web_urldispatcher

from bots.errors import RequestRefused
from bots.metrics import acknowledged, retried
from bots.workers import Workers

_log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CHANNELS = (("/slack/", "slack"), ("/api/messages", "teams"))


def channel_of(path: str) -> str | None:
    """Return the platform whose requests come to a path, None for everything else."""
    return next((name for begin, name in _CHANNELS if path.startswith(begin)), None)


@web.middleware
async def seen(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: time and count every request of a platform."""
    # A connection serves one request after another in one task: nothing of the last may stand on the next's lines.
    structlog.contextvars.clear_contextvars()
    channel = channel_of(request.path)
    if channel is None:
        return await handler(request)
    began, code = time.perf_counter(), 500
    if request.headers.get("X-Slack-Retry-Num"):
        retried(channel, "delivery")
    try:
        response = await handler(request)
        code = response.status
        return response
    except web.HTTPException as error:
        code = error.status
        raise
    finally:
        acknowledged(channel, code, time.perf_counter() - began)


def in_time(seconds: float) -> Any:
    """Return the middleware that gives a platform's request `seconds` to arrive and be acknowledged.

    Raises, in the middleware:
        RequestRefused: 408, the body came too slowly; 503, it came, and we were too slow: the platform delivers again.
            aiohttp itself answers 413 where the body is too large.
    """

    @web.middleware
    async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
        if channel_of(request.path) is None:
            return await handler(request)
        try:
            async with asyncio.timeout(seconds) as limit:
                return await handler(request)
        except TimeoutError as error:
            if not limit.expired():
                raise
            slow_sender = not request.content.is_eof()
            why = "the body came too slowly" if slow_sender else "not acknowledged in time"
            raise RequestRefused(why, 408 if slow_sender else 503) from error

    return timed


def acknowledged_first(workers: Workers) -> Any:
    """Return the middleware that keeps new work waiting while a platform's request is taken."""

    @web.middleware
    async def first(request: web.Request, handler: Handler) -> web.StreamResponse:
        if channel_of(request.path) is None:
            return await handler(request)
        with workers.acknowledging():
            return await handler(request)

    return first


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what is refused into its status; the reason stays in our log, where a forger cannot read it."""
    try:
        return await handler(request)
    except RequestRefused as refused:
        _log.warning("request_refused", path=request.path, status=refused.status, reason=str(refused))
        return web.json_response({"error": "request refused"}, status=refused.status)
    except web.HTTPException:
        raise
    except ConnectionResetError:  # the sender hung up; there is nobody to tell
        raise
    except Exception:
        _log.exception("request_broke", path=request.path)
        return web.json_response({"error": "internal error"}, status=500)


async def _expectation(request: web.Request) -> None:
    """Say "go on" to whoever asks first, as HTTP wants it (RFC 9110, 10.1.1).

    aiohttp 3.14 repeats an expectation that it does not know, and answers 500 where that is not UTF-8.
    """
    if request.headers.get("Expect", "").lower() != "100-continue":
        raise web.HTTPExpectationFailed(text="Unknown expectation.")
    if request.version == (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # as aiohttp does: this was no part of the response


def answer_expectations() -> None:
    """Use our handler for the header `Expect` on every route made from now on, those for unknown paths too."""
    web_urldispatcher._default_expect_handler = _expectation
