"""Feeds when the store goes away, and when the server does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from queueflow.live import hub
from queueflow.web.auth import Role
from tests.servers import Server, valkey_binary
from tests.web.conftest import FACILITY, make_tokens, settings_for
from tests.web.feed_reader import Worker, until


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
