"""Tests of store/library.py."""

import asyncio
from contextlib import suppress

import msgspec
import pytest
from redis.asyncio import Redis

from queueflow.model.errors import StoreUnavailable
from queueflow.store import keys, library
from queueflow.store.client import Store
from queueflow.store.library import EngineFault, Library, Loaded
from tests.servers import Server

REGISTER = 'redis.register_function("qf_{0}", function(keys, args)\n  return {1}\nend)\n'


def made(release: int, *sources: str) -> Library:
    return Library([(f"{number}.lua", source) for number, source in enumerate(sources)], release=release)


async def there(redis: Redis) -> Loaded | None:
    """What the store holds, as it says itself."""
    libraries = await redis.function_list("queueflow")
    if not libraries:
        return None
    return msgspec.msgpack.decode(await redis.fcall_ro("qf_version", 0), type=Loaded)


@pytest.fixture
async def redis(own_server: Server):
    client = Redis(port=own_server.port)
    yield client
    await client.aclose()


def test_the_shipped_library_is_every_file_shared_ones_first() -> None:
    text = library.shipped().text
    assert text.startswith("#!lua name=queueflow\nlocal qf = {")
    places = [text.index(mark) for mark in ("function qf.register(", "function qf.tell(", 'qf.register("attach"')]
    assert places == sorted(places)
    assert text.count('qf.register("attach"') == 1


def test_every_line_of_the_joined_text_has_its_place_in_a_file() -> None:
    joined = Library([("a.lua", "-- one\n-- two\n"), ("b.lua", "-- three"), ("c.lua", "\n-- four\n\n")])
    lines = joined.text.split("\n")
    for mark, place in (("one", "a.lua:1"), ("two", "a.lua:2"), ("three", "b.lua:1"), ("four", "c.lua:2")):
        assert joined.place(lines.index(f"-- {mark}") + 1) == place
    assert joined.place(1) == "library.py:1"
    assert joined.place(len(lines)).startswith("library.py:")


def test_the_version_changes_with_every_text_and_name() -> None:
    sources = [("a.lua", "-- one"), ("b.lua", "-- two")]
    versions = {
        Library(sources).loaded.version,
        Library([*sources, ("c.lua", "")]).loaded.version,
        Library([("a.lua", "-- one"), ("b.lua", "-- three")]).loaded.version,
        Library([("a.lua", "-- one"), ("c.lua", "-- two")]).loaded.version,
        Library([("a.lua", "-- one\0b.lua"), ("", "-- two")]).loaded.version,
    }
    assert len(versions) == 5
    assert all(len(version) == 16 for version in versions)
    assert Library(sources).loaded == Library(sources).loaded


async def test_a_store_without_it_gets_it(redis: Redis) -> None:
    assert await there(redis) is None
    ours = made(1, REGISTER.format("a", 1))
    await library.load(redis, ours)
    assert await there(redis) == ours.loaded
    assert await redis.fcall("qf_a", 0) == 1


async def test_what_is_there_already_is_not_loaded_again(redis: Redis) -> None:
    await library.load(redis, made(1, "-- same"))
    await library.load(redis, made(1, "-- same"))
    assert await redis.get(keys.LIBRARY) == b"1"


async def test_other_contents_of_the_same_release_and_older_releases_are_replaced(redis: Redis) -> None:
    for ours in (made(1, "-- one"), made(1, "-- two"), made(2, "-- three"), made(3, "-- three")):
        await library.load(redis, ours)
        assert await there(redis) == ours.loaded


async def test_a_newer_release_is_never_replaced(redis: Redis) -> None:
    newer = made(2, REGISTER.format("b", 2))
    await library.load(redis, newer)
    await library.load(redis, made(1, REGISTER.format("b", 1)))
    assert await there(redis) == newer.loaded
    assert await redis.fcall("qf_b", 0) == 2


async def started(store: Store) -> None:
    """As a worker starts: on a busy machine twenty at once may find that the store takes too long to answer."""
    async with asyncio.timeout(60):
        while True:
            with suppress(StoreUnavailable):
                return await store.start()


async def test_workers_that_load_at_once_all_succeed(own_server: Server) -> None:
    stores = [Store(own_server.url) for _ in range(20)]
    await asyncio.gather(*map(started, stores))
    assert await there(stores[0].redis) == library.shipped().loaded
    await asyncio.gather(*(store.close() for store in stores))


async def test_workers_of_three_releases_that_load_at_once_end_with_the_newest(redis: Redis) -> None:
    for round_ in range(30):
        await redis.function_flush()
        libraries = [made(1 + number % 3, f"-- {round_} {number % 6}") for number in range(12)]
        await asyncio.gather(*(library.load(redis, ours) for ours in libraries))
        loaded = await there(redis)
        assert loaded is not None
        assert loaded.release == 3


async def test_a_library_that_does_not_compile_names_the_line_of_its_file(redis: Redis) -> None:
    with pytest.raises(EngineFault, match=r"1\.lua:2"):
        await library.load(redis, made(1, "-- fine", "-- fine\nlocal x = = 1\n"))
    with pytest.raises(EngineFault, match=r"1\.lua:3"):
        await library.load(redis, made(1, "-- fine", "\n\nqf.missing.field = 1"))
    assert await there(redis) is None


async def test_a_broken_library_leaves_the_one_that_works(redis: Redis) -> None:
    works = made(1, REGISTER.format("a", 1))
    await library.load(redis, works)
    with pytest.raises(EngineFault):
        await library.load(redis, made(2, "local x = ("))
    assert await redis.fcall("qf_a", 0) == 1


async def test_files_share_no_scope_so_there_may_be_any_number(redis: Redis) -> None:
    sources = [f"local a{n}, b{n} = {n}, {n}\nfunction qf.step{n}() return a{n} + b{n} end\n" for n in range(300)]
    calls = " + ".join(f"qf.step{number}()" for number in range(300))
    await library.load(redis, made(1, *sources, REGISTER.format("sum", calls)))
    assert await redis.fcall("qf_sum", 0) == 2 * sum(range(300))
