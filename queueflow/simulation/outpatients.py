"""A day of a facility as its own files describe it: who comes, what their doctors order, when its rooms call.

Lives here: Plan and rehearsed, the way from a facility's rules and a seed to a Hospital's guests and shifts.
May import: model, msgspec, operations, store.vault, simulation.arrivals, .clock, .day, .day_file and .virtual.
Never: a real patient, or a figure that is not called an assumption where it is one.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from random import Random
from typing import Final

import msgspec

from queueflow.model.commands import CheckIn, Order, Publish
from queueflow.model.facility import Facility, Room
from queueflow.model.ids import ClinicId, PractitionerId, ServiceId
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit
from queueflow.operations.check_in import Arrival, Attendant, SaidOfPatient, ShownIdentity, command_of
from queueflow.operations.rulesets import InForce, Rules
from queueflow.operations.rulesets import command_of as publish_of
from queueflow.operations.stops import Wanted, orders_of
from queueflow.simulation.arrivals import (
    CONSULTATION_S,
    MORNING,
    ArrivalProfile,
    Lognormal,
    ServiceShare,
)
from queueflow.simulation.clock import dice
from queueflow.simulation.day import Attendance, make_day
from queueflow.simulation.day_file import Arriving
from queueflow.simulation.virtual import ACTOR, Guest, Orders, Shift
from queueflow.store.vault import KEY_BYTES, Vault

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS

TESTS_A_VISIT: Final = (0.45, 0.30, 0.17, 0.08)
"""Shares of the examined who are sent for 0, 1, 2 and 3 kinds of test. An assumption: no such figure is published."""
TESTS: Final = {"blood-test": 0.5, "ultrasound": 0.2, "x-ray": 0.2, "ecg": 0.1}
"""Weights with which a test is drawn, each kind once. An assumption too; in this order where an order is fixed."""
RETURN_S: Final = (180, 300)
"""How long the doctor takes with whoever is back from tests: from and to. Assumed."""
OPENS_MS: Final = 7 * HOUR_MS
LATE_MS: Final = 10 * MINUTE_MS
"""A doctor begins up to so long after seven."""
LUNCH_FROM_MS: Final = (11 * HOUR_MS + 15 * MINUTE_MS, 12 * HOUR_MS + 15 * MINUTE_MS)
LUNCH_MS: Final = HOUR_MS
PAUSES: Final = 0.3
"""Of the rooms, those that pause once in the morning, between the two hours, for from to so many minutes."""
PAUSE_FROM_MS: Final = (8 * HOUR_MS + 30 * MINUTE_MS, 10 * HOUR_MS + 30 * MINUTE_MS)
PAUSE_MIN: Final = (10, 20)
OUTAGE_FROM_MS: Final = (8 * HOUR_MS, 9 * HOUR_MS)
OUTAGE_MS: Final = 2 * HOUR_MS

Ordering = Callable[[tuple[ServiceId, ...]], tuple[Wanted, ...]]
"""How a doctor writes tests down: in an order, or as a group."""


def any_order(tests: tuple[ServiceId, ...]) -> tuple[Wanted, ...]:
    """One group: the engine joins the queue that is quickest now."""
    return tuple(Wanted(service=test, group=1) for test in tests)


def fixed_order(tests: tuple[ServiceId, ...]) -> tuple[Wanted, ...]:
    """One after the other, as they stand."""
    return tuple(Wanted(service=test) for test in tests)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a rehearsal is to be. `midnight_ms`: the day's, in the facility's zone; `on`: the date that ages count to.

    `mix`: what people come for and how long it takes (arrivals.mix_of). `examinations_only`: of it, nobody comes for a
    desk, a counter or a short test. `once_each`: nobody scans twice or comes for two services. `tests_a_visit`: shares
    of 0, 1, 2 … kinds of test; (1.0,) for none. `results_min`: how long after the blood was taken its result comes,
    from and to, which the return then waits for; None: at once. `same_lunch`: the whole house rests at half past
    eleven. `outage`: one clinic for tests, which the seed chooses, stands still for two hours in the morning.
    """

    mix: tuple[ServiceShare, ...]
    patients: int
    seed: int
    midnight_ms: int
    on: date
    profile: ArrivalProfile = MORNING
    tests_a_visit: tuple[float, ...] = (1.0,)
    ordering: Ordering = any_order
    examinations_only: bool = False
    once_each: bool = False
    results_min: tuple[int, int] | None = None
    attendance: Attendance = Attendance()
    same_lunch: bool = False
    outage: bool = False


class Rehearsed(msgspec.Struct, frozen=True):
    """A day that can be played. `tests`: how many kinds each guest is sent for, by serial."""

    publish: Publish
    guests: tuple[Guest, ...]
    shifts: tuple[Shift, ...]
    tests: Mapping[int, int]


def rehearsed(rules: Rules, plan: Plan) -> Rehearsed:
    """The day of that plan; chance falls the same way for the same seed, whatever else the plan says."""
    facility = rules.facility
    examined = {share.service for share in plan.mix if _is_examination(facility, share.service)}
    lines = make_day(
        mix=tuple(share for share in plan.mix if share.service in examined or not plan.examinations_only),
        profile=plan.profile,
        patients=plan.patients,
        on=plan.on,
        dice=dice(f"{plan.seed} day"),
        attendance=plan.attendance,
    )
    if plan.once_each:
        lines = tuple({line.value + line.name: line for line in reversed(lines)}.values())[::-1]
    maker = _Maker(InForce(rules, 1), plan)
    guests = tuple(maker.guest(serial, line, line.service in examined) for serial, line in enumerate(lines, start=1))
    return Rehearsed(
        publish=publish_of(rules, now_ms=plan.midnight_ms, actor=ACTOR),
        guests=guests,
        shifts=tuple(_shift(room, plan, _outage(facility, plan)) for room in facility.rooms),
        tests=maker.tests,
    )


