"""When people come, what for, and how long each will take: profiles, the mix of services, times of service.

Lives here: ArrivalProfile, Lognormal, Empirical, ServiceShare, and drawing from them.
May import: model, msgspec, the standard library's random, tomllib and csv over texts.
Never: draw from a dice of its own, or read a file: texts and a random.Random come in.

No hourly profile of a Vietnamese hospital is published, nor how its visits spread over services. What stands
here in their place is an assumption and is called one wherever it is shown.
"""

import csv
import io
import math
import tomllib
from random import Random
from typing import Final

import msgspec

from queueflow.model.facility import Clinic, Facility
from queueflow.model.ids import ClinicId, ServiceId

SHORTEST_S: Final = 15
LONGEST_S: Final = 2 * 3600
"""No drawn time of service is outside these: nobody is served in no time, and a room is not lost for a morning."""
CONSULTATION_S: Final = 300.0
"""Clinics whose mean is at least this are taken to hold consultations; shorter ones are desks, counters and tests."""

STRAIGHT_TO_A_COUNTER: Final = 0.2
"""Of the patients that a counter can serve, those who come for it from the street."""


class InputInvalid(ValueError):
    """A file that a rehearsal was given cannot be used; the message says where and what was expected."""


class ArrivalProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a day's arrivals spread over it. `share`: time of day ("07:30") -> weight of the step that begins then.

    `assumption`: what is to be said of it where figures made from it are shown.
    """

    name: str
    assumption: str
    step_minutes: int
    share: dict[str, float]

    def steps(self) -> list[tuple[int, float]]:
        """Second of the day at which a step begins, and its weight, in order."""
        return sorted((seconds_of(at), weight) for at, weight in self.share.items())


MORNING: Final = ArrivalProfile(
    name="morning",
    assumption="Assumed, not measured: 60 % of a day's arrivals from 06:30 to 09:30, most from 07:00 to 08:00, "
    "and a small second wave from 13:00 to 14:00.",
    step_minutes=30,
    share={
        "06:00": 2.0,
        "06:30": 9.0,
        "07:00": 14.0,
        "07:30": 13.0,
        "08:00": 10.0,
        "08:30": 8.0,
        "09:00": 6.0,
        "09:30": 5.0,
        "10:00": 4.5,
        "10:30": 3.0,
        "11:00": 1.5,
        "11:30": 1.0,
        "12:00": 0.5,
        "12:30": 1.5,
        "13:00": 5.0,
        "13:30": 4.5,
        "14:00": 3.0,
        "14:30": 2.5,
        "15:00": 2.0,
        "15:30": 2.0,
        "16:00": 1.5,
        "16:30": 0.5,
    },
)


def read_profile(text: str, file: str) -> ArrivalProfile:
    """A profile from its TOML. Raises InputInvalid, naming the file and what is wrong in it."""
    try:
        profile = msgspec.convert(tomllib.loads(text), ArrivalProfile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputInvalid(f"{file}: {error}") from error
    for at, weight in profile.share.items():
        try:
            seconds_of(at)
        except ValueError as error:
            raise InputInvalid(f"{file}: share: {at!r} is not a time of day such as 07:30") from error
        if not (math.isfinite(weight) and weight >= 0):
            raise InputInvalid(f"{file}: share of {at}: a weight is a number from 0 on")
    if not 1 <= profile.step_minutes <= 24 * 60:
        raise InputInvalid(f"{file}: step_minutes is a number from 1 to 1440")
    if not any(profile.share.values()):
        raise InputInvalid(f"{file}: share: nobody comes at any time")
    return profile


def seconds_of(text: str) -> int:
    """Seconds since midnight of HH:MM or HH:MM:SS; raises ValueError."""
    parts = text.split(":")
    if not (2 <= len(parts) <= 3 and all(len(part) == 2 and part.isascii() and part.isdigit() for part in parts)):
        raise ValueError("a time of day is written HH:MM:SS")
    hour, minute, second = (*map(int, parts), 0)[:3]
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("a time of day is from 00:00:00 to 23:59:59")
    return hour * 3600 + minute * 60 + second


def time_of(seconds: float) -> str:
    """HH:MM:SS of seconds since midnight; a day that runs on past midnight counts on past 24."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def arrival_times(profile: ArrivalProfile, patients: int, dice: Random) -> list[int]:
    """Seconds of the day at which that many people come, in order.

    Each comes on their own, at an instant drawn from the profile: a Poisson process of that rate, given its
    count (Lewis and Shedler 1979, Naval Research Logistics Quarterly 26:403).
    """
    begins, weights = zip(*profile.steps(), strict=True)
    length = profile.step_minutes * 60
    drawn = dice.choices(begins, weights, k=patients)
    return sorted(min(begin + dice.randrange(length), 24 * 3600 - 1) for begin in drawn)


