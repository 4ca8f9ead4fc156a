"""Appointments over HTTP: free slots, booking, moving, cancelling, the day's list, and the check-in that finds them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from queueflow.model.ids import is_appointment_id, is_code
from queueflow.web.auth import Role
from tests.servers import Server
from tests.web.conftest import V1, Hospital, fresh_key, fresh_pin

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = (
    "id code clinic schedule practitioner service day start end state overbooked ticket moved_to booked_at revision"
    " patient"
).split()
LANG_SON = timedelta(hours=7)


def day(after: int = 0) -> str:
    return f"{datetime.now(UTC) + LANG_SON + timedelta(days=after):%Y-%m-%d}"


def morning(after: int = 1, at: str = "09:04") -> str:
    """A slot's start, days ahead."""
    return f"{day(after)}T{at}:00+07:00"


def booking(start: str, **more: Any) -> dict[str, Any]:
    identity = {"scheme": "mrn", "value": f"BN-{fresh_pin()}"}
    return {"identity": identity, "clinic": "internal-1", "start": start, **more}


async def booked(hospital: Hospital, start: str, **more: Any) -> dict[str, Any]:
    answer = await hospital.post("/appointments", booking(start, **more), Role.CONSOLE)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def slot(hospital: Hospital, start: str, schedule: str = "internal-any") -> dict[str, Any]:
    found = (await hospital.get(f"/slots?from={start[:10]}")).json()["slots"]
    (one,) = [one for one in found if one["schedule"] == schedule and instant(one["start"]) == instant(start)]
    return one


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_booking_answers_the_appointment_with_whose_it_is(hospital: Hospital) -> None:
    said = await booked(
        hospital,
        morning(),
        identity={
            "scheme": "cccd-qr",
            "value": "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1, Lạng Sơn|01072022",
        },
    )
    assert list(said) == FIELDS
    assert is_appointment_id(said["id"])
    assert is_code(said["code"])
    assert (said["clinic"], said["service"], said["state"]) == ("internal-1", "internal-medicine", "booked")
    assert (said["day"], said["start"]) == (day(1), f"{day(1)}T02:04:00.000Z")
    assert said["patient"] == {
        "name": "Nguyễn Thị Bình", "birth_year": 1985, "last3": "002", "flags": [], "language": "vi",
    }  # fmt: skip
    assert (await hospital.get(f"/appointments/{said['id']}")).json() == said
    assert said in (await hospital.get(f"/appointments?day={day(1)}&clinic=internal-1")).json()["appointments"]


async def test_free_places_go_down_with_each_booking_and_overbooking_begins_when_none_is_left(
    hospital: Hospital,
) -> None:
    start = morning(1, "09:14")
    assert {name: (await slot(hospital, start))[name] for name in ("places", "free", "overbook")} == {
        "places": 2, "free": 2, "overbook": 1,
    }  # fmt: skip
    for _ in range(2):
        await booked(hospital, start, overbook=True)
    assert (await slot(hospital, start))["free"] == 0
    # The clinic's second schedule has a place at that time too.
    assert (await booked(hospital, start))["schedule"] == "internal-lan"
    refused = await hospital.post("/appointments", booking(start))
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:queueflow:problem:slot-full"
    assert (await booked(hospital, start, overbook=True))["overbooked"]
    assert (await slot(hospital, start))["overbook"] == 0
    assert (await hospital.post("/appointments", booking(start, overbook=True))).status_code == 409


async def test_the_last_place_is_booked_from_two_places_at_once_by_exactly_one(hospital: Hospital) -> None:
    start = morning(2, "10:04")
    asked = [
        hospital.post("/appointments", booking(start, practitioner="dr-lan"), role)
        for role in (Role.CONSOLE, Role.ADMIN) * 20
    ]
    statuses = [answer.status_code for answer in await asyncio.gather(*asked)]
    assert sorted(statuses) == [201] + [409] * 39


async def test_the_same_patient_in_the_same_slot_has_the_place_they_have(hospital: Hospital) -> None:
    wanted = booking(morning(1, "09:24"))
    first = await hospital.post("/appointments", wanted)
    again = await hospital.post("/appointments", wanted)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


async def test_a_repeated_request_answers_the_same_and_another_under_its_key_is_refused(hospital: Hospital) -> None:
    key, wanted = fresh_key(), booking(morning(1, "09:34"))
    first = await hospital.post("/appointments", wanted, Idempotency_Key=key)
    again = await hospital.post("/appointments", wanted, Idempotency_Key=key)
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, first.json(), "true")
    other = await hospital.post("/appointments", booking(morning(1, "09:39")), Idempotency_Key=key)
    assert other.status_code == 422


