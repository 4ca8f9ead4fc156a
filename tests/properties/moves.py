"""Each move of a ticket, sent, and what must then be so: refused or not as the states say, and what it changed."""

from collections.abc import Sequence
from typing import Any

from queueflow.model.commands import (
    Call,
    CallNext,
    CallNextResult,
    Cancel,
    CloseDay,
    Complete,
    DayResult,
    Hold,
    Merge,
    NoShow,
    Order,
    Prioritise,
    Recall,
    Reinstate,
    Release,
    Reopen,
    Requeue,
    Resume,
    Start,
    Suspend,
    Tick,
    TicketCommand,
    TicketResult,
    TickResult,
    Transfer,
    Undo,
    VisitResult,
)
from queueflow.model.errors import Invalid, NotAllowedInState, RoomNotOpen, UnknownClinic, UnknownRoom, UnknownVisit
from queueflow.model.ids import ClinicId, PractitionerId, PriorityId, RoomId, TicketId, VisitId
from queueflow.model.live_state import RoomStatus
from queueflow.model.ticket import TRANSITIONS, Ticket, TicketState
from tests.properties.acts import Acts
from tests.properties.audit import IN_ROOM, OVER, UNDER_WAY, hold
from tests.properties.driver import ANYTHING, Moved, Refused
from tests.properties.journeys import AT_A_STOP
from tests.properties.kept import Kept
from tests.properties.order import came_back_where_the_policy_says, nobody_passed_over

S = TicketState
UNDO_MS = 10 * 60 * 1000
MOVES: dict[str, type[TicketCommand]] = {
    "recall": Recall,
    "start": Start,
    "complete": Complete,
    "suspend": Suspend,
    "release": Release,
    "no-show": NoShow,
    "requeue": Requeue,
    "cancel": Cancel,
    "reinstate": Reinstate,
    "reopen": Reopen,
    "hold": Hold,
    "resume": Resume,
    "transfer": Transfer,
    "prioritise": Prioritise,
}
GO_ON = {"complete", "suspend", "release", "cancel"}
"""Moves after which the visit's next stop begins, if no other is under way."""
KINDS = {"requeue": "requeued", "reinstate": "reinstated", "transfer": "transferred", "reopen": "reinstated"}


