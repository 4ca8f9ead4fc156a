"""A screen that follows a feed as its page does: puts whole objects in place, notices gaps, comes back with `since`."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.faults.floor import Floor
from tests.web.conftest import V1, token_of

State = dict[str, dict[str, Any]]
_AGAIN_S = 0.1


class Display:
    """One listener of a view (`view=board`), for as long as `running` lasts."""

    def __init__(self, floor: Floor, query: str, role: str) -> None:
        self.floor = floor
        self.query = query
        self.role = role
        self.state: State = {}
        self.epoch = ""
        self.offset = 0
        self.snapshots = 0
        self.events = 0
        self.resumed = 0
        self.connections = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            following.cancel()
            # A broken promise of the feed ends the task: it is raised here.
            with suppress(asyncio.CancelledError):
                await following

    async def snapshot(self) -> State:
        """The view as a newcomer is told it."""
        async with self._connect("") as connection:
            first = json.loads(await asyncio.wait_for(connection.recv(), 10))
        assert first["type"] == "snapshot"
        return _whole(first["state"])

    async def converges(self, within_s: float = 10) -> None:
        """Wait until this screen shows what a newcomer is told."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        told: State | None = None
        while self.state != told:
            assert loop.time() < deadline, f"{self.query} shows {self.state}, a newcomer is told {told}"
            await asyncio.sleep(_AGAIN_S)
            with suppress(OSError, WebSocketException, TimeoutError, AssertionError):
                told = await self.snapshot()

    def _connect(self, since: str) -> Any:
        address = f"ws://127.0.0.1:{self.floor.port}{V1}/feed?{self.query}"
        protocols: Any = ["queueflow.v1", f"bearer.{token_of(self.role)}"]
        return connect(f"{address}&since={since}" if since else address, subprotocols=protocols, open_timeout=5)

    async def _follow(self) -> None:
        while True:
            with suppress(OSError, WebSocketException, InvalidHandshake, TimeoutError):
                async with self._connect(f"{self.epoch}:{self.offset}" if self.epoch else "") as connection:
                    self.connections += 1
                    await self._read(connection)
            await asyncio.sleep(_AGAIN_S)

    async def _read(self, connection: ClientConnection) -> None:
        first = True
        async for message in connection:
            frame = json.loads(message)
            match frame["type"]:
                case "snapshot":
                    self._begin(frame)
                case "event":
                    self.resumed += first
                    self._apply(frame)
                case "bye":
                    return
                case kind:
                    assert kind == "heartbeat", frame
            first = False

    def _begin(self, frame: dict[str, Any]) -> None:
        if frame["epoch"] == self.epoch:
            assert frame["offset"] >= self.offset, f"went back from {self.offset} to {frame['offset']} in one epoch"
        self.epoch, self.offset = frame["epoch"], frame["offset"]
        self.state = _whole(frame["state"])
        self.snapshots += 1

    def _apply(self, frame: dict[str, Any]) -> None:
        assert frame["prev"] == self.offset, f"a gap between {self.offset} and {frame}"
        assert frame["offset"] > self.offset
        self.offset = frame["offset"]
        self.events += 1
        for kind, objects in frame["set"].items():
            for name, value in objects.items():
                if value is None:
                    self.state[kind].pop(name, None)
                else:
                    self.state[kind][name] = value


def _whole(state: State) -> State:
    return {kind: dict(state.get(kind, {})) for kind in ("clinics", "rooms", "tickets")}
