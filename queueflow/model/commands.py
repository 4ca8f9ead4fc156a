"""Every command the engine takes, one frozen struct each, and what it gives back.

Lives here: commands, queries and results: the typed face of store/functions/*.lua, field by field.
May import: msgspec and the rest of model.
Never: a default clock, a generated id: `now_ms`, `day`, `nonce` and `once` come in from the edge.
"""

import msgspec

from queueflow.model.facility import Reenter, RoomTakes
from queueflow.model.ids import (
    ClinicId,
    FacilityId,
    PersonRef,
    PractitionerId,
    PriorityId,
    RoomId,
    ServiceDay,
    ServiceId,
    TicketId,
    VisitId,
)
from queueflow.model.live_state import RoomState
from queueflow.model.priority import Balance, ServingOrder
from queueflow.model.schedule import ScheduleSetup
from queueflow.model.ticket import Decision, Ticket, Wait
from queueflow.model.visit import Visit


class Once(msgspec.Struct, frozen=True):
    """A request that must have one effect however often it comes: its key and a digest of what it asked."""

    key: str
    fingerprint: str


class Command(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every command carries. `now_ms`: the caller's clock, Unix ms; a facility's own never goes back.

    `day`: the service day at that instant. `actor`: the id of the credential that asks. `once`: idempotency.
    """

    facility: FacilityId
    now_ms: int
    day: ServiceDay
    actor: str
    once: Once | None = None


class Order(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A stop that is to come. `group`: orders of one group, in any order. `waits_for`: what must come first."""

    service: ServiceId
    candidates: tuple[ClinicId, ...]
    priority: PriorityId
    balance: Balance
    decision: Decision
    group: int | None = None
    waits_for: tuple[str, ...] = ()


class CheckIn(Command, frozen=True, kw_only=True):
    """Give a patient a ticket, or the one they hold for that service.

    The first of the stops is the command's own, with its `group` and `waits_for`; `next` are those that follow.
    `came_for`: the service of the stop that the patient came for, the first one's where it is left out; the stops
    before it are needed for it. Who has a visit under way for another service gets planned tickets in it, whose turn
    comes after. `nonce`: 13 characters of base 32 for a new visit's id. `appointment`: the id or the code of the one
    they come for. `any_service`: they named none, so that an appointment may be for another than `came_for`.
    """

    nonce: str
    service: ServiceId
    candidates: tuple[ClinicId, ...]
    priority: PriorityId
    balance: Balance
    decision: Decision
    language: str
    sealed: str = ""
    person: PersonRef | None = None
    last3: str | None = None
    flags: tuple[str, ...] = ()
    group: int | None = None
    waits_for: tuple[str, ...] = ()
    next: tuple[Order, ...] = ()
    came_for: ServiceId | None = None
    appointment: str | None = None
    any_service: bool = False


class CallNext(Command, frozen=True, kw_only=True):
    """Call whoever is next by the policies of the clinics that the room serves."""

    room: RoomId


class Call(Command, frozen=True, kw_only=True):
    """Call a chosen waiting ticket to a room."""

    ticket: TicketId
    room: RoomId
    if_revision: int | None = None


class TicketCommand(Command, frozen=True, kw_only=True):
    """A move of one ticket. `if_revision`: refuse if somebody changed it since. `reason`: a slug, never free text."""

    ticket: TicketId
    if_revision: int | None = None
    reason: str | None = None


class Recall(TicketCommand, frozen=True, kw_only=True):
    """Call the called patient once more."""


class Start(TicketCommand, frozen=True, kw_only=True):
    """The called patient is in the room."""


class Complete(TicketCommand, frozen=True, kw_only=True):
    """The stop is done; what was ordered with it comes next, else the visit's next planned stop begins to wait."""

    orders: tuple[Order, ...] = ()


class Suspend(TicketCommand, frozen=True, kw_only=True):
    """The patient goes for what was ordered and returns afterwards, once `waits_for` has come too."""

    orders: tuple[Order, ...] = ()
    waits_for: tuple[str, ...] = ()


class Release(TicketCommand, frozen=True, kw_only=True):
    """Something outside that the stop waited for has come."""

    what: str


class NoShow(TicketCommand, frozen=True, kw_only=True):
    """The called patient did not come."""


class Requeue(TicketCommand, frozen=True, kw_only=True):
    """The called patient waits again, where the clinic's policy says."""


class Cancel(TicketCommand, frozen=True, kw_only=True):
    """The stop will not take place."""


class Reinstate(TicketCommand, frozen=True, kw_only=True):
    """A patient who missed their call has come after all and waits again."""


class Hold(TicketCommand, frozen=True, kw_only=True):
    """A waiting ticket leaves its queue for a while; its place is kept."""


class Resume(TicketCommand, frozen=True, kw_only=True):
    """A ticket on hold waits again at its old place."""


class Reopen(TicketCommand, frozen=True, kw_only=True):
    """A stop that was ended by mistake waits again."""


class Merge(Command, frozen=True, kw_only=True):
    """One patient's visit was opened twice: `other` goes on in `visit`. `reason`: a slug."""

    visit: VisitId
    other: VisitId
    reason: str | None = None


class GiveUp(Command, frozen=True, kw_only=True):
    """The patient goes home: every stop of the visit that is not over is cancelled."""

    visit: VisitId


class Defer(Command, frozen=True, kw_only=True):
    """A patient who is late lets others go first, where the clinic's policy says; once a stop."""

    visit: VisitId


class Transfer(TicketCommand, frozen=True, kw_only=True):
    """A ticket waits at another clinic from now on; in another class where `priority` says so.

    `room` or `practitioner`: who shall serve it, waited for while they are there. Without `clinic`: the one that they
    serve; the ticket's own, where that is one of several.
    """

    clinic: ClinicId | None = None
    room: RoomId | None = None
    practitioner: PractitionerId | None = None
    priority: PriorityId | None = None


class Prioritise(TicketCommand, frozen=True, kw_only=True):
    """A ticket goes on in another class, by its old arrival."""

    priority: PriorityId


class Undo(TicketCommand, frozen=True, kw_only=True):
    """Take back the last move of a ticket, once, while nothing of it has moved again."""


class OpenRoom(Command, frozen=True, kw_only=True):
    """Open a room, or change who works there and which clinics it serves (empty: those it is set up for)."""

    room: RoomId
    practitioner: PractitionerId | None = None
    clinics: tuple[ClinicId, ...] = ()


class PauseRoom(Command, frozen=True, kw_only=True):
    """An open room calls nobody for a while. `until_ms`: what the board says."""

    room: RoomId
    until_ms: int | None = None


class CloseRoom(Command, frozen=True, kw_only=True):
    """A room ends its day; whom it had called, and who waited for it, is handed on. Not while somebody is in it."""

    room: RoomId


class ClinicSetup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the engine needs to know of a clinic. `reentry`: by kind of return, as ClinicPolicy names them.

    `shares`, `rates`: of the classes that have their own here.
    """

    id: ClinicId
    series: str
    order: ServingOrder
    reentry: dict[str, Reenter]
    service_mean_s: float
    service_cv: float
    longest_wait_s: float | None = None
    reserved_class: PriorityId | None = None
    reserved_every: int | None = None
    no_show_after_s: float | None = None
    no_show_calls: int = 1
    shares: dict[PriorityId, int] = {}
    rates: dict[PriorityId, float] = {}
    early_s: float = 900.0
    late_s: float = 900.0
    release_s: float = 1800.0


class RoomSetup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the engine needs to know of a room."""

    id: RoomId
    clinics: tuple[ClinicId, ...]
    places: int
    takes: RoomTakes = RoomTakes.IN_ORDER


class PrioritySetup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the engine needs to know of a priority class; the list's order is the strict order."""

    id: PriorityId
    share: int
    rate: float
    always_first: bool
    for_returns: bool = False
    for_appointments: bool = False


class CloseDay(Command, frozen=True, kw_only=True):
    """The hall closes: whoever still waits is cancelled, who is being served is done, every room closes."""


class Tick(Command, frozen=True, kw_only=True):
    """Time has passed: make no-shows of calls that nobody answered, and change to stops that are quicker by now."""


class Publish(Command, frozen=True, kw_only=True):
    """Make a facility and its rules the ones in force. `digest` tells whether they already are."""

    digest: str
    clinics: tuple[ClinicSetup, ...]
    rooms: tuple[RoomSetup, ...]
    priorities: tuple[PrioritySetup, ...]
    sources: dict[str, str]
    schedules: tuple[ScheduleSetup, ...] = ()


class Attach(Command, frozen=True, kw_only=True):
    """A worker met the store. `replication_id`: the store's; another one than before begins a new `epoch`."""

    replication_id: str
    epoch: str


class Query(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every read carries. `now_ms`: the caller's clock, for whatever depends on how long somebody has waited."""

    facility: FacilityId
    now_ms: int


class ReadBoard(Query, frozen=True, kw_only=True):
    """The whole facility at one offset."""


class ReadQueue(Query, frozen=True, kw_only=True):
    """A clinic's waiting tickets, in order."""

    clinic: ClinicId


class ReadTicket(Query, frozen=True, kw_only=True):
    """The visit that a ticket belongs to."""

    ticket: TicketId


class ReadVisit(Query, frozen=True, kw_only=True):
    """A visit with its whole journey."""

    visit: VisitId


class ReadPlaces(Query, frozen=True, kw_only=True):
    """Where waiting tickets stand."""

    tickets: tuple[TicketId, ...]


class TicketResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket after a command. `position` (1 is next) and `estimated_wait` only while it waits.

    `offset`: the event stream's head after the command. `created`: a check-in made it, `held`: it was there
    already. `replayed`: the answer was kept from an earlier request with the same key.
    """

    ticket: Ticket
    visit: Visit
    epoch: str
    offset: int
    journey: tuple[Ticket, ...] = ()
    position: int | None = None
    estimated_wait: Wait | None = None
    created: bool = False
    replayed: bool = False


class CallNextResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom call-next called; `called` is None when nobody waits."""

    epoch: str
    offset: int
    called: TicketResult | None = None
    replayed: bool = False


class RoomResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A room after a command."""

    room: RoomState
    epoch: str
    offset: int
    replayed: bool = False


class PublishResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The version in force after a publish; `changed` is False when it already was."""

    version: int
    epoch: str
    offset: int
    changed: bool = False
    replayed: bool = False


class VisitResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visit after a command, with its whole journey."""

    visit: Visit
    journey: tuple[Ticket, ...]
    epoch: str
    offset: int
    replayed: bool = False


class DayResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The service day after it was closed, how many tickets that ended, and how many of them still waited."""

    day: ServiceDay
    epoch: str
    offset: int
    ended: int = 0
    waited: int = 0
    replayed: bool = False


class TickResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many calls became no-shows, patients changed to another stop, and slots began or were released."""

    epoch: str
    offset: int
    no_shows: int = 0
    replanned: int = 0
    lifted: int = 0
    released: int = 0
    replayed: bool = False


class AttachResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The epoch and the head of the event stream; `changed` says that the epoch is new."""

    epoch: str
    offset: int
    changed: bool = False
    replayed: bool = False
