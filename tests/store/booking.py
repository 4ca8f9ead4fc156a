"""A hall that takes bookings: schedules of eye and ear, a class for those who have booked, short commands."""

from msgspec.structs import replace

from queueflow.model.appointment import Appointment
from queueflow.model.booking import (
    AppointmentResult,
    BookAppointment,
    CancelAppointment,
    MoveAppointment,
)
from queueflow.model.commands import CheckIn, ClinicSetup, Order, Publish, TicketResult
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import AppointmentId, ClinicId, PersonRef, PractitionerId, PriorityId, ScheduleId, ServiceDay
from queueflow.model.ids import ServiceId as Service
from queueflow.model.priority import Balance, ServingOrder
from queueflow.model.schedule import ScheduleSetup
from queueflow.model.ticket import Decision
from tests.store.hall import CLINICS, DAY, FACILITY, MORNING_MS, ROOMS, Hall, clinic, priority_class

MINUTE_MS = 60_000
HALF_PAST_8 = MORNING_MS + 90 * MINUTE_MS
TOMORROW = ServiceDay("20260923")
DAY_MS = 24 * 60 * MINUTE_MS
LENGTH_MS = 15 * MINUTE_MS

PRIORITIES = (
    priority_class("emergency", always_first=True),
    priority_class("priority", 2, 2.0),
    replace(priority_class("appointment", 2, 1.5), for_appointments=True),
    priority_class("ordinary"),
)
BOOKED = PriorityId("appointment")


def schedule(
    name: str, clinic: str, places: int = 1, overbook: int = 0, practitioner: str | None = None
) -> ScheduleSetup:
    return ScheduleSetup(
        ScheduleId(name),
        ClinicId(clinic),
        LENGTH_MS // 1000,
        places,
        overbook,
        PractitionerId(practitioner) if practitioner else None,
    )


SCHEDULES = (
    schedule("eye-any", "eye", places=2),
    schedule("eye-lan", "eye", overbook=1, practitioner="dr-lan"),
    schedule("ear-any", "ear"),
)


def booking_clinic(
    name: str, series: str, order: ServingOrder = ServingOrder.STRICT, late: Reenter | None = None
) -> ClinicSetup:
    return clinic(name, series, order, late=late or Reenter(Reentry.END))


class Desk:
    """Bookings in a hall, by the slot's start."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall

    async def open(self, *clinics: ClinicSetup, schedules: tuple[ScheduleSetup, ...] = SCHEDULES) -> None:
        named = {one.id for one in clinics}
        reentry = Reenter(Reentry.END)
        others = [booking_clinic(one.id, one.series, one.order, reentry) for one in CLINICS if one.id not in named]
        await self.hall.engine.publish(
            Publish(
                digest=f"digest-{next(self.hall.counter)}",
                clinics=(*clinics, *others),
                rooms=ROOMS,
                priorities=PRIORITIES,
                schedules=schedules,
                sources={},
                **self.hall.base(),
            )
        )

    async def book(
        self,
        start_ms: int = HALF_PAST_8,
        *schedules: str,
        person: str | None = None,
        service: str = "exam",
        overbook: bool = False,
        nonce: str | None = None,
        once: str | None = None,
        on: ServiceDay = DAY,
    ) -> AppointmentResult:
        return await self.hall.engine.book_appointment(
            BookAppointment(
                nonce=nonce or f"{next(self.hall.counter):06d}0000000",
                on=on,
                schedules=tuple(map(ScheduleId, schedules or ("eye-any",))),
                service=Service(service),
                start_ms=start_ms,
                language="vi",
                overbook=overbook,
                person=PersonRef(person) if person else None,
                sealed="cipher",
                **self.hall.base(once),
            )
        )

    async def move(
        self,
        appointment: AppointmentId,
        start_ms: int,
        *schedules: str,
        on: ServiceDay = DAY,
        if_revision: int | None = None,
    ) -> AppointmentResult:
        return await self.hall.engine.move_appointment(
            MoveAppointment(
                appointment=appointment,
                on=on,
                schedules=tuple(map(ScheduleId, schedules or ("eye-any",))),
                service=Service("exam"),
                start_ms=start_ms,
                if_revision=if_revision,
                **self.hall.base(),
            )
        )

    async def cancel(self, appointment: AppointmentId, if_revision: int | None = None) -> AppointmentResult:
        command = CancelAppointment(appointment=appointment, if_revision=if_revision, **self.hall.base())
        return await self.hall.engine.cancel_appointment(command)

    async def arrive(
        self,
        person: str | None = None,
        *,
        at_ms: int | None = None,
        appointment: str | None = None,
        service: str | None = None,
        clinic: str = "heart",
        priority: str = "ordinary",
        then: tuple[Order, ...] = (),
        came_for: str | None = None,
        nonce: str | None = None,
    ) -> TicketResult:
        """Check in; without a service, the rules would send this patient to the heart clinic."""
        if at_ms is not None:
            self.hall.now_ms = at_ms - 1000
        return await self.hall.engine.check_in(
            CheckIn(
                nonce=nonce or f"{next(self.hall.counter):013d}",
                service=Service(service or "heart"),
                candidates=(ClinicId(clinic),),
                priority=PriorityId(priority),
                balance=Balance.FIRST,
                decision=Decision(ruleset=1, rule="row-1", reasons=("because",)),
                language="vi",
                person=PersonRef(person) if person else None,
                appointment=appointment,
                any_service=service is None,
                next=then,
                came_for=Service(came_for) if came_for else None,
                **self.hall.base(),
            )
        )

    async def tick(self, at_ms: int) -> tuple[int, int]:
        """The ticks at a time: how many were lifted, how many slots released."""
        self.hall.now_ms = at_ms - 1000
        result = await self.hall.tick()
        return result.lifted, result.released

    async def to_release(self) -> int:
        """How many appointments wait to be released."""
        return await self.hall.store.redis.zcard(f"qf:{{{FACILITY}}}:releases")

    async def day(self, on: ServiceDay = DAY, clinic: str | None = None) -> tuple[Appointment, ...]:
        named = ClinicId(clinic) if clinic else None
        return await self.hall.reads.appointments(FACILITY, on, self.hall.now_ms, named)

    async def one(self, appointment: AppointmentId) -> Appointment:
        return await self.hall.reads.appointment(FACILITY, appointment, self.hall.now_ms)

    async def taken(self, on: ServiceDay = DAY) -> dict[tuple[str, int], int]:
        """Places taken, by schedule and minutes after half past eight; slots that are free again left out."""
        slots = await self.hall.reads.slots(FACILITY, (on,), self.hall.now_ms)
        found = {(one.schedule, (one.start_ms - HALF_PAST_8) // MINUTE_MS): one.taken for one in slots}
        return {slot: taken for slot, taken in found.items() if taken}