def _is_examination(facility: Facility, service: ServiceId) -> bool:
    clinics = [clinic for clinic in facility.clinics if service in clinic.services]
    return bool(clinics) and all(clinic.service_mean_s >= CONSULTATION_S for clinic in clinics)


class _Maker:
    """Makes guests of the lines of a day."""

    def __init__(self, in_force: InForce, plan: Plan) -> None:
        self._in_force = in_force
        self._plan = plan
        self._vault = Vault(bytes(KEY_BYTES))
        self.tests: dict[int, int] = {}

    def guest(self, serial: int, line: Arriving, examined: bool) -> Guest:
        chance = dice(f"{self._plan.seed} guest {serial}")
        tests = self._drawn(chance) if examined else ()
        self.tests[serial] = len(tests)
        stays_ms = self._anywhere(serial)
        stays_ms[line.service] = (line.service_s * 1000, chance.randint(*RETURN_S) * 1000)
        results_ms = {}
        if self._plan.results_min and "blood-test" in tests:
            low, high = self._plan.results_min
            results_ms = {ServiceId("blood-test"): chance.randint(low * MINUTE_MS, high * MINUTE_MS)}
        return Guest(
            serial=serial,
            at_ms=self._plan.midnight_ms + line.at_s * 1000,
            service=line.service,
            check_in=partial(self._check_in, serial, line),
            stays_ms=stays_ms,
            orders=self._orders(line, tests) if tests else None,
            results_ms=results_ms,
            late=line.late,
            no_show=line.no_show,
        )

    def _drawn(self, chance: Random) -> tuple[ServiceId, ...]:
        shares = self._plan.tests_a_visit
        (kinds,) = chance.choices(range(len(shares)), shares)
        left = {test: weight for test, weight in TESTS.items() if self._given(test)}
        for _ in range(min(kinds, len(left))):
            (test,) = chance.choices(list(left), list(left.values()))
            del left[test]
        return tuple(ServiceId(test) for test in TESTS if self._given(test) and test not in left)

    def _given(self, test: str) -> bool:
        return self._in_force.rules.facility.service(test) is not None

    def _anywhere(self, serial: int) -> dict[ServiceId, tuple[int, ...]]:
        """How long they would take for any service, by the first clinic that gives it: tests, a desk, the cashier."""
        chance = dice(f"{self._plan.seed} stays {serial}")
        facility = self._in_force.rules.facility
        times: dict[ServiceId, Lognormal] = {}
        for clinic in facility.clinics:
            for service in clinic.services:
                times.setdefault(service, Lognormal(clinic.service_mean_s, clinic.service_cv))
        return {service: (one.draw(chance) * 1000,) for service, one in times.items()}

    def _check_in(self, serial: int, line: Arriving, now_ms: int) -> CheckIn:
        arrival = Arrival(
            identity=msgspec.convert({"scheme": line.scheme, "value": line.value}, ShownIdentity),
            service=line.service,
            patient=SaidOfPatient(name=line.name or None, birth_date=line.birth_date or None),
            flags=line.flags,
        )
        attendant = Attendant(actor=ACTOR, now_ms=now_ms, nonce=f"{serial:013d}")
        return command_of(arrival, attendant, self._in_force, self._vault)

    def _orders(self, line: Arriving, tests: tuple[ServiceId, ...]) -> Orders:
        patient = Patient(name=line.name or None, birth_date=line.birth_date or None)

        def orders(visit: Visit, now_ms: int) -> tuple[Order, ...]:
            return orders_of(self._plan.ordering(tests), visit, patient, self._in_force, now_ms)

        return orders


class _Outage(msgspec.Struct, frozen=True):
    """A clinic that stands still from an instant on."""

    clinic: ClinicId
    from_ms: int


def _outage(facility: Facility, plan: Plan) -> _Outage | None:
    only_tests = [clinic.id for clinic in facility.clinics if all(service in TESTS for service in clinic.services)]
    if not plan.outage or not only_tests:
        return None
    chance = dice(f"{plan.seed} outage")
    return _Outage(chance.choice(only_tests), plan.midnight_ms + chance.randint(*OUTAGE_FROM_MS))


def _shift(room: Room, plan: Plan, outage: _Outage | None) -> Shift:
    chance = dice(f"{plan.seed} room {room.id}")
    midnight = plan.midnight_ms
    opens_ms = midnight + OPENS_MS + chance.randint(0, LATE_MS)
    pause = (midnight + chance.randint(*PAUSE_FROM_MS), chance.randint(*PAUSE_MIN) * MINUTE_MS)
    pauses = chance.random() < PAUSES
    lunch = midnight + (11 * HOUR_MS + 30 * MINUTE_MS if plan.same_lunch else chance.randint(*LUNCH_FROM_MS))
    breaks = [(lunch, LUNCH_MS)]
    if outage is not None and room.clinics == (outage.clinic,):
        breaks.append((outage.from_ms, OUTAGE_MS))
    elif pauses:
        breaks.append(pause)
    return Shift(
        room=room.id,
        opens_ms=opens_ms,
        practitioner=PractitionerId(f"dr-{room.id}"),
        breaks_ms=tuple(sorted(breaks)),
    )
