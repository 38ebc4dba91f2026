"""Examine an installation: each part, whether it works, and what to do where it does not."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bots.channels import channels, page_channel
from bots.errors import BotError
from config.settings import Settings

_ROOM = 200 * 1024 * 1024
"""Bytes that a data folder wants free: the store of the digest takes about a quarter of it."""


_PYTHONS = ((3, 11), (3, 12), (3, 13))


@dataclass(frozen=True, slots=True)
class Finding:
    """One part examined. `ok` None: switched off, which is no fault."""

    part: str
    ok: bool | None
    what: str


def examine(settings: Settings) -> list[Finding]:
    """Return what was found, from the ground up. Raises nothing: what breaks is a finding."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _data,
        _model,
        _chat_model,
        _corpus,
        _port,
        _channels,
    )
    found: list[Finding] = []
    for check in checks:
        found.extend(check(settings))
    return found


def setting_values(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (variable, value, description) of every setting; secrets are not shown."""
    rows = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        shown = (
            "set, not shown" if isinstance(value, SecretStr) else "not set" if value is None else str(value)
        )
        if name == "database_url" and value:
            shown = "set, not shown"  # it may hold a password
        rows.append((f"REGGI_{name.upper()}", shown, field.description or ""))
    return rows


def _python(_: Settings) -> Iterator[Finding]:
    running = ".".join(map(str, sys.version_info[:3]))
    *some, last = (".".join(map(str, version)) for version in _PYTHONS)
    what = f"{running}; {', '.join(some)} and {last} are supported"
    yield Finding("Python", sys.version_info[:2] in _PYTHONS, what)


def _nearest(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _data(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    nearest = _nearest(folder)
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        yield Finding(
            "Data folder", False, f"{folder} cannot be written; set REGGI_DATA_DIR to a folder that can"
        )
        return
    free = shutil.disk_usage(nearest).free
    room = f"{free // 2**20} MB free"
    yield Finding(
        "Data folder",
        free > _ROOM,
        f"{folder}, {room}" + ("" if free > _ROOM else "; make at least 200 MB free"),
    )


def _model(settings: Settings) -> Iterator[Finding]:
    from retrieval.embeddings import embedding_model
    from retrieval.errors import RetrievalError

    try:
        model = embedding_model(settings.embedding)
    except RetrievalError as error:
        yield Finding("Embedding model", False, f"{error}; install Reggi again")
        return
    yield Finding("Embedding model", True, f"{model.name}, files as measured")


def _chat_model(settings: Settings) -> Iterator[Finding]:
    """Ask the chat model for one short reply: whether it answers, how fast, and what a call costs in tokens."""
    if not settings.model:
        yield Finding(
            "Chat model", None, "none named in REGGI_MODEL; answers are made of the digest's own sentences"
        )
        return
    from bots.start import chat_model
    from retrieval.errors import RetrievalError
    from retrieval.model_writer import try_out

    try:
        chat = chat_model(settings)
        if chat is not None:
            yield Finding("Chat model", True, asyncio.run(try_out(chat, settings.model_seconds)))
    except RetrievalError as error:
        yield Finding(
            "Chat model", False, f"{settings.model}: {error}; answers are made of the digest's own sentences"
        )


def _corpus(settings: Settings) -> Iterator[Finding]:
    from bots.start import corpus_is_ready, store_folder
    from retrieval.chroma_store import ChromaStore
    from retrieval.errors import RetrievalError

    if settings.chroma_url:
        try:
            ready = corpus_is_ready(settings)
        except RetrievalError as error:
            yield Finding("Law library", False, str(error))
        else:
            older = f"{settings.chroma_url} holds no law of this version; run `reggi load`"
            yield Finding("Law library", ready, f"on {settings.chroma_url}" if ready else older)
        return
    if not store_folder(settings).exists():
        yield Finding(
            "Law library", False, "not loaded yet; run `reggi load` (`reggi serve` does it by itself)"
        )
        return
    try:
        store = ChromaStore(store_folder(settings), settings.embedding, settings.search_threads)
        try:
            held = store.held_jurisdictions()
            for code in held[:1]:
                store.fingerprints(code)
        finally:
            store.close()
    except RetrievalError as error:
        yield Finding("Law library", False, str(error))
        return
    ready = corpus_is_ready(settings)
    yield Finding(
        "Law library",
        ready,
        f"{len(held)} jurisdictions" + ("" if ready else "; older than this version, run `reggi load`"),
    )


def _port(settings: Settings) -> Iterator[Finding]:
    if settings.port == 0:
        yield Finding("Port", True, "a free one will be taken")
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            what = f"{settings.host}:{settings.port} cannot be used ({error.strerror}); is Reggi running already? Else set REGGI_PORT"
            yield Finding("Port", False, what)
            return
    yield Finding("Port", True, f"{settings.host}:{settings.port} is free")


def _channels(settings: Settings) -> Iterator[Finding]:
    try:
        for channel in (*channels(settings), page_channel(settings)):
            yield Finding(channel.name, True if channel.on else None, channel.how)
    except BotError as error:
        yield Finding("Channels", False, str(error))
