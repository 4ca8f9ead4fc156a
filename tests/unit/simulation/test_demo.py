import msgspec

from queueflow.model.ids import ClinicId, RoomId
from queueflow.simulation.demo import kept_free
from tests.unit.simulation.facilities import small_hospital


def test_the_room_that_is_kept_for_people_is_one_whose_patients_others_see_too() -> None:
    hospital = small_hospital()
    assert kept_free(hospital) == "101"
    desk = msgspec.structs.replace(hospital.rooms[2], id=RoomId("001"))
    assert kept_free(msgspec.structs.replace(hospital, rooms=(desk, *hospital.rooms))) == "101"
    alone = msgspec.structs.replace(hospital.rooms[1], clinics=(ClinicId("children"),))
    assert kept_free(msgspec.structs.replace(hospital, rooms=(hospital.rooms[0], alone))) == "101"
