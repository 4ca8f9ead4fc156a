"""A small hospital behind the real application on a real Valkey, for every test of the HTTP side."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio

from queueflow.app import TOKENS_FILE, create_app
from queueflow.model.ids import FacilityId
from queueflow.settings import Settings
from queueflow.web.auth import Role, Tokens, record_of
from tests.servers import Server, valkey_binary

HOSPITALS = Path(__file__).parent / "hospitals"
FACILITY = "small"
V1 = f"/v1/facilities/{FACILITY}"

_serial = itertools.count(1)


def fresh_key() -> str:
    return f"key-{next(_serial)}"


def fresh_pin() -> str:
    return f"020185{next(_serial):06d}"


class Hospital:
    """The application and its callers. `call` sends as a role of the small hospital, or as nobody."""

    def __init__(self, client: httpx.AsyncClient, data_dir: Path) -> None:
        self.client = client
        self.data_dir = data_dir

    async def call(
        self, method: str, path: str, role: str | None = Role.ADMIN, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        sent = {} if role is None else {"Authorization": f"Bearer {token_of(role)}"}
        return await self.client.request(method, path, headers={**sent, **(headers or {})}, **more)

    async def post(
        self, path: str, body: object = None, role: str | None = Role.ADMIN, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        more = {} if body is None else {"json": body}
        return await self.call("POST", V1 + path, role, named, **more)

    async def get(self, path: str, role: str | None = Role.ADMIN) -> httpx.Response:
        return await self.call("GET", V1 + path, role)

    async def check_in(self, key: str | None = None, **body: Any) -> httpx.Response:
        given = {"identity": {"scheme": "cccd-qr", "value": fresh_pin()}, "service": "internal-medicine", **body}
        return await self.post("/check-ins", given, Role.KIOSK, Idempotency_Key=key or fresh_key())


def token_of(role: str, facility: str = FACILITY) -> str:
    return f"qf_{facility}-{role}"


def make_tokens(data_dir: Path) -> None:
    tokens = Tokens(data_dir / TOKENS_FILE)
    for facility in ("small", "other"):
        for role in Role:
            tokens.add(
                record_of(
                    token_of(role, facility),
                    token_id=f"{role}-{facility}",
                    facility=FacilityId(facility),
                    role=role,
                    label="",
                    created_at_ms=0,
                )
            )


def settings_for(server: Server, data_dir: Path, **more: Any) -> Settings:
    return Settings(store_url=server.url, data_dir=data_dir, rules_dir=HOSPITALS, **more)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """An application from its start to its end, and a client that gets any exception that gets out of it."""
    app = create_app(settings)
    started, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await over.wait()

    # Its life is one task: what Litestar enters in a task it must leave in the same one, and a fixture has two.
    life = asyncio.create_task(live())
    try:
        await asyncio.wait({life, asyncio.create_task(started.wait())}, return_when=asyncio.FIRST_COMPLETED)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=cast("Any", app)), base_url="http://kiosk.local", timeout=30
        ) as client:
            yield client
    finally:
        over.set()
        await life


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(valkey_binary(), tmp_path_factory.mktemp("store"), appendonly="yes", appendfsync="always") as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hospital(valkey: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hospital]:
    """One application for a test file, on an empty store; its tests bring their own patients."""
    with valkey.client() as plain:
        plain.flushall()
    data_dir = tmp_path_factory.mktemp("data")
    make_tokens(data_dir)
    async with running(settings_for(valkey, data_dir)) as client:
        yield Hospital(client, data_dir)
