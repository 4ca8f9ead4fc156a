"""The hub on a stream that a test writes: what comes in, what fails, who waits for whom."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

import pytest

from queueflow.live import hub as hubs
from queueflow.live.close_codes import UNAVAILABLE, UNKNOWN
from queueflow.live.hub import Hub
from queueflow.live.request import Refused, read_since
from queueflow.live.views import BoardView, FloorView, VisitView
from queueflow.model.errors import Invalid, StoreUnavailable, UnknownClinic, UnknownFacility, UnknownVisit
from queueflow.model.events import AnyEvent
from queueflow.model.ids import FacilityId, TicketId, VisitId
from queueflow.model.live_state import Place, VisitRecord
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit
from queueflow.store.stream import Began, Lost, StreamItem, Told
from tests.unit.live.day import FACILITY, Day, facility, open_patient
from tests.unit.live.test_feeds import expected, expected_visit
from tests.unit.live.wires import Reader, ReaderWire


@pytest.fixture(scope="module", autouse=True)
def no_sockets() -> None:
    """An event loop has a pair of sockets of its own."""


class Script:
    """A store that says what a test puts in: a stream's items, or what a stream or a read fails with."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.items: asyncio.Queue[StreamItem | Exception] = asyncio.Queue()
        self.followers = 0
        self.failure: Exception | None = None
        self.reads: list[str] = []
        self.told = 0

    async def follow(self, facility: FacilityId) -> AsyncGenerator[StreamItem]:
        self.followers += 1
        while True:
            item = await self.items.get()
            if isinstance(item, Exception):
                raise item
            yield item

    async def past(self, facility: FacilityId, after: int, upto: int) -> Sequence[AnyEvent]:
        self._answer("past")
        return self.day.told[after - self.day.first : upto - self.day.first]

    async def visit(self, facility: FacilityId, visit: VisitId) -> VisitRecord:
        self._answer("visit")
        if visit not in self.day.visits:
            raise UnknownVisit
        return self.day.record(visit)

    async def places(self, facility: FacilityId, tickets: Sequence[TicketId]) -> Sequence[Place]:
        self._answer("places")
        places = [self.day.place(ticket) for ticket in tickets]
        return [place for place in places if place is not None]

    def open_patient(self, facility: FacilityId, visit: Visit) -> Patient:
        return open_patient(visit)

    def begin(self) -> None:
        self.told = len(self.day.told)
        self.items.put_nowait(Began(self.day.state()))

    def tell(self) -> None:
        """What has happened since."""
        for event in self.day.told[self.told :]:
            self.told += 1
            self.items.put_nowait(Told(self.day.first + self.told, event))

    def _answer(self, read: str) -> None:
        self.reads.append(read)
        if self.failure is not None:
            raise self.failure


@pytest.fixture
async def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    for name, value in (("HEARTBEAT_S", 0.02), ("MOVES_EVERY_S", 0.01), ("_RESTART_S", 0.01), ("CATCH_UP_S", 0.2)):
        monkeypatch.setattr(hubs, name, value)
    return Script(Day())


@pytest.fixture
async def hub(script: Script) -> AsyncIterator[Hub]:
    hub = Hub({FACILITY: facility()}, script, now_ms=lambda: script.day.now_ms, chance=lambda: 0.5)
    await hub.start()
    yield hub
    await hub.stop()


