"""Whatever stops a visit has, in groups, ordered on the way, waiting for something: it ends when staff act."""

from contextlib import suppress
from random import Random

import pytest

from queueflow.model.commands import Order
from queueflow.model.errors import NotAllowedInState
from queueflow.model.ids import TicketId
from queueflow.model.live_state import VisitRecord
from queueflow.model.ticket import FINAL, Ticket, TicketState
from queueflow.model.visit import VisitState
from tests.store.hall import CLINICS, FACILITY, PRIORITIES, ROOMS, Hall, clinic, order, room_setup

NAMES = ("pay", "lab", "xray", "scan")
ROOM_OF = {"eye": "r1", "ear": "r2", "heart": "r3", "pay": "r4", "lab": "r5", "xray": "r6", "scan": "r7"}
AT_A_STOP = {TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.ON_HOLD}
MOST_STEPS = 400
MOST_STOPS = 25


@pytest.fixture
async def hospital(hall: Hall) -> Hall:
    more = tuple(clinic(name, letter) for name, letter in zip(NAMES, "DEFG", strict=True))
    rooms = tuple(room_setup(ROOM_OF[name], name) for name in NAMES)
    await hall.publish(clinics=(*CLINICS, *more), rooms=(*ROOMS, *rooms), priorities=PRIORITIES)
    for number in range(1, 8):
        await hall.open(f"r{number}")
    return hall


def some_orders(dice: Random, most: int) -> tuple[Order, ...]:
    """Stops of which some are in groups, some wait for one or two things."""
    orders: list[Order] = []
    for _ in range(dice.randint(0, most)):
        waits_for = dice.choice(((), (), (), ("result",), ("payment", "result")))
        orders.append(order(dice.choice(tuple(ROOM_OF)), group=dice.choice((None, None, 1, 2)), waits_for=waits_for))
    return tuple(orders)


async def comes(hall: Hall, dice: Random) -> TicketId:
    """Somebody checks in with whatever the rules may give."""
    rest = some_orders(dice, 4)
    services = ("first", *(one.service for one in rest))
    result = await hall.check_in(
        dice.choice(tuple(ROOM_OF)),
        service="first",
        group=dice.choice((None, 1)),
        waits_for=dice.choice(((), (), ("referral",))),
        then=rest,
        came_for=dice.choice(services),
        person="p",
    )
    return result.ticket.id


async def act(hall: Hall, dice: Random, record: VisitRecord) -> None:
    """One thing that staff do about this visit; what cannot follow is refused, and they do another."""
    here = [one for one in record.journey if one.state in AT_A_STOP]
    missed = [one for one in record.journey if one.state is TicketState.NO_SHOW]
    awaited = [one for one in record.journey if one.waits_for and one.state not in FINAL]
    assert here or missed or awaited, f"nothing is under way, and nothing is waited for: {record.journey}"
    chosen = dice.choice(here or (*missed, *awaited))
    with suppress(NotAllowedInState):
        if dice.random() < 0.2:
            await hall.tick()
        elif chosen.state is TicketState.NO_SHOW:
            await dice.choice((hall.reinstate, hall.cancel))(chosen.id)
        elif chosen in here:
            await serve(hall, dice, chosen, len(record.journey))
        else:
            await hall.release(chosen.id, dice.choice(chosen.waits_for))


async def serve(hall: Hall, dice: Random, ticket: Ticket, stops: int) -> None:
    orders = some_orders(dice, 3) if stops < MOST_STOPS and dice.random() < 0.3 else ()
    match ticket.state:
        case TicketState.WAITING if dice.random() < 0.1:
            await hall.hold(ticket.id)
        case TicketState.WAITING:
            await hall.call(ticket.id, ROOM_OF[str(ticket.clinic)])
        case TicketState.ON_HOLD:
            await hall.resume(ticket.id)
        case TicketState.CALLED:
            await dice.choice((hall.start, hall.start, hall.start, hall.no_show, hall.requeue, hall.undo))(ticket.id)
        case _ if orders and dice.random() < 0.5:
            await hall.suspend(ticket.id, *orders, waits_for=dice.choice(((), ("result",))))
        case _:
            await hall.complete(ticket.id, *orders)
            if dice.random() < 0.2:
                await hall.undo(ticket.id)


@pytest.mark.parametrize("seed", range(12))
async def test_a_visit_of_any_stops_ends_when_staff_act(hospital: Hall, seed: int) -> None:
    dice = Random(seed)
    ticket = await comes(hospital, dice)
    record = await hospital.reads.ticket(FACILITY, ticket, hospital.now_ms)
    for _ in range(MOST_STEPS):
        record = await hospital.reads.ticket(FACILITY, ticket, hospital.now_ms)
        assert sum(one.state in AT_A_STOP for one in record.journey) <= 1
        if record.visit.state in (VisitState.FINISHED, VisitState.CANCELLED):
            break
        await act(hospital, dice, record)
        if len(record.journey) < MOST_STOPS and dice.random() < 0.05:
            await comes(hospital, dice)
    else:
        pytest.fail(f"not over: {[(one.service, one.state, one.waits_for) for one in record.journey]}")
    assert {one.state for one in record.journey} <= {TicketState.DONE, TicketState.CANCELLED}
