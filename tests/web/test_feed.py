"""Feeds over real sockets: two workers on one Valkey, and everybody who may and may not listen."""

import asyncio
import json
import random
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from queueflow.live import hub
from queueflow.live.listener import LONGEST_STALL_S
from queueflow.model.ids import FacilityId, VisitId
from queueflow.web.auth import Role
from tests.servers import Server
from tests.unit.live.wires import Reader
from tests.web.conftest import FACILITY, make_tokens, settings_for, token_of
from tests.web.feed_reader import Listening, Worker, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "Hoàng Thị Chim Yến"
CARD = f"020185734922||{NAME}|17091985|Nữ|Thôn Chim Yến, Lạng Sơn|01072022"
ALLOWED = "https://screens.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers(valkey: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Worker, Worker]]:
    """Two workers on one empty store; the second sends by plain ASGI, as any server does."""
    with valkey.client() as plain:
        plain.flushall()
    data_dir = tmp_path_factory.mktemp("data")
    make_tokens(data_dir)
    settings = settings_for(valkey, data_dir, allowed_origins=(ALLOWED,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "HEARTBEAT_S", 0.1)
        started = [await Worker(settings).start(), await Worker(settings, ws="websockets-sansio").start()]
    yield started[0], started[1]
    for worker in started:
        await worker.stop()


def visit_query(worker: Worker, visit: str) -> str:
    key = worker.hall.vault.link_key(FacilityId(FACILITY), VisitId(visit))
    return urlencode({"view": "visit", "visit": visit, "k": key})


async def open_room(worker: Worker, room: str = "room-1", practitioner: str = "bs-mau") -> None:
    assert (await worker.post(f"/rooms/{room}/open", {"practitioner": practitioner})).status_code == 200


async def close_rooms(worker: Worker) -> None:
    """Everybody is done, so that the next test finds an empty hall."""
    board = (await worker.get("/board")).json()["state"]
    for id_, room in board["rooms"].items():
        for ticket in room["tickets"]:
            await worker.post(f"/tickets/{ticket}/start")
            await worker.post(f"/tickets/{ticket}/complete")
        await worker.post(f"/rooms/{id_}/close")


async def test_what_happens_at_one_worker_is_on_the_screens_of_every_other(workers: tuple[Worker, Worker]) -> None:
    here, there = workers
    async with here.feed("view=board") as near, there.feed("view=board") as far:
        await open_room(here)
        said = await here.check_in()
        ticket, number = said["ticket"]["id"], said["ticket"]["number"]
        called = await there.post("/rooms/room-1/call-next")
        for screen in (near, far):
            await screen.until(lambda reader: reader.picture["tickets"].get(ticket, {}).get("state") == "called")
            shown = screen.reader.picture["tickets"][ticket]
            assert (shown["number"], shown["room"], shown["calls"]) == (number, "room-1", 1)
            assert shown["called_at"] == called.json()["called_at"]
            names = [frame["name"] for frame in screen.reader.of_type("event")]
            assert names == ["room.opened", "ticket.issued", "ticket.called"]
    await close_rooms(here)


@pytest.mark.parametrize("at", [0, 1], ids=["ours", "plain"])
async def test_the_subprotocol_is_answered_and_the_token_is_not(workers: tuple[Worker, Worker], at: int) -> None:
    async with workers[at].feed("view=console&room=room-1", Role.CONSOLE) as console:
        await console.until(lambda reader: reader.frames)
        assert console.socket.subprotocol == "queueflow.v1"
        assert console.socket.response is not None
        assert token_of(Role.CONSOLE) not in str(console.socket.response.headers)


CHANCE = re.compile(
    r"[0-9]{8}-[0-9a-z]{13}(-[0-9]+)?|[0-9-]{10}T[0-9:.]{12}Z|\"epoch\": \"[^\"]*\"|\"p[59]0_s\": [0-9]+"
)
"""Ids, instants, epochs and waits: three digits of somebody's card come up in these by chance, once in some runs."""


async def test_only_staff_see_a_patients_name(workers: tuple[Worker, Worker]) -> None:
    here, there = workers
    said = await here.check_in(identity={"scheme": "cccd-qr", "value": CARD}, flags=["pregnant"])
    ticket, visit = said["ticket"]["id"], said["visit"]["id"]
    async with (
        here.feed("view=console&room=room-1", Role.CONSOLE) as console,
        there.feed("view=floor", Role.ADMIN) as floor,
        here.feed("view=board") as board,
        there.feed(visit_query(there, visit)) as phone,
    ):
        everybody = (console, floor, board, phone)
        for one in everybody:
            await one.until(lambda reader: ticket in reader.picture["tickets"])
        await open_room(there)
        await here.post("/rooms/room-1/call-next")
        for one in everybody:
            await one.until(lambda reader: reader.picture["tickets"][ticket]["state"] == "called")
        for staff in (console, floor):
            patient = staff.reader.picture["tickets"][ticket]["patient"]
            assert patient["name"] == NAME
            assert patient["birth_year"] == 1985
            assert patient["last3"] == "922"
        for public in (board, phone):
            told = CHANCE.sub("", json.dumps(public.reader.frames, ensure_ascii=False))
            assert not [one for one in ("Chim Yến", "1985", "922", "pregnant", "bs-mau", "law-2023") if one in told]
    await close_rooms(here)


@pytest.mark.parametrize(
    ("query", "role", "code"),
    [
        ("view=board", None, 0),
        ("view=board", Role.KIOSK, 0),
        ("view=board", Role.DISPLAY, 0),
        ("view=board", Role.CONSOLE, 0),
        ("view=board", Role.ADMIN, 0),
        ("view=console&room=room-1", None, 4401),
        ("view=console&room=room-1", Role.KIOSK, 4403),
        ("view=console&room=room-1", Role.DISPLAY, 4403),
        ("view=console&room=room-1", Role.CONSOLE, 0),
        ("view=console", Role.CONSOLE, 0),
        ("view=console", Role.ADMIN, 0),
        ("view=floor", None, 4401),
        ("view=floor", Role.KIOSK, 4403),
        ("view=floor", Role.DISPLAY, 4403),
        ("view=floor", Role.CONSOLE, 0),
        ("view=floor", Role.ADMIN, 0),
        ("view=visit&visit=20260922-0123456789abc", Role.ADMIN, 4403),
        ("view=visit&visit=20260922-0123456789abc&k=AAAAAAAAAAAAAAAAAAAAAA", None, 4403),
        ("view=board&clinics=lungs", None, 4404),
        ("view=console&room=room-77", Role.CONSOLE, 4404),
        ("view=wall", None, 4400),
        ("", None, 4400),
        ("view=board&clinics=", None, 4400),
        ("view=board&clinics=a%00b", None, 4400),
        ("view=board&clinics=%ff", None, 4400),
        ("view=board&" + "&".join(f"x{n}=1" for n in range(20)), None, 4400),
        ("view=visit&visit=../../x&k=x", None, 4400),
    ],
)
async def test_every_view_is_for_whom_it_is_for(
    workers: tuple[Worker, Worker], query: str, role: str | None, code: int
) -> None:
    async with workers[0].feed(query, role) as listening:
        if code == 0:
            await listening.until(lambda reader: reader.of_type("snapshot"))
        else:
            assert (await listening.closed())[0] == code
            assert listening.reader.frames == []


@pytest.mark.parametrize("query", ["view=board", "view=floor"])
@pytest.mark.parametrize("token", ["nobodys", token_of(Role.ADMIN, "other")])
async def test_a_token_that_is_not_good_here_is_refused_even_at_the_board(
    workers: tuple[Worker, Worker], query: str, token: str
) -> None:
    async with workers[0].feed(query, token=token) as listening:
        assert await listening.closed() == ((4401, "unauthenticated") if token == "nobodys" else (4403, "forbidden"))


async def test_what_the_handshake_must_have_is_asked_for(workers: tuple[Worker, Worker]) -> None:
    here = workers[0]
    async with here.feed("view=board", subprotocols=["chat"]) as listening:
        assert await listening.closed() == (4400, "bad request")
        assert listening.socket.subprotocol is None
    async with here.feed("view=floor", Role.ADMIN, subprotocols=["queueflow.v1", "bearer.another"]) as listening:
        assert (await listening.closed())[0] == 4400
    async with here.feed("view=board", facility="nowhere") as listening:
        assert await listening.closed() == (4404, "unknown")


async def test_a_visits_key_opens_that_visit_and_no_other(workers: tuple[Worker, Worker]) -> None:
    here = workers[0]
    mine, other = [(await here.check_in())["visit"]["id"] for _ in range(2)]
    query = visit_query(here, mine)
    async with here.feed(query) as listening:
        await listening.until(lambda reader: reader.picture["tickets"])
    async with here.feed(query.replace(mine, other)) as listening:
        assert await listening.closed() == (4403, "forbidden")
    async with here.feed(visit_query(here, "20260922-0123456789abc")) as listening:
        assert await listening.closed() == (4404, "unknown")


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        (None, True),
        ("http://{host}", True),
        ("https://{host}", True),
        (ALLOWED, True),
        ("null", False),
        ("https://evil.example", False),
        ("http://{host}.evil.example", False),
        ("http://evil.example/{host}", False),
        ("http://127.0.0.1:1", False),
        ("http://127.0.0.1", False),
        ("HTTP://{host}", False),
        ("ftp://{host}", False),
        (ALLOWED.upper(), False),
        (ALLOWED + ":443", False),
        (ALLOWED + "/", False),
        (ALLOWED + ".evil.example", False),
        ("https://xscreens.example", False),
    ],
)
async def test_a_page_of_another_origin_does_not_even_get_a_handshake(
    workers: tuple[Worker, Worker], origin: str | None, is_let_in: bool
) -> None:
    here = workers[0]
    more: dict[str, Any] = {} if origin is None else {"origin": Origin(origin.format(host=here.host))}
    if is_let_in:
        async with here.feed("view=board", **more) as listening:
            await listening.until(lambda reader: reader.frames)
        return
    with pytest.raises(InvalidStatus) as refused:
        async with here.feed("view=floor", Role.ADMIN, **more):
            pass
    assert refused.value.response.status_code == 403


