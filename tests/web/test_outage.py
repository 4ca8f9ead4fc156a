"""The store goes away in the middle of a day and comes back: honest answers in between, and it mends by itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.servers import Server, valkey_binary
from tests.web.conftest import Hospital, make_tokens, running, settings_for


@pytest_asyncio.fixture
async def own(tmp_path: Path) -> AsyncIterator[tuple[Hospital, Server]]:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    make_tokens(data_dir)
    with Server(valkey_binary(), tmp_path / "store", appendonly="yes", appendfsync="always") as server:
        async with running(settings_for(server, data_dir)) as client:
            yield Hospital(client, data_dir), server


async def ready(hospital: Hospital, wanted: int) -> dict[str, object]:
    """What /readyz says once it has that status; fails when it does not within 20 s."""
    async with asyncio.timeout(20):
        while True:
            answer = await hospital.call("GET", "/readyz", None)
            if answer.status_code == wanted:
                return answer.json()
            await asyncio.sleep(0.05)


async def test_a_dead_store_is_said_and_mends_itself(own: tuple[Hospital, Server]) -> None:
    hospital, server = own
    assert (await ready(hospital, 200))["status"] == "ready"
    kept = (await hospital.check_in("before", identity={"scheme": "mrn", "value": "kept"})).json()
    await asyncio.to_thread(server.kill)

    said = await ready(hospital, 503)
    assert (said["status"], said["store"]) == ("not ready", "unreachable")
    for answer in (
        await hospital.check_in("during", identity={"scheme": "mrn", "value": "during"}),
        await hospital.post("/rooms/room-1/call-next"),
        await hospital.get("/clinics/internal-1/queue"),
    ):
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:queueflow:problem:store-unavailable"
        assert int(answer.headers["retry-after"]) >= 1
    # What needs no store still answers.
    assert (await hospital.call("GET", "/healthz", None)).status_code == 200
    assert (await hospital.call("GET", "/kiosk/small", None)).status_code == 200
    assert (await hospital.get("", None)).status_code == 200

    await asyncio.to_thread(server.start)
    await ready(hospital, 200)
    held = await hospital.check_in("after", identity={"scheme": "mrn", "value": "kept"})
    assert held.status_code == 200
    assert held.json()["ticket"]["id"] == kept["ticket"]["id"]
    again = await hospital.check_in("during", identity={"scheme": "mrn", "value": "during"})
    assert again.status_code == 201


async def test_a_server_that_starts_before_its_store_opens_by_itself(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    make_tokens(data_dir)
    server = Server(valkey_binary(), tmp_path / "store", appendonly="yes", appendfsync="always")
    try:
        async with running(settings_for(server, data_dir)) as client:
            hospital = Hospital(client, data_dir)
            assert (await ready(hospital, 503))["rules"] == "not published"
            assert (await hospital.check_in()).status_code == 503
            await asyncio.to_thread(server.start)
            await ready(hospital, 200)
            assert (await hospital.check_in()).status_code == 201
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_store_that_forgot_everything_is_given_the_rules_again(own: tuple[Hospital, Server]) -> None:
    hospital, server = own
    with server.client() as plain:
        plain.flushall()
    assert (await hospital.check_in()).status_code == 503
    await ready(hospital, 200)
    assert (await hospital.check_in()).status_code == 201


async def test_a_store_that_forgot_everything_gets_the_rules_though_nobody_asks_for_anything(
    own: tuple[Hospital, Server],
) -> None:
    hospital, server = own
    await ready(hospital, 200)
    with server.client() as plain:
        plain.flushall()
        async with asyncio.timeout(20):
            while not plain.keys("qf:{small}*"):  # noqa: ASYNC110 (another process writes them)
                await asyncio.sleep(0.1)
    await ready(hospital, 200)
    assert (await hospital.check_in()).status_code == 201


async def test_a_store_that_does_not_keep_what_it_acknowledges_is_warned_of(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    with Server(valkey_binary(), tmp_path / "store", appendonly="yes", appendfsync="everysec") as server:
        async with running(settings_for(server, data_dir)) as client:
            said = await ready(Hospital(client, data_dir), 200)
    assert [warning for warning in said["warnings"] if "appendfsync" in warning]  # type: ignore[attr-defined]
