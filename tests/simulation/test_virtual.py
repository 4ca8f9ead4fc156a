from collections.abc import AsyncIterator
from datetime import date
from itertools import pairwise

import pytest

from queueflow.model.ids import PractitionerId, RoomId
from queueflow.model.ticket import TicketState
from queueflow.operations.rulesets import Rules, checked, read_texts
from queueflow.resources import root
from queueflow.simulation.arrivals import mix_of
from queueflow.simulation.outpatients import TESTS_A_VISIT, Plan, rehearsed
from queueflow.simulation.record import Day, Waited, Why
from queueflow.simulation.sandbox import sandbox
from queueflow.simulation.virtual import Habits, Hospital, Shift
from queueflow.store.client import Store
from tests.simulation.stations import START_MS, clinic, facility, guest, order, play, room

MIDNIGHT_MS = START_MS - 7 * 3600 * 1000
QUIET = Habits(walk_ms=(0, 0))


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with sandbox() as store:
        yield store


def shipped() -> Rules:
    return next(checked(text) for text in read_texts(root("routing_rules")) if text.folder.endswith("lang-son-general"))


async def hospital_day(store: Store, seed: int = 1, patients: int = 250) -> tuple[Day, dict[RoomId, int]]:
    rules = shipped()
    plan = Plan(
        mix=mix_of(rules.facility),
        patients=patients,
        seed=seed,
        midnight_ms=MIDNIGHT_MS,
        on=date(2026, 1, 1),
        tests_a_visit=TESTS_A_VISIT,
    )
    day = rehearsed(rules, plan)
    hospital = Hospital(
        store,
        day.publish,
        guests=day.guests,
        shifts=day.shifts,
        habits=Habits(),
        seed=seed,
        until_ms=MIDNIGHT_MS + 86_400_000,
    )
    return await hospital.play(), {one.id: one.places for one in day.publish.rooms}


async def test_the_same_seed_makes_the_same_day_and_another_seed_another(store: Store) -> None:
    async def again(seed: int) -> Day:
        await store.redis.flushall()
        return (await hospital_day(store, seed, patients=120))[0]

    first = await again(1)
    assert await again(1) == first
    assert await again(2) != first


async def test_on_a_day_of_the_shipped_hospital_everybody_leaves_and_no_room_holds_more_than_it_can(
    store: Store,
) -> None:
    day, places = await hospital_day(store)
    assert len(day.stays) == 250
    assert all(stay.left_ms is not None for stay in day.stays)
    assert all(wait.outcome is not None for wait in day.waits)
    assert {wait.why for wait in day.waits} == set(Why)
    in_room: dict[RoomId, list[tuple[int, int]]] = {}
    for wait in day.waits:
        if wait.room is not None and wait.called_ms is not None and wait.started_ms is not None:
            in_room.setdefault(wait.room, []).append((wait.started_ms, wait.ended_ms or 0))
    for name, stays in in_room.items():
        steps = sorted([(begin, 1) for begin, _ in stays] + [(end, -1) for _, end in stays])
        inside = 0
        for _, by in steps:
            inside += by
            assert inside <= places[name]


async def test_who_comes_first_is_called_first_and_waits_as_long_as_those_before_take(store: Store) -> None:
    house = facility([clinic("eye")], [room("r1", "eye")])
    day = await play(store, house, [guest(n, at_s=60 * n, stays_s={"eye": (600,)}) for n in range(4)])
    assert [wait.wait_s for wait in day.waits] == [0, 540, 1080, 1620]
    assert [wait.position for wait in day.waits] == [1, 1, 2, 3]
    assert [wait.waiting for wait in day.waits] == [0, 0, 1, 2]
    assert [wait.rooms_open for wait in day.waits] == [1, 1, 1, 1]
    assert day.ended_ms == START_MS + 2_400_000


