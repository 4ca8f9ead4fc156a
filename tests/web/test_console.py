"""The staff's calls over HTTP: rooms, moves of a ticket, queues and visits."""

from typing import Any

import pytest

from tests.web.conftest import Hospital, fresh_key, fresh_pin
from tests.web.test_check_in import TICKET_FIELDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOM_FIELDS = "id state practitioner clinics tickets served opened_at paused_until revision".split()


async def waiting(hospital: Hospital, **body: Any) -> dict[str, Any]:
    """A patient of the clinic that rooms 9 serves alone, so that its queue is a test's own."""
    return (await hospital.check_in(service="hiv-care", **body)).json()["ticket"]


async def empty(hospital: Hospital) -> None:
    """Nobody waits for room 9, and it is open."""
    for one in (await hospital.get("/clinics/hiv-clinic/queue")).json()["waiting"]:
        await hospital.post(f"/tickets/{one['ticket']['id']}/cancel")
    await hospital.post("/rooms/room-9/close")
    await hospital.post("/rooms/room-9/open")


async def test_a_room_opens_pauses_and_closes(hospital: Hospital) -> None:
    opened = await hospital.post("/rooms/room-2/open", {"practitioner": "dr-lan", "clinics": ["desk"]}, "console")
    assert opened.status_code == 200
    room = opened.json()
    assert list(room) == ROOM_FIELDS
    assert (room["state"], room["practitioner"], room["clinics"]) == ("open", "dr-lan", ["desk"])
    assert room["opened_at"].endswith("Z")
    paused = (await hospital.post("/rooms/room-2/pause", {"until": "2026-11-24T11:30:00+07:00"})).json()
    assert (paused["state"], paused["paused_until"]) == ("paused", "2026-11-24T04:30:00.000Z")
    assert (await hospital.post("/rooms/room-2/pause", {})).status_code in (200, 409)
    closed = (await hospital.post("/rooms/room-2/close")).json()
    assert (closed["state"], closed["practitioner"]) == ("closed", None)


async def test_a_room_opened_without_a_word_serves_what_it_is_set_up_for(hospital: Hospital) -> None:
    opened = await hospital.post("/rooms/room-2/open")
    assert opened.json()["clinics"] == ["internal-1", "desk"]
    await hospital.post("/rooms/room-2/close")


async def test_one_patient_is_called_recalled_served_and_done(hospital: Hospital) -> None:
    await empty(hospital)
    ticket = await waiting(hospital)
    called = await hospital.post("/rooms/room-9/call-next", role="console")
    assert called.status_code == 200
    assert list(called.json()) == TICKET_FIELDS
    assert called.json() == {
        **ticket,
        "state": "called",
        "room": "room-9",
        "position": None,
        "estimated_wait": None,
        "called_at": called.json()["called_at"],
        "calls": 1,
        "revision": ticket["revision"] + 1,
    }
    path = f"/tickets/{ticket['id']}"
    states = [
        (await hospital.post(f"{path}/{action}", {}, "console")).json()["state"]
        for action in ("recall", "start", "complete")
    ]
    assert states == ["called", "serving", "done"]
    assert (await hospital.post("/rooms/room-9/call-next")).status_code == 204


async def test_who_does_not_come_is_a_no_show_or_waits_again(hospital: Hospital) -> None:
    await empty(hospital)
    ticket = await waiting(hospital)
    await hospital.post("/rooms/room-9/call-next")
    back = (await hospital.post(f"/tickets/{ticket['id']}/requeue", {"reason": "not-heard"})).json()
    assert (back["state"], back["room"], back["position"]) == ("waiting", None, 1)
    await hospital.post(f"/tickets/{ticket['id']}/call", {"room": "room-9"})
    gone = (await hospital.post(f"/tickets/{ticket['id']}/no-show")).json()
    assert gone["state"] == "no-show"


async def test_a_ticket_is_held_resumed_sent_elsewhere_and_taken_back(hospital: Hospital) -> None:
    await empty(hospital)
    ticket = await waiting(hospital)
    path = f"/tickets/{ticket['id']}"
    held = (await hospital.post(f"{path}/hold", {"reason": "x-ray"}, "console")).json()
    assert (held["state"], held["position"]) == ("on-hold", None)
    assert (await hospital.post(f"{path}/resume", {}, "console")).json()["state"] == "waiting"
    first = (await hospital.post(f"{path}/prioritise", {"priority": "priority"}, "console")).json()
    assert first["priority"] == "priority"
    moved = (await hospital.post(f"{path}/transfer", {"clinic": "desk", "priority": "ordinary"}, "console")).json()
    assert (moved["state"], moved["clinic"], moved["priority"]) == ("waiting", "desk", "ordinary")
    back = (await hospital.post(f"{path}/undo", role="console")).json()
    assert (back["clinic"], back["priority"]) == ("hiv-clinic", "priority")
    assert (await hospital.post(f"{path}/undo", role="console")).status_code == 409
    await hospital.post("/rooms/room-9/call-next")
    assert (await hospital.post(f"{path}/no-show")).json()["state"] == "no-show"
    assert (await hospital.post(f"{path}/reinstate")).json()["state"] == "waiting"


