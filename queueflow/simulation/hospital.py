"""Who comes to the hall: the kiosks that check them in, what each of them will do when called, and who sees them wait.

Lives here: Floor (what the doctors see), Intentions, Kiosk.
May import: msgspec, simulation.day_file, .door and .feed, the standard library.
Never: call anybody; the doctors do (simulation.rooms).
"""

import asyncio
from collections.abc import Collection, Container, Generator, Iterable
from contextlib import contextmanager, suppress
from typing import Final

import msgspec

from queueflow.simulation.day_file import Arriving
from queueflow.simulation.door import Door
from queueflow.simulation.feed import EventFrame, Frame, Picture, SnapshotFrame

_UNANSWERED_S: Final = 2.0
"""Wall seconds that a kiosk's answer may be behind the call of the ticket it is about."""
_OTHER_STOP_S: Final = 150.0
"""Hospital seconds at a stop that the day's file does not speak of: paying, a test. Assumed."""
_NO_CARD: Final = "name"
"""Who comes with this and no card says that they are not insured. Assumed."""


class Shown(msgspec.Struct, frozen=True):
    """What is put on the kiosk."""

    scheme: str
    value: str


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is typed beside it."""

    name: str | None = None
    birth_date: str | None = None


class CheckInBody(msgspec.Struct, frozen=True):
    """A check-in as the contract writes it. An answer that a facility's rules do not ask for is left out there."""

    identity: Shown
    patient: Said
    service: str
    flags: tuple[str, ...]
    language: str
    answers: dict[str, bool]


class IssuedTicket(msgspec.Struct, frozen=True):
    """A ticket as it is answered, as far as its holder looks at it."""

    id: str
    visit: str
    revision: int
    service: str = ""


class IssuedVisit(msgspec.Struct, frozen=True):
    """A visit as it is answered, as far as it matters here: its stops."""

    journey: tuple[IssuedTicket, ...] = ()


class CheckInAnswer(msgspec.Struct, frozen=True):
    """A check-in's answer, as far as it matters here."""

    ticket: IssuedTicket
    visit: IssuedVisit = IssuedVisit()


class Intention(msgspec.Struct, frozen=True):
    """What a ticket's holder will do when called, and how long they will take, hospital seconds.

    `stranger`: nobody of ours; a person who came to the kiosk in between.
    """

    service_s: float
    late: bool = False
    no_show: bool = False
    stranger: bool = False


class Intentions:
    """What each ticket's holder will do, and what anybody was answered about it.

    `answered`: ticket -> the highest revision; `visits`: ticket -> visit; `pressed`: ticket -> when somebody pressed
    "next" for each of its calls, wall seconds of the clock.
    """

    def __init__(self, stranger: Intention) -> None:
        self._stranger = stranger
        self._of: dict[str, Intention] = {}
        self._told = asyncio.Condition()
        self.answered: dict[str, int] = {}
        self.visits: dict[str, str] = {}
        self.pressed: dict[str, list[float]] = {}

    async def tell(self, ticket: IssuedTicket, intention: Intention) -> bool:
        """A kiosk was answered. False when the ticket was somebody's before: the first intention stands."""
        self.note(ticket)
        new = ticket.id not in self._of
        self._of.setdefault(ticket.id, intention)
        async with self._told:
            self._told.notify_all()
        return new

    def note(self, ticket: IssuedTicket) -> None:
        """Somebody was answered with a ticket at a revision."""
        self.answered[ticket.id] = max(ticket.revision, self.answered.get(ticket.id, 0))
        self.visits[ticket.id] = ticket.visit

    def hurry(self, ticket: str) -> None:
        """Whoever was late is put back in the queue, and comes when called again."""
        self._of[ticket] = msgspec.structs.replace(self._of[ticket], late=False)

    def forget(self, ended: Container[str]) -> None:
        """Let go of tickets that are over: a demo goes on for weeks."""
        for kept in (self._of, self.answered, self.visits, self.pressed):
            for ticket in [ticket for ticket in kept if ticket in ended]:
                del kept[ticket]

    @property
    def ours(self) -> Collection[str]:
        """The tickets of whom our kiosks checked in."""
        return self._of.keys()

    async def of(self, ticket: str) -> Intention:
        """What its holder will do; whom no kiosk of ours checked in is a stranger."""
        if ticket not in self._of:
            # The doctor may hear of a ticket before the kiosk's own answer has come.
            with suppress(TimeoutError):
                async with asyncio.timeout(_UNANSWERED_S), self._told:
                    await self._told.wait_for(lambda: ticket in self._of)
        return self._of.get(ticket, self._stranger)


class Floor:
    """The floor's picture, and a bell for whoever waits for a clinic or a room to change."""

    def __init__(self) -> None:
        self.picture = Picture()
        self._bells: dict[str, set[asyncio.Event]] = {}

    def ring(self, frame: Frame) -> None:
        """Wake whoever waits for something that this frame, already drawn, has changed."""
        if isinstance(frame, SnapshotFrame):
            self.ring_all()
        elif isinstance(frame, EventFrame):
            for name in (*frame.set.clinics, *frame.set.rooms):
                for bell in self._bells.get(name, ()):
                    bell.set()

    def ring_all(self) -> None:
        """Wake everybody."""
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    @contextmanager
    def bell(self, names: Iterable[str]) -> Generator[asyncio.Event]:
        """An event that is set whenever one of those clinics or rooms changes."""
        bell = asyncio.Event()
        hung = [self._bells.setdefault(name, set()) for name in names]
        for bells in hung:
            bells.add(bell)
        try:
            yield bell
        finally:
            for bells in hung:
                bells.discard(bell)


class Kiosk:
    """Checks people in, as a kiosk does."""

    def __init__(self, door: Door, token: str, language: str, intentions: Intentions) -> None:
        self._door = door
        self._token = token
        self._language = language
        self._intentions = intentions
        self.held = 0

    async def check_in(self, patient: Arriving) -> IssuedTicket:
        """One person's check-in. Raises Refused, Unreachable."""
        body = CheckInBody(
            Shown(patient.scheme, patient.value),
            Said(patient.name or None, patient.birth_date or None),
            patient.service,
            patient.flags,
            self._language,
            {"insured": False} if patient.scheme == _NO_CARD else {},
        )
        answer = await self._door.post("check-in", "/check-ins", self._token, body)
        given = msgspec.json.decode(answer.body, type=CheckInAnswer)
        if not await self._intentions.tell(given.ticket, _intended(patient, given.ticket, late=patient.late)):
            self.held += 1
        for stop in given.visit.journey:
            await self._intentions.tell(stop, _intended(patient, stop, late=False))
        return given.ticket


def _intended(patient: Arriving, stop: IssuedTicket, *, late: bool) -> Intention:
    """What they will do at a stop: late they are once, and who stays away stays away from all."""
    came_for = stop.service in ("", patient.service)
    return Intention(patient.service_s if came_for else _OTHER_STOP_S, late=late, no_show=patient.no_show)
