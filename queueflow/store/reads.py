"""What can be asked of a facility without changing it: one read-only function each.

Lives here: Reads.
May import: model, store.client, store.wire.
Never: change anything; live may import this and not store.calls.
"""

from collections.abc import Sequence
from typing import TypeVar

from queueflow.model.appointment import Appointment, Appointments, SlotsTaken, SlotTaken
from queueflow.model.booking import AppointmentResult, ReadAppointment, ReadAppointments, ReadSlots
from queueflow.model.commands import Query, ReadBoard, ReadPlaces, ReadQueue, ReadTicket, ReadVisit
from queueflow.model.ids import AppointmentId, ClinicId, FacilityId, PersonRef, ServiceDay, TicketId, VisitId
from queueflow.model.live_state import ClinicQueue, FacilityState, Place, Places, VisitRecord
from queueflow.store import wire
from queueflow.store.client import Store

T = TypeVar("T")


class Reads:
    """Reads of every facility in one store; each is one round trip at one offset of the event stream."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def board(self, facility: FacilityId, now_ms: int) -> FacilityState:
        """Every clinic and room, and the visits under way. Raises UnknownFacility, StoreUnavailable."""
        return await self._read("qf_read_board", ReadBoard(facility=facility, now_ms=now_ms), FacilityState)

    async def queue(self, facility: FacilityId, clinic: ClinicId, now_ms: int) -> ClinicQueue:
        """A clinic's waiting tickets, in the order of their calls. Raises also UnknownClinic."""
        query = ReadQueue(facility=facility, now_ms=now_ms, clinic=clinic)
        return await self._read("qf_read_queue", query, ClinicQueue)

    async def ticket(self, facility: FacilityId, ticket: TicketId, now_ms: int) -> VisitRecord:
        """The visit that a ticket belongs to. Raises also UnknownTicket."""
        query = ReadTicket(facility=facility, now_ms=now_ms, ticket=ticket)
        return await self._read("qf_read_ticket", query, VisitRecord)

    async def visit(self, facility: FacilityId, visit: VisitId, now_ms: int) -> VisitRecord:
        """A visit with its whole journey. Raises also UnknownVisit."""
        return await self._read("qf_read_visit", ReadVisit(facility=facility, now_ms=now_ms, visit=visit), VisitRecord)

    async def places(self, facility: FacilityId, tickets: Sequence[TicketId], now_ms: int) -> tuple[Place, ...]:
        """Where those of the tickets stand that wait."""
        query = ReadPlaces(facility=facility, now_ms=now_ms, tickets=tuple(tickets))
        return (await self._read("qf_read_places", query, Places)).places

    async def appointments(
        self,
        facility: FacilityId,
        on: ServiceDay,
        now_ms: int,
        clinic: ClinicId | None = None,
        person: PersonRef | None = None,
    ) -> tuple[Appointment, ...]:
        """A day's appointments by their start, of one clinic or person where one is named."""
        query = ReadAppointments(facility=facility, now_ms=now_ms, on=on, clinic=clinic, person=person)
        return (await self._read("qf_read_appointments", query, Appointments)).appointments

    async def appointment(self, facility: FacilityId, appointment: AppointmentId, now_ms: int) -> Appointment:
        """One appointment. Raises also UnknownAppointment."""
        query = ReadAppointment(facility=facility, now_ms=now_ms, appointment=appointment)
        return (await self._read("qf_read_appointment", query, AppointmentResult)).appointment

    async def slots(self, facility: FacilityId, days: Sequence[ServiceDay], now_ms: int) -> tuple[SlotTaken, ...]:
        """How many places are taken in those days' slots; one that is not told of is free."""
        query = ReadSlots(facility=facility, now_ms=now_ms, days=tuple(days))
        return (await self._read("qf_read_slots", query, SlotsTaken)).slots

    async def _read(self, function: str, query: Query, answer: type[T]) -> T:
        reply = await self._store.call_read(function, query.facility, wire.encode(query))
        return wire.decode_result(reply, answer)
