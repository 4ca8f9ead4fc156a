"""Over HTTP: what a patient's page may do with nothing but its visit's link, and a kiosk that has just printed it."""

from typing import Any

import pytest

from queueflow.store.client import Store
from queueflow.web.auth import Role
from tests.servers import Server
from tests.web.conftest import Hospital, fresh_key

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def arrived(hospital: Hospital, **body: Any) -> tuple[str, str, str]:
    """A patient who waits: the path of the visit, its link's key, its ticket."""
    answer = (await hospital.check_in(service="hiv-care", **body)).json()
    key = answer["visit"]["tracking_url"].partition("?k=")[2]
    return f"/visits/{answer['visit']['id']}", key, answer["ticket"]["id"]


async def last_actor(valkey: Server) -> str:
    store = Store(valkey.url)
    try:
        found: Any = await store.redis.execute_command("XREVRANGE", "qf:{small}:events", "+", "-", "COUNT", 1)
    finally:
        await store.close()
    return str(found[0][1][b"e"])


async def test_the_patients_page_gives_up(hospital: Hospital, valkey: Server) -> None:
    path, key, ticket = await arrived(hospital)
    given_up = await hospital.post(f"{path}/give-up", {"key": key}, None)
    assert given_up.status_code == 200
    assert given_up.json()["state"] == "cancelled"
    assert [stop["state"] for stop in given_up.json()["journey"]] == ["cancelled"]
    assert (await hospital.get(f"/tickets/{ticket}")).json()["ticket"]["state"] == "cancelled"
    assert "patient" in await last_actor(valkey)
    again = await hospital.post(f"{path}/give-up", {"key": key}, None)
    assert again.status_code == 409


async def test_a_patient_who_is_late_lets_others_go_first_once(hospital: Hospital) -> None:
    path, key, ticket = await arrived(hospital)
    await arrived(hospital)
    deferred = await hospital.post(f"{path}/defer", {"key": key}, None)
    assert deferred.status_code == 200
    answer = deferred.json()
    assert (answer["id"], answer["state"], answer["deferred"]) == (ticket, "waiting", True)
    assert answer["position"] >= 2
    again = await hospital.post(f"{path}/defer", {"key": key}, None)
    assert (again.status_code, again.json()["state"]) == (409, "deferred")


async def test_what_is_answered_says_no_more_than_the_page_does(hospital: Hospital) -> None:
    path, key, _ = await arrived(hospital, flags=["pregnant"], patient={"name": "Nguyễn Thị Kín"})
    for call in ("defer", "give-up"):
        answer = (await hospital.post(f"{path}/{call}", {"key": key}, None)).text
        assert "priority" not in answer
        assert "Kín" not in answer


@pytest.mark.parametrize("call", ["give-up", "defer"])
async def test_without_the_visits_own_key_there_is_no_such_visit(hospital: Hospital, call: str) -> None:
    path, key, ticket = await arrived(hospital)
    other, other_key, _ = await arrived(hospital)
    for at, shown in ((path, other_key), (path, ""), (path, key[:-1]), (other, key), ("/visits/nobody", key)):
        refused = await hospital.post(f"{at}/{call}", {"key": shown}, None)
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:queueflow:problem:unknown-visit")
    for body in ({}, {"k": key}, {"key": key, "more": 1}, {"key": 1}):
        assert (await hospital.post(f"{path}/{call}", body, None)).status_code == 400
    assert (await hospital.get(f"/tickets/{ticket}")).json()["ticket"]["state"] == "waiting"


async def test_a_kiosk_acts_by_the_link_that_it_has_just_printed(hospital: Hospital, valkey: Server) -> None:
    path, key, _ = await arrived(hospital)
    for token, status in ((Role.DISPLAY, 403), ("nobody", 401)):
        assert (await hospital.post(f"{path}/give-up", {"key": key}, token)).status_code == status
    assert (await hospital.post(f"{path}/give-up", {"key": "wrong"}, Role.KIOSK)).status_code == 404
    assert (await hospital.post(f"{path}/give-up", {"key": key}, Role.KIOSK)).status_code == 200
    assert "kiosk-small" in await last_actor(valkey)


@pytest.mark.parametrize("call", ["give-up", "defer"])
async def test_a_repeated_press_has_one_effect(hospital: Hospital, call: str) -> None:
    path, key, _ = await arrived(hospital)
    once = fresh_key()
    first = await hospital.post(f"{path}/{call}", {"key": key}, None, Idempotency_Key=once)
    again = await hospital.post(f"{path}/{call}", {"key": key}, None, Idempotency_Key=once)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