async def test_two_origins_are_one_too_many(workers: tuple[Worker, Worker]) -> None:
    host = workers[0].host
    more: dict[str, Any] = {"additional_headers": [("Origin", f"http://{host}"), ("Origin", "https://evil.example")]}
    with pytest.raises(InvalidStatus):
        async with workers[0].feed("view=board", **more):
            pass


async def test_who_comes_back_at_another_worker_gets_all_that_was_missed_and_no_snapshot(
    workers: tuple[Worker, Worker],
) -> None:
    here, there = workers
    reader, visitor = Reader(), Reader()
    said = await here.check_in()
    visit = said["visit"]["id"]
    async with (
        here.feed("view=floor", Role.ADMIN, reader=reader) as floor,
        here.feed(visit_query(here, visit), reader=visitor) as phone,
    ):
        await floor.until(lambda reader: reader.frames)
        await phone.until(lambda reader: reader.frames)
    await open_room(here)
    await there.check_in()
    await here.post("/rooms/room-1/call-next")
    async with there.feed("view=floor", Role.ADMIN, reader=reader) as floor, here.feed("view=floor", Role.ADMIN) as new:
        await floor.until(lambda reader: "ticket.called" in {frame.get("name") for frame in reader.frames})
        await new.until(lambda reader: reader.frames)
        assert reader.picture == new.reader.picture
    async with there.feed(visit_query(there, visit), reader=visitor) as phone:
        await phone.until(lambda reader: reader.of_type("event"))
    names = [frame["name"] for frame in reader.of_type("event")]
    assert names == ["room.opened", "ticket.issued", "ticket.called"]
    assert len(reader.of_type("snapshot")) == len(visitor.of_type("snapshot")) == 1
    await close_rooms(here)


