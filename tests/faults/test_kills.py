"""kill -9 of workers, of the store, of everything, while patients check in: whoever was told a number has it."""

import asyncio
import itertools
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.floor import (
    LONG,
    Floor,
    Kiosks,
    assert_each_exists_once,
    assert_repeated_alike,
    audited,
    ready,
)

KILLS = 60 if LONG else 3
PATIENCE_S = KILLS * 10 + 60

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


async def test_no_check_in_is_lost_or_doubled_when_workers_are_killed(tmp_path: Path) -> None:
    async with Floor(tmp_path) as floor:
        kiosks = Kiosks(floor, "a")
        async with kiosks.arriving(patience_s=PATIENCE_S):
            for _ in range(KILLS):
                await kiosks.some_more(30)
                floor.signal(floor.worker_pids()[0])  # the oldest, so that each has its turn
        await the_truth_is_what_was_told(floor, kiosks)
        await ready(floor)
    assert kiosks.tries > len(kiosks.answers), "no kill hit a request: the test has proved nothing"


async def test_no_check_in_is_lost_or_doubled_when_the_store_is_killed(tmp_path: Path) -> None:
    async with Floor(tmp_path) as floor:
        kiosks = Kiosks(floor, "b")
        async with kiosks.arriving(patience_s=PATIENCE_S):
            for _ in range(KILLS):
                await kiosks.some_more(30)
                floor.signal(floor.store_pid())
        await the_truth_is_what_was_told(floor, kiosks)
    assert kiosks.refused, "no kill hit a request: the test has proved nothing"


async def test_nothing_that_was_answered_is_lost_when_everything_is_killed(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    kiosks = Kiosks(floor, "c")
    await floor.start()
    for _ in range(KILLS if LONG else 2):
        async with kiosks.arriving(patience_s=PATIENCE_S):
            await kiosks.some_more(30)
            await floor.kill_everything()
            await floor.start()
        await the_truth_is_what_was_told(floor, kiosks)
    await floor.stop()
    assert kiosks.tries > len(kiosks.answers), "no kill hit a request: the test has proved nothing"


async def test_a_store_that_stands_still_is_answered_with_503_and_recovers_by_itself(tmp_path: Path) -> None:
    async with Floor(tmp_path, workers=1) as floor:
        kiosks = Kiosks(floor, "d")
        await kiosks.all_check_in(3)
        store = floor.store_pid()
        floor.signal(store, signal.SIGSTOP)
        try:
            began = time.monotonic()
            async with floor.client() as client:
                answer, unready = await asyncio.gather(kiosks.send(client, "d-3"), client.get("/readyz"))
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:queueflow:problem:store-unavailable")
            assert int(answer.headers["retry-after"]) > 0
            assert unready.status_code == 503
            assert time.monotonic() - began < 8
        finally:
            floor.signal(store, signal.SIGCONT)
        await ready(floor)
        # The request that was answered with 503 was carried out when the store woke up, or is now: once either way.
        await kiosks.all_check_in(2)
        with floor.store() as client:
            assert_each_exists_once(audited(client), kiosks)


async def test_a_kiosk_that_hangs_up_has_its_one_ticket_when_it_comes_again(tmp_path: Path) -> None:
    async with Floor(tmp_path) as floor:
        kiosks = Kiosks(floor, "e")

        async def hang_up(key: str, after_s: float) -> None:
            async with floor.client(after_s) as client:
                try:
                    kiosks.answers[key] = await kiosks.send(client, key)
                except httpx.TransportError:
                    return

        delays = itertools.cycle((0.0005, 0.001, 0.002, 0.004, 0.008))
        await asyncio.gather(*(hang_up(f"e-{n}", next(delays)) for n in range(60)))
        hung_up = 60 - len(kiosks.answers)
        assert hung_up
        until = time.monotonic() + 20
        async with floor.client() as client:
            await asyncio.gather(*(kiosks.check_in(client, n, until) for n in range(60)))
        with floor.store() as store:
            assert_each_exists_once(audited(store), kiosks)


async def the_truth_is_what_was_told(floor: Floor, kiosks: Kiosks) -> None:
    with floor.store() as store:
        assert_each_exists_once(audited(store), kiosks)
    await assert_repeated_alike(floor, kiosks, list(kiosks.answers)[:: max(1, len(kiosks.answers) // 20)])
