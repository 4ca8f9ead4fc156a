"""The day's end over HTTP and the feeds: whoever still waits is told, and why."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from queueflow import remote
from queueflow.model.ids import FacilityId, VisitId
from queueflow.web.auth import Role
from queueflow.web.journeys import DayAnswer
from tests.servers import Server
from tests.unit.live.wires import Reader
from tests.web.conftest import FACILITY, token_of
from tests.web.feed_reader import Worker, alone

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker(valkey: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worker]:
    async with alone(valkey, tmp_path_factory.mktemp("data")) as started:
        yield started


async def test_everybody_who_still_waits_is_told_that_the_hall_has_closed(worker: Worker) -> None:
    await worker.post("/rooms/room-1/open")
    called = await worker.check_in()
    waiting = await worker.check_in()
    await worker.post("/rooms/room-1/call-next")
    visit = VisitId(waiting["visit"]["id"])
    key = worker.hall.vault.link_key(FacilityId(FACILITY), visit)
    phone_query = f"view=visit&visit={visit}&k={key}"
    async with worker.feed(phone_query) as phone, worker.feed("view=board") as board:
        await phone.until(lambda reader: reader.frames)
        await board.until(lambda reader: called["ticket"]["id"] in reader.picture["tickets"])
        closed = await worker.post("/day/close")
        assert (closed.json()["ended"], closed.json()["waited"]) == (2, 2)
        ticket = waiting["ticket"]["id"]
        await phone.until(lambda reader: reader.picture["tickets"][ticket]["state"] == "cancelled")
        assert phone.reader.of_type("event")[-1]["name"] == "day.closed"
        await board.until(lambda reader: not reader.picture["tickets"])
        states = {room["state"] for room in board.reader.picture["rooms"].values()}
        assert (states, board.reader.of_type("event")[-1]["name"]) == ({"closed"}, "day.closed")
        assert not any(clinic["waiting"] for clinic in board.reader.picture["clinics"].values())
    # Whoever looks later is told why, too.
    async with worker.feed(phone_query, reader=Reader()) as later:
        await later.until(lambda reader: reader.frames)
        assert later.reader.picture["tickets"][ticket]["ended_reason"] == "day-closed"


async def test_what_staff_say_is_not_told_to_who_has_the_link(worker: Worker) -> None:
    said = await worker.check_in()
    await worker.post(f"/tickets/{said['ticket']['id']}/cancel", {"reason": "died-at-home"})
    key = worker.hall.vault.link_key(FacilityId(FACILITY), VisitId(said["visit"]["id"]))
    async with worker.feed(f"view=visit&visit={said['visit']['id']}&k={key}") as phone:
        await phone.until(lambda reader: reader.frames)
        assert phone.reader.picture["tickets"][said["ticket"]["id"]]["ended_reason"] is None
        assert "died" not in str(phone.reader.frames)


async def test_the_command_line_gives_the_answer_or_one_sentence(worker: Worker) -> None:
    def ask(token: str, url: str = f"http://{worker.host}", facility: str = FACILITY) -> DayAnswer:
        return remote.ask(url, f"/v1/facilities/{facility}/day/close", token, DayAnswer)

    await worker.check_in()
    answer = await asyncio.to_thread(ask, token_of(Role.ADMIN))
    assert (answer.ended, answer.waited) == (1, 1)
    for wrong, said in (
        ((token_of(Role.KIOSK),), "may not do this"),
        (("nobody",), "not signed in"),
        ((token_of(Role.ADMIN), f"http://{worker.host}", "nowhere"), "facility is not known"),
        ((token_of(Role.ADMIN), "http://127.0.0.1:1"), "no answer from"),
        ((token_of(Role.ADMIN), "not an address"), "no address of a server"),
    ):
        with pytest.raises(remote.Refused, match=said):
            await asyncio.to_thread(ask, *wrong)
    with pytest.raises(remote.Refused, match="not as queueflow does"):
        await asyncio.to_thread(
            remote.ask, f"http://{worker.host}", "/v1/facilities/small/day/close", token_of(Role.ADMIN), str
        )