class Lognormal(msgspec.Struct, frozen=True):
    """Times of service by their mean, seconds, and their coefficient of variation: positive, with a long tail."""

    mean_s: float
    cv: float

    def draw(self, dice: Random) -> int:
        """One time, whole seconds. sigma^2 = ln(1 + cv^2), mu = ln(mean) - sigma^2 / 2."""
        variance = math.log1p(self.cv**2)
        return _bounded(dice.lognormvariate(math.log(self.mean_s) - variance / 2, math.sqrt(variance)))


class Empirical(msgspec.Struct, frozen=True):
    """Times of service that were measured, whole seconds; drawn as they are, with replacement."""

    seconds: tuple[int, ...]

    def draw(self, dice: Random) -> int:
        """One of them."""
        return _bounded(dice.choice(self.seconds))


ServiceTimes = Lognormal | Empirical


def _bounded(seconds: float) -> int:
    return round(min(LONGEST_S, max(SHORTEST_S, seconds)))


def read_consultations(text: str, file: str) -> Empirical:
    """Measured consultations from a CSV with a column `service_s`, seconds. Raises InputInvalid with the line."""
    rows = csv.DictReader(io.StringIO(text))
    if "service_s" not in (rows.fieldnames or ()):
        raise InputInvalid(f"{file}, line 1: a column service_s is needed")
    seconds: list[int] = []
    for row in rows:
        written = row["service_s"] or ""
        if not (written.isascii() and written.isdigit() and int(written) > 0):
            raise InputInvalid(f"{file}, line {rows.line_num}, column service_s: a whole number of seconds is needed")
        seconds.append(int(written))
    if not seconds:
        raise InputInvalid(f"{file}: there is no consultation in it")
    return Empirical(tuple(seconds))


class ServiceShare(msgspec.Struct, frozen=True):
    """A service, its weight among the arrivals, and how long one patient of it takes."""

    service: ServiceId
    weight: float
    times: ServiceTimes


def mix_of(facility: Facility, consultations: Empirical | None = None) -> tuple[ServiceShare, ...]:
    """What people come for: each service of the kiosk, weighed by the patients an hour that its rooms can serve.

    That is an assumption: a hospital has the rooms that its patients fill. A clinic is there for the service that
    it lists first twice as much as for the second, and so on; and of those who go to a counter (a desk, the
    pharmacy), most are sent there from a consultation, so that few come for it from the street.
    Times are lognormal by the clinic's own mean and variation, or the measured `consultations` where a clinic holds
    consultations.
    """
    offered = [service.id for service in facility.services if service.kiosk]
    weights: dict[ServiceId, dict[ClinicId, float]] = {service: {} for service in offered}
    for clinic in facility.clinics:
        given = [service for service in clinic.services if service in weights]
        halves = sum(0.5**place for place in range(len(given)))
        for place, service in enumerate(given):
            weights[service][clinic.id] = _an_hour(facility, clinic) * 0.5**place / halves
    shares: list[ServiceShare] = []
    for service, clinics in weights.items():
        main = facility.clinic(max(clinics, key=clinics.__getitem__, default=""))
        if main is not None and sum(clinics.values()):
            shares.append(ServiceShare(service, sum(clinics.values()), _times(main, consultations)))
    return tuple(shares)


def _an_hour(facility: Facility, clinic: Clinic) -> float:
    """Patients an hour that come for it from the street, its rooms full; a room of several clinics divides its time."""
    places = sum(room.places / len(room.clinics) for room in facility.rooms_of(clinic.id))
    come = 1.0 if clinic.service_mean_s >= CONSULTATION_S else STRAIGHT_TO_A_COUNTER
    return come * places * 3600 / clinic.service_mean_s


def _times(clinic: Clinic, consultations: Empirical | None) -> ServiceTimes:
    if consultations is not None and clinic.service_mean_s >= CONSULTATION_S:
        return consultations
    return Lognormal(clinic.service_mean_s, clinic.service_cv)
