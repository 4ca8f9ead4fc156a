"""A small hospital for the simulation's tests: two clinics of doctors, one counter."""

from queueflow.model.facility import Clinic, Facility, Room, Service
from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId, ServiceId
from queueflow.model.priority import PriorityClass

INTERNAL, PAEDIATRICS, BLOOD, HIDDEN = map(ServiceId, ("internal-medicine", "paediatrics", "blood-test", "x-ray"))


def small_hospital() -> Facility:
    clinics = (
        Clinic(ClinicId("internal"), {"en": "Internal"}, (INTERNAL,), "A", service_mean_s=540, service_cv=0.6),
        Clinic(ClinicId("children"), {"en": "Children"}, (PAEDIATRICS,), "B", service_mean_s=480, service_cv=0.5),
        Clinic(ClinicId("laboratory"), {"en": "Laboratory"}, (BLOOD, HIDDEN), "C", service_mean_s=180),
    )
    rooms = (
        Room(RoomId("101"), {"en": "101"}, (ClinicId("internal"),)),
        Room(RoomId("102"), {"en": "102"}, (ClinicId("internal"), ClinicId("children"))),
        Room(RoomId("103"), {"en": "103"}, (ClinicId("laboratory"),), places=2),
    )
    services = (
        Service(INTERNAL, {"en": "Internal"}),
        Service(PAEDIATRICS, {"en": "Children"}),
        Service(BLOOD, {"en": "Blood test"}),
        Service(HIDDEN, {"en": "X-ray"}, kiosk=False),
    )
    return Facility(
        id=FacilityId("small"),
        name={"en": "Small"},
        time_zone="Asia/Ho_Chi_Minh",
        languages=("en",),
        services=services,
        clinics=clinics,
        rooms=rooms,
        priorities=(PriorityClass(PriorityId("priority")), PriorityClass(PriorityId("ordinary"))),
    )
