"""The names that things go by: one NewType per kind of id, and the grammar of each.

Lives here: id types, the slug grammar, and the patterns an id from outside must match.
May import: the standard library's typing and re.
Never: make an id (they come in as arguments) or look one up.
"""

import re
from typing import Final, NewType

FacilityId = NewType("FacilityId", str)
ServiceId = NewType("ServiceId", str)
ClinicId = NewType("ClinicId", str)
RoomId = NewType("RoomId", str)
PriorityId = NewType("PriorityId", str)
PractitionerId = NewType("PractitionerId", str)
VisitId = NewType("VisitId", str)
TicketId = NewType("TicketId", str)
ScheduleId = NewType("ScheduleId", str)
AppointmentId = NewType("AppointmentId", str)
Number = NewType("Number", str)
ServiceDay = NewType("ServiceDay", str)
"""A service day as eight digits, YYYYMMDD, in the facility's time zone."""
PersonRef = NewType("PersonRef", str)
"""A keyed hash of an identity number: it tells two people apart and says nothing else."""

SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""1 to 40 lower-case letters, digits and inner hyphens: facilities, services, clinics, rooms, priorities."""
VISIT: Final = re.compile(r"[0-9]{8}-[0-9a-z]{13}")
"""<service day>-<13 characters of base 32>: the day says in which key a visit lies."""
TICKET: Final = re.compile(r"[0-9]{8}-[0-9a-z]{13}-[1-9][0-9]?")
"""<visit>-<stop>, the stop counted from 1."""
CODE: Final = re.compile(r"[0-9a-z]{6}")
"""An appointment's code: six characters of base 32."""


def is_slug(text: str) -> bool:
    """Whether `text` may name a facility, service, clinic, room or priority."""
    return SLUG.fullmatch(text) is not None


def is_visit_id(text: str) -> bool:
    """Whether `text` has the form of a visit id."""
    return VISIT.fullmatch(text) is not None


def is_appointment_id(text: str) -> bool:
    """Whether `text` has the form of an appointment's id, which is that of a visit's."""
    return VISIT.fullmatch(text) is not None


def is_code(text: str) -> bool:
    """Whether `text` has the form of an appointment's code."""
    return CODE.fullmatch(text) is not None


def is_ticket_id(text: str) -> bool:
    """Whether `text` has the form of a ticket id."""
    return TICKET.fullmatch(text) is not None