async def test_a_move_keeps_what_is_not_said_and_frees_the_place(hospital: Hospital) -> None:
    said = await booked(hospital, morning(1, "10:04"), practitioner="dr-lan")
    moved = await hospital.post(f"/appointments/{said['id']}/move", {"start": morning(1, "10:09")}, Role.CONSOLE)
    assert moved.status_code == 200
    assert (moved.json()["id"], moved.json()["practitioner"]) == (said["id"], "dr-lan")
    assert (await slot(hospital, morning(1, "10:04"), "internal-lan"))["free"] == 1
    assert (await slot(hospital, morning(1, "10:09"), "internal-lan"))["free"] == 0
    far = await hospital.post(f"/appointments/{said['id']}/move", {"start": morning(3, "10:09")})
    assert far.json()["day"] == day(3)
    left = (await hospital.get(f"/appointments/{said['id']}")).json()
    assert (left["state"], left["moved_to"]) == ("cancelled", far.json()["id"])


async def test_a_move_to_a_full_slot_leaves_the_appointment_where_it_is(hospital: Hospital) -> None:
    await booked(hospital, morning(1, "10:19"), practitioner="dr-lan")
    said = await booked(hospital, morning(1, "10:14"), practitioner="dr-lan")
    refused = await hospital.post(f"/appointments/{said['id']}/move", {"start": morning(1, "10:19")})
    assert refused.status_code == 409
    assert (await hospital.get(f"/appointments/{said['id']}")).json() == said


async def test_if_match_is_honoured_by_moves_and_cancellations(hospital: Hospital) -> None:
    said = await booked(hospital, morning(1, "10:24"))
    path = f"/appointments/{said['id']}"
    assert (await hospital.post(f"{path}/move", {"start": morning(1, "10:29")}, If_Match='"9"')).status_code == 412
    assert (await hospital.post(f"{path}/move", {"start": morning(1, "10:29")}, If_Match='"1"')).status_code == 200
    assert (await hospital.post(f"{path}/cancel", If_Match="1")).status_code == 412
    cancelled = await hospital.post(f"{path}/cancel", {"reason": "patient-rang"}, If_Match="2")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    again = await hospital.post(f"{path}/cancel")
    assert (again.status_code, again.json()["state"]) == (409, "cancelled")


WRONG: list[tuple[dict[str, Any], int, str, str | None]] = [
    ({"start": "2026-11-24T08:30"}, 400, "validation", "start"),
    ({"start": morning(1, "09:05")}, 400, "validation", "start"),
    ({"start": morning(-1)}, 400, "validation", "start"),
    ({"start": morning(500)}, 400, "validation", "start"),
    ({"start": "0001-01-01T00:00:00Z"}, 400, "validation", "start"),
    ({"start": "9999-12-31T23:59:59Z"}, 400, "validation", "start"),
    ({"clinic": "nowhere"}, 404, "unknown-clinic", None),
    ({"clinic": "desk"}, 400, "validation", "clinic"),
    ({"practitioner": "dr-who"}, 400, "validation", "practitioner"),
    ({"service": "astrology"}, 404, "unknown-service", None),
    ({"service": "surgery"}, 400, "validation", "service"),
    ({"language": "fr"}, 400, "validation", "language"),
    ({"identity": {"scheme": "name", "value": "Nguyễn Văn Không"}}, 400, "validation", "patient.birth_date"),
    ({"identity": {"scheme": "mrn", "value": "%%"}}, 400, "validation", "identity.value"),
    ({"unknown": 1}, 400, "validation", "unknown"),
    ({"overbook": "yes"}, 400, "validation", "overbook"),
]


@pytest.mark.parametrize(("wrong", "status", "slug", "field"), WRONG, ids=lambda part: str(part)[:60])
async def test_a_booking_that_cannot_be_is_refused_by_its_field_and_books_nothing(
    hospital: Hospital, wrong: dict[str, Any], status: int, slug: str, field: str | None
) -> None:
    before = (await hospital.get(f"/appointments?day={day(1)}")).json()
    answer = await hospital.post("/appointments", {**booking(morning(1, "11:04")), **wrong})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:queueflow:problem:{slug}")
    assert answer.json().get("field") == field
    assert "Không" not in answer.text
    assert (await hospital.get(f"/appointments?day={day(1)}")).json() == before


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=24.11.2026", 400),
        ("from=2026-W48-2", 400),
        ("from=9999-12-31", 400),
        ("from=2026-11-24&to=2026-11-23", 400),
        ("from=2026-11-24&to=2026-12-25", 400),
        ("clinic=nowhere", 404),
        ("service=astrology", 404),
        ("service=surgery", 200),
        ("from=2026-11-24&to=2026-12-24", 200),
    ],
)
async def test_slots_are_asked_for_by_days_clinics_and_services_that_there_are(
    hospital: Hospital, query: str, status: int
) -> None:
    assert (await hospital.get(f"/slots?{query}")).status_code == status


