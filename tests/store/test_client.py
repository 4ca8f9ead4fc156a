"""Tests of store/client.py, on every make of store."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from queueflow.model.commands import Attach, AttachResult
from queueflow.model.errors import StoreUnavailable
from queueflow.model.ids import FacilityId, ServiceDay
from queueflow.store import client, keys, wire
from queueflow.store.client import BATCH, CONNECTIONS, Store
from queueflow.store.library import EngineFault
from tests.proxy import Proxy
from tests.servers import Server

F = FacilityId("test-hospital")

PROBE = """#!lua name=probe
redis.register_function{function_name = "probe_echo", flags = {"no-writes"}, callback = function(keys, args)
  return args[1]
end}
redis.register_function{function_name = "probe_effect", callback = function(keys, args)
  redis.call("HINCRBY", "effects", args[1], 1)
  return args[1]
end}
redis.register_function{function_name = "probe_slow", callback = function(keys, args)
  for i = 1, 10000000000 do
    redis.call("PING")
  end
end}
redis.register_function{function_name = "probe_number", callback = function()
  return 1
end}
"""


@pytest.fixture(scope="module", autouse=True)
def _probe(valkey_server: Server, redis_server: Server) -> Iterator[None]:
    for server in (valkey_server, redis_server):
        with server.client() as asked:
            asked.function_load(PROBE, replace=True)
    yield
    for server in (valkey_server, redis_server):
        with server.client() as asked:
            asked.function_delete("probe")


@asynccontextmanager
async def opened(url: str, wait_replicas: int = 0) -> AsyncIterator[Store]:
    store = Store(url, wait_replicas=wait_replicas)
    try:
        yield store
    finally:
        await store.close()


def effects(server: Server) -> dict[bytes, int]:
    """How often each nonce took effect, as the store itself says."""
    with server.client() as asked:
        found = cast("dict[bytes, bytes]", asked.hgetall("effects"))
    return {nonce: int(times) for nonce, times in found.items()}


def calls_counted(server: Server) -> int:
    with server.client() as asked:
        return asked.info("commandstats").get("cmdstat_fcall", {}).get("calls", 0)


async def test_a_command_reaches_the_engine_and_its_result_comes_back(store: Store) -> None:
    command = Attach(
        facility=F, now_ms=1_790_035_200_000, day=ServiceDay("20260922"), actor="test", replication_id="r", epoch="e1"
    )
    before = store.round_trips
    result = wire.decode_result(await store.call("qf_attach", F, wire.encode(command)), AttachResult)
    assert result == AttachResult(epoch="e1", offset=0, changed=True)
    assert store.round_trips == before + 1


async def test_a_call_is_one_call_in_the_store(store: Store, server: Server) -> None:
    before = calls_counted(server)
    await asyncio.gather(*(store.call("probe_effect", F, b"%d" % number) for number in range(1000)))
    assert calls_counted(server) == before + 1000
    assert effects(server) == {b"%d" % number: 1 for number in range(1000)}


async def test_calls_made_together_go_in_one_round_trip(store: Store) -> None:
    before = store.round_trips
    await asyncio.gather(*(store.call_read("probe_echo", F, b"x") for _ in range(BATCH)))
    assert store.round_trips == before + 1
    await asyncio.gather(*(store.call_read("probe_echo", F, b"x") for _ in range(BATCH + 1)))
    assert store.round_trips == before + 3


async def test_a_call_that_comes_alone_waits_for_nobody(store: Store) -> None:
    before = store.round_trips
    for _ in range(10):
        await store.ping()
    assert store.round_trips == before + 10


async def test_calls_made_while_every_connection_is_busy_share_the_next_pipeline(server: Server) -> None:
    async with Proxy(server.port) as proxy, opened(proxy.url) as store:
        await store.start()
        proxy.delay_s = 0.1
        before = store.round_trips
        waiting: list[asyncio.Task[bytes]] = []
        for number in range(100):
            waiting.append(asyncio.create_task(store.call_read("probe_echo", F, b"%d" % number)))
            await asyncio.sleep(0)
        assert await asyncio.gather(*waiting) == [b"%d" % number for number in range(100)]
        assert store.round_trips == before + CONNECTIONS + 1


async def test_it_never_has_more_connections_than_it_says(store: Store) -> None:
    for _ in range(3):
        await asyncio.gather(*(store.call_read("probe_echo", F, b"x") for _ in range(2000)))
    assert len(await store.redis.client_list()) <= CONNECTIONS + 1


async def test_nobody_gets_the_reply_of_another_whatever_is_cancelled_and_when(store: Store, server: Server) -> None:
    chance = random.Random(11)
    answered = cancelled = 0

    async def one(nonce: bytes, proxied: Store) -> None:
        nonlocal answered, cancelled
        try:
            async with asyncio.timeout(chance.choice((None, 0.002, 0.005, 0.01, 0.02))):
                reply = await proxied.call("probe_effect", F, nonce)
        except TimeoutError:
            cancelled += 1
        else:
            assert reply == nonce
            answered += 1

    async def caller(name: int, proxied: Store) -> None:
        for number in range(50):
            task = asyncio.create_task(one(b"%d-%d" % (name, number), proxied))
            if chance.random() < 0.3:
                for _ in range(chance.randrange(20)):
                    await asyncio.sleep(0)
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled() or task.exception() is None

    async with Proxy(server.port) as proxy, opened(proxy.url) as proxied:
        await proxied.start()
        proxy.delay_s = 0.005
        await asyncio.gather(*(caller(name, proxied) for name in range(40)))
        proxy.delay_s = 0
        echoes = [b"after-%d" % number for number in range(500)]
        assert await asyncio.gather(*(proxied.call_read("probe_echo", F, nonce) for nonce in echoes)) == echoes
    assert answered > 300
    assert cancelled > 300
    assert set(effects(server).values()) == {1}


async def test_a_call_cancelled_before_its_pipeline_is_never_sent(store: Store, server: Server) -> None:
    call = asyncio.create_task(store.call("probe_effect", F, b"given up"))
    await asyncio.sleep(0)
    call.cancel()
    await store.ping()
    assert call.cancelled()
    assert effects(server) == {}


async def test_a_lost_reply_is_unavailable_and_the_effect_happened_once(server: Server, store: Store) -> None:
    async with Proxy(server.port) as proxy, opened(proxy.url) as proxied:
        await proxied.start()
        proxy.loses_replies = True
        calls = [proxied.call("probe_effect", F, b"%d" % number) for number in range(20)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
        assert effects(server) == {b"%d" % number: 1 for number in range(20)}
        proxy.loses_replies = False
        assert await proxied.call("probe_effect", F, b"next") == b"next"


async def test_connections_that_break_at_random_double_no_effect_and_lose_no_answered_one(
    store: Store, server: Server
) -> None:
    chance = random.Random(3)
    answered: set[bytes] = set()
    unavailable = 0

    async def caller(name: int, proxied: Store) -> None:
        nonlocal unavailable
        for number in range(60):
            nonce = b"%d-%d" % (name, number)
            try:
                assert await proxied.call("probe_effect", F, nonce) == nonce
                answered.add(nonce)
            except StoreUnavailable:
                unavailable += 1

    async def breaker(proxy: Proxy) -> None:
        while True:
            proxy.loses_replies = not proxy.loses_replies
            await asyncio.sleep(chance.random() * 0.005)

    async with Proxy(server.port) as proxy, opened(proxy.url) as proxied:
        breaking = asyncio.create_task(breaker(proxy))
        await asyncio.gather(*(caller(name, proxied) for name in range(20)))
        breaking.cancel()
    assert unavailable > 50
    assert len(answered) > 50
    happened = effects(server)
    assert set(happened.values()) == {1}
    assert answered <= set(happened)


async def test_connections_that_the_store_ends_while_nothing_is_under_way_cost_no_call(
    store: Store, server: Server
) -> None:
    for _ in range(20):
        await asyncio.gather(*(store.call_read("probe_echo", F, b"x") for _ in range(BATCH * CONNECTIONS)))
        with server.client() as asked:
            asked.client_kill_filter(_type="normal", skipme=True)
        await asyncio.sleep(0.01)
        assert await store.call_read("probe_echo", F, b"x") == b"x"


async def test_it_recovers_by_itself_when_the_store_comes_back_empty(own_server: Server) -> None:
    async with opened(own_server.url) as store:
        await store.start()
        own_server.kill()
        with pytest.raises(StoreUnavailable):
            await store.ping()
        own_server.start()
        command = Attach(
            facility=F, now_ms=1, day=ServiceDay("20260922"), actor="test", replication_id="r", epoch="again"
        )
        result = wire.decode_result(await store.call("qf_attach", F, wire.encode(command)), AttachResult)
        assert result.epoch == "again"


async def test_a_store_that_is_not_there_is_unavailable_soon(own_server: Server) -> None:
    own_server.kill()
    async with opened(own_server.url) as store:
        async with asyncio.timeout(3):
            with pytest.raises(StoreUnavailable):
                await store.start()
        own_server.start()
        await store.start()


async def test_a_store_that_does_not_answer_is_unavailable_in_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "REPLY_S", 0.3)
    async with Proxy(server.port) as proxy, opened(proxy.url) as store:
        await store.start()
        proxy.is_silent = True
        async with asyncio.timeout(2):
            calls = [store.call_read("probe_echo", F, b"x") for _ in range(2000)]
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}


async def test_calls_beyond_the_bound_are_refused_at_once_and_the_rest_answered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "WAITING", 100)
    async with Proxy(server.port) as proxy, opened(proxy.url) as store:
        await store.start()
        proxy.delay_s = 0.05
        calls = [asyncio.create_task(store.call_read("probe_echo", F, b"%d" % number)) for number in range(150)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [call.done() for call in calls] == [False] * 100 + [True] * 50
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert outcomes[:100] == [b"%d" % number for number in range(100)]
        assert {type(outcome) for outcome in outcomes[100:]} == {StoreUnavailable}


OUTAGES = {
    "memory is full": {"maxmemory": "1"},
    "replicas are missing": {"min-replicas-to-write": "1"},
}


@pytest.mark.parametrize("outage", OUTAGES)
async def test_a_store_that_takes_no_changes_now_is_unavailable_and_no_bug(own_server: Server, outage: str) -> None:
    async with opened(own_server.url) as store:
        await store.start()
        with own_server.client() as asked:
            asked.function_load(PROBE)
            for name, value in OUTAGES[outage].items():
                asked.config_set(name, value)
        with pytest.raises(StoreUnavailable):
            await store.call("probe_effect", F, b"x")
        assert await store.call_read("probe_echo", F, b"x") == b"x"
    assert effects(own_server) == {}


async def test_a_store_that_became_a_replica_is_unavailable_and_no_bug(own_server: Server) -> None:
    async with opened(own_server.url) as store:
        await store.start()
        with own_server.client() as asked:
            asked.function_load(PROBE)
            asked.replicaof("127.0.0.1", 1)
        with pytest.raises(StoreUnavailable):
            await store.call("probe_effect", F, b"x")
        with own_server.client() as asked:
            asked.config_set("replica-serve-stale-data", "no")
        with pytest.raises(StoreUnavailable):
            await store.call_read("probe_echo", F, b"x")


async def test_a_store_that_is_busy_is_unavailable_and_no_bug(own_server: Server) -> None:
    with own_server.client() as asked:
        asked.function_load(PROBE)
        asked.config_set("busy-reply-threshold", 50)
    async with opened(own_server.url) as store, opened(own_server.url) as slow:
        await asyncio.gather(store.start(), slow.start())
        stuck = asyncio.create_task(slow.call("probe_slow", F, b""))
        await asyncio.sleep(0.3)
        with pytest.raises(StoreUnavailable):
            await store.call_read("probe_echo", F, b"x")
        with own_server.client() as asked:
            asked.function_kill()
        with pytest.raises(EngineFault):
            await stuck


@pytest.mark.parametrize("code", sorted(client.OUTAGE_CODES - {"ASK", "MOVED"}))
async def test_every_outage_that_a_store_has_a_word_for_is_unavailable(code: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            writer.write(f"-{code} the store says so\r\n".encode())
        writer.close()

    canned = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with canned, opened(f"redis://127.0.0.1:{canned.sockets[0].getsockname()[1]}") as store:
        with pytest.raises(StoreUnavailable):
            await store.call("qf_attach", F, b"")


async def test_a_function_that_fails_names_the_line_of_its_file(store: Store) -> None:
    with pytest.raises(EngineFault) as caught:
        await store.call("qf_attach", F, b"no map")
    assert "qf_attach" in str(caught.value)
    assert "shared/clock.lua:" in str(caught.value)
    await store.redis.set(keys.meta(F), "no hash")
    with pytest.raises(EngineFault, match=r"WRONGTYPE.*shared/clock\.lua:\d+"):
        await store.call("qf_attach", F, wire.encode(attach()))


async def test_a_fault_of_one_call_leaves_those_beside_it_alone(store: Store) -> None:
    outcomes = await asyncio.gather(
        store.call_read("probe_echo", F, b"1"),
        store.call("qf_attach", F, b"no map"),
        store.call("probe_number", F, b""),
        store.call("no_such_function", F, b""),
        store.call_read("probe_echo", F, b"2"),
        return_exceptions=True,
    )
    assert outcomes[0] == b"1"
    assert [type(outcome) for outcome in outcomes[1:4]] == [EngineFault] * 3
    assert outcomes[4] == b"2"


async def test_a_library_that_vanished_is_loaded_and_what_was_not_done_is_done_once(own_server: Server) -> None:
    async with opened(own_server.url) as store:
        await store.start()
        with own_server.client() as asked:
            asked.function_flush()
        results = await asyncio.gather(*(store.call("qf_attach", F, wire.encode(attach())) for _ in range(50)))
        answers = [wire.decode_result(result, AttachResult) for result in results]
        assert [answer.changed for answer in answers] == [True] + [False] * 49
    assert calls_counted(own_server) == 100


async def test_a_change_that_too_few_replicas_have_is_unavailable_though_it_happened(
    own_server: Server, tmp_path: Path
) -> None:
    with own_server.client() as asked:
        asked.function_load(PROBE)
        asked.config_set("repl-diskless-sync-delay", 0)
    async with opened(own_server.url, wait_replicas=1) as store:
        await store.start()
        with pytest.raises(StoreUnavailable):
            await store.call("probe_effect", F, b"alone")
        assert effects(own_server) == {b"alone": 1}
        assert await store.call_read("probe_echo", F, b"x") == b"x"
        with Server(own_server.binary, tmp_path / "replica") as replica:
            with replica.client() as asked:
                asked.replicaof("127.0.0.1", own_server.port)
                for _ in range(500):
                    if asked.info("replication")["master_link_status"] == "up":
                        break
                    await asyncio.sleep(0.02)
            before = store.round_trips
            assert await store.call("probe_effect", F, b"together") == b"together"
            assert store.round_trips == before + 1
            with replica.client() as asked:
                assert asked.hget("effects", "together") == b"1"


async def test_close_lets_what_is_under_way_end_and_refuses_the_rest(server: Server) -> None:
    async with Proxy(server.port) as proxy:
        store = Store(proxy.url)
        await store.start()
        proxy.delay_s = 0.05
        under_way = asyncio.create_task(store.call_read("probe_echo", F, b"x"))
        await asyncio.sleep(0.01)
        late = asyncio.create_task(store.call_read("probe_echo", F, b"y"))
        await asyncio.sleep(0)
        await store.close()
        assert await under_way == b"x"
        with pytest.raises(StoreUnavailable):
            await late
        with pytest.raises(StoreUnavailable):
            await store.ping()


def attach() -> Attach:
    return Attach(facility=F, now_ms=1, day=ServiceDay("20260922"), actor="test", replication_id="r", epoch="e")