async def test_who_comes_back_at_a_worker_that_has_just_started_gets_no_snapshot_either(
    workers: tuple[Worker, Worker], valkey: Server
) -> None:
    here = workers[0]
    reader = Reader()
    await here.check_in()
    async with here.feed("view=board", reader=reader) as board:
        await board.until(lambda reader: reader.frames)
    await open_room(here)
    await here.post("/rooms/room-1/call-next")
    started = await Worker(settings_for(valkey, here.hall.tokens._path.parent)).start()
    try:
        async with started.feed("view=board", reader=reader) as board, here.feed("view=board") as other:
            await board.until(lambda reader: reader.of_type("event"))
            await other.until(lambda reader: reader.frames)
            assert reader.picture == other.reader.picture
    finally:
        await started.stop()
    assert len(reader.of_type("snapshot")) == 1
    await close_rooms(here)


@pytest.mark.parametrize("since", ["0:0", "x", "{epoch}:99999"])
async def test_a_position_that_is_not_known_gets_a_snapshot(workers: tuple[Worker, Worker], since: str) -> None:
    here = workers[0]
    async with here.feed("view=board") as board:
        await board.until(lambda reader: reader.frames)
    since = since.format(epoch=board.reader.epoch)
    async with here.feed(f"view=board&since={since}") as board:
        await board.until(lambda reader: reader.frames)
        assert board.reader.frames[0]["type"] == "snapshot"


