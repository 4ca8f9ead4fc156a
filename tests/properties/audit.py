"""The invariants of a facility as predicates over what its store keeps and over its event stream.

Their names are those of the reliability notes: I1 one state and its places in the indexes, I2 legal moves only, I3
numbers without gap or repeat, I5 nobody in two rooms, I8 nobody lost, I10 the log is the state.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import redis

from queueflow.model.events import (
    AnyEvent,
    DayClosed,
    RoomClosed,
    RulesetPublished,
    TicketCalled,
    TicketUndone,
)
from queueflow.model.ids import FacilityId
from queueflow.model.live_state import ClinicState, FacilityState, RoomState, RoomStatus
from queueflow.model.priority import ServingOrder
from queueflow.model.ticket import TRANSITIONS, Ticket, TicketState
from queueflow.model.visit import Visit, VisitState
from tests.properties import kept as kept_of
from tests.properties.journeys import AT_A_STOP, is_stuck
from tests.properties.kept import Kept

S = TicketState
OVER = {S.DONE, S.CANCELLED}
UNDER_WAY = {S.WAITING, S.CALLED, S.SERVING, S.ON_HOLD, S.SUSPENDED}
IN_ROOM = {S.CALLED, S.SERVING}
LEGAL = {(before, after) for moves in TRANSITIONS.values() for before, after in moves.items()} | {
    (S.PLANNED, S.WAITING),
    (S.WAITING, S.PLANNED),
    (S.SUSPENDED, S.WAITING),
}
AT_DAYS_END = {(before, S.CANCELLED) for before in S if before not in OVER} | {(S.SERVING, S.DONE)}
TAKEN_BACK = {(after, before) for before, after in LEGAL} | {(S.PLANNED, S.CANCELLED), (S.WAITING, S.CANCELLED)}
NUMBER = re.compile(r"([A-Z])([0-9]{3,})")


class Broken(AssertionError):
    """An invariant does not hold."""


def hold(name: str, what: bool, *about: object) -> None:
    """The invariant of that name, or Broken with what it is about."""
    if not what:
        raise Broken(f"{name}: {', '.join(map(repr, about))}")


@dataclass
class Fold:
    """A facility as its events alone tell it, from the first on."""

    offset: int = 0
    at_ms: int = 0
    day: str | None = None
    version: int = 0
    tickets: dict[str, Ticket] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    clinics: dict[str, ClinicState] = field(default_factory=dict)
    rooms: dict[str, RoomState] = field(default_factory=dict)

    def apply(self, offset: int, event: AnyEvent) -> None:
        """The event at that offset, with what must hold between it and those before (I2, I5, I10)."""
        hold("I10 dense offsets", offset == self.offset + 1, self.offset, offset)
        hold("M1 time never goes back", event.at_ms >= self.at_ms, self.at_ms, event)
        hold("I4 a day never goes back", self.day is None or event.day >= self.day, self.day, event)
        hold("I4 a new day is told", self.day in (None, event.day) or isinstance(event, DayClosed), self.day, event)
        for ticket in event.tickets:
            self._moved(ticket, event)
            self.tickets[ticket.id] = ticket
        self.visits |= {visit.id: visit for visit in event.visits}
        if isinstance(event, RulesetPublished):
            hold("I2 versions", event.version == self.version + 1, self.version, event.version)
            self.version = event.version or 0
            self.clinics, self.rooms = {}, {}
        self.clinics |= {clinic.id: clinic for clinic in event.clinics}
        self.rooms |= {room.id: room for room in event.rooms}
        self.offset, self.at_ms, self.day = offset, event.at_ms, event.day

    def _moved(self, ticket: Ticket, event: AnyEvent) -> None:
        before = self.tickets.get(ticket.id)
        if before is None:
            hold("I2 a ticket begins", ticket.revision == 1 and ticket.state in (S.PLANNED, S.WAITING), ticket)
            return
        edge = (before.state, ticket.state)
        legal = LEGAL
        if isinstance(event, DayClosed | TicketUndone):
            legal = AT_DAYS_END if isinstance(event, DayClosed) else TAKEN_BACK
        hold("I2 legal moves", edge in legal, ticket.id, edge, event)
        hold("I2 revision", ticket.revision == before.revision + 1, ticket.id, before.revision, ticket.revision)
        named = "number", "visit", "service", "issued_at_ms"
        hold("I3 what a ticket keeps", all(getattr(before, one) == getattr(ticket, one) for one in named), ticket)
        if isinstance(event, TicketCalled):
            holders = [room for room in self.rooms.values() if ticket.id in room.tickets]
            hold("I5 a called ticket was nowhere", not holders, ticket.id, holders)

    @property
    def open_tickets(self) -> dict[str, Ticket]:
        return {one.id: one for one in self.tickets.values() if one.state not in OVER}


@dataclass
class Auditor:
    """Checks a facility again and again, reading only the events that are new."""

    client: "redis.Redis"
    facility: FacilityId
    fold: Fold = field(default_factory=Fold)

    def check(self) -> Kept:
        """What the store keeps now; raises Broken."""
        kept = kept_of.read(self.client, self.facility, self.fold.offset)
        for offset, event in kept.events:
            self.fold.apply(offset, event)
            if isinstance(event, TicketCalled):
                full = [room for room in event.rooms if len(room.tickets) > kept.rooms[room.id].places]
                hold("I5 places", not full, full)
            if isinstance(event, RoomClosed):
                hold("I5 a closed room is empty", not any(room.tickets for room in event.rooms), event)
        hold("S1 every key under the tag", not kept.foreign, kept.foreign)
        log_is_state(self.fold, kept)
        one_state(kept)
        dense_numbers(kept)
        exclusive(kept)
        conserved(kept)
        return kept


def log_is_state(fold: Fold, kept: Kept) -> None:
    """I10: every ticket, visit and room is as the last event about it says."""
    hold("I10 offset", fold.offset == kept.offset, fold.offset, kept.offset)
    hold("I10 day", fold.day == kept.day, fold.day, kept.day)
    hold("I10 tickets", fold.tickets == kept.tickets, _different(fold.tickets, kept.tickets))
    hold("I10 visits", fold.visits == kept.visits, _different(fold.visits, kept.visits))
    states = {room: kept.room(room) for room in kept.rooms}
    hold("I10 rooms", fold.rooms == states, _different(fold.rooms, states))


def board_is_fold(fold: Fold, board: FacilityState, kept: Kept) -> None:
    """I10: a reader who starts from the events stands where a reader who asks for the board stands."""
    hold("I10 board offset", board.offset == fold.offset, board.offset, fold.offset)
    hold("I10 board day and version", (board.day, board.version) == (fold.day, fold.version), board.day, fold.day)
    tickets = {ticket.id: ticket for ticket in board.tickets}
    hold("I10 board tickets", tickets == fold.open_tickets, _different(tickets, fold.open_tickets))
    under_way = {ticket.visit for ticket in board.tickets}
    visits = {visit.id: visit for visit in board.visits}
    hold("I10 board visits", visits == {one: fold.visits[one] for one in under_way}, visits)
    rooms = {room.id: room for room in board.rooms}
    hold("I10 board rooms", rooms == fold.rooms, _different(rooms, fold.rooms))
    told = {name: _timeless(clinic, kept) for name, clinic in fold.clinics.items()}
    shown = {clinic.id: _timeless(clinic, kept) for clinic in board.clinics}
    hold("I10 board clinics", told == shown, _different(told, shown))


def _timeless(clinic: ClinicState, kept: Kept) -> tuple[object, ...]:
    # An expected wait depends on the instant, as do places where points accumulate or a wait can be too long.
    counts = clinic.waiting, clinic.rooms_open, clinic.rooms_free, clinic.by_priority, clinic.service_mean_s
    setup = kept.clinics[clinic.id]
    if setup.order is ServingOrder.ACCUMULATING or setup.longest_wait_s is not None:
        return *counts, len(clinic.next)
    return *counts, clinic.next


def one_state(kept: Kept) -> None:
    """I1: a ticket stands in the indexes of its state and in no other."""
    waiting: dict[str, tuple[str, str, float]] = {}
    for (clinic, priority), entries in kept.waiting.items():
        for ticket, score in entries:
            hold("I1 in one queue", ticket not in waiting, ticket)
            waiting[ticket] = (clinic, priority, score)
    in_rooms = [ticket for room in kept.room_states.values() for ticket in room.tickets]
    for ticket in kept.tickets.values():
        place = (ticket.clinic, ticket.priority, ticket.order_at) if ticket.state is S.WAITING else None
        hold("I1 queue", waiting.get(ticket.id) == place, ticket, waiting.get(ticket.id))
        hold("I1 room", (ticket.id in in_rooms) is (ticket.state in IN_ROOM), ticket, in_rooms)
        hold("I1 under way", (ticket.id in kept.active) is (ticket.state not in OVER), ticket)
        hold("I1 clinic", (ticket.clinic is None) <= (ticket.state in (S.PLANNED, S.CANCELLED)), ticket)
        hold("I1 ended", (ticket.ended_at_ms is not None) >= (ticket.state in OVER), ticket)
    hold("I1 no ghosts", {*waiting, *in_rooms, *kept.active} <= kept.tickets.keys(), waiting, in_rooms, kept.active)
    wishes = {one.id: one.wish for one in kept.tickets.values() if one.state is S.WAITING and one.wish}
    hold("I1 wishes", {id_: wish for some in kept.wishes.values() for id_, wish in some.items()} == wishes, wishes)
    rooms = [room for room in kept.room_states.values() if room.state is not RoomStatus.CLOSED]
    serving = [(clinic, room) for room in rooms for clinic in room.clinics]
    there = Counter(f"{clinic}/room:{room.id}" for clinic, room in serving)
    there += Counter(f"{clinic}/practitioner:{room.practitioner}" for clinic, room in serving if room.practitioner)
    hold("I1 who is there", kept.present == there, kept.present, there)
    for clinic, counts in kept.counts.items():
        for name, count in counts.items():
            kind, _, what = name.partition(":")
            if kind == "waiting":
                hold("I1 counts", count == len(kept.waiting.get((clinic, what), ())), clinic, name, count)
            if kind == "of":
                there = [kept.tickets[one] for one, (at, _, _) in waiting.items() if at == clinic]
                hold("I1 services", count == sum(one.service == what for one in there), clinic, name, count)
    for clinic in kept.clinics:
        serving = [one for one in kept.room_states.values() if one.id in kept.rooms and clinic in one.clinics]
        open_rooms = [room for room in serving if room.state is RoomStatus.OPEN]
        free = [room for room in open_rooms if len(room.tickets) < kept.rooms[room.id].places]
        counts = kept.counts.get(clinic, {})
        spare = sum(kept.rooms[room.id].places - len(room.tickets) for room in open_rooms)
        counted = counts.get("open", 0), counts.get("free", 0), counts.get("spare", 0)
        hold("I1 rooms counted", counted == (len(open_rooms), len(free), spare), clinic, counted, open_rooms)
        served = {name: count for name, count in counts.items() if name.startswith("serves:")}
        hold("I1 places counted", served == _places(kept, open_rooms), clinic, served, open_rooms)
        back = {name.removeprefix("back:") for name in counts if name.startswith("back:")}
        paused = {room.id for room in serving if room.state is RoomStatus.PAUSED and room.paused_until_ms}
        hold("I1 pauses", back == paused, clinic, back, paused)
        credit = [value for name, value in counts.items() if name.startswith("credit:")]
        hold("I7 credit is only passed on", abs(sum(credit)) < 1e-6, clinic, counts)


def _places(kept: Kept, rooms: list[RoomState]) -> dict[str, float]:
    """The places of open rooms by what the rooms serve, as a clinic keeps them."""
    found: Counter[str] = Counter()
    for room in rooms:
        setup = kept.rooms[room.id]
        found[f"serves:{setup.takes}:{','.join(room.clinics)}"] += setup.places
    return dict(found)


def dense_numbers(kept: Kept) -> None:
    """I3: a day's numbers of a series are 1 to n; those that people brought over midnight are passed over."""
    given: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
    for visit in kept.visits.values():
        parts = NUMBER.fullmatch(visit.number)
        assert parts, visit.number
        given[visit.day][parts[1], int(parts[2])] += 1
        hold("I3 day", visit.id.startswith(visit.day), visit)
    for day, counter in given.items():
        twice = [number for number, times in counter.items() if times > 1]
        hold("I3 no number twice", not twice, day, twice)
        counted = kept.numbers.get(day, {})
        hold("I3 counted", {letter for letter, _ in counter} == counted.keys(), day, counter, counted)
        for series, last in counted.items():
            passed = {n for n in range(1, last + 1) if f"{series}{n:03d}" in kept.carried.get(day, set())}
            todays = {number for letter, number in counter if letter == series}
            hold("I3 dense", todays == set(range(1, last + 1)) - passed, day, series, last, sorted(todays), passed)
    for ticket in kept.tickets.values():
        hold("I3 one number a visit", ticket.number == kept.visits[ticket.visit].number, ticket)
    shown = Counter(kept.visits[visit].number for visit in {kept.tickets[one].visit for one in kept.active})
    hold("I3 nobody else has it now", all(times == 1 for times in shown.values()), shown)