class Moves(Acts):
    """What may be done with a ticket."""

    def calls_next(self, room: str, once: bool = False) -> TicketId | None:
        before = self.kept
        command = CallNext(room=RoomId(room), **self.base(once))
        result: CallNextResult | None = self.send(command, self.room_refuses(room, "call-next"))
        if result is None:
            return None
        if result.called is None:
            nobody_passed_over(before, room, None, self.kept.last_ms)
            self.became({})
            return None
        ticket = result.called.ticket
        hold("called to the room", (ticket.state, ticket.room) == (S.CALLED, room), ticket)
        nobody_passed_over(before, room, before.tickets[ticket.id], self.kept.last_ms)
        if len(before.line(ticket.clinic or "")) > 1:
            self.made[f"one of several classes: {before.clinics[ticket.clinic or ''].order}"] += 1
        self.became({ticket.id: S.CALLED})
        self.moved(ticket.id, before)
        return ticket.id

    def calls(self, ticket: TicketId, room: str, once: bool) -> None:
        before = self.kept
        command = Call(ticket=ticket, room=RoomId(room), **self.base(once))
        expected = self.move_refuses("call", ticket, None) or self.room_refuses(room, "call")
        if expected is None and self.kept.tickets[ticket].clinic not in self.kept.room(room).clinics:
            expected = Refused(RoomNotOpen, (("state", RoomStatus.OPEN),))
        result: TicketResult | None = self.send(command, expected)
        if result is not None:
            hold("called to the room", (result.ticket.state, result.ticket.room) == (S.CALLED, room), result)
            self.became({ticket: S.CALLED})
            self.moved(ticket, before)

    def moves(
        self,
        action: str,
        ticket: TicketId,
        *,
        off: int | None = None,
        orders: Sequence[Order] = (),
        once: bool = False,
        **more: Any,
    ) -> None:
        """`off`: how far the revision that the command wants is from the true one; None: it wants none."""
        before, kept = self.kept, self.kept.tickets.get(ticket)
        wanted = None if off is None or kept is None else kept.revision + off
        if action in ("complete", "suspend"):
            more["orders"] = tuple(orders)
        command = MOVES[action](ticket=ticket, if_revision=wanted, reason="tried", **more, **self.base(once))
        expected = self.move_refuses(action, ticket, wanted)
        if expected is None and kept is not None:
            expected = self.content_refused(command, kept)
        result: TicketResult | None = self.send(command, expected)
        if result is None or kept is None:
            return
        now = self.kept.tickets[ticket]
        hold("the ticket", result.ticket == now, result, now)
        changes: dict[str, TicketState] = {ticket: TRANSITIONS[action][self.states[ticket]]}
        changes |= dict.fromkeys(self.ordered(before, ticket, len(more.get("orders", ()))), S.PLANNED)
        self.became(changes, self.goes_on(now.visit, changes) if action in GO_ON else set())
        if action in KINDS:
            came_back_where_the_policy_says(before, kept, now, KINDS[action])
            self.reentered(now.clinic, KINDS[action])
        if action == "resume":
            hold("I6 the old place", now.order_at == kept.order_at, kept, now)
        for stop in (self.kept.tickets[one] for one in self.changed_tickets(before) & before.tickets.keys()):
            if (before.tickets[stop.id].state, stop.state) == (S.SUSPENDED, S.WAITING):
                came_back_where_the_policy_says(before, before.tickets[stop.id], stop, "returned")
                self.reentered(stop.clinic, "returned")
        self.moved(ticket, before)
        self.placed(result)

    def ordered(self, before: Kept, ticket: TicketId, count: int) -> Sequence[TicketId]:
        """The stops that came into being by a move: right after the one that ordered them."""
        stops = self.kept.visits[self.kept.tickets[ticket].visit].tickets
        at = stops.index(ticket) + 1
        new = stops[at : at + count]
        hold("orders", not set(new) & before.tickets.keys(), new)
        hold("orders", len(self.kept.tickets) == len(before.tickets) + count, new)
        return new

    def content_refused(self, command: TicketCommand, kept: Ticket) -> Refused | None:  # noqa: PLR0911  (one case a move)
        """What a move that may follow is refused for all the same."""
        no_class = Refused(Invalid, (("field", "priority"),))
        classes = {one.id for one in self.kept.classes}
        match command:
            case Suspend(orders=(), waits_for=()):
                return Refused(Invalid, (("field", "next"),))
            case Suspend(orders=orders) | Complete(orders=orders):
                return self.orders_refused(orders)
            case Release(what=what) if what not in kept.waits_for:
                return Refused(NotAllowedInState, None)
            case Reinstate() if UNDER_WAY & set(self.journey(kept.visit).values()):
                return Refused(NotAllowedInState, (("action", "reinstate"), ("state", "under-way")))
            case Reopen() if not self.can_reopen(kept):
                return Refused(NotAllowedInState, None)
            case Transfer(clinic=clinic) if clinic and clinic not in self.kept.clinics:
                return Refused(UnknownClinic)
            case Transfer(priority=priority) if priority is not None and priority not in classes:
                return no_class
            case Transfer(room=room) if room is not None and room not in self.kept.rooms:
                return Refused(UnknownRoom)
            case Transfer(room=room, practitioner=practitioner) if room or practitioner:
                return self.not_served_there(command, kept)
            case Transfer(clinic=None):
                return Refused(Invalid, (("field", "clinic"),))
            case Prioritise(priority=priority) if priority not in classes:
                return no_class
            case _:
                return None

    def not_served_there(self, command: Transfer, ticket: Ticket) -> Refused | None:
        """Whether the room or the practitioner that a ticket is sent to has no clinic for it, or too many."""
        there = [one for one in map(self.kept.room, sorted(self.kept.rooms)) if one.state is not RoomStatus.CLOSED]
        if command.room:
            room = self.kept.room(command.room)
            served = set(room.clinics if room in there else self.kept.rooms[command.room].clinics)
        else:
            served = {clinic for one in there if one.practitioner == command.practitioner for clinic in one.clinics}
        whom = Refused(Invalid, (("field", "room" if command.room else "practitioner"),))
        if command.clinic:
            return whom if served and command.clinic not in served else None
        if len(served) == 1 or ticket.clinic in served:
            return None
        return Refused(Invalid, (("field", "clinic"),)) if served else whom

    def can_reopen(self, ticket: Ticket) -> bool:
        visit, day = self.kept.visits[ticket.visit], self.kept.day or ""
        there = ticket.clinic in self.kept.clinics and ticket.priority in {one.id for one in self.kept.classes}
        todays = visit.day == day or visit.id in self.kept.carried.get(day, ())
        known_by = self.kept.persons.get(day, {}).get(visit.person or "")
        free = not UNDER_WAY & set(self.journey(visit.id).values()) and known_by in (None, visit.id)
        return there and todays and free and not visit.merged_into

    def transfers(
        self, ticket: TicketId, clinic: str | None, priority: str | None, wish: str | None, **more: Any
    ) -> None:
        kind, _, name = (wish or "").partition(":")
        self.moves(
            "transfer",
            ticket,
            clinic=None if clinic is None else ClinicId(clinic),
            priority=None if priority is None else PriorityId(priority),
            room=RoomId(name) if kind == "room" else None,
            practitioner=PractitionerId(name) if kind == "practitioner" else None,
            **more,
        )

    def undoes(self, ticket: TicketId, *, off: int | None = None, once: bool = False) -> None:
        """Take back the last move: every ticket that it changed is as it was, but for its revision."""
        before, kept = self.kept, self.kept.tickets.get(ticket)
        wanted = None if off is None or kept is None else kept.revision + off
        command = Undo(ticket=ticket, if_revision=wanted, **self.base(once))
        record = self.last_moves.pop(ticket, None)
        if kept is not None and ticket in self.unforeseen:
            self.send(command, ANYTHING)
            return
        expected = self.undo_refuses(ticket, wanted, record)
        result: TicketResult | None = self.send(command, expected)
        if result is None or record is None:
            if record is not None:
                self.last_moves[ticket] = record
            return
        states: dict[str, TicketState] = {one: old.state if old else S.CANCELLED for one, old in record.before.items()}
        journey = {**self.journey(kept.visit), **states} if kept else {}
        may = set[str]() if S.NO_SHOW in journey.values() else self.goes_on(result.ticket.visit, states)
        changed_ids = self.changed_tickets(before)
        began = {one for one in may if self.kept.tickets[one].state is S.WAITING}
        for one, old in record.before.items():
            if old and one not in began:
                now = self.kept.tickets[one]
                as_before = {name: getattr(old, name) for name in old.__struct_fields__ if name != "revision"}
                hold("undone", all(getattr(now, name) == value for name, value in as_before.items()), old, now)
        self.left_others_alone(before, command)
        hold("undone", changed_ids == {*record.before, *began}, record, changed_ids)
        self.became(states, may)
        self.placed(result)

    def undo_refuses(self, ticket: str, revision: int | None, record: Moved | None) -> Refused | None:
        kept = self.kept.tickets.get(ticket)
        if kept is None or revision not in (None, kept.revision):
            return self.move_refuses("recall", ticket, revision)
        late = record is None or max(self.clock_ms, self.kept.last_ms) - record.at_ms > UNDO_MS
        if record is None or late or record.day != self.kept.day:
            return Refused(NotAllowedInState, (("action", "undo"), ("state", "nothing to undo")))
        if any(self.kept.tickets[one].revision != now for one, now in record.revisions.items()):
            return Refused(NotAllowedInState, (("action", "undo"), ("state", "moved again")))
        return None if self.can_go_back(kept.visit, record) else Refused(NotAllowedInState, None)

    def can_go_back(self, visit_id: str, record: Moved) -> bool:
        """Whether clinics, classes and rooms are there as before, and the patient is at no other stop by now."""
        olds = [old for old in record.before.values() if old]
        classes = {one.id for one in self.kept.classes}
        there = all(old.priority in classes and (not old.clinic or old.clinic in self.kept.clinics) for old in olds)
        others = [state for one, state in self.journey(visit_id).items() if one not in record.before]
        at_stops = sum(state in AT_A_STOP for state in [*others, *(old.state for old in olds)])
        visit = self.kept.visits[visit_id]
        known_by = self.kept.persons.get(self.kept.day or "", {}).get(visit.person or "")
        back = [old for old in olds if old.state in IN_ROOM and self.states[old.id] not in IN_ROOM]
        return (
            there and at_stops <= 1 and known_by in (None, visit.id) and all(self.has_place(old.room) for old in back)
        )

    def has_place(self, room: str | None) -> bool:
        if room not in self.kept.rooms:
            return False
        state = self.kept.room(room)
        return state.state is not RoomStatus.CLOSED and len(state.tickets) < self.kept.rooms[room].places

    def merges(self, visit: str, other: str, once: bool) -> None:
        """Two visits of one patient: what was still to come of the other is in this one, and the other is over."""
        before = self.kept
        command = Merge(visit=VisitId(visit), other=VisitId(other), **self.base(once))
        result: VisitResult | None = self.send(command, self.merge_refuses(visit, other))
        if result is None:
            return
        changed_visits = {self.kept.tickets[one].visit for one in self.changed_tickets(before)}
        hold("I8 others are left alone", changed_visits <= {visit, other}, changed_visits, visit, other)
        gone = self.kept.visits[other]
        hold("merged", gone.merged_into == visit and set(self.states_of(other)) <= OVER, gone)
        came = {before.tickets[one].service for one in before.visits[other].tickets if self.states[one] in TO_COME}
        here = {stop.service for stop in result.journey if stop.state in {*TO_COME, *UNDER_WAY}}
        hold("I8 nothing to come is lost", came <= here, came, here)
        self.unforeseen |= self.changed_tickets(before)
        self.adopt()

    def states_of(self, visit: str) -> list[TicketState]:
        return [self.kept.tickets[one].state for one in self.kept.visits[visit].tickets]

    def merge_refuses(self, visit: str, other: str) -> Refused | None:
        if {visit, other} - self.kept.visits.keys():
            return Refused(UnknownVisit)
        if visit == other:
            return Refused(Invalid, (("field", "other"),))
        over = any(set(self.states_of(one)) <= OVER for one in (visit, other))
        busy = {S.CALLED, S.SERVING, S.SUSPENDED} & set(self.states_of(other))
        return Refused(NotAllowedInState, None) if over or busy else None

    def closes_the_hall(self, once: bool) -> None:
        before = self.kept
        result: DayResult | None = self.send(CloseDay(**self.base(once)), None)
        if result is None:
            return
        ended = self.changed_tickets(before)
        hold("everybody is told", result.ended == len(ended), result, ended)
        self.adopt()
        hold("the hall is empty", set(self.states.values()) <= OVER, self.states)
        rooms = [self.kept.room(one).state for one in self.kept.rooms]
        hold("the rooms are closed", set(rooms) == {RoomStatus.CLOSED}, rooms)

    def ticks(self) -> None:
        """Time alone: no-shows that are due, and changes to a stop of the same group that is quicker by now."""
        before = self.kept
        result: TickResult | None = self.send(Tick(**self.base()), None)
        if result is None:
            return
        missed = replanned = 0
        for one in self.changed_tickets(before):
            edge = before.tickets[one].state, self.kept.tickets[one].state
            hold("a tick's moves", edge in TICKS, one, edge)
            missed += edge == (S.CALLED, S.NO_SHOW)
            replanned += edge == (S.WAITING, S.PLANNED)
        hold("a tick's figures", (result.no_shows, result.replanned) == (missed, replanned), result, missed, replanned)
        for one in self.changed_tickets(before):
            if self.kept.tickets[one].state is S.NO_SHOW:
                self.was_due(before.tickets[one], before)
        self.adopt()

    def was_due(self, ticket: Ticket, before: Kept) -> None:
        policy = before.clinics[ticket.clinic or ""]
        hold("no-show by the policy", policy.no_show_after_s is not None, ticket, policy)
        hold("no-show after so many calls", ticket.calls >= policy.no_show_calls, ticket, policy)
        waited_s = (self.kept.last_ms - (ticket.called_at_ms or 0)) / 1000
        hold("no-show after so long", waited_s >= (policy.no_show_after_s or 0), ticket, policy)


TO_COME = {S.PLANNED, S.WAITING, S.ON_HOLD}
TICKS = {(S.CALLED, S.NO_SHOW), (S.WAITING, S.PLANNED), (S.PLANNED, S.WAITING)}