async def until(met: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + 3
    while not met():
        assert asyncio.get_running_loop().time() < deadline, "it did not come to that"
        await asyncio.sleep(0.005)


async def live(hub: Hub, script: Script) -> None:
    script.begin()
    await until(lambda: hub.is_live(FACILITY))


async def test_a_facility_is_live_from_its_first_state_until_the_store_is_lost(hub: Hub, script: Script) -> None:
    assert not hub.is_live(FACILITY)
    await live(hub, script)
    script.items.put_nowait(Lost())
    await until(lambda: not hub.is_live(FACILITY))
    script.day.check_in()
    script.tell()
    await until(lambda: hub.is_live(FACILITY))


async def test_a_fault_of_ours_begins_anew_and_is_said_loudly(
    hub: Hub, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    await live(hub, script)
    reader = Reader()
    await hub.listen(FACILITY, BoardView(), None, ReaderWire(reader))
    script.items.put_nowait(ZeroDivisionError("a fault"))
    await until(lambda: script.followers == 2)
    assert not hub.is_live(FACILITY)
    script.day.check_in()
    script.begin()
    await until(lambda: hub.is_live(FACILITY))
    assert reader.picture == expected(BoardView(), script.day)
    assert "following test-hospital failed" in caplog.text


async def test_heartbeats_go_on_though_one_of_them_failed(
    hub: Hub, script: Script, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(hub, script)
    reader = Reader()
    await hub.listen(FACILITY, BoardView(), None, ReaderWire(reader))
    monkeypatch.setattr(hub._feeds[FACILITY], "beat", lambda: 1 // 0)
    await until(lambda: "0.02 s failed" in caplog.text)
    monkeypatch.undo()
    await until(lambda: reader.of_type("heartbeat"))


async def test_what_came_before_is_asked_for_and_can_be_done_without(hub: Hub, script: Script) -> None:
    script.day.check_in()
    script.failure = StoreUnavailable()
    await live(hub, script)
    assert script.reads == ["past"]


async def test_who_comes_from_a_worker_that_is_ahead_is_kept_until_this_one_has_caught_up(
    hub: Hub, script: Script
) -> None:
    await live(hub, script)
    script.day.check_in()
    reader = Reader(epoch="epoch-1", offset=1, picture=expected(FloorView(), script.day))
    joining = asyncio.create_task(hub.listen(FACILITY, FloorView(), read_since(reader.since), ReaderWire(reader)))
    await asyncio.sleep(0.05)
    assert not joining.done()
    script.day.check_in()
    script.tell()
    await joining
    assert reader.of_type("snapshot") == []
    assert reader.picture == expected(FloorView(), script.day)


async def test_who_comes_before_the_first_state_is_kept_a_moment_for_it(hub: Hub, script: Script) -> None:
    reader, early = Reader(), ReaderWire(Reader())
    joining = asyncio.create_task(hub.listen(FACILITY, FloorView(), None, ReaderWire(reader)))
    await asyncio.sleep(0.05)
    assert not joining.done()
    script.begin()
    await joining
    assert reader.picture == expected(FloorView(), script.day)
    never = Hub({FACILITY: facility()}, script, now_ms=lambda: 0, chance=lambda: 0.5)
    await never.listen(FACILITY, FloorView(), None, early)
    assert early.closed is UNAVAILABLE


async def test_who_claims_to_be_ahead_for_ever_gets_a_snapshot(hub: Hub, script: Script) -> None:
    await live(hub, script)
    reader = Reader()
    await hub.listen(FACILITY, FloorView(), read_since("epoch-1:99"), ReaderWire(reader))
    assert [frame["type"] for frame in reader.frames] == ["snapshot"]


async def test_a_visit_is_read_once_for_all_who_listen_to_it(hub: Hub, script: Script) -> None:
    visit = VisitView(script.day.tickets[script.day.check_in()].visit)
    await live(hub, script)
    readers = [Reader(), Reader()]
    for reader in readers:
        await hub.listen(FACILITY, visit, None, ReaderWire(reader))
        assert reader.picture == expected_visit(script.day, visit.visit)
    assert script.reads.count("visit") == 1


async def test_a_visit_that_is_not_there_is_refused_and_one_that_cannot_be_read_sent_away(
    hub: Hub, script: Script
) -> None:
    ticket = script.day.check_in()
    await live(hub, script)
    with pytest.raises(Refused) as refusal:
        await hub.listen(FACILITY, VisitView(VisitId("20260922-9999999999999")), None, ReaderWire(Reader()))
    assert refusal.value.code is UNKNOWN
    script.failure = StoreUnavailable()
    wire = ReaderWire(Reader())
    await hub.listen(FACILITY, VisitView(script.day.tickets[ticket].visit), None, wire)
    assert wire.closed is UNAVAILABLE
    assert hub.listening(FACILITY) == 0


async def test_places_are_asked_for_soon_after_a_move_and_again_when_that_failed(hub: Hub, script: Script) -> None:
    day = script.day
    before, mine = day.check_in(), day.check_in()
    visit = day.tickets[mine].visit
    await live(hub, script)
    reader = Reader()
    await hub.listen(FACILITY, VisitView(visit), None, ReaderWire(reader))
    await asyncio.sleep(0.05)
    assert "places" not in script.reads
    script.failure = StoreUnavailable()
    day.cancel(before)
    script.tell()
    await until(lambda: script.reads.count("places") >= 2)
    script.failure = None
    await until(lambda: reader.picture["tickets"][mine]["position"] == 1)
    assert reader.picture == expected_visit(day, visit)


async def test_in_a_new_epoch_the_visits_are_read_again(hub: Hub, script: Script) -> None:
    ticket, other = script.day.check_in(), script.day.check_in()
    visit, lost = script.day.tickets[ticket].visit, script.day.tickets[other].visit
    await live(hub, script)
    reader, wire = Reader(), ReaderWire(Reader())
    await hub.listen(FACILITY, VisitView(visit), None, ReaderWire(reader))
    await hub.listen(FACILITY, VisitView(lost), None, wire)
    script.day = Day(epoch="epoch-2")
    script.day.check_in("heart")
    script.begin()
    await until(lambda: reader.epoch == "epoch-2")
    assert reader.picture == expected_visit(script.day, visit)
    await until(lambda: wire.closed is UNKNOWN)


async def test_in_a_new_epoch_a_visit_that_cannot_be_read_is_sent_away_to_come_back(hub: Hub, script: Script) -> None:
    visit = script.day.tickets[script.day.check_in()].visit
    await live(hub, script)
    wire = ReaderWire(Reader())
    await hub.listen(FACILITY, VisitView(visit), None, wire)
    script.failure = StoreUnavailable()
    script.begin()
    await until(lambda: wire.closed is UNAVAILABLE)


async def test_a_board_is_refused_for_what_is_not_there(hub: Hub, script: Script) -> None:
    with pytest.raises(StoreUnavailable):
        hub.board(FACILITY, [])
    await live(hub, script)
    assert hub.board(FACILITY, ["eye", "ear"]) == hub.board(FACILITY, ["ear", "eye", "ear"])
    with pytest.raises(UnknownFacility):
        hub.board(FacilityId("nowhere"), [])
    with pytest.raises(UnknownClinic):
        hub.board(FACILITY, ["lung"])
    with pytest.raises(Invalid):
        hub.board(FACILITY, ["../eye"])


async def test_a_drain_waits_for_those_who_leave_but_not_for_ever(
    hub: Hub, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(hub, script)
    monkeypatch.setattr(hubs, "DRAIN_S", 0.2)
    loop = asyncio.get_running_loop()
    listener = await hub.listen(FACILITY, BoardView(), None, ReaderWire(Reader()))
    loop.call_later(0.05, hub.leave, FACILITY, listener)
    began = loop.time()
    await hub.drain()
    assert 0.04 < loop.time() - began < 0.19
    stays = Script(Day())
    another = Hub({FACILITY: facility()}, stays, now_ms=lambda: 0, chance=lambda: 0.5)
    await another.start()
    stays.begin()
    await until(lambda: another.is_live(FACILITY))
    await another.listen(FACILITY, BoardView(), None, ReaderWire(Reader()))
    began = loop.time()
    await another.drain()
    assert loop.time() - began >= 0.19
    await another.stop()


async def test_a_stopped_hub_leaves_nothing_running(script: Script) -> None:
    hub = Hub({FACILITY: facility()}, script, now_ms=lambda: 0, chance=lambda: 0.5)
    await hub.start()
    before = asyncio.all_tasks()
    await hub.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert len(before) == 5
