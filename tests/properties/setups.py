"""Four versions of one small hospital, between which a day may change: other policies, classes, clinics, rooms."""

import random
from typing import Any

import msgspec

from queueflow.model.commands import ClinicSetup, PrioritySetup, RoomSetup
from queueflow.model.facility import Reenter, Reentry, RoomTakes
from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId
from queueflow.model.priority import ServingOrder

FACILITY = FacilityId("proof")
CLINICS = ("eye", "ear", "heart", "skin", "nowhere")
ROOMS = ("r1", "r2", "r3", "r4", "r5", "nowhere")
PRIORITIES = ("ordinary", "priority", "emergency", "appointment", "royal")

Setup = tuple[tuple[ClinicSetup, ...], tuple[RoomSetup, ...], tuple[PrioritySetup, ...]]


def _clinic(name: str, series: str, order: ServingOrder, back: Reentry, after: int = 2, **more: Any) -> ClinicSetup:
    """`back`: where a requeued ticket goes; other kinds of return go elsewhere."""
    turned = list(Reentry)[(list(Reentry).index(back) + 1) % len(Reentry)]
    one, other = (Reenter(at, after if at is Reentry.AFTER else 0) for at in (back, turned))
    late = Reenter(Reentry.END) if back is Reentry.END else Reenter(Reentry.AFTER, after)
    reentry = {
        "requeued": one,
        "reinstated": other,
        "transferred": one,
        "returned": other,
        "deferred": late,
        "handed_on": one,
    }
    return ClinicSetup(ClinicId(name), series, order, reentry, service_mean_s=300.0, service_cv=0.6, **more)


def _room(name: str, *clinics: str, places: int = 1, takes: RoomTakes = RoomTakes.IN_ORDER) -> RoomSetup:
    return RoomSetup(RoomId(name), tuple(ClinicId(clinic) for clinic in clinics), places, takes)


def _class(name: str, share: int = 1, rate: float = 1.0, **more: bool) -> PrioritySetup:
    return PrioritySetup(PriorityId(name), share, rate, more.get("always_first", False), more.get("for_returns", False))


_CLASSES = (_class("emergency", always_first=True), _class("priority", 2, 2.0), _class("ordinary", 3))
_MORE_CLASSES = (*_CLASSES[:2], _class("appointment", 0, 1.5, for_returns=True), _CLASSES[2])
_EYE = _clinic("eye", "A", ServingOrder.STRICT, Reentry.END, no_show_after_s=300.0, no_show_calls=2)
_EAR = _clinic("ear", "B", ServingOrder.RATIO, Reentry.AFTER)
_HEART = _clinic("heart", "C", ServingOrder.ACCUMULATING, Reentry.OLD_PLACE, longest_wait_s=1800.0)
_TURNED = (
    _clinic("eye", "A", ServingOrder.RATIO, Reentry.AFTER, 0, reserved_class=PriorityId("ordinary"), reserved_every=2),
    _clinic(
        "ear",
        "B",
        ServingOrder.ACCUMULATING,
        Reentry.OLD_PLACE,
        no_show_after_s=60.0,
        rates={PriorityId("ordinary"): 3.5, PriorityId("emergency"): 0.5},
    ),
    _clinic("heart", "A", ServingOrder.STRICT, Reentry.AFTER, 1, longest_wait_s=600.0),
    _clinic(
        "skin", "D", ServingOrder.RATIO, Reentry.END, shares={PriorityId("priority"): 1, PriorityId("appointment"): 4}
    ),
)
_ROOMS = (
    _room("r1", "eye"),
    _room("r2", "ear", "eye", takes=RoomTakes.BEST_CLASS),
    _room("r3", "heart", places=2),
    _room("r4", "heart", "ear", takes=RoomTakes.LONGEST_WAIT),
)

SETUPS: dict[str, Setup] = {
    "plain": ((_EYE, _EAR, _HEART), _ROOMS, _CLASSES),
    "turned": (_TURNED, (*_ROOMS, _room("r5", "skin", "eye", places=3)), _MORE_CLASSES),
    "smaller": ((_EYE, _HEART), (_room("r1", "eye"), _room("r3", "heart", "eye", places=2)), _CLASSES),
    "other-order": ((_HEART, _EAR, _EYE), _ROOMS, (_CLASSES[0], _class("ordinary", 3), _class("priority", 2, 2.0))),
}


KINDS = ("requeued", "reinstated", "transferred", "returned", "deferred", "handed_on")
WAYS = {
    Reentry.END: (Reenter(Reentry.END),),
    Reentry.OLD_PLACE: (Reenter(Reentry.OLD_PLACE),),
    Reentry.AFTER: tuple(Reenter(Reentry.AFTER, after) for after in (0, 1, 2, 4)),
}


def with_policies(setup: Setup, number: int) -> Setup:
    """That version with policies of its own at every clinic and room: any of all combinations, by its number."""
    clinics, rooms, classes = setup
    dice = random.Random(number)
    return tuple(_any_policy(one, classes, dice) for one in clinics), tuple(_takes(one, dice) for one in rooms), classes


def ways_of(kind: str) -> tuple[Reentry, ...]:
    """Where those may re-enter who come back so; who is late falls back, and has no old place."""
    return (Reentry.END, Reentry.AFTER) if kind == "deferred" else tuple(Reentry)


def _any_policy(clinic: ClinicSetup, classes: tuple[PrioritySetup, ...], dice: random.Random) -> ClinicSetup:
    reserved = dice.choice((None, None, *(one.id for one in classes)))
    named = [one.id for one in classes if dice.random() < 0.4]
    return msgspec.structs.replace(
        clinic,
        order=dice.choice(list(ServingOrder)),
        reentry={kind: dice.choice(WAYS[dice.choice(ways_of(kind))]) for kind in KINDS},
        longest_wait_s=dice.choice((None, None, 600.0, 1800.0)),
        reserved_class=reserved,
        reserved_every=None if reserved is None else dice.choice((2, 3, 5)),
        no_show_after_s=dice.choice((None, 60.0, 300.0)),
        no_show_calls=dice.choice((1, 2, 3)),
        shares={one: dice.choice((1, 2, 3, 7)) for one in named},
        rates={one: dice.choice((0.25, 1.0, 1.5, 4.0)) for one in named},
    )


def _takes(room: RoomSetup, dice: random.Random) -> RoomSetup:
    return msgspec.structs.replace(room, takes=dice.choice(list(RoomTakes)))
