from queueflow.model.facility import Clinic, ClinicPolicy, Facility, Reenter, Reentry, Room, Service
from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId, ServiceId
from queueflow.model.priority import PriorityClass, ServingOrder

SMALL = Facility(
    id=FacilityId("small"),
    name={"vi": "Nhỏ"},
    time_zone="Asia/Ho_Chi_Minh",
    languages=("vi",),
    services=(Service(ServiceId("eye"), {"vi": "Mắt"}), Service(ServiceId("xray"), {"vi": "X quang"}, kiosk=False)),
    clinics=(
        Clinic(ClinicId("eye"), {"vi": "Mắt"}, (ServiceId("eye"),), "E"),
        Clinic(ClinicId("xray"), {"vi": "X quang"}, (ServiceId("xray"),), "X"),
    ),
    rooms=(
        Room(RoomId("r3"), {"vi": "3"}, (ClinicId("xray"), ClinicId("eye"))),
        Room(RoomId("r1"), {"vi": "1"}, (ClinicId("eye"),)),
    ),
    priorities=(PriorityClass(PriorityId("ordinary")),),
)


def test_a_part_is_found_by_its_id() -> None:
    assert SMALL.service("xray") is SMALL.services[1]
    assert SMALL.clinic("eye") is SMALL.clinics[0]
    assert SMALL.room("r1") is SMALL.rooms[1]


def test_what_is_not_there_is_none() -> None:
    assert SMALL.service("eyes") is None
    assert SMALL.clinic("") is None
    assert SMALL.room("R1") is None


def test_the_rooms_of_a_clinic_come_in_the_facilitys_order() -> None:
    assert [room.id for room in SMALL.rooms_of("eye")] == ["r3", "r1"]
    assert [room.id for room in SMALL.rooms_of("xray")] == ["r3"]
    assert SMALL.rooms_of("none") == ()


def test_a_clinic_that_says_nothing_serves_strictly_and_lets_three_go_before_a_requeued_patient() -> None:
    assert SMALL.clinics[0].policy == ClinicPolicy(ServingOrder.STRICT, requeued=Reenter(Reentry.AFTER, 3))


def test_a_clinic_that_says_nothing_shares_nothing_with_another() -> None:
    assert SMALL.clinics[0].public_name == {}
    assert SMALL.clinics[0].public_name is not SMALL.clinics[1].public_name