async def test_the_place_of_a_visit_moves_by_itself(workers: tuple[Worker, Worker]) -> None:
    here, there = workers
    await close_rooms(here)
    await open_room(here)
    before = await here.check_in()
    mine = await here.check_in()
    ticket = mine["ticket"]["id"]
    assert mine["ticket"]["position"] > before["ticket"]["position"]
    async with there.feed(visit_query(there, mine["visit"]["id"])) as phone:
        await phone.until(lambda reader: reader.picture["tickets"])
        first = phone.reader.picture["tickets"][ticket]["position"]
        assert first == mine["ticket"]["position"]
        await here.post("/rooms/room-1/call-next")
        await phone.until(lambda reader: reader.picture["tickets"][ticket]["position"] == first - 1)
        assert phone.reader.of_type("event")[-1]["name"] == "clinic.updated"
        wait = phone.reader.picture["tickets"][ticket]["estimated_wait"]
        assert wait["p50_s"] <= wait["p90_s"]
    await close_rooms(here)


async def test_the_board_over_http_is_the_feeds_snapshot(workers: tuple[Worker, Worker]) -> None:
    here = workers[0]
    await here.check_in()
    await asyncio.sleep(0.1)
    async with here.feed("view=board&clinics=internal-1") as board:
        await board.until(lambda reader: reader.frames)
        snapshot = board.reader.frames[0]
        answer = (await here.get("/board?clinics=internal-1", Role.DISPLAY)).json()
    assert answer["state"] == snapshot["state"]
    assert (answer["epoch"], answer["offset"]) == (snapshot["epoch"], snapshot["offset"])


@pytest.mark.parametrize("at", [0, 1], ids=["ours", "plain"])
async def test_heartbeats_come_though_nothing_happens(workers: tuple[Worker, Worker], at: int) -> None:
    async with workers[at].feed("view=board&clinics=hiv-clinic") as board:
        await board.until(lambda reader: len(reader.of_type("heartbeat")) >= 2)
        assert board.reader.of_type("event") == []


@pytest.mark.parametrize("at", [0, 1], ids=["ours", "plain"])
async def test_a_listener_has_nothing_to_say(workers: tuple[Worker, Worker], at: int) -> None:
    async with workers[at].feed("view=board") as board:
        for _ in range(10):
            await board.socket.send("hello")
        await board.until(lambda reader: reader.of_type("heartbeat"))
        for _ in range(10):
            await board.socket.send("hello?")
        assert await board.closed() == (4400, "bad request")
    async with workers[at].feed("view=board") as board:
        await board.socket.send("x" * 20_000)
        assert (await board.closed())[0] == 1009
    await until(lambda: workers[at].hall.hub.listening(FACILITY) == 0)


@pytest.mark.parametrize("at", [0, 1], ids=["ours", "plain"])
async def test_a_listener_that_stops_reading_is_dropped_and_delays_nobody(
    workers: tuple[Worker, Worker], at: int
) -> None:
    worker = workers[at]
    feeds = worker.hall.hub._feeds[FACILITY]
    with socket.socket() as small:
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.connect(("127.0.0.1", worker.port))
        async with worker.feed("view=floor", Role.ADMIN) as healthy:
            await healthy.until(lambda reader: reader.frames)
            address = f"ws://{worker.host}/v1/facilities/{FACILITY}/feed?view=floor"
            offered = [Subprotocol("queueflow.v1"), Subprotocol(f"bearer.{token_of(Role.ADMIN)}")]
            stalled = await connect(address, subprotocols=offered, sock=small, max_queue=1)
            stalled.transport.pause_reading()
            await until(lambda: feeds.listening == 2)
            _, dead = feeds._listeners
            audience = feeds._listeners[dead]
            for _ in range(10_000):
                if dead.session.is_paused:
                    break
                dead.show(audience.snapshot(feeds.epoch, 0))
                await asyncio.sleep(0)
            assert dead.session.is_paused, "the kernel took it all"
            started = asyncio.get_running_loop().time()
            after = await worker.check_in()
            await healthy.until(lambda reader: after["ticket"]["id"] in reader.picture["tickets"])
            assert asyncio.get_running_loop().time() - started < 1
            for _ in range(LONGEST_STALL_S + 1):
                feeds.second()
            await until(lambda: feeds.listening == 1)
            stalled.transport.abort()
            assert not healthy.reading.done()


