"""Over HTTP: what a doctor orders, what is waited for, visits opened twice, and the end of the day."""

from typing import Any

import pytest

from queueflow.model.facility import Facility
from queueflow.operations.clockwork import is_past_closing
from queueflow.web.auth import Role
from tests.web.conftest import Hospital, fresh_key

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def served(hospital: Hospital) -> dict[str, Any]:
    """A patient of the clinic that room 9 serves alone, in it by now."""
    await hospital.post("/rooms/room-9/open", {"practitioner": "dr-lan"})
    ticket = (await hospital.check_in(service="hiv-care")).json()["ticket"]
    await hospital.post(f"/tickets/{ticket['id']}/call", {"room": "room-9"})
    return (await hospital.post(f"/tickets/{ticket['id']}/start")).json()


async def journey(hospital: Hospital, ticket: dict[str, Any]) -> list[tuple[str, str]]:
    visit = (await hospital.get(f"/visits/{ticket['visit']}")).json()["visit"]
    return [(stop["service"], stop["state"]) for stop in visit["journey"]]


async def test_what_a_doctor_orders_is_put_to_the_rules_and_waits_its_turn(hospital: Hospital) -> None:
    ticket = await served(hospital)
    body = {"next": [{"service": "internal-medicine"}, {"service": "information", "waits_for": ["payment"]}]}
    done = await hospital.post(f"/tickets/{ticket['id']}/complete", body, "console")
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert await journey(hospital, ticket) == [
        ("hiv-care", "done"), ("internal-medicine", "waiting"), ("information", "planned"),
    ]  # fmt: skip


async def test_who_is_sent_for_tests_returns_when_they_and_the_result_have_come(hospital: Hospital) -> None:
    ticket = await served(hospital)
    body = {"next": [{"service": "information"}], "return": True, "waits_for": ["result"]}
    suspended = (await hospital.post(f"/tickets/{ticket['id']}/complete", body)).json()
    assert suspended["state"] == "suspended"
    assert await journey(hospital, ticket) == [("hiv-care", "suspended"), ("information", "waiting")]
    test = (await hospital.get(f"/visits/{ticket['visit']}")).json()["visit"]["journey"][1]
    await hospital.post(f"/tickets/{test['id']}/cancel")
    assert (await journey(hospital, ticket))[0] == ("hiv-care", "suspended")
    released = await hospital.post(f"/tickets/{ticket['id']}/release", {"what": "result"})
    assert released.status_code == 200
    assert (await journey(hospital, ticket))[0] == ("hiv-care", "waiting")


@pytest.mark.parametrize(
    ("body", "status", "about"),
    [
        ({"next": [{"service": "no-such"}]}, 404, "unknown-service"),
        ({"next": [{"service": "information"}, {"service": "no-such"}]}, 404, '"field":"next[1].service"'),
        ({"next": [{"service": "information", "waits_for": ["Not a slug"]}]}, 400, "next[0].waits_for"),
        ({"next": [{"service": "information", "group": 0}]}, 400, "next[0].group"),
        ({"next": [{"service": "information"}] * 21}, 400, "next"),
        ({"waits_for": ["result"]}, 400, "waits_for"),
        ({"return": True}, 400, "next"),
        ({"return": "yes"}, 400, "return"),
        ({"returns": True}, 400, "returns"),
    ],
)
async def test_orders_that_cannot_be_are_refused_and_change_nothing(
    hospital: Hospital, body: dict[str, Any], status: int, about: str
) -> None:
    ticket = await served(hospital)
    refused = await hospital.post(f"/tickets/{ticket['id']}/complete", body)
    assert refused.status_code == status
    assert about in refused.text
    assert await journey(hospital, ticket) == [("hiv-care", "serving")]
    await hospital.post(f"/tickets/{ticket['id']}/complete")


async def test_the_same_orders_twice_are_given_once(hospital: Hospital) -> None:
    ticket = await served(hospital)
    key, body = fresh_key(), {"next": [{"service": "information"}]}
    first = await hospital.post(f"/tickets/{ticket['id']}/complete", body, Idempotency_Key=key)
    again = await hospital.post(f"/tickets/{ticket['id']}/complete", body, Idempotency_Key=key)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(await journey(hospital, ticket)) == 2


async def test_a_stop_ended_by_mistake_is_reopened(hospital: Hospital) -> None:
    ticket = await served(hospital)
    await hospital.post(f"/tickets/{ticket['id']}/complete")
    reopened = await hospital.post(f"/tickets/{ticket['id']}/reopen", {"reason": "by-mistake"})
    assert (reopened.status_code, reopened.json()["state"]) == (200, "waiting")


async def test_a_visit_opened_twice_goes_on_as_one(hospital: Hospital) -> None:
    first = (await hospital.check_in(service="hiv-care")).json()
    second = (await hospital.check_in(service="information")).json()
    merged = await hospital.post(f"/visits/{first['visit']['id']}/merge", {"other": second["visit"]["id"]})
    assert merged.status_code == 200
    assert [(stop["service"], stop["number"]) for stop in merged.json()["journey"]] == [
        ("hiv-care", first["ticket"]["number"]), ("information", first["ticket"]["number"]),
    ]  # fmt: skip
    unknown = await hospital.post(f"/visits/{first['visit']['id']}/merge", {"other": "nobody"})
    assert unknown.status_code == 404


async def test_only_an_administrator_closes_the_hall(hospital: Hospital) -> None:
    await hospital.check_in(service="hiv-care")
    assert (await hospital.post("/day/close", role=Role.CONSOLE)).status_code == 403
    closed = await hospital.post("/day/close")
    assert closed.status_code == 200
    assert closed.json()["ended"] >= 1
    assert (await hospital.get("/clinics/hiv-clinic/queue")).json()["waiting"] == []


@pytest.mark.parametrize(
    ("closing", "at", "past"),
    [(None, 1_790_085_600_000, False), ("19:00", 1_790_078_399_000, False), ("19:00", 1_790_078_400_000, True)],
)
async def test_a_hall_closes_by_the_facilitys_own_clock(closing: str | None, at: int, past: bool) -> None:
    empty: dict[str, Any] = {"services": (), "clinics": (), "rooms": (), "priorities": (), "languages": ("vi",)}
    facility = Facility(id="f", name={}, time_zone="Asia/Ho_Chi_Minh", closing=closing, **empty)  # type: ignore[arg-type]
    assert is_past_closing(facility, at) is past
