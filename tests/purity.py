"""A fixture for tests of pure rooms: while it is in force, nobody opens a socket."""

import socket
from collections.abc import Iterator

import pytest


class SocketOpened(AssertionError):
    """A pure test reached for the network."""


@pytest.fixture(scope="module", autouse=True)
def no_sockets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", _refuse)
        patch.setattr(socket, "create_connection", _refuse)
        patch.setattr(socket, "getaddrinfo", _refuse)
        yield


def _refuse(*_: object, **__: object) -> None:
    raise SocketOpened("a pure test opens no socket")
