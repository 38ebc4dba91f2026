"""The block on the network does block, and lets this machine through."""

from __future__ import annotations

import asyncio
import socket

import pytest


def test_connection_to_another_machine_fails_by_name() -> None:
    with socket.socket() as sock, pytest.raises(OSError, match=r"may not connect to 192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))


def test_lookup_of_another_name_fails() -> None:
    with pytest.raises(socket.gaierror, match=r"slack\.com"):
        socket.getaddrinfo("slack.com", 443)


async def test_asyncio_is_blocked_too() -> None:
    with pytest.raises(OSError, match="may not"):
        await asyncio.open_connection("192.0.2.1", 80)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