async def test_slots_that_are_over_are_not_shown_and_those_of_two_schedules_come_by_their_start(
    hospital: Hospital,
) -> None:
    today = (await hospital.get("/slots")).json()["slots"]
    assert all(instant(one["end"]) > datetime.now(UTC) - timedelta(seconds=5) for one in today)
    starts = [one["start"] for one in (await hospital.get(f"/slots?from={day(1)}&to={day(2)}")).json()["slots"]]
    assert starts == sorted(starts)
    assert len(starts) == 2 * 2 * 287


@pytest.mark.parametrize("role", [Role.KIOSK, Role.DISPLAY])
async def test_neither_kiosk_nor_display_sees_or_books_an_appointment(hospital: Hospital, role: Role) -> None:
    said = await booked(hospital, morning(1, "11:14"))
    assert (await hospital.get("/slots", role)).status_code == 403
    assert (await hospital.get("/appointments", role)).status_code == 403
    assert (await hospital.get(f"/appointments/{said['id']}", role)).status_code == 403
    assert (await hospital.post("/appointments", booking(morning(1, "11:14")), role)).status_code == 403
    assert (await hospital.post(f"/appointments/{said['id']}/cancel", role=role)).status_code == 403


async def now_slot(hospital: Hospital) -> str:
    """The start of today's first slot that is not over."""
    return (await hospital.get("/slots")).json()["slots"][0]["start"]


async def test_the_check_in_of_who_has_booked_finds_their_appointment(hospital: Hospital) -> None:
    identity = {"scheme": "mrn", "value": f"BN-{fresh_pin()}"}
    said = await booked(hospital, await now_slot(hospital), identity=identity)
    answer = await hospital.check_in(identity=identity, service=None)
    assert answer.status_code == 201
    ticket = answer.json()["ticket"]
    assert (ticket["clinic"], ticket["priority"]) == ("internal-1", "appointment")
    assert ticket["appointment"] == {"id": said["id"], "at": said["start"]}
    assert answer.json()["decision"]["rule"] == "booked"
    kept = (await hospital.get(f"/appointments/{said['id']}")).json()
    assert (kept["state"], kept["ticket"]) == ("checked-in", ticket["id"])
    queue = (await hospital.get("/clinics/internal-1/queue")).json()["waiting"]
    assert {"id": said["id"], "at": said["start"]} in [one["ticket"]["appointment"] for one in queue]
    again = await hospital.check_in(identity=identity, service=None)
    assert (again.status_code, again.json()["ticket"]["id"]) == (200, ticket["id"])


@pytest.mark.parametrize("by", ["id", "code", "spoken"])
async def test_a_booking_by_telephone_is_named_at_the_kiosk(hospital: Hospital, by: str) -> None:
    name = {"scheme": "name", "value": "Lê Văn Mẫu"}
    start = (await hospital.get("/slots")).json()["slots"][4]["start"]
    patient = {"birth_date": f"19{60 + len(by)}"}
    said = await booked(hospital, start, identity=name, patient=patient)
    named = f"{said['code'][:3].upper()} {said['code'][3:].upper()}" if by == "spoken" else said[by]
    answer = await hospital.check_in(appointment=named)
    assert answer.json()["ticket"]["appointment"]["id"] == said["id"]


@pytest.mark.parametrize(
    ("named", "status", "slug"),
    [
        ("zzzzzz", 404, "unknown-appointment"),
        ("20261124-0k3d7v9wq2m5x", 404, "unknown-appointment"),
        ("my appointment", 400, "validation"),
        ("", 400, "validation"),
    ],
)
async def test_an_appointment_that_is_not_known_today_gives_no_ticket(
    hospital: Hospital, named: str, status: int, slug: str
) -> None:
    answer = await hospital.check_in(appointment=named)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:queueflow:problem:{slug}")


async def test_neither_name_nor_number_lies_in_the_store_in_clear(hospital: Hospital, valkey: Server) -> None:
    number = f"BN-{fresh_pin()}"
    said = await booked(
        hospital,
        morning(1, "11:24"),
        identity={"scheme": "mrn", "value": number},
        patient={"name": "Nguyễn Kín Đáo", "phone": "0987654321"},
    )
    with valkey.client() as plain:
        hashes = [plain.hgetall(key) for key in plain.scan_iter(_type="HASH")]
        streams = [plain.xrange(key) for key in plain.scan_iter(_type="STREAM")]
    kept = repr((hashes, streams)).encode("latin-1").decode("unicode_escape").encode("latin-1")
    assert said["id"].encode() in kept
    assert number.encode() not in kept
    assert "Kín".encode() not in kept
    assert b"0987654321" not in kept


async def test_the_boards_feed_and_picture_know_nothing_of_appointments(hospital: Hospital) -> None:
    identity = {"scheme": "mrn", "value": f"BN-{fresh_pin()}"}
    said = await booked(hospital, (await hospital.get("/slots")).json()["slots"][6]["start"], identity=identity)
    await hospital.check_in(identity=identity)
    board = await hospital.call("GET", f"{V1}/board", None)
    assert "appointment" not in board.text
    assert said["id"] not in board.text
