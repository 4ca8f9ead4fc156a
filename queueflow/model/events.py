"""Every fact that the engine tells, one frozen struct each; the tag is the name that feeds carry.

Lives here: events as they lie in a facility's stream.
May import: msgspec and the rest of model.
Never: a field of its own in one event: all carry the same, so that whoever applies one can apply all.
"""

import msgspec

from queueflow.model.appointment import Appointment
from queueflow.model.ids import ServiceDay
from queueflow.model.live_state import ClinicState, RoomState
from queueflow.model.ticket import Ticket
from queueflow.model.visit import Visit


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="name"):
    """One fact at `at_ms`: the whole new state of everything it changed. `actor`, `reason`: who and why (slugs).

    `day` is the service day in force after it; another one than before means that a new day began.
    """

    at_ms: int
    day: ServiceDay
    actor: str
    reason: str | None = None
    version: int | None = None
    tickets: tuple[Ticket, ...] = ()
    visits: tuple[Visit, ...] = ()
    clinics: tuple[ClinicState, ...] = ()
    rooms: tuple[RoomState, ...] = ()
    appointments: tuple[Appointment, ...] = ()


class TicketIssued(Event, frozen=True, kw_only=True, tag="ticket.issued"):
    """A ticket was issued, or a planned one began to wait."""


class TicketCalled(Event, frozen=True, kw_only=True, tag="ticket.called"):
    """A ticket was called to a room."""


class TicketRecalled(Event, frozen=True, kw_only=True, tag="ticket.recalled"):
    """A called ticket was called again."""


class TicketStarted(Event, frozen=True, kw_only=True, tag="ticket.started"):
    """The patient is in the room."""


class TicketCompleted(Event, frozen=True, kw_only=True, tag="ticket.completed"):
    """The stop is done."""


class TicketNoShow(Event, frozen=True, kw_only=True, tag="ticket.no-show"):
    """The called patient did not come."""


class TicketRequeued(Event, frozen=True, kw_only=True, tag="ticket.requeued"):
    """The called patient waits again."""


class TicketSuspended(Event, frozen=True, kw_only=True, tag="ticket.suspended"):
    """The patient went for what was ordered and will return."""


class TicketReleased(Event, frozen=True, kw_only=True, tag="ticket.released"):
    """Something outside that the stop waited for has come."""


class TicketReplanned(Event, frozen=True, kw_only=True, tag="ticket.replanned"):
    """The patient changed to another of several stops, which is quicker by now."""


class TicketReinstated(Event, frozen=True, kw_only=True, tag="ticket.reinstated"):
    """A patient who missed their call waits again."""


class TicketTransferred(Event, frozen=True, kw_only=True, tag="ticket.transferred"):
    """The ticket waits at another clinic."""


class TicketReopened(Event, frozen=True, kw_only=True, tag="ticket.reopened"):
    """A stop that was ended by mistake waits again."""


class VisitMerged(Event, frozen=True, kw_only=True, tag="visit.merged"):
    """A visit that was opened twice goes on as one: its stops that were not over were cancelled and planned anew."""


class TicketHeld(Event, frozen=True, kw_only=True, tag="ticket.held"):
    """The ticket left its queue for a while."""


class TicketResumed(Event, frozen=True, kw_only=True, tag="ticket.resumed"):
    """A ticket on hold waits again, or a patient is back from what was ordered."""


class TicketDeferred(Event, frozen=True, kw_only=True, tag="ticket.deferred"):
    """A patient who is late lets others go first."""


class TicketHandedOn(Event, frozen=True, kw_only=True, tag="ticket.handed-on"):
    """Tickets called to a room, or waiting for it or for who worked there, go on without them."""


class TicketPrioritised(Event, frozen=True, kw_only=True, tag="ticket.prioritised"):
    """The ticket goes on in another class."""


class TicketUndone(Event, frozen=True, kw_only=True, tag="ticket.undone"):
    """A move was taken back: everything it changed is as it was."""


class TicketCancelled(Event, frozen=True, kw_only=True, tag="ticket.cancelled"):
    """The stop will not take place."""


class AppointmentBooked(Event, frozen=True, kw_only=True, tag="appointment.booked"):
    """A place in a slot was booked."""


class AppointmentMoved(Event, frozen=True, kw_only=True, tag="appointment.moved"):
    """An appointment has another slot; the place it had is free."""


class AppointmentCancelled(Event, frozen=True, kw_only=True, tag="appointment.cancelled"):
    """An appointment was given up; its place is free."""


class AppointmentNoShow(Event, frozen=True, kw_only=True, tag="appointment.no-show"):
    """The patient of an appointment did not come while it held."""


class RoomOpened(Event, frozen=True, kw_only=True, tag="room.opened"):
    """A room opened, or changed who works there or what it serves."""


class RoomPaused(Event, frozen=True, kw_only=True, tag="room.paused"):
    """A room calls nobody for a while."""


class RoomClosed(Event, frozen=True, kw_only=True, tag="room.closed"):
    """A room ended its day."""


class RulesetPublished(Event, frozen=True, kw_only=True, tag="ruleset.published"):
    """Another version of the facility and its rules is in force."""


class DayClosed(Event, frozen=True, kw_only=True, tag="day.closed"):
    """A service day ended: whoever still waited was cancelled, every room closed. `day` is the day that begins."""


AnyEvent = (
    TicketIssued
    | TicketCalled
    | TicketRecalled
    | TicketStarted
    | TicketCompleted
    | TicketNoShow
    | TicketRequeued
    | TicketSuspended
    | TicketReleased
    | TicketReplanned
    | TicketReinstated
    | TicketTransferred
    | TicketReopened
    | VisitMerged
    | TicketHeld
    | TicketResumed
    | TicketDeferred
    | TicketHandedOn
    | TicketPrioritised
    | TicketUndone
    | TicketCancelled
    | AppointmentBooked
    | AppointmentMoved
    | AppointmentCancelled
    | AppointmentNoShow
    | RoomOpened
    | RoomPaused
    | RoomClosed
    | RulesetPublished
    | DayClosed
)
