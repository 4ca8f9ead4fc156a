import asyncio
from collections.abc import Iterator

import pytest

from queueflow.store.client import Store
from tests.properties.driver import Ground
from tests.servers import Server, redis_binary, valkey_binary


@pytest.fixture(scope="package", params=["valkey", "redis"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    binary = valkey_binary() if request.param == "valkey" else redis_binary()
    if binary is None:
        pytest.skip("no redis-server (7.0 or later) on the path; install the package redis-server")
    with Server(binary, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def ground(server: Server) -> Iterator[Ground]:
    """A store of each make with the library loaded."""
    loop = asyncio.new_event_loop()
    store = Store(server.url)
    with server.client() as client:
        loop.run_until_complete(store.start())
        yield Ground(client, store, loop)
        loop.run_until_complete(store.close())
    loop.close()
