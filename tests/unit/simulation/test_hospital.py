import asyncio

import pytest

from queueflow.simulation.hospital import Floor, Intention, Intentions, IssuedTicket
from tests.unit.simulation.frames import event, room, snapshot

STRANGER = Intention(99.0, stranger=True)


async def test_a_doctor_who_hears_of_a_ticket_first_waits_for_the_kiosks_answer() -> None:
    intentions = Intentions(STRANGER)
    asking = asyncio.create_task(intentions.of("t1"))
    await asyncio.sleep(0)
    await intentions.tell(IssuedTicket("t1", "v1", 1), Intention(5.0))
    assert await asking == Intention(5.0)


async def test_whom_no_kiosk_checked_in_is_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queueflow.simulation.hospital._UNANSWERED_S", 0.01)
    intentions = Intentions(STRANGER)
    assert await intentions.of("t9") == STRANGER
    assert "t9" not in intentions.ours


async def test_whoever_scans_twice_keeps_what_they_meant_to_do_first() -> None:
    intentions = Intentions(STRANGER)
    assert await intentions.tell(IssuedTicket("t1", "v1", 1), Intention(5.0))
    assert not await intentions.tell(IssuedTicket("t1", "v1", 1), Intention(7.0))
    assert await intentions.of("t1") == Intention(5.0)


async def test_the_highest_revision_that_was_answered_is_kept() -> None:
    intentions = Intentions(STRANGER)
    for revision in (1, 3, 2):
        intentions.note(IssuedTicket("t1", "v1", revision))
    assert intentions.answered == {"t1": 3}


async def test_whoever_was_late_once_comes_the_next_time() -> None:
    intentions = Intentions(STRANGER)
    await intentions.tell(IssuedTicket("t1", "v1", 1), Intention(5.0, late=True))
    intentions.hurry("t1")
    assert await intentions.of("t1") == Intention(5.0)


async def test_who_has_left_is_forgotten() -> None:
    intentions = Intentions(STRANGER)
    for name in ("t1", "t2"):
        await intentions.tell(IssuedTicket(name, name, 1), Intention(5.0))
    intentions.forget({"t1", "t9"})
    assert intentions.answered.keys() == intentions.visits.keys() == set(intentions.ours) == {"t2"}


def test_a_bell_rings_for_its_own_clinics_and_rooms_and_for_a_snapshot() -> None:
    floor = Floor()
    with floor.bell(["101", "eye"]) as bell, floor.bell(["102"]) as other:
        floor.ring(event(1, "room.opened", rooms=room("101")))
        assert bell.is_set()
        assert not other.is_set()
        bell.clear()
        floor.ring(event(2, "clinic.updated", clinics={"eye": {}}))
        assert bell.is_set()
        floor.ring(snapshot(3))
        assert other.is_set()
    bell.clear()
    floor.ring_all()
    assert not bell.is_set()
