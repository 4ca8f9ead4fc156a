"""The rooms and the doctors in them: who is next, the wait for them, the service, the note about it.

Lives here: Rota, Habits, and Room with a doctor at each of its places.
May import: model, msgspec, simulation.clock, .door, .feed and .hospital, the standard library.
Never: call anybody by a rule of its own; a doctor presses "next", and the engine chooses.
"""

import asyncio
from contextlib import suppress
from random import Random
from typing import Final

import msgspec

from queueflow.model.ids import RoomId
from queueflow.simulation.clock import Clock
from queueflow.simulation.door import Answer, Door, OpenRoom, Refused, Unreachable
from queueflow.simulation.feed import SeenRoom
from queueflow.simulation.hospital import Floor, Intention, Intentions, IssuedTicket

_LOOK_AGAIN_S: Final = 30.0
"""Wall seconds after which a doctor looks at the queue again though no frame told of a change."""
_AFTER_OUTAGE_S: Final = 1.0


class Nothing(msgspec.Struct, frozen=True):
    """The body of a call that says all by its address."""


class Opening(msgspec.Struct, frozen=True):
    """The body that opens a room."""

    practitioner: str


class Rota(msgspec.Struct, frozen=True):
    """When a room opens, and when it rests in between; hospital seconds since midnight."""

    opens_s: float
    rests: tuple[tuple[float, float], ...] = ()


class Habits(msgspec.Struct, frozen=True):
    """How patients and doctors behave; hospital seconds, from and to.

    Assumed, but for the recalls: a patient who was called three times at 40 s counts as missed (a public course on
    hospital information systems gives that rule). `stranger_wall_s`: a person who came to the kiosk themselves is
    given at least so many wall seconds to see that they are called, and as many in the room.
    """

    walk_s: tuple[float, float] = (10.0, 45.0)
    notes_s: tuple[float, float] = (5.0, 20.0)
    recall_after_s: float = 40.0
    calls: int = 3
    stranger_wall_s: float = 0.0


