"""Screens that stay open while workers and the store are killed: none misses, doubles or invents anything."""

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest

from queueflow.model.ticket import TicketState
from queueflow.web.auth import Role
from tests.faults.display import Display
from tests.faults.floor import LONG, Floor, Kiosks, assert_each_exists_once, audited, ready
from tests.web.conftest import V1, token_of

ROUNDS = 40 if LONG else 2

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


async def test_every_screen_converges_when_workers_and_store_are_killed(tmp_path: Path) -> None:
    async with Floor(tmp_path) as floor:
        views = (
            ("view=board", Role.DISPLAY),
            ("view=board&clinics=internal-1", Role.DISPLAY),
            ("view=floor", Role.CONSOLE),
            ("view=console&room=room-1", Role.CONSOLE),
        )
        displays = [Display(floor, query, role) for query, role in views for _ in range(2)]
        kiosks = Kiosks(floor, "f")
        async with AsyncExitStack() as stack:
            for display in displays:
                await stack.enter_async_context(display.running())
            doctor = asyncio.create_task(see_patients(floor))
            stack.callback(doctor.cancel)
            async with kiosks.arriving(at_once=4, patience_s=ROUNDS * 30 + 30):
                for _ in range(ROUNDS):
                    await kiosks.some_more(15)
                    floor.signal(floor.worker_pids()[0])  # the oldest, so that each has its turn
                    await kiosks.some_more(15)
                    floor.signal(floor.store_pid())
            assert not doctor.done(), doctor
            doctor.cancel()
            await ready(floor)
            for display in displays:
                await display.converges()
            with floor.store() as store:
                kept = audited(store)
            assert_each_exists_once(kept, kiosks)
            assert sum(ticket.state is TicketState.DONE for ticket in kept.tickets.values()) >= 3
    assert sum(display.events for display in displays) > 100
    assert all(display.connections > 1 for display in displays), "no kill cut a feed: the test has proved nothing"


async def see_patients(floor: Floor) -> None:
    """A doctor's day: whoever comes next is called, seen and done, whatever the server says in between."""
    headers = {"Authorization": f"Bearer {token_of(Role.CONSOLE)}"}
    async with floor.client() as client:

        async def post(path: str) -> httpx.Response | None:
            with suppress(httpx.TransportError):
                return await client.post(f"{V1}{path}", headers=headers, json={})
            return None

        while True:
            await asyncio.sleep(0.02)
            answer = await post("/rooms/room-1/call-next")
            if answer is not None and answer.status_code == 409:
                await post("/rooms/room-1/open")
                for one in await waiting_for_the_doctor(floor, client):
                    await post(f"/tickets/{one}/start")
                    await post(f"/tickets/{one}/complete")
            elif answer is not None and answer.status_code == 200:
                ticket = answer.json()["id"]
                await post(f"/tickets/{ticket}/start")
                await post(f"/tickets/{ticket}/complete")


async def waiting_for_the_doctor(floor: Floor, client: httpx.AsyncClient) -> list[str]:
    """Tickets that are in the room since a call whose answer was lost."""
    with suppress(httpx.TransportError):
        answer = await client.get(f"{V1}/board")
        if answer.status_code == 200:
            return [name for name, one in answer.json()["state"]["tickets"].items() if one.get("room") == "room-1"]
    return []
