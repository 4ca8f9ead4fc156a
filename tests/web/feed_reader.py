"""Two workers of the small hospital on one store, and readers of their feeds over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from queueflow.app import create_app
from queueflow.serving import server_config
from queueflow.settings import Settings
from queueflow.web.auth import Role
from tests.servers import Server
from tests.unit.live.wires import Reader
from tests.web.conftest import FACILITY, V1, fresh_key, fresh_pin, make_tokens, settings_for, token_of

WITHIN_S = 20.0


class Worker:
    """A worker's server, in this process, on a port of its own."""

    def __init__(self, settings: Settings, **more: Any) -> None:
        self.app = create_app(settings)
        self.hall = self.app.state["hall"]
        config = server_config(self.app, settings)
        for name, value in more.items():
            setattr(config, name, value)
        config.port, config.loop = 0, "none"
        self.server = uvicorn.Server(config)
        self.serving: asyncio.Task[None] | None = None
        self.client = httpx.AsyncClient(timeout=10, verify=False)

    async def start(self) -> "Worker":
        self.serving = asyncio.create_task(self.server._serve())
        while not self.server.started:
            await asyncio.sleep(0.01)
            assert not self.serving.done()
        await asyncio.wait_for(self.hall.opened.wait(), WITHIN_S)
        await until(lambda: self.hall.hub.is_live(FACILITY))
        return self

    async def stop(self) -> None:
        await self.client.aclose()
        await self.hall.drain()
        self.server.should_exit = True
        if self.serving is not None:
            await self.serving

    @property
    def port(self) -> int:
        return self.server.servers[0].sockets[0].getsockname()[1]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def post(self, path: str, body: object = None, role: str = Role.ADMIN, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token_of(role)}", "Idempotency-Key": fresh_key(), **headers}
        return await self.client.post(f"http://{self.host}{V1}{path}", json={} if body is None else body, headers=sent)

    async def get(self, path: str, role: str = Role.ADMIN) -> httpx.Response:
        return await self.client.get(
            f"http://{self.host}{V1}{path}", headers={"Authorization": f"Bearer {token_of(role)}"}
        )

    async def check_in(self, **body: object) -> dict[str, Any]:
        given = {"identity": {"scheme": "cccd-qr", "value": fresh_pin()}, "service": "internal-medicine", **body}
        answer = await self.post("/check-ins", given, Role.KIOSK)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    @asynccontextmanager
    async def feed(
        self,
        query: str,
        role: str | None = None,
        *,
        reader: Reader | None = None,
        facility: str = FACILITY,
        token: str | None = None,
        subprotocols: Sequence[str] = ("queueflow.v1",),
        **more: Any,
    ) -> AsyncIterator["Listening"]:
        """Listens, from where a reader was if it was anywhere."""
        bearer = token or (None if role is None else token_of(role))
        offered = [*subprotocols, *([] if bearer is None else [f"bearer.{bearer}"])]
        address = f"ws://{self.host}/v1/facilities/{facility}/feed?{query}"
        async with listen(address, offered, reader, **more) as listening:
            yield listening


@asynccontextmanager
async def listen(
    address: str, subprotocols: Sequence[str] = ("queueflow.v1",), reader: Reader | None = None, **more: Any
) -> AsyncIterator["Listening"]:
    """Listens at an address, from where a reader was if it was anywhere."""
    since = "" if reader is None or reader.epoch is None else f"&since={reader.since}"
    async with connect(address + since, subprotocols=[Subprotocol(one) for one in subprotocols], **more) as socket:
        listening = Listening(socket, reader or Reader())
        try:
            yield listening
        finally:
            listening.reading.cancel()


class Listening:
    """A reader on a socket; it reads all the time."""

    def __init__(self, socket: ClientConnection, reader: Reader) -> None:
        self.socket = socket
        self.reader = reader
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                assert isinstance(message, str)
                self.reader.take(json.loads(message))
        except ConnectionClosed:
            return

    async def until(self, met: Callable[[Reader], object]) -> None:
        """Reads on until something is so."""
        await until(lambda: met(self.reader) or (self.reading.done() and self.reading.result()))

    async def closed(self) -> tuple[int | None, str | None]:
        """The code and the reason that the server closed with."""
        await asyncio.wait_for(self.socket.wait_closed(), WITHIN_S)
        return self.socket.close_code, self.socket.close_reason


@asynccontextmanager
async def alone(valkey: Server, data_dir: Path) -> AsyncIterator[Worker]:
    """The one worker of a store that was emptied for it."""
    with valkey.client() as plain:
        plain.flushall()
    make_tokens(data_dir)
    started = await Worker(settings_for(valkey, data_dir)).start()
    yield started
    await started.stop()


async def until(met: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + WITHIN_S
    while not met():
        assert asyncio.get_running_loop().time() < deadline, "it did not come to that"
        await asyncio.sleep(0.01)