class Room:
    """One room: its doctors at as many places as it has, each calling, waiting, serving in turn.

    A doctor looks at the floor's picture and presses "next" when somebody waits; several may press for one patient,
    and all but one are then told that nobody waits. `in_doubt`: what stands in the room may be our own doing though
    no answer said so, from before this began or from an outage.
    """

    def __init__(
        self,
        room: OpenRoom,
        *,
        door: Door,
        token: str,
        clock: Clock,
        floor: Floor,
        intentions: Intentions,
        habits: Habits,
        dice: Random,
    ) -> None:
        self.id: RoomId = room.id
        self.practitioner = f"sim-{room.id}"[:40].rstrip("-")
        self.places = room.places
        self._clinics = room.clinics
        self._door = door
        self._token = token
        self._clock = clock
        self.floor = floor
        self._intentions = intentions
        self._habits = habits
        self._dice = dice
        self.in_doubt = True
        self._resting = False
        self._pressing = 0
        self._in_hand: set[str] = set()
        self._left_at: dict[str, int] = {}

    @property
    def seen(self) -> SeenRoom | None:
        """The room as the floor shows it."""
        return self.floor.picture.rooms.get(self.id)

    async def work(self, rota: Rota, over: asyncio.Event) -> None:
        """A day's work: open, call until it is over and nobody is in hand, close."""
        await self._clock.sleep_until(rota.opens_s)
        await self.open()
        resting = asyncio.create_task(self._rest(rota.rests))
        try:
            async with asyncio.TaskGroup() as doctors:
                for _ in range(self.places):
                    doctors.create_task(self.attend_to_all(over))
        finally:
            resting.cancel()
            with suppress(asyncio.CancelledError):
                await resting
        await self.close()

    async def open(self) -> None:
        """Open the room. Refusals and outages are counted by the door and change nothing here."""
        await self._wish("open-room", f"/rooms/{self.id}/open", Opening(self.practitioner))

    async def close(self) -> None:
        """Close the room."""
        await self._wish("close-room", f"/rooms/{self.id}/close", Nothing())

    async def attend_to_all(self, over: asyncio.Event) -> None:
        """One doctor: whoever is next, one after the other, until the day is over."""
        with self.floor.bell((self.id, *self._clinics)) as bell:
            while not over.is_set() and self.may_go_on():
                bell.clear()
                ticket = self._left_over() or (await self._press_next() if self._somebody_waits() else None)
                if ticket is not None:
                    await self._attend(ticket)
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await bell.wait()

    def may_go_on(self) -> bool:
        """Whether the room is ours to work in; a replay's always is."""
        return True

    @property
    def pressing(self) -> bool:
        """Whether a call of ours is under way: the feed may tell of it before it is answered."""
        return self._pressing > 0

    def strangers_here(self) -> list[str]:
        """Tickets in this room that none of its doctors has in hand: called by a person, or left by an outage."""
        tickets = self.floor.picture.tickets
        return [
            ticket
            for ticket in (self.seen.tickets if self.seen and not self.pressing else ())
            if ticket not in self._in_hand
            and ticket in tickets
            and (tickets[ticket].revision or 0) > self._left_at.get(ticket, 0)
        ]

    def _left_over(self) -> str | None:
        return next(iter(self.strangers_here()), None)

    def _somebody_waits(self) -> bool:
        clinics = self.floor.picture.clinics
        return not self._resting and any(clinic in clinics and clinics[clinic].waiting > 0 for clinic in self._clinics)

    async def _press_next(self) -> str | None:
        self._pressing += 1
        pressed_s = self._clock.wall_s()
        try:
            answer = await self._wish("call-next", f"/rooms/{self.id}/call-next", Nothing())
            if answer is None or answer.status == 204:
                return None
            ticket = msgspec.json.decode(answer.body, type=IssuedTicket)
            self._intentions.note(ticket)
            self._intentions.pressed.setdefault(ticket.id, []).append(pressed_s)
            self._in_hand.add(ticket.id)
            return ticket.id
        finally:
            self._pressing -= 1

    async def _attend(self, ticket: str) -> None:
        """One patient, from the call to the end of the stop."""
        self._in_hand.add(ticket)
        try:
            intention = await self._intentions.of(ticket)
            if not self._is_here(ticket):
                await self._let_pass(self._between(self._habits.walk_s), intention)
                if not await self._comes(ticket, intention) or await self._move(ticket, "start") is None:
                    return
            await self._let_pass(intention.service_s, intention)
            if await self._move(ticket, "complete") is not None:
                await self._clock.sleep(self._between(self._habits.notes_s))
        finally:
            self._in_hand.discard(ticket)

    def _is_here(self, ticket: str) -> bool:
        seen = self.floor.picture.tickets.get(ticket)
        return seen is not None and seen.state == "serving"

    async def _let_pass(self, for_s: float, intention: Intention) -> None:
        least_s = self._habits.stranger_wall_s * self._clock.speed if intention.stranger else 0.0
        await self._clock.sleep(max(for_s, least_s))

    def _between(self, span: tuple[float, float]) -> float:
        return self._dice.uniform(*span)

    async def _comes(self, ticket: str, intention: Intention) -> bool:
        """Whether the called patient comes in; who is late is put back once, who stays away is noted as missed."""
        if not (intention.late or intention.no_show):
            return True
        for _ in range(self._habits.calls - 1):
            await self._clock.sleep(self._habits.recall_after_s)
            if await self._move(ticket, "recall") is None:
                return False
        await self._clock.sleep(self._habits.recall_after_s)
        if intention.late:
            self._intentions.hurry(ticket)
        await self._move(ticket, "requeue" if intention.late else "no-show")
        return False

    async def _move(self, ticket: str, action: str) -> Answer | None:
        """Move a ticket on. None when that was refused or never answered: somebody else has moved it, or will."""
        if not self.may_go_on():
            return None
        answer = await self._wish(action, f"/tickets/{ticket}/{action}", Nothing())
        if answer is not None:
            moved = msgspec.json.decode(answer.body, type=IssuedTicket)
            self._intentions.note(moved)
            self._left_at[ticket] = moved.revision
        return answer

    async def _wish(self, call: str, path: str, body: msgspec.Struct) -> Answer | None:
        try:
            return await self._door.post(call, path, self._token, body)
        except Refused:
            return None
        except Unreachable:
            self.in_doubt = True
            await asyncio.sleep(_AFTER_OUTAGE_S)
            return None

    async def _rest(self, rests: tuple[tuple[float, float], ...]) -> None:
        for begins_s, ends_s in rests:
            await self._clock.sleep_until(begins_s)
            self._resting = True
            await self._wish("pause-room", f"/rooms/{self.id}/pause", Nothing())
            await self._clock.sleep_until(ends_s)
            await self.open()
            self._resting = False
            self.floor.ring_all()
