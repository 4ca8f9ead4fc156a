"""Tests of store/stream.py."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from queueflow.model.errors import StoreUnavailable
from queueflow.model.events import TicketIssued
from queueflow.store import keys, stream
from queueflow.store.client import CONNECTIONS, Store
from queueflow.store.stream import Began, StreamItem, Told, follow, history
from tests.servers import Server, valkey_binary
from tests.store.hall import FACILITY, MORNING_MS, Hall


class Follower:
    """What one follower was told, as it comes."""

    def __init__(self, store: Store) -> None:
        self.items: list[StreamItem] = []
        self.epochs = (f"epoch-{number}" for number in itertools.count(1))
        self._store = store
        self._task = asyncio.create_task(self._collect())

    async def _collect(self) -> None:
        items = follow(self._store, FACILITY, clock=lambda: MORNING_MS, new_epoch=lambda: next(self.epochs))
        async with aclosing(items):
            async for item in items:
                self.items.append(item)

    async def until(self, done: Callable[[], bool], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not done():
                assert not self._task.done(), self._task.result()
                await asyncio.sleep(0.005)

    async def until_told(self, offset: int) -> None:
        await self.until(lambda: self.offset >= offset)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def offset(self) -> int:
        """The offset that it knows the facility at."""
        for item in reversed(self.items):
            if isinstance(item, Told):
                return item.offset
            if isinstance(item, Began):
                return item.state.offset
        return -1

    @property
    def kinds(self) -> list[str]:
        return [type(item).__name__ for item in self.items]

    @property
    def begun(self) -> list[Began]:
        return [item for item in self.items if isinstance(item, Began)]

    @property
    def told(self) -> list[Told]:
        return [item for item in self.items if isinstance(item, Told)]

    def assert_dense(self) -> None:
        """Each event is the next one; only a Began may begin elsewhere."""
        expected = 0
        for item in self.items:
            if isinstance(item, Began):
                expected = item.state.offset + 1
            elif isinstance(item, Told):
                assert item.offset == expected
                expected += 1


@pytest.fixture
async def following(store: Store) -> AsyncIterator[Callable[[], Awaitable[Follower]]]:
    """Starts followers that have begun; each has a Store of its own, as in another worker."""
    stores: list[Store] = []
    followers: list[Follower] = []

    async def start() -> Follower:
        connection = store.redis.connection_pool.connection_kwargs
        stores.append(Store(f"redis://127.0.0.1:{connection['port']}/0"))
        followers.append(Follower(stores[-1]))
        await followers[-1].until(lambda: bool(followers[-1].begun))
        return followers[-1]

    yield start
    for follower in followers:
        await follower.stop()
    for opened in stores:
        await opened.close()


Start = Callable[[], Awaitable[Follower]]


async def hang_up(store: Store) -> None:
    """End the connection that a follower reads on, as a network does, as soon as it has one."""
    async with asyncio.timeout(10):
        readers: list[str] = []
        while not readers:
            readers = [client["id"] for client in await store.redis.client_list() if client["cmd"] == "xread"]
    for reader in readers:
        await store.redis.client_kill_filter(_id=reader)


async def test_it_begins_with_the_state_and_tells_every_event_after_it(hall: Hall, following: Start) -> None:
    await hall.check_in()
    before = await hall.board()
    follower = await following()
    assert follower.begun[0].state.tickets == before.tickets
    assert follower.begun[0].state.offset == before.offset
    await hall.open()
    await asyncio.gather(*(hall.check_in() for _ in range(20)))
    await hall.called()
    head = (await hall.board()).offset
    await follower.until_told(head)
    assert follower.kinds == ["Began"] + ["Told"] * (head - before.offset)
    follower.assert_dense()
    assert [item.event for item in follower.told] == (await hall.events())[before.offset :]


async def test_workers_that_meet_the_same_store_are_in_one_epoch(hall: Hall, following: Start) -> None:
    first, second = await following(), await following()
    assert first.begun[0].state.epoch == second.begun[0].state.epoch != ""


async def test_meeting_the_store_begins_no_service_day(hall: Hall, following: Start) -> None:
    await following()
    assert (await hall.board()).day in (None, hall.day)
    issued = await hall.check_in()
    assert [event.day for event in await hall.events()][-1] == hall.day
    assert issued.offset == 2


async def test_no_event_is_missed_or_told_twice_when_the_connection_breaks(
    hall: Hall, store: Store, following: Start
) -> None:
    follower = await following()
    for _ in range(12):
        working = asyncio.gather(*(hall.check_in() for _ in range(5)))
        await hang_up(store)
        await working
    await hall.check_in()
    await follower.until_told((await hall.board()).offset)
    follower.assert_dense()
    assert follower.kinds.count("Lost") >= 10
    assert {item.state.epoch for item in follower.begun} == {follower.begun[0].state.epoch}


async def test_what_happened_in_an_outage_is_told_and_not_begun_anew(
    hall: Hall, store: Store, following: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = await following()
    monkeypatch.setattr(stream, "FIRST_DELAY_S", 0.5)
    await hang_up(store)
    first = await hall.check_in()
    await hall.check_in()
    await follower.until_told(first.offset + 1)
    assert follower.kinds == ["Began", "Lost", "Told", "Told"]


async def test_an_outage_in_which_nothing_happened_ends_with_the_state(
    hall: Hall, store: Store, following: Start
) -> None:
    await hall.check_in()
    follower = await following()
    await hang_up(store)
    await follower.until(lambda: len(follower.items) >= 3)
    assert follower.kinds == ["Began", "Lost", "Began"]
    assert follower.begun[0].state.tickets == follower.begun[1].state.tickets
    assert follower.begun[0].state.epoch == follower.begun[1].state.epoch


async def test_events_that_were_trimmed_away_make_it_begin_anew(hall: Hall, store: Store) -> None:
    await hall.attach()
    items = follow(store, FACILITY, clock=lambda: MORNING_MS, new_epoch=lambda: "e")
    async with aclosing(items):
        first = await anext(items)
        assert isinstance(first, Began)
        for _ in range(10):
            await hall.check_in()
        await store.redis.xtrim(keys.events(FACILITY), maxlen=3, approximate=False)
        again = await anext(items)
        assert isinstance(again, Began)
        assert again.state.offset == first.state.offset + 10
        assert len(again.state.tickets) == 10
        last = await hall.check_in()
        told = await anext(items)
        assert isinstance(told, Told)
        assert told.offset == last.offset


async def test_an_offset_that_no_event_has_makes_it_begin_anew(hall: Hall, store: Store, following: Start) -> None:
    follower = await following()
    await hall.check_in()
    await store.redis.hincrby(keys.meta(FACILITY), "offset", 1)
    last = await hall.check_in()
    await follower.until_told(last.offset)
    assert follower.kinds == ["Began", "Told", "Began"]


async def test_an_event_of_a_newer_release_makes_it_begin_anew(hall: Hall, store: Store, following: Start) -> None:
    follower = await following()
    await hall.check_in()
    offset = await store.redis.hincrby(keys.meta(FACILITY), "offset", 1)
    event = msgspec.msgpack.encode({"name": "ticket.teleported", "at_ms": 1, "day": "20260922", "actor": "a"})
    await store.redis.xadd(keys.events(FACILITY), {"e": event}, id=f"{offset}-0")
    await follower.until_told(offset)
    await follower.until_told((await hall.check_in()).offset)
    assert follower.kinds == ["Began", "Told", "Began", "Told"]
    follower.assert_dense()


async def test_a_new_epoch_makes_it_begin_anew_though_the_connection_held(
    hall: Hall, store: Store, following: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BLOCK_MS", 50)
    monkeypatch.setattr(stream, "CHECK_S", 0.1)
    follower = await following()
    await hall.attach("another store", "epoch-x")
    await follower.until(lambda: len(follower.begun) >= 2)
    assert "Lost" not in follower.kinds
    assert follower.begun[-1].state.epoch not in ("epoch-x", follower.begun[0].state.epoch)


async def test_a_store_that_was_emptied_is_lost_until_the_facility_is_back(
    hall: Hall, store: Store, following: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BLOCK_MS", 50)
    monkeypatch.setattr(stream, "CHECK_S", 0.1)
    for _ in range(5):
        await hall.check_in()
    follower = await following()
    await store.redis.flushall()
    await follower.until(lambda: "Lost" in follower.kinds)
    assert follower.kinds == ["Began", "Lost"]
    await hall.publish()
    await follower.until(lambda: len(follower.begun) == 2)
    assert follower.begun[1].state.epoch != follower.begun[0].state.epoch
    assert follower.begun[1].state.tickets == ()
    last = await hall.check_in()
    await follower.until_told(last.offset)
    follower.assert_dense()


async def test_a_facility_that_is_not_published_yet_is_waited_for(store: Store) -> None:
    follower = Follower(store)
    await follower.until(lambda: bool(follower.items))
    assert follower.kinds == ["Lost"]
    await Hall(store).publish()
    await follower.until(lambda: len(follower.items) >= 2)
    assert follower.kinds == ["Lost", "Began"]
    await follower.stop()


async def test_a_follower_that_was_cancelled_leaves_no_connection_behind(hall: Hall, store: Store) -> None:
    async def connections_after_ten_followers() -> int:
        followers = [Follower(store) for _ in range(10)]
        for follower in followers:
            await follower.until_told(1)
        for follower in followers:
            await follower.stop()
        items = follow(store, FACILITY, clock=lambda: MORNING_MS, new_epoch=lambda: "e")
        async with aclosing(items):
            await anext(items)
        return len(await store.redis.client_list())

    assert await connections_after_ten_followers() <= CONNECTIONS + 1
    assert await connections_after_ten_followers() <= CONNECTIONS + 1


async def test_a_follower_ends_at_whatever_moment_it_is_cancelled(hall: Hall, store: Store) -> None:
    chance = random.Random(7)
    for _ in range(150):
        followers = [Follower(store) for _ in range(4)]
        checking_in = asyncio.gather(*(hall.check_in() for _ in range(3)))
        for follower in followers:
            for _ in range(chance.randrange(8)):
                await asyncio.sleep(0)
            await asyncio.sleep(chance.choice((0, 0.0005, 0.002)))
            async with asyncio.timeout(2):
                await follower.stop()
        await checking_in


async def test_history_gives_the_events_between_two_offsets(hall: Hall, store: Store) -> None:
    for _ in range(5):
        await hall.check_in()
    events = await hall.events()
    assert await history(store, FACILITY, 0, 6) == tuple(enumerate(events, 1))
    assert await history(store, FACILITY, 2, 4) == ((3, events[2]), (4, events[3]))
    assert await history(store, FACILITY, 4, 4) == ()
    assert isinstance(events[5], TicketIssued)


async def test_history_that_is_not_whole_is_none(hall: Hall, store: Store) -> None:
    for _ in range(5):
        await hall.check_in()
    assert await history(store, FACILITY, 4, 7) is None
    await store.redis.xtrim(keys.events(FACILITY), maxlen=3, approximate=False)
    assert await history(store, FACILITY, 2, 6) is None
    assert await history(store, FACILITY, 3, 6) is not None
    await store.redis.xdel(keys.events(FACILITY), "5-0")
    assert await history(store, FACILITY, 3, 6) is None


async def test_a_store_that_comes_back_from_its_file_begins_a_new_epoch_with_everything(tmp_path: Path) -> None:
    with Server(valkey_binary(), tmp_path, appendonly="yes", appendfsync="always") as server:
        store, working = Store(server.url), Store(server.url)
        hall = Hall(working)
        await hall.publish()
        follower = Follower(store)
        await follower.until(lambda: bool(follower.begun))
        issued = [await hall.check_in() for _ in range(10)]
        await follower.until_told(issued[-1].offset)
        server.kill()
        await follower.until(lambda: "Lost" in follower.kinds)
        with pytest.raises(StoreUnavailable):
            await history(store, FACILITY, 0, 1)
        server.start()
        await follower.until(lambda: len(follower.begun) == 2)
        assert follower.begun[1].state.epoch != follower.begun[0].state.epoch
        assert {ticket.id for ticket in follower.begun[1].state.tickets} == {one.ticket.id for one in issued}
        assert follower.kinds.count("Lost") == 1
        last = await hall.check_in()
        await follower.until_told(last.offset)
        follower.assert_dense()
        await follower.stop()
        await store.close()
        await working.close()
