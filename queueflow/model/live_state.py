"""What changes through the day besides tickets: clinics' queues in short, rooms, and a facility's state at an instant.

Lives here: ClinicState, RoomState, FacilityState, VisitRecord, ClinicQueue: what events carry and reads give.
May import: msgspec, model.ids, model.ticket, model.visit.
Never: decide what a view may see (live.views).
"""

from enum import StrEnum

import msgspec

from queueflow.model.ids import (
    ClinicId,
    PractitionerId,
    PriorityId,
    RoomId,
    ServiceDay,
    TicketId,
)
from queueflow.model.ticket import Ticket, Wait
from queueflow.model.visit import Visit


class RoomStatus(StrEnum):
    """Whether a room calls patients."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


class ClinicState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clinic's queue in short.

    `waiting`: tickets in state waiting; `by_priority`: the same by class, classes without any left out.
    `next`: the tickets that would be called next, in that order, at most 8, were nobody to come.
    `rooms_open`: open rooms that serve it; `rooms_free`: those of them with a place free.
    `service_mean_s`: the engine's decayed estimate, seconds. `estimated_wait`: for a newcomer of the last class.
    """

    id: ClinicId
    estimated_wait: Wait
    service_mean_s: float
    waiting: int = 0
    rooms_open: int = 0
    rooms_free: int = 0
    by_priority: dict[PriorityId, int] = {}
    next: tuple[TicketId, ...] = ()


class RoomState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A room now: who works in it, which clinics it serves today, whom it has called or is serving.

    `served`: stops completed in it today.
    """

    id: RoomId
    state: RoomStatus
    revision: int = 0
    practitioner: PractitionerId | None = None
    clinics: tuple[ClinicId, ...] = ()
    tickets: tuple[TicketId, ...] = ()
    served: int = 0
    opened_at_ms: int | None = None
    paused_until_ms: int | None = None


class FacilityState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A facility at one offset of its event stream: every clinic and room, and the visits still under way.

    `tickets`: every ticket of those visits that is neither done nor cancelled. `version`: the ruleset in force.
    """

    epoch: str
    offset: int
    at_ms: int
    day: ServiceDay | None = None
    version: int = 0
    clinics: tuple[ClinicState, ...] = ()
    rooms: tuple[RoomState, ...] = ()
    visits: tuple[Visit, ...] = ()
    tickets: tuple[Ticket, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """Where a waiting ticket stands in its clinic's order (1 is next), and how long that may take."""

    ticket: TicketId
    position: int
    estimated_wait: Wait


class Places(msgspec.Struct, frozen=True, omit_defaults=True):
    """The places of several waiting tickets at one offset."""

    epoch: str
    offset: int
    at_ms: int
    places: tuple[Place, ...] = ()


class VisitRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visit with its whole journey, in order; `place` where its current ticket waits."""

    epoch: str
    offset: int
    at_ms: int
    visit: Visit
    journey: tuple[Ticket, ...]
    place: Place | None = None


class QueuedTicket(msgspec.Struct, frozen=True, omit_defaults=True):
    """A waiting ticket in its clinic's order, with its place (1 is next), its wait, and whose visit it is."""

    ticket: Ticket
    visit: Visit
    position: int
    estimated_wait: Wait


class ClinicQueue(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clinic's queue in the order it would be called in at `at_ms`, were nobody to come."""

    epoch: str
    offset: int
    at_ms: int
    clinic: ClinicState
    waiting: tuple[QueuedTicket, ...] = ()
