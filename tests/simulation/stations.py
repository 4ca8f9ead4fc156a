"""A small made-up hospital in virtual time: clinics of a given policy, patients by the list.

Lives here: facility, guest and play, for whatever rehearses without a facility's files.
May import: queueflow's model and simulation.
Never: chance of its own.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from queueflow.model.commands import CheckIn, ClinicSetup, Order, PrioritySetup, Publish, RoomSetup
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId, ServiceDay, ServiceId
from queueflow.model.priority import Balance, ServingOrder
from queueflow.model.ticket import Decision
from queueflow.simulation.record import Day
from queueflow.simulation.virtual import AT_ONCE, Guest, Habits, Hospital, Orders, Shift
from queueflow.store.client import Store

START_MS = 1_795_478_400_000
"""2026-11-24, 07:00 in Lạng Sơn."""
HERE = FacilityId("made-up")
DAY = ServiceDay("20261124")
DECISION = Decision(ruleset=1, rule="made-up")
END = Reenter(Reentry.END)
REENTRY = {"requeued": END, "reinstated": END, "transferred": END, "returned": END}


def clinic(name: str, order: ServingOrder = ServingOrder.STRICT, mean_s: float = 600.0) -> ClinicSetup:
    return ClinicSetup(
        id=ClinicId(name), series="A", order=order, reentry=REENTRY, service_mean_s=mean_s, service_cv=1.0
    )


def room(name: str, *clinics: str, places: int = 1) -> RoomSetup:
    return RoomSetup(id=RoomId(name), clinics=tuple(map(ClinicId, clinics)), places=places)


def classes(rates: dict[str, float]) -> tuple[PrioritySetup, ...]:
    """Classes, the best first, each with its rate."""
    return tuple(
        PrioritySetup(id=PriorityId(name), share=1, rate=rate, always_first=False) for name, rate in rates.items()
    )


ONE_CLASS = classes({"ordinary": 1.0})


def facility(
    clinics: Sequence[ClinicSetup],
    rooms: Sequence[RoomSetup],
    priorities: Sequence[PrioritySetup] = ONE_CLASS,
    name: FacilityId = HERE,
) -> Publish:
    return Publish(
        facility=name,
        now_ms=START_MS,
        day=DAY,
        actor="tester",
        digest="made-up",
        clinics=tuple(clinics),
        rooms=tuple(rooms),
        priorities=tuple(priorities),
        sources={},
    )


def guest(
    serial: int,
    at_s: float,
    stays_s: dict[str, tuple[float, ...]],
    *,
    where: FacilityId = HERE,
    priority: str = "ordinary",
    orders: Orders | None = None,
    results_s: dict[str, float] | None = None,
    late: bool = False,
    no_show: bool = False,
) -> Guest:
    """Somebody who comes some seconds after the start, for the first service of `stays_s`, given at its namesake."""
    stays_ms = {ServiceId(name): tuple(round(s * 1000) for s in stays) for name, stays in stays_s.items()}
    return Guest(
        serial=serial,
        at_ms=START_MS + round(at_s * 1000),
        service=next(iter(stays_ms)),
        check_in=partial(_check_in, where, serial, next(iter(stays_ms)), PriorityId(priority)),
        stays_ms=stays_ms,
        orders=orders,
        results_ms={ServiceId(name): round(s * 1000) for name, s in (results_s or {}).items()},
        late=late,
        no_show=no_show,
    )


def _check_in(where: FacilityId, serial: int, service: ServiceId, priority: PriorityId, now_ms: int) -> CheckIn:
    return CheckIn(
        facility=where,
        now_ms=now_ms,
        day=DAY,
        actor="tester",
        nonce=f"{serial:013d}",
        service=service,
        candidates=(ClinicId(service),),
        priority=priority,
        balance=Balance.FIRST,
        decision=DECISION,
        language="vi",
    )


def order(service: str, group: int | None = None) -> Order:
    """An order for the clinic of that name."""
    return Order(
        service=ServiceId(service),
        candidates=(ClinicId(service),),
        priority=PriorityId("ordinary"),
        balance=Balance.FIRST,
        decision=DECISION,
        group=group,
    )


async def play(
    store: Store,
    publish: Publish,
    guests: Iterable[Guest],
    *,
    shifts: Sequence[Shift] | None = None,
    habits: Habits = AT_ONCE,
    seed: int = 1,
    until_s: float = 365 * 86_400,
) -> Day:
    """A day of those guests; every room is open from the start unless `shifts` says otherwise."""
    hospital = Hospital(
        store,
        publish,
        guests=guests,
        shifts=[Shift(one.id, START_MS) for one in publish.rooms] if shifts is None else shifts,
        habits=habits,
        seed=seed,
        until_ms=START_MS + round(until_s * 1000),
    )
    return await hospital.play()
