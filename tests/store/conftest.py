"""Both makes of store, for every test of the engine: Valkey 9, and Redis 7.0 where it is installed."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from queueflow.store.client import Store
from tests.servers import Server, redis_binary, valkey_binary
from tests.store.hall import Hall


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(valkey_binary(), tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(_redis(), tmp_path_factory.mktemp("redis")) as server:
        yield server


def _redis() -> Path:
    binary = redis_binary()
    if binary is None:
        pytest.skip("REDIS IS NOT TESTED: no redis-server (7.0 or later) on the path; install the package redis-server")
    return binary


@pytest.fixture(params=["valkey", "redis"])
def server(request: pytest.FixtureRequest) -> Server:
    """A running store of each make, shared by all tests: leave it running."""
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture(params=["valkey", "redis"])
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A running store of each make that the test may stop, change and break."""
    with Server(valkey_binary() if request.param == "valkey" else _redis(), tmp_path / "server") as server:
        yield server


@pytest.fixture
async def store(server: Server) -> AsyncIterator[Store]:
    """A started Store with the function library loaded, on an empty database."""
    store = Store(server.url)
    await store.start()
    await store.redis.flushall()
    yield store
    await store.close()


@pytest.fixture
async def hall(store: Store) -> Hall:
    """The small hall of tests.store.hall, published and with every room closed."""
    hall = Hall(store)
    await hall.publish()
    return hall
