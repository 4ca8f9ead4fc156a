"""A made-up day: who comes, when, for what, and how long it will take them.

Lives here: make_day, the one way from a profile and a mix of services to the lines of a day file.
May import: model, msgspec, simulation.arrivals, .people and .day_file, the standard library's random.
Never: ask for today or for chance: the day `on` that ages count to, and the dice, come in.
"""

from datetime import date
from random import Random
from typing import Final

import msgspec

from queueflow.simulation.arrivals import ArrivalProfile, ServiceShare, arrival_times
from queueflow.simulation.day_file import Arriving, scheme_and_value
from queueflow.simulation.people import Person, kind_for, person

AGAIN: Final = 0.02
"""Of a hundred people this many scan twice within two minutes: they must keep the ticket they have."""
TWO_SERVICES: Final = 0.03
"""And this many come for a second service: one visit, one number, one stop after the other."""
_AGAIN_S: Final = (5, 120)
_TWO_SERVICES_S: Final = (20, 180)
_LAST_S: Final = 24 * 3600 - 1


class Attendance(msgspec.Struct, frozen=True):
    """Shares of the patients who come only at a second call, and who never come."""

    late: float = 0.02
    no_show: float = 0.03


USUAL: Final = Attendance()


def make_day(
    *,
    mix: tuple[ServiceShare, ...],
    profile: ArrivalProfile,
    patients: int,
    on: date,
    dice: Random,
    attendance: Attendance = USUAL,
) -> tuple[Arriving, ...]:
    """A day of that many people, in order of arrival; the same arguments and dice give the same day.

    There are a few lines more than people: some scan twice, some come for two services.
    """
    weights = [share.weight for share in mix]
    lines: list[Arriving] = []
    for serial, at_s in enumerate(arrival_times(profile, patients, dice), start=1):
        share = dice.choices(mix, weights)[0]
        somebody = person(serial, kind_for(share.service), on, dice)
        first = arriving(somebody, share, at_s=at_s, attendance=attendance, dice=dice)
        lines.append(first)
        chance = dice.random()
        if chance < AGAIN:
            lines.append(msgspec.structs.replace(first, at_s=_later(at_s, _AGAIN_S, dice)))
        elif chance < AGAIN + TWO_SERVICES and len(mix) > 1:
            lines.append(_second_service(first, mix, dice))
    return tuple(sorted(lines, key=lambda line: line.at_s))


def arriving(somebody: Person, share: ServiceShare, *, at_s: int, attendance: Attendance, dice: Random) -> Arriving:
    """One person's coming for a service as a line of the day file."""
    scheme, value = scheme_and_value(somebody.identity)
    chance = dice.random()
    return Arriving(
        at_s=at_s,
        service=share.service,
        scheme=scheme,
        value=value,
        name=somebody.name,
        birth_date=somebody.birth_date,
        flags=somebody.flags,
        service_s=share.times.draw(dice),
        late=chance < attendance.late,
        no_show=attendance.late <= chance < attendance.late + attendance.no_show,
    )


def _second_service(first: Arriving, mix: tuple[ServiceShare, ...], dice: Random) -> Arriving:
    others = [share for share in mix if share.service != first.service]
    share = dice.choices(others, [share.weight for share in others])[0]
    return msgspec.structs.replace(
        first, at_s=_later(first.at_s, _TWO_SERVICES_S, dice), service=share.service, service_s=share.times.draw(dice)
    )


def _later(at_s: int, after: tuple[int, int], dice: Random) -> int:
    return min(_LAST_S, at_s + dice.randint(*after))