async def test_a_break_begins_once_nobody_is_inside_and_nobody_is_called_in_it(store: Store) -> None:
    house = facility([clinic("eye")], [room("r1", "eye")])
    shift = Shift(RoomId("r1"), START_MS, breaks_ms=((START_MS + 300_000, 1_200_000),))
    day = await play(store, house, [guest(n, at_s=0, stays_s={"eye": (600,)}) for n in range(2)], shifts=[shift])
    assert [wait.wait_s for wait in day.waits] == [0, 1800]
    assert [(hours.from_ms - START_MS, (hours.to_ms or 0) - START_MS) for hours in day.hours] == [
        (0, 600_000),
        (1_800_000, 2_400_000),
    ]


async def test_who_never_comes_is_called_three_times_and_who_is_late_comes_at_another_call(store: Store) -> None:
    house = facility([clinic("eye")], [room("r1", "eye")])
    guests = [
        guest(1, at_s=0, stays_s={"eye": (600,)}, no_show=True),
        guest(2, at_s=0, stays_s={"eye": (600,)}, late=True),
        guest(3, at_s=0, stays_s={"eye": (600,)}),
    ]
    day = await play(store, house, guests, habits=QUIET)
    assert [wait.wait_s for wait in day.waits] == [0, 120, 240]
    assert [wait.outcome for wait in day.waits] == [TicketState.NO_SHOW, TicketState.DONE, TicketState.DONE]
    assert [stay.finished for stay in day.stays] == [False, True, True]
    assert [stay.left_ms and (stay.left_ms - START_MS) // 1000 for stay in day.stays] == [120, 1440, 840]


async def test_who_is_sent_for_tests_comes_back_to_the_same_room_once_the_results_are_there(store: Store) -> None:
    house = facility([clinic("eye"), clinic("blood")], [room("r1", "eye"), room("r2", "eye"), room("r3", "blood")])
    stays = {"eye": (600.0, 120.0), "blood": (60.0,)}
    sent = guest(1, at_s=0, stays_s=stays, orders=lambda *_: (order("blood"),), results_s={"blood": 1800})
    doctors = [Shift(one.id, START_MS, PractitionerId(f"dr-{one.id}")) for one in house.rooms]
    # Another comes before the return, so that the other room is the free one.
    day = await play(store, house, [sent, guest(2, at_s=2400, stays_s={"eye": (600,)})], shifts=doctors)
    first, blood, other, back = day.waits
    assert [one.why for one in (first, blood, other, back)] == [Why.CHECK_IN, Why.ORDERED, Why.CHECK_IN, Why.RETURNING]
    assert (first.outcome, back.outcome) == (TicketState.SUSPENDED, TicketState.DONE)
    assert (back.joined_ms - START_MS) / 1000 == 600 + 60 + 1800
    assert back.room == first.room
    assert day.stays[0].left_ms == (back.called_ms or 0) + 120_000


async def test_a_patient_changes_to_a_test_that_has_become_quicker(store: Store) -> None:
    house = facility(
        [clinic("eye"), clinic("blood"), clinic("x-ray")], [room("r1", "eye"), room("r2", "blood"), room("r3", "x-ray")]
    )
    stays = {"eye": (600.0, 120.0), "blood": (600.0,), "x-ray": (600.0,)}
    sent = guest(1, at_s=0, stays_s=stays, orders=lambda *_: (order("blood", group=1), order("x-ray", group=1)))
    ahead = [guest(2 + n, at_s=60, stays_s={"blood": (600,)}) for n in range(3)]
    closed = Shift(RoomId("r3"), START_MS + 700_000)
    shifts = [*(Shift(one.id, START_MS) for one in house.rooms[:2]), closed]
    day = await play(store, house, [sent, *ahead], shifts=shifts, habits=QUIET)
    mine = [wait for wait in day.waits if wait.serial == 1]
    assert [(wait.clinic, wait.outcome) for wait in mine] == [
        ("eye", TicketState.SUSPENDED),
        ("blood", TicketState.PLANNED),
        ("x-ray", TicketState.DONE),
        ("blood", TicketState.DONE),
        ("eye", TicketState.DONE),
    ]
    assert _in_order(mine)


def _in_order(waits: list[Waited]) -> bool:
    return all((one.ended_ms or 0) <= two.joined_ms for one, two in pairwise(waits))