async def test_whoever_takes_part_in_a_long_day_sees_what_one_who_comes_in_the_evening_sees(
    workers: tuple[Worker, Worker], valkey: Server
) -> None:
    """Random moves through the public API; the workers' own bookkeeping against the store's."""
    dice = random.Random(7)
    queries = [
        ("view=floor", Role.ADMIN),
        ("view=board", None),
        ("view=board&clinics=internal-1", None),
        ("view=console&room=room-2", Role.CONSOLE),
        ("view=console", Role.CONSOLE),
    ]
    readers = [(query, role, Reader()) for query, role in queries for _ in range(2)]
    for _ in range(4):
        for worker, half in zip(workers, (readers[::2], readers[1::2]), strict=True):
            async with AsyncExitStack() as stack:
                feeds = [worker.feed(query, role, reader=reader) for query, role, reader in half]
                entered = [await stack.enter_async_context(feed) for feed in feeds]
                await some_moves(dice, workers)
                await settled(workers, entered)
    started = await Worker(settings_for(valkey, workers[0].hall.tokens._path.parent)).start()
    try:
        for at, (query, role, reader) in enumerate(readers):
            async with started.feed(query, role) as fresh, workers[at % 2].feed(query, role, reader=reader) as old:
                await fresh.until(lambda reader: reader.frames)
                await old.until(lambda reader: reader.offset >= fresh.reader.offset or reader.of_type("heartbeat"))
                await settled(workers, [old])
                assert timeless(reader.picture) == timeless(fresh.reader.picture), query
                assert len(reader.of_type("snapshot")) == 1, query
    finally:
        await started.stop()
    await close_rooms(workers[0])


def timeless(picture: dict[str, Any]) -> dict[str, Any]:
    """A picture without expected waits: they are of the instant at which they were told."""
    clinics = {name: {**clinic, "estimated_wait": None} for name, clinic in picture["clinics"].items()}
    return {**picture, "clinics": clinics}


async def some_moves(dice: random.Random, workers: tuple[Worker, Worker]) -> None:
    for _ in range(12):
        worker = dice.choice(workers)
        floor = (await worker.get("/board")).json()["state"]
        room = dice.choice(["room-1", "room-2", "room-9"])
        here = floor["rooms"][room]["tickets"]
        moves = ["start", "complete", "recall", "no-show", "requeue", "undo", "cancel"]
        what = dice.choice(["in", "in", "in", "next", "next", "move", "move", "move", "room"])
        if what == "in":
            service = dice.choice(["internal-medicine", "hiv-care", "information"])
            await worker.check_in(service=service, flags=dice.choice([[], ["pregnant"]]))
        elif what == "next":
            await worker.post(f"/rooms/{room}/call-next")
        elif what == "move" and here:
            await worker.post(f"/tickets/{here[0]}/{dice.choice(moves)}")
        else:
            await worker.post(f"/rooms/{room}/{dice.choice(['open', 'open', 'open', 'pause', 'close'])}")


async def settled(workers: tuple[Worker, Worker], listening: list[Listening]) -> None:
    """Every worker has heard of everything, and so have those who listen."""
    reads = workers[0].hall.reads
    head = (await reads.board(FacilityId(FACILITY), 0)).offset
    await until(lambda: all(worker.hall.hub._feeds[FACILITY].offset >= head for worker in workers))
    for one in listening:
        seen = len(one.reader.of_type("heartbeat"))
        await one.until(lambda reader, seen=seen: len(reader.of_type("heartbeat")) > seen)


async def test_an_event_costs_one_encoding_for_each_view_whoever_listens(workers: tuple[Worker, Worker]) -> None:
    here = workers[0]
    async with AsyncExitStack() as stack:
        boards = [await stack.enter_async_context(here.feed("view=board")) for _ in range(20)]
        floors = [await stack.enter_async_context(here.feed("view=floor", Role.ADMIN)) for _ in range(10)]
        for one in (*boards, *floors):
            await one.until(lambda reader: reader.frames)
        before = here.hall.hub.encoded
        await here.check_in(service="hiv-care")
        for one in (*boards, *floors):
            await one.until(lambda reader: reader.of_type("event"))
        assert here.hall.hub.encoded == before + 2
