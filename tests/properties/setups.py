"""Four versions of one small hospital, between which a day may change: other policies, classes, clinics, rooms."""

from queueflow.model.commands import ClinicSetup, PrioritySetup, RoomSetup
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId
from queueflow.model.priority import ServingOrder

FACILITY = FacilityId("proof")
CLINICS = ("eye", "ear", "heart", "skin", "nowhere")
ROOMS = ("r1", "r2", "r3", "r4", "r5", "nowhere")
PRIORITIES = ("ordinary", "priority", "emergency", "appointment", "royal")

Setup = tuple[tuple[ClinicSetup, ...], tuple[RoomSetup, ...], tuple[PrioritySetup, ...]]


def _clinic(name: str, series: str, order: ServingOrder, back: Reentry, after: int = 2) -> ClinicSetup:
    """`back`: where a requeued ticket goes; other kinds of return go elsewhere."""
    turned = list(Reentry)[(list(Reentry).index(back) + 1) % len(Reentry)]
    reentry = {
        "requeued": Reenter(back, after if back is Reentry.AFTER else 0),
        "reinstated": Reenter(turned, 1 if turned is Reentry.AFTER else 0),
        "transferred": Reenter(back, after if back is Reentry.AFTER else 0),
    }
    return ClinicSetup(ClinicId(name), series, order, reentry, service_mean_s=300.0, service_cv=0.6)


def _room(name: str, *clinics: str, places: int = 1) -> RoomSetup:
    return RoomSetup(RoomId(name), tuple(ClinicId(clinic) for clinic in clinics), places)


def _class(name: str, share: int = 1, rate: float = 1.0, always_first: bool = False) -> PrioritySetup:
    return PrioritySetup(PriorityId(name), share, rate, always_first)


_CLASSES = (_class("emergency", always_first=True), _class("priority", 2, 2.0), _class("ordinary", 3))
_MORE_CLASSES = (*_CLASSES[:2], _class("appointment", 0, 1.5), _CLASSES[2])
_EYE = _clinic("eye", "A", ServingOrder.STRICT, Reentry.END)
_EAR = _clinic("ear", "B", ServingOrder.RATIO, Reentry.AFTER)
_HEART = _clinic("heart", "C", ServingOrder.ACCUMULATING, Reentry.OLD_PLACE)
_TURNED = (
    _clinic("eye", "A", ServingOrder.RATIO, Reentry.AFTER, 0),
    _clinic("ear", "B", ServingOrder.ACCUMULATING, Reentry.OLD_PLACE),
    _clinic("heart", "A", ServingOrder.STRICT, Reentry.AFTER, 1),
    _clinic("skin", "D", ServingOrder.RATIO, Reentry.END),
)
_ROOMS = (_room("r1", "eye"), _room("r2", "ear", "eye"), _room("r3", "heart", places=2), _room("r4", "heart", "ear"))

SETUPS: dict[str, Setup] = {
    "plain": ((_EYE, _EAR, _HEART), _ROOMS, _CLASSES),
    "turned": (_TURNED, (*_ROOMS, _room("r5", "skin", "eye", places=3)), _MORE_CLASSES),
    "smaller": ((_EYE, _HEART), (_room("r1", "eye"), _room("r3", "heart", "eye", places=2)), _CLASSES),
    "other-order": ((_HEART, _EAR, _EYE), _ROOMS, (_CLASSES[0], _class("ordinary", 3), _class("priority", 2, 2.0))),
}
