"""Feeds when the store goes away, and when the server does."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest

from queueflow.live import hub
from queueflow.web.auth import Role
from tests.servers import Server, valkey_binary
from tests.unit.live.wires import Reader
from tests.web.conftest import FACILITY, make_tokens, settings_for
from tests.web.feed_reader import Worker, listen, until
from tests.web.processes import Demo, demo


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Server]:
    with Server(valkey_binary(), tmp_path / "store", appendonly="yes", appendfsync="always") as server:
        yield server


@pytest.fixture
async def worker(store: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Worker]:
    monkeypatch.setattr(hub, "HEARTBEAT_S", 0.2)
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    make_tokens(data_dir)
    worker = await Worker(settings_for(store, data_dir)).start()
    yield worker
    await worker.stop()


async def test_while_the_store_is_away_screens_hear_nothing_and_then_everything(worker: Worker, store: Server) -> None:
    said = await worker.check_in()
    async with worker.feed("view=board") as board, worker.feed("view=floor", Role.ADMIN) as floor:
        await board.until(lambda reader: reader.of_type("heartbeat"))
        epoch = board.reader.epoch
        store.kill()
        await until(lambda: not worker.hall.hub.is_live(FACILITY))
        heard = len(board.reader.frames)
        await asyncio.sleep(0.6)
        assert len(board.reader.frames) == heard
        assert not board.reading.done()
        async with worker.feed("view=board") as late:
            assert await late.closed() == (4503, "unavailable")
            (bye,) = late.reader.frames
            assert (bye["type"], bye["reason"]) == ("bye", "unavailable")
            assert 0 <= bye["retry_after_ms"] <= 3000
        store.start()
        for one in (board, floor):
            # A store that was restarted may have lost something: another epoch, and all of it anew.
            await one.until(lambda reader: reader.epoch != epoch)
            assert said["ticket"]["id"] in one.reader.picture["tickets"]
        beats = len(board.reader.of_type("heartbeat"))
        await board.until(lambda reader: len(reader.of_type("heartbeat")) > beats)
        after = await worker.check_in()
        await floor.until(lambda reader: after["ticket"]["id"] in reader.picture["tickets"])


async def test_a_server_that_goes_down_says_bye_to_everybody_and_when_to_come_back(worker: Worker) -> None:
    async with AsyncExitStack() as stack:
        boards = [await stack.enter_async_context(worker.feed("view=board")) for _ in range(10)]
        for one in boards:
            await one.until(lambda reader: reader.frames)
        await worker.hall.drain()
        for one in boards:
            assert await one.closed() == (4412, "draining")
            assert one.reader.frames[-1]["type"] == "bye"
        waits = {one.reader.frames[-1]["retry_after_ms"] for one in boards}
        assert len(waits) > 5
        assert max(waits) <= 3000
        async with worker.feed("view=board") as late:
            assert await late.closed() == (4412, "draining")


async def test_screens_outlive_their_worker_and_lose_nothing(tmp_path: Path) -> None:
    with demo(tmp_path, "--workers", "2") as server:
        board = f"{server.base_url.replace('http', 'ws', 1)}/v1/facilities/{server.facility}/feed?view=board"
        readers = [Reader() for _ in range(16)]
        async with AsyncExitStack() as stack:
            screens = [await stack.enter_async_context(listen(board, reader=reader)) for reader in readers]
            for screen in screens:
                await screen.until(lambda reader: reader.frames)
            first = await asyncio.to_thread(checked_in, server, "BEFORE-1")
            for screen in screens:
                await screen.until(lambda reader: first in reader.picture["tickets"])
            worker = server.workers()[0]
            os.kill(worker, signal.SIGKILL)
            await until(lambda: any(screen.reading.done() for screen in screens))
        # The kernel hands connections to either worker; the new one knows what happened before its time.
        second = await asyncio.to_thread(checked_in, server, "BETWEEN-1")
        await until(lambda: len(server.workers()) == 2 and worker not in server.workers())
        third = await asyncio.to_thread(checked_in, server, "BETWEEN-2")
        for reader in readers:
            await shown(board, reader, {second, third})
            assert len(reader.of_type("snapshot")) == 1
        async with AsyncExitStack() as stack:
            screens = [await stack.enter_async_context(listen(board, reader=reader)) for reader in readers]
            for screen in screens:
                await screen.until(lambda reader: reader.frames[-1]["type"] == "heartbeat")
            os.kill(server.pid, signal.SIGTERM)
            for screen in screens:
                assert await screen.closed() == (4412, "draining")
                assert screen.reader.frames[-1]["type"] == "bye"


async def shown(board: str, reader: Reader, tickets: set[str]) -> None:
    """Listens until those tickets are on the board, and comes back as often as it is sent away."""
    for _ in range(20):
        async with listen(board, reader=reader) as screen:
            await until(lambda: tickets <= reader.picture["tickets"].keys() or screen.reading.done())
        if tickets <= reader.picture["tickets"].keys():
            return
        await asyncio.sleep(0.5)
    raise AssertionError("it was sent away again and again")


def checked_in(server: Demo, key: str) -> str:
    with server.client() as client:
        for _ in range(50):
            with suppress(httpx.TransportError):
                return server.check_in(client, key).json()["ticket"]["id"]
            time.sleep(0.1)
    raise AssertionError("nobody answered")