def exclusive(kept: Kept) -> None:
    """I5: a called ticket is in one room, which is its own; a person is in one place at a time."""
    for room in kept.room_states.values():
        for ticket in room.tickets:
            hold("I5 its own room", kept.tickets[ticket].room == room.id, room, kept.tickets[ticket])
    held = [ticket for room in kept.room_states.values() for ticket in room.tickets]
    hold("I5 one room a ticket", len(held) == len(set(held)), held)
    at_a_stop = Counter(ticket.visit for ticket in kept.tickets.values() if ticket.state in AT_A_STOP)
    hold("I5 one stop a visit", all(times == 1 for times in at_a_stop.values()), at_a_stop)
    open_visits = [
        visit for visit in kept.visits.values() if visit.state in (VisitState.ARRIVED, VisitState.IN_PROGRESS)
    ]
    persons = Counter(visit.person for visit in open_visits if visit.person)
    hold("I5 one visit a person", all(times == 1 for times in persons.values()), persons)
    for visit in open_visits:
        if visit.person:
            known = kept.persons.get(kept.day or "", {}).get(visit.person)
            hold("I5 the person is known by it", known == visit.id, visit, known)


def conserved(kept: Kept) -> None:
    """I8: every stop of every visit is a ticket in one state, and a visit is over when its stops are."""
    journeys = [ticket for visit in kept.visits.values() for ticket in visit.tickets]
    hold("I8 every ticket in one journey", sorted(journeys) == sorted(kept.tickets), kept.visits, kept.tickets.keys())
    for visit in kept.visits.values():
        stops = [kept.tickets[ticket] for ticket in visit.tickets]
        hold("I8 journey", all(stop.visit == visit.id for stop in stops), visit)
        states = {stop.state for stop in stops}
        over = visit.state in (VisitState.FINISHED, VisitState.CANCELLED)
        hold("I8 over", over is (states <= OVER), visit, states)
        if over:
            hold("I8 how it ended", (visit.state is VisitState.FINISHED) >= (S.DONE in states), visit, states)
        begun = any(stop.started_at_ms is not None for stop in stops)
        hold("I8 begun", over or not begun or visit.state is VisitState.IN_PROGRESS, visit, stops)
        hold("I8 what is to come has its turn", not is_stuck(stops), stops)


def _different(one: Mapping[Any, object], other: Mapping[Any, object]) -> object:
    keys = {key for key in {*one, *other} if one.get(key) != other.get(key)}
    return {key: (one.get(key), other.get(key)) for key in sorted(keys)}
