"""Each command of the engine, sent, and what must then be so: refused or not as the states say, and what it changed."""

from collections.abc import Sequence

from queueflow.model.commands import (
    Attach,
    AttachResult,
    CheckIn,
    CloseRoom,
    OpenRoom,
    Order,
    PauseRoom,
    Publish,
    PublishResult,
    RoomResult,
    TicketResult,
)
from queueflow.model.errors import Invalid, NotAllowedInState, RoomNotOpen, UnknownClinic, UnknownRoom
from queueflow.model.ids import ClinicId, PersonRef, PractitionerId, PriorityId, RoomId, ServiceId
from queueflow.model.live_state import RoomStatus
from queueflow.model.priority import Balance
from queueflow.model.ticket import Decision, TicketState
from tests.properties.audit import IN_ROOM, OVER, UNDER_WAY, hold
from tests.properties.driver import Driver, Refused
from tests.properties.kept import Kept, changed
from tests.properties.order import handed_on_where_the_policy_says
from tests.properties.setups import SETUPS, with_policies

S = TicketState
DECISION = Decision(ruleset=1, rule="row-1")


class Acts(Driver):
    """What may be done in a hospital."""

    def publishes(self, setup: str, once: bool = False, *, policies: int = 0) -> None:
        """`policies`: the number of a combination of them; 0 for those that the setup has itself."""
        clinics, rooms, classes = with_policies(SETUPS[setup], policies) if policies else SETUPS[setup]
        digest = f"{setup}-{policies}" if policies else setup
        command = Publish(
            digest=digest, clinics=clinics, rooms=rooms, priorities=classes, sources={"rules": setup}, **self.base(once)
        )
        before, version = self.kept, int(self.kept.meta.get("version", 0))
        same = self.kept.meta.get("digest") == digest
        stranded = [
            ticket
            for ticket in (self.kept.tickets[one] for one in self.kept.active)
            if ticket.priority not in {one.id for one in classes}
            or (ticket.clinic and ticket.clinic not in {one.id for one in clinics})
            or (ticket.state is S.PLANNED and not set(ticket.candidates) & {one.id for one in clinics})
            or (ticket.state in IN_ROOM and ticket.room not in {one.id for one in rooms})
        ]
        expected = Refused(NotAllowedInState, None) if stranded and not same else None
        result: PublishResult | None = self.send(command, expected)
        if result is not None:
            hold("version", (result.version, result.changed) == (version if same else version + 1, not same), result)
            self.handed_on(before)

    def handed_on(self, before: Kept, called: Sequence[str] = ()) -> None:
        """Nobody moved but those who were called to a room, or waited for it or for who worked there."""
        changed_ids = self.changed_tickets(before)
        waited = {one for one in changed_ids if before.tickets[one].wish and before.tickets[one].state is S.WAITING}
        hold("I6 only who has nobody to wait for is handed on", changed_ids == {*waited, *called}, changed_ids, called)
        handed_on_where_the_policy_says(before, self.kept, changed_ids)
        for one in changed_ids:
            self.reentered(self.kept.tickets[one].clinic, "handed_on")
        self.became(dict.fromkeys(called, S.WAITING))

    def check_in_command(
        self,
        clinics: Sequence[str],
        priority: str,
        balance: Balance,
        *,
        person: int | None = None,
        service: str = "s1",
        orders: Sequence[Order] = (),
        once: bool = False,
    ) -> CheckIn:
        base = self.base(once)
        return CheckIn(
            nonce=f"{self.serial:013d}",
            service=ServiceId(service),
            candidates=tuple(ClinicId(clinic) for clinic in clinics),
            priority=PriorityId(priority),
            balance=balance,
            decision=DECISION,
            language="vi",
            sealed="sealed",
            person=None if person is None else PersonRef(f"person-{person}"),
            last3="001",
            flags=("pregnant",) if person == 0 else (),
            next=tuple(orders),
            **base,
        )

    def checks_in(self, command: CheckIn) -> None:
        before = self.kept
        held, visit = self.held(command.person, command.service), self.open_visit(command.person)
        begins = visit is None or not UNDER_WAY & set(self.journey(visit).values())
        expected = None if held else self.orders_refused((command, *command.next))
        result: TicketResult | None = self.send(command, expected)
        if result is None:
            return
        ticket = result.ticket
        if held:
            hold("B4 the ticket they hold", (ticket.id, result.created) == (held, False), result, held)
            kept = before.tickets[held]
            may = (
                begins and kept.state is S.PLANNED and not kept.waits_for and set(kept.candidates) & set(before.clinics)
            )
            hold("B4 nothing else changed", bool(may) or before.raw == self.kept.raw, changed(before, self.kept))
            self.became({held: S.WAITING} if may else {})
            self.placed(result)
            return
        known = [clinic for clinic in command.candidates if clinic in before.clinics]
        hold("created", result.created and ticket.id not in before.tickets, result)
        hold("one visit", (visit is None) is (ticket.visit not in before.visits), result, visit)
        hold("one visit", visit in (None, ticket.visit), result, visit)
        hold("a candidate", ticket.clinic in known if begins else ticket.clinic is None, result, known)
        first = command.balance is not Balance.FIRST or not begins or ticket.clinic == known[0]
        hold("the first candidate", first, result, known)
        hold("journey", [stop.id for stop in result.journey] == list(result.visit.tickets), result)
        hold("what follows", len(self.kept.tickets) == len(before.tickets) + 1 + len(command.next), result)
        stops = self.kept.visits[ticket.visit].tickets
        planned = stops[len(stops) - len(command.next) :] if command.next else ()
        self.became({ticket.id: S.WAITING if begins else S.PLANNED, **dict.fromkeys(planned, S.PLANNED)})
        self.placed(result)

    def orders_refused(self, orders: Sequence[Order | CheckIn]) -> Refused | None:
        for order in orders:
            if order.priority not in {one.id for one in self.kept.classes}:
                return Refused(Invalid, (("field", "priority"),))
            if not set(order.candidates) & set(self.kept.clinics):
                return Refused(UnknownClinic)
        return None

    def held(self, person: str | None, service: str) -> str | None:
        """The stop that a person has for a service on the visit they are on, not yet over."""
        visit = self.open_visit(person)
        stops = self.kept.visits[visit].tickets if visit else ()
        over = OVER | {S.NO_SHOW}
        live = (one for one in stops if self.kept.tickets[one].service == service and self.states[one] not in over)
        return next(live, None)

    def open_visit(self, person: str | None) -> str | None:
        """The visit that a person is on, their own or the one that it was merged into."""
        visit = self.kept.persons.get(self.kept.day or "", {}).get(person or "")
        return visit if visit and not set(self.journey(visit).values()) <= OVER else None

    def opens(self, room: str, clinics: Sequence[str], practitioner: str | None, once: bool = False) -> None:
        command = OpenRoom(
            room=RoomId(room),
            clinics=tuple(ClinicId(clinic) for clinic in clinics),
            practitioner=PractitionerId(practitioner) if practitioner else None,
            **self.base(once),
        )
        expected = None
        if room not in self.kept.rooms:
            expected = Refused(UnknownRoom)
        elif not set(clinics or self.kept.rooms[room].clinics) <= set(self.kept.clinics):
            expected = Refused(UnknownClinic)
        before = self.kept
        self.room_is(self.send(command, expected), before, room, RoomStatus.OPEN)

    def pauses(self, room: str, until_ms: int | None, once: bool) -> None:
        command = PauseRoom(room=RoomId(room), until_ms=until_ms, **self.base(once))
        expected = None
        if room not in self.kept.rooms:
            expected = Refused(UnknownRoom)
        elif self.kept.room(room).state is RoomStatus.CLOSED:
            expected = Refused(RoomNotOpen, (("state", RoomStatus.CLOSED),))
        before = self.kept
        self.room_is(self.send(command, expected), before, room, RoomStatus.PAUSED)

    def closes(self, room: str, once: bool) -> None:
        command = CloseRoom(room=RoomId(room), **self.base(once))
        held, expected = self.kept.room(room).tickets, None
        if room not in self.kept.rooms:
            expected = Refused(UnknownRoom)
        elif any(self.states[ticket] is S.SERVING for ticket in held):
            expected = Refused(NotAllowedInState, (("action", "close"), ("state", "serving")))
        before = self.kept
        self.room_is(self.send(command, expected), before, room, RoomStatus.CLOSED, held)

    def room_is(
        self, result: RoomResult | None, before: Kept, room: str, state: RoomStatus, called: Sequence[str] = ()
    ) -> None:
        if result is not None:
            hold("the room", result.room == self.kept.room(room) and result.room.state is state, result)
            self.handed_on(before, called)

    def attaches(self, replication_id: str) -> None:
        command = Attach(replication_id=replication_id, epoch=f"epoch-{self.serial}", **self.base())
        known = self.kept.meta.get("replication_id")
        result: AttachResult | None = self.send(command, None)
        if result is not None:
            hold("epoch", result.changed is (known != replication_id), result, known)
            self.became({})
