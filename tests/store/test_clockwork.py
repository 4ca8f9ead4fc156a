"""What happens by the clock alone, against the real engine."""

import asyncio
from contextlib import suppress

import msgspec
import pytest

from queueflow.model.facility import Clinic, Facility, Room
from queueflow.model.ids import ServiceId
from queueflow.model.priority import PriorityClass
from queueflow.model.ticket import TicketState
from queueflow.operations import clockwork
from queueflow.operations.clockwork import Clockwork
from queueflow.store.library import shipped
from tests.store.hall import CLINICS, FACILITY, PRIORITIES, ROOMS, Hall, clinic

HOSPITAL = Facility(
    id=FACILITY,
    name={"vi": "Mẫu"},
    time_zone="Asia/Ho_Chi_Minh",
    languages=("vi",),
    services=(),
    clinics=tuple(Clinic(one.id, {}, (ServiceId("exam"),), one.series) for one in CLINICS),
    rooms=tuple(Room(one.id, {}, one.clinics) for one in ROOMS),
    priorities=tuple(PriorityClass(one.id) for one in PRIORITIES),
    closing="19:00",
)
EVENING_MS = 12 * 3600 * 1000


def clock_of(hall: Hall) -> Clockwork:
    return Clockwork(hall.engine, {FACILITY: HOSPITAL}, lambda: hall.now_ms)


async def test_the_hall_closes_once_at_its_hour_whoever_ticks(hall: Hall) -> None:
    await hall.open()
    await hall.check_in()
    one, other = clock_of(hall), clock_of(hall)
    await one.tick(HOSPITAL)
    assert await hall.numbers() == ["A001"]
    hall.now_ms += EVENING_MS
    await one.tick(HOSPITAL)
    assert (await hall.board()).tickets == ()
    # Who comes later is not sent away by the other worker's clock, nor by this one's next tick.
    await hall.check_in()
    await other.tick(HOSPITAL)
    await one.tick(HOSPITAL)
    assert await hall.numbers() == ["A002"]
    assert (await hall.names()).count("day.closed") == 1


async def test_a_tick_makes_the_no_shows_that_the_policy_asks_for(hall: Hall) -> None:
    eye = msgspec.structs.replace(clinic("eye", "A"), no_show_after_s=60, no_show_calls=1)
    await hall.publish(clinics=(eye, *CLINICS[1:]))
    await hall.open()
    await hall.ticket_in(TicketState.CALLED)
    hall.later(61)
    await clock_of(hall).tick(HOSPITAL)
    assert [ticket.state for ticket in (await hall.board()).tickets] == [TicketState.NO_SHOW]


async def test_the_clock_goes_on_after_a_fault(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "_EVERY_S", 0.01)
    broken = shipped().text.replace("no_shows = no_shows(c)", "no_shows = nothing(c)")
    await hall.store.redis.function_load(broken, replace=True)
    running = asyncio.create_task(clock_of(hall).run())
    await asyncio.sleep(0.1)
    assert not running.done()
    await hall.store.redis.function_load(shipped().text, replace=True)
    hall.now_ms += EVENING_MS
    async with asyncio.timeout(10):
        while "day.closed" not in await hall.names():  # noqa: ASYNC110  (another process says it)
            await asyncio.sleep(0.02)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