async def test_a_ticket_is_sent_to_a_room_or_to_a_practitioner(hospital: Hospital) -> None:
    await empty(hospital)
    await hospital.post("/rooms/room-2/open", {"practitioner": "dr-hai"})
    path = f"/tickets/{(await waiting(hospital))['id']}/transfer"
    assert (await hospital.post(path, {"room": "room-1"}, "console")).json()["clinic"] == "internal-1"
    assert (await hospital.post(path, {"practitioner": "dr-hai"}, "console")).json()["clinic"] == "internal-1"
    moved = await hospital.post(path, {"clinic": "desk", "practitioner": "dr-hai", "reason": "same-doctor"}, "console")
    assert moved.json()["clinic"] == "desk"
    for body, status, about in (
        ({}, 400, "clinic"),
        ({"clinic": "desk", "room": "room-1"}, 400, "room"),
        ({"practitioner": "dr-nobody"}, 400, "practitioner"),
        ({"room": "room-77"}, 404, "unknown-room"),
        ({"room": "room-1", "clinic": "nowhere"}, 404, "unknown-clinic"),
    ):
        refused = await hospital.post(path, body, "console")
        assert refused.status_code == status
        assert about in (refused.json().get("field"), refused.json()["type"].rpartition(":")[2])
    called = (await hospital.post("/rooms/room-2/call-next", role="console")).json()
    assert called["id"] == moved.json()["id"]
    await hospital.post("/rooms/room-2/close")


async def test_call_next_of_a_repeated_request_calls_one_patient(hospital: Hospital) -> None:
    await empty(hospital)
    key = fresh_key()
    nobody = await hospital.post("/rooms/room-9/call-next", Idempotency_Key=key)
    assert nobody.status_code == 204
    await waiting(hospital)
    await waiting(hospital)
    again = await hospital.post("/rooms/room-9/call-next", Idempotency_Key=key)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (204, "true")
    key = fresh_key()
    first = await hospital.post("/rooms/room-9/call-next", Idempotency_Key=key)
    same = await hospital.post("/rooms/room-9/call-next", Idempotency_Key=key)
    other_room = await hospital.post("/rooms/room-1/call-next", Idempotency_Key=key)
    assert same.content == first.content
    assert same.headers["idempotent-replayed"] == "true"
    assert other_room.status_code == 422


@pytest.mark.parametrize("form", ["{}", '"{}"'])
async def test_a_ticket_that_somebody_else_changed_is_not_overwritten(hospital: Hospital, form: str) -> None:
    await empty(hospital)
    ticket = await waiting(hospital)
    path = f"/tickets/{ticket['id']}/cancel"
    stale = await hospital.post(path, If_Match=form.format(ticket["revision"] + 1))
    assert stale.status_code == 412
    assert stale.json()["type"] == "urn:queueflow:problem:revision-mismatch"
    assert stale.json()["revision"] == ticket["revision"]
    good = await hospital.post(path, If_Match=form.format(ticket["revision"]))
    assert good.json()["state"] == "cancelled"


@pytest.mark.parametrize("value", ["W/1", '"1', "one", "-1", "1,2", "1" * 16])
async def test_an_if_match_that_is_no_revision_is_refused(hospital: Hospital, value: str) -> None:
    ticket = await waiting(hospital)
    answer = await hospital.post(f"/tickets/{ticket['id']}/cancel", If_Match=value)
    assert answer.status_code == 400
    assert answer.json()["field"] == "If-Match"


@pytest.mark.parametrize("action", ["recall", "start", "complete", "no-show", "requeue"])
async def test_what_cannot_follow_is_refused_and_nothing_changes(hospital: Hospital, action: str) -> None:
    ticket = await waiting(hospital)
    refused = await hospital.post(f"/tickets/{ticket['id']}/{action}")
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["type"] == "urn:queueflow:problem:not-allowed-in-state"
    assert (problem["state"], problem["action"]) == ("waiting", action)
    assert (await hospital.get(f"/tickets/{ticket['id']}")).json()["ticket"]["revision"] == ticket["revision"]


async def test_a_closed_room_calls_nobody(hospital: Hospital) -> None:
    ticket = await waiting(hospital)
    await hospital.post("/rooms/room-9/close")
    for path, body in (("/rooms/room-9/call-next", {}), (f"/tickets/{ticket['id']}/call", {"room": "room-9"})):
        refused = await hospital.post(path, body)
        assert refused.status_code == 409
        assert refused.json()["type"] == "urn:queueflow:problem:room-not-open"


async def test_the_queue_is_in_the_order_of_the_calls(hospital: Hospital) -> None:
    await empty(hospital)
    ordinary = await waiting(hospital, patient={"name": "Nguyễn Văn Sau"})
    pregnant = await waiting(hospital, flags=["pregnant"])
    queue = (await hospital.get("/clinics/hiv-clinic/queue", "console")).json()
    assert list(queue) == ["clinic", "at", "offset", "estimated_wait", "waiting"]
    assert [one["ticket"]["id"] for one in queue["waiting"]] == [pregnant["id"], ordinary["id"]]
    assert [one["ticket"]["position"] for one in queue["waiting"]] == [1, 2]
    assert queue["waiting"][1]["patient"] == {
        "name": "Nguyễn Văn Sau",
        "birth_year": None,
        "last3": queue["waiting"][1]["patient"]["last3"],
        "flags": [],
        "language": "vi",
    }


async def test_a_visit_and_each_of_its_tickets_can_be_looked_up(hospital: Hospital) -> None:
    card = {"scheme": "cccd-qr", "value": fresh_pin()}
    first = (await hospital.check_in(identity=card)).json()
    second = (await hospital.check_in(identity=card, service="hiv-care")).json()
    visit = (await hospital.get(f"/visits/{first['visit']['id']}", "console")).json()
    assert list(visit) == ["visit", "ticket", "patient"]
    assert visit["ticket"]["id"] == first["ticket"]["id"]
    assert [stop["id"] for stop in visit["visit"]["journey"]] == [first["ticket"]["id"], second["ticket"]["id"]]
    assert visit["visit"]["tracking_url"] == first["visit"]["tracking_url"]
    ticket = (await hospital.get(f"/tickets/{second['ticket']['id']}", "console")).json()
    assert ticket["ticket"]["state"] == "planned"
    assert ticket["visit"] == visit["visit"]
