"""A network that loses the store's replies, and a library that is loaded by many at once."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.floor import LONG, Floor, Kiosks, assert_each_exists_once, assert_repeated_alike, audited, ready
from tests.faults.lossy import LossyProxy
from tests.servers import Server, valkey_binary

PATIENTS = 20_000 if LONG else 150

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


async def test_as_many_tickets_as_keys_when_a_fifth_of_the_replies_is_lost(tmp_path: Path) -> None:
    with Server(valkey_binary(), tmp_path / "store") as store, store.client() as client:
        proxy = LossyProxy(store.port, loss=0.0)
        async with proxy.running(), Floor(tmp_path / "data", store_url=proxy.url) as floor:
            kiosks = Kiosks(floor, "f")
            proxy.loss = 0.2
            await kiosks.all_check_in(PATIENTS, patience_s=3000 if LONG else 60)
            assert proxy.lost > 0
            assert len(kiosks.refused) > PATIENTS / 20, "too few replies were lost to prove anything"
            await repeated_through_losses(floor, kiosks)
            proxy.loss = 0.0
            await ready(floor)
            assert_each_exists_once(audited(client), kiosks)
            await assert_repeated_alike(floor, kiosks, list(kiosks.answers)[::7])


async def repeated_through_losses(floor: Floor, kiosks: Kiosks) -> None:
    """Repeated while replies go on being lost: whatever is answered is the answer of the first time."""
    async with floor.client() as client:
        for key, first in list(kiosks.answers.items())[::5]:
            again = await kiosks.send(client, key)
            assert again.status_code in (201, 503)
            if again.status_code == 201:
                assert again.content == first.content


@pytest.mark.parametrize("others", [0, 2])
async def test_workers_that_start_at_once_load_the_library_once(tmp_path: Path, others: int) -> None:
    """`others`: more servers that start on the same store at the same moment."""
    with Server(valkey_binary(), tmp_path / "store") as store:
        floors = [
            Floor(tmp_path / f"data-{n}", workers=4 if not others else 2, store_url=store.url)
            for n in range(others + 1)
        ]
        await asyncio.gather(*(floor.start() for floor in floors))
        try:
            for floor in floors:
                await ready(floor)
            with store.client() as client:
                assert client.get("qf:library") == b"1"
                kept = audited(client)
                assert kept.meta["version"] == "1", "the same rules were published more than once"
            await asyncio.gather(*(Kiosks(floor, f"g{n}").all_check_in(4) for n, floor in enumerate(floors)))
        finally:
            await asyncio.gather(*(floor.stop() for floor in floors))


async def test_a_store_that_lost_the_library_gets_it_again(tmp_path: Path) -> None:
    with Server(valkey_binary(), tmp_path / "store") as store:
        async with Floor(tmp_path / "data", store_url=store.url) as floor:
            kiosks = Kiosks(floor, "h")
            await kiosks.all_check_in(8)
            with store.client() as client:
                client.function_flush()
                await kiosks.all_check_in(8)
                assert not kiosks.refused
                assert_each_exists_once(audited(client), kiosks)
