"""Two hundred clients at once on one clinic: nobody is called twice, nobody is lost, and the order is the policy's."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from queueflow.model.errors import NotAllowedInState
from queueflow.model.events import TicketCalled
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import TicketId
from queueflow.model.priority import ServingOrder
from queueflow.model.ticket import TicketState
from queueflow.store.client import Store
from tests.servers import Server, valkey_binary
from tests.store.hall import FACILITY, PRIORITIES, Hall, clinic, room_setup

KIOSKS, ROOMS, DESKS = 120, 40, 40
PATIENTS_EACH = 4
CONNECTIONS = 8
CLASSES = [one.id for one in PRIORITIES]
WAITING = TicketState.WAITING

pytestmark = pytest.mark.timeout(120)


@pytest_asyncio.fixture
async def halls(tmp_path: Path) -> AsyncIterator[list[Hall]]:
    """Several workers' connections to one store, each with a clock of its own."""
    with Server(valkey_binary(), tmp_path) as server:
        stores = [Store(server.url) for _ in range(CONNECTIONS)]
        for store in stores:
            await store.start()
        serial: Any = itertools.count()
        yield [Hall(store, counter=serial) for store in stores]
        for store in stores:
            await store.close()


class Crowd:
    """The clients, and what each was told."""

    def __init__(self, halls: list[Hall]) -> None:
        self.halls = halls
        self.dice = random.Random(200)
        self.issued: list[TicketId] = []
        self.coming = KIOSKS

    async def kiosk(self, number: int) -> None:
        hall = self.halls[number % CONNECTIONS]
        for _ in range(PATIENTS_EACH):
            result = await hall.check_in(priority=self.dice.choice(CLASSES))
            self.issued.append(result.ticket.id)
            await asyncio.sleep(0)
        self.coming -= 1

    async def room(self, number: int) -> None:
        """Calls, and serves, sends back or misses whom it called, until nobody comes or waits any more."""
        hall, room = self.halls[number % CONNECTIONS], f"r{number}"
        while True:
            called = (await hall.call_next(room)).called
            if called is None:
                if not self.coming and not await hall.numbers():
                    return
                await asyncio.sleep(0.001)
                continue
            with suppress(NotAllowedInState):  # a desk has cancelled them meanwhile
                await self.meet(hall, called.ticket.id)

    async def meet(self, hall: Hall, ticket: TicketId) -> None:
        fate = self.dice.random()
        if fate < 0.1:
            await hall.requeue(ticket)
        elif fate < 0.15:
            await hall.no_show(ticket)
        else:
            await hall.start(ticket)
            await hall.complete(ticket)

    async def desk(self, number: int) -> None:
        """Cancels somebody now and then, who may have been called in the same moment."""
        hall = self.halls[number % CONNECTIONS]
        while self.coming:
            await asyncio.sleep(0.002)
            if self.issued:
                try:
                    await hall.cancel(self.dice.choice(self.issued))
                except NotAllowedInState:
                    continue
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("order", ServingOrder)
async def test_two_hundred_clients_on_one_clinic(halls: list[Hall], order: ServingOrder) -> None:
    rooms = tuple(room_setup(f"r{number}", "eye") for number in range(ROOMS))
    eye = clinic("eye", "A", order=order, requeued=Reenter(Reentry.AFTER, 3))
    await halls[0].publish(clinics=(eye,), rooms=rooms)
    for number in range(ROOMS):
        await halls[0].open(f"r{number}")
    crowd = Crowd(halls)
    async with asyncio.TaskGroup() as group:
        for number in range(KIOSKS):
            group.create_task(crowd.kiosk(number))
        for number in range(ROOMS):
            group.create_task(crowd.room(number))
        for number in range(DESKS):
            group.create_task(crowd.desk(number))
    assert len(set(crowd.issued)) == len(crowd.issued) == KIOSKS * PATIENTS_EACH
    events = await halls[0].events()
    last = nobody_passed_over(events, order)
    assert set(last) == set(crowd.issued)
    ended = Counter(last.values())
    assert set(ended) <= {TicketState.DONE, TicketState.CANCELLED, TicketState.NO_SHOW}, ended
    assert ended[TicketState.DONE] > len(crowd.issued) / 2
    assert ended[TicketState.CANCELLED] > 0
    state = await halls[0].reads.board(FACILITY, halls[0].now_ms)
    assert all(not room.tickets for room in state.rooms)
    assert sum(room.served for room in state.rooms) == ended[TicketState.DONE]


def nobody_passed_over(events: list[Any], order: ServingOrder) -> dict[TicketId, TicketState]:
    """Follows the stream: whoever was called waited, stood first in their class, and no better class waited.

    What classes share by turns or by points is the model test's to check; here emergencies go first in every order.
    Gives how each ticket ended.
    """
    waiting: dict[str, dict[TicketId, float]] = {one: {} for one in CLASSES}
    last: dict[TicketId, TicketState] = {}
    held: dict[str, TicketId] = {}
    for event in events:
        for ticket in event.tickets:
            if isinstance(event, TicketCalled):
                line = waiting[ticket.priority]
                assert last[ticket.id] is WAITING, ticket
                assert ticket.room not in held, (ticket, held)
                assert line[ticket.id] == min(line.values()), (ticket, line)
                index = CLASSES.index(ticket.priority)
                better = CLASSES[:index] if order is ServingOrder.STRICT else CLASSES[: min(index, 1)]
                assert not any(waiting[one] for one in better), (ticket, waiting)
                held[ticket.room] = ticket.id
            elif ticket.state is not TicketState.SERVING:
                held = {room: one for room, one in held.items() if one != ticket.id}
            waiting[ticket.priority].pop(ticket.id, None)
            if ticket.state is WAITING:
                waiting[ticket.priority][ticket.id] = ticket.order_at
            last[ticket.id] = ticket.state
    return last
