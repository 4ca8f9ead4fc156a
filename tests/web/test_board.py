"""What everybody may see over HTTP: the facility and its board."""

import asyncio

import pytest

from tests.web.conftest import Hospital

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOARD_TICKET = {"id", "number", "state", "clinic", "room", "called_at", "calls"}


async def board(hospital: Hospital, offset: int, query: str = "") -> dict:
    """The board once it has come to that offset of the stream; fails when it does not."""
    async with asyncio.timeout(10):
        while True:
            answer = await hospital.get(f"/board{query}", "display")
            if answer.status_code == 200 and answer.json()["offset"] >= offset:
                return answer.json()
            await asyncio.sleep(0.02)


async def head(hospital: Hospital) -> int:
    return (await hospital.get("/clinics/internal-1/queue")).json()["offset"]


async def test_a_facility_is_public_and_has_what_kiosks_and_programs_need(hospital: Hospital) -> None:
    answer = await hospital.get("", None)
    assert answer.headers["cache-control"] == "no-cache"
    said = answer.json()
    assert list(said) == ["id", "name", "time_zone", "languages", "services", "clinics", "rooms", "priorities"]
    assert said["services"][0] == {
        "id": "internal-medicine",
        "name": {"vi": "Khám nội", "en": "Internal medicine"},
        "kiosk": True,
        "icon": "stethoscope",
    }
    assert said["rooms"][2]["places"] == 3
    assert "service_mean_s" not in answer.text


async def test_a_call_is_on_the_board_with_number_and_room_and_nothing_else_of_the_patient(hospital: Hospital) -> None:
    made = (await hospital.check_in(patient={"name": "Nguyễn Văn Bảng"}, flags=["pregnant"])).json()
    await hospital.post("/rooms/room-1/open", role="console")
    called = (await hospital.post(f"/tickets/{made['ticket']['id']}/call", {"room": "room-1"}, "console")).json()
    shown = await board(hospital, await head(hospital))
    assert set(shown) == {"epoch", "offset", "at", "state"}
    ticket = shown["state"]["tickets"][called["id"]]
    assert set(ticket) == BOARD_TICKET
    assert (ticket["number"], ticket["room"], ticket["state"]) == (called["number"], "room-1", "called")
    assert called["id"] in shown["state"]["rooms"]["room-1"]["tickets"]


async def test_a_board_of_some_clinics_shows_those_alone(hospital: Hospital) -> None:
    shown = await board(hospital, 0, "?clinics=hiv-clinic,desk")
    assert set(shown["state"]["clinics"]) == {"hiv-clinic", "desk"}


@pytest.mark.parametrize(("query", "status"), [("?clinics=nowhere", 404), ("?clinics=", 400), ("?clinics=a%00b", 400)])
async def test_a_board_of_clinics_that_are_not_there_is_refused(hospital: Hospital, query: str, status: int) -> None:
    assert (await hospital.get(f"/board{query}", "display")).status_code == status
