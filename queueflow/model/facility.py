"""A hospital or health centre as its own files describe it: services, clinics, rooms, classes, policies.

Lives here: Facility and its parts, as read from routing_rules/<facility>/facility.toml.
May import: msgspec, model.ids, model.priority.
Never: what changes during the day (model.live_state) or how the TOML is read (routing.read).
"""

from enum import StrEnum

import msgspec

from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId, ServiceId
from queueflow.model.priority import PriorityClass, ServingOrder
from queueflow.model.schedule import Schedule

LocalText = dict[str, str]
"""One text in several languages: {"vi": …, "en": …}; the facility's first language is always there."""


class Reentry(StrEnum):
    """Where a ticket that comes back re-enters its queue: at the end, after `n` others, at its old place."""

    END = "end"
    AFTER = "after"
    OLD_PLACE = "old-place"


class Reenter(msgspec.Struct, frozen=True):
    """How a ticket re-enters; `after` counts the tickets of its class that go before (only for Reentry.AFTER)."""

    at: Reentry
    after: int = 0


class ClinicPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one clinic orders its queue, and where tickets re-enter it.

    `requeued`: called, but not there yet. `reinstated`: came after a no-show. `transferred`: sent from another clinic;
    the old place is that of its first arrival. `returned`: back from tests. `deferred`: the patient is late and lets
    others go first, `after` counted from their place. `handed_on`: called to a room that closed, or waiting for a room
    or a practitioner who is not there any more.
    `shares`, `rates`: the weights of classes at this clinic; a class that is not named has the facility's.
    `longest_wait_s`: whoever has waited longer goes before all but the classes that always go first.
    `reserved_class`, `reserved_every`: of so many calls in a row one is that class's, if it has someone.
    `no_show_after_s`, `no_show_calls`: so long after its n-th call a ticket that nobody answered is a no-show by
    itself; without it only staff say so.
    Who has booked and comes more than `early_s` before their slot begins waits as a walk-in until then; who comes up to
    `late_s` after it began is on time, and later has the place that `late` says; `release_s` after the slot's end the
    appointment is a no-show, and who comes then is a walk-in.
    """

    order: ServingOrder = ServingOrder.STRICT
    requeued: Reenter = Reenter(Reentry.AFTER, 3)
    reinstated: Reenter = Reenter(Reentry.AFTER, 3)
    transferred: Reenter = Reenter(Reentry.OLD_PLACE)
    returned: Reenter = Reenter(Reentry.END)
    deferred: Reenter = Reenter(Reentry.AFTER, 5)
    handed_on: Reenter = Reenter(Reentry.OLD_PLACE)
    late: Reenter = Reenter(Reentry.END)
    shares: dict[PriorityId, int] = {}
    rates: dict[PriorityId, float] = {}
    longest_wait_s: float | None = None
    reserved_class: PriorityId | None = None
    reserved_every: int | None = None
    no_show_after_s: float | None = None
    no_show_calls: int = 3
    early_s: float = 900.0
    late_s: float = 900.0
    release_s: float = 1800.0


class RoomTakes(StrEnum):
    """What a room that serves several clinics takes first, once nobody waits who always goes first.

    `in-order`: its first clinic that has someone. `longest-wait`: of its clinics' next patients the one who came first.
    `best-class`: of those the one of the best class, and of one class who came first.
    """

    IN_ORDER = "in-order"
    LONGEST_WAIT = "longest-wait"
    BEST_CLASS = "best-class"


class Service(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a patient comes for or is sent to. `kiosk`: offered on the kiosk. `icon`: a picture's name there."""

    id: ServiceId
    name: LocalText
    kiosk: bool = True
    icon: str = ""


class Clinic(msgspec.Struct, frozen=True, omit_defaults=True):
    """One waiting queue and the rooms that serve it.

    `series`: the letter before its numbers. `service_mean_s`, `service_cv`: seconds one patient takes and
    their coefficient of variation, the seed of the expected wait until the engine has its own estimate.
    `public_name`: a neutral name for the wall where the clinic's own name would say too much.
    `location`: where it is, in words ("Nhà B, tầng 2").
    """

    id: ClinicId
    name: LocalText
    services: tuple[ServiceId, ...]
    series: str
    service_mean_s: float = 480.0
    service_cv: float = 0.6
    policy: ClinicPolicy = ClinicPolicy()
    public_name: LocalText = {}
    location: LocalText = {}


class Room(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a patient is called to. `clinics`: served in this order. `places`: patients at one time."""

    id: RoomId
    name: LocalText
    clinics: tuple[ClinicId, ...]
    places: int = 1
    takes: RoomTakes = RoomTakes.IN_ORDER
    location: LocalText = {}


class Facility(msgspec.Struct, frozen=True, omit_defaults=True):
    """A facility as published: everything that does not change by a patient's coming.

    `time_zone`: IANA name; it decides the service day. `languages`: the first is the default.
    `closing`: "19:00", when the hall closes by itself; None: staff close it, or nobody does.
    `fallback`: the clinic (a desk) that takes whom no rule matches, in class `fallback_priority`.
    """

    id: FacilityId
    name: LocalText
    time_zone: str
    languages: tuple[str, ...]
    services: tuple[Service, ...]
    clinics: tuple[Clinic, ...]
    rooms: tuple[Room, ...]
    priorities: tuple[PriorityClass, ...]
    schedules: tuple[Schedule, ...] = ()
    fallback: ClinicId | None = None
    fallback_priority: PriorityId | None = None
    closing: str | None = None

    def service(self, service: str) -> Service | None:
        """The service of that id, or None."""
        return next((s for s in self.services if s.id == service), None)

    def clinic(self, clinic: str) -> Clinic | None:
        """The clinic of that id, or None."""
        return next((c for c in self.clinics if c.id == clinic), None)

    def room(self, room: str) -> Room | None:
        """The room of that id, or None."""
        return next((r for r in self.rooms if r.id == room), None)

    def rooms_of(self, clinic: str) -> tuple[Room, ...]:
        """The rooms that serve a clinic, in the facility's order."""
        return tuple(r for r in self.rooms if clinic in r.clinics)
