"""Check-in over HTTP: whom cards name, where they are sent, and one ticket however often it is asked."""

import asyncio
from typing import Any

import pytest

from queueflow.model.ids import is_ticket_id, is_visit_id
from tests.web.conftest import V1, Hospital, fresh_key, fresh_pin

pytestmark = pytest.mark.asyncio(loop_scope="module")

TICKET_FIELDS = (
    "id number visit clinic room service priority state position estimated_wait issued_at called_at started_at"
    " ended_at calls waits_for revision appointment"
).split()


async def test_a_check_in_answers_the_contracts_fields_and_no_other(hospital: Hospital) -> None:
    answer = await hospital.check_in(language="en")
    assert answer.status_code == 201
    said = answer.json()
    assert list(said) == ["visit", "ticket", "directions", "decision"]
    assert list(said["ticket"]) == TICKET_FIELDS
    assert list(said["visit"]) == ["id", "number", "facility", "day", "state", "journey", "tracking_url"]
    assert said["visit"]["journey"] == [said["ticket"]]
    assert is_visit_id(said["visit"]["id"])
    assert is_ticket_id(said["ticket"]["id"])
    assert said["ticket"]["state"] == "waiting"
    assert said["ticket"]["clinic"] == "internal-1"
    assert said["ticket"]["position"] >= 1
    assert said["ticket"]["estimated_wait"]["p90_s"] >= said["ticket"]["estimated_wait"]["p50_s"]
    assert said["ticket"]["issued_at"].endswith("Z")
    assert said["directions"] == {
        "vi": "Khám nội 1 – Nhà B, tầng 2",
        "en": "Internal medicine 1 – Building B, 2nd floor",
    }
    assert said["decision"]["rule"] == "clinic.internal"
    assert said["decision"]["ruleset"] >= 1
    assert said["visit"]["tracking_url"].startswith(f"/visit/small/{said['visit']['id']}?k=")


IDENTITIES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        {"scheme": "cccd-qr", "value": "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1, Lạng Sơn|01072022\r\n"},
        {"name": "somebody else", "phone": "0912 345 678"},
        {"name": "Nguyễn Thị Bình", "birth_year": 1985, "last3": "002"},
    ),
    (
        {"scheme": "cccd-qr", "value": "020058000001|012345678|Hoàng Văn Mẫu|1958|Nam|Lạng Sơn|15082021"},
        {},
        {"name": "Hoàng Văn Mẫu", "birth_year": 1958, "last3": "001"},
    ),
    (
        {"scheme": "cccd-qr", "value": "020158000009||Ho?ng V?n M?u|1958|Nam|L?ng S?n|15082021"},
        {"name": "Hoàng Văn Mẫu"},
        {"name": "Hoàng Văn Mẫu", "birth_year": 1958, "last3": "009"},
    ),
    (
        {"scheme": "bhyt", "value": "GD4200000000001"},
        {"name": "Trần Văn Mẫu", "birth_date": "1990-05"},
        {"name": "Trần Văn Mẫu", "birth_year": 1990, "last3": "001"},
    ),
    ({"scheme": "bhyt", "value": "0000000123"}, {}, {"name": None, "birth_year": None, "last3": "123"}),
    ({"scheme": "bhyt", "value": "020185000777"}, {}, {"name": None, "last3": "777"}),
    ({"scheme": "mrn", "value": "lsg-2026/0012345"}, {"name": "Lý Thị Mẫu"}, {"name": "Lý Thị Mẫu", "last3": "345"}),
    (
        {"scheme": "name", "value": "  Đàm  Văn   Mẫu "},
        {"birth_date": "1971-02-28"},
        {"name": "Đàm Văn Mẫu", "birth_year": 1971, "last3": None},
    ),
]


@pytest.mark.parametrize(("identity", "patient", "seen"), IDENTITIES)
async def test_staff_see_whom_a_card_names_and_the_document_goes_before_what_was_said(
    hospital: Hospital, identity: dict[str, Any], patient: dict[str, Any], seen: dict[str, Any]
) -> None:
    answer = await hospital.check_in(identity=identity, patient=patient)
    assert answer.status_code == 201, answer.text
    shown = (await hospital.get(f"/visits/{answer.json()['visit']['id']}")).json()["patient"]
    assert {name: shown[name] for name in seen} == seen


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (
            {"identity": {"scheme": "cccd-qr", "value": "020185500001"}},
            {
                "identity": {
                    "scheme": "cccd-qr",
                    "value": "020185500001||Nguyễn Thị Hai|02091985|Nữ|Thôn Mẫu, Lạng Sơn|01072022",
                }
            },
        ),
        (
            {"identity": {"scheme": "cccd-qr", "value": "020185500002"}},
            {"identity": {"scheme": "bhyt", "value": "020185500002"}},
        ),
        (
            {"identity": {"scheme": "mrn", "value": "a-17"}},
            {"identity": {"scheme": "mrn", "value": " A-17 "}},
        ),
        (
            {"identity": {"scheme": "name", "value": "Vi Thị Mẫu"}, "patient": {"birth_date": "1980-01-02"}},
            {"identity": {"scheme": "name", "value": "VI  THỊ MẪU"}, "patient": {"birth_date": "1980-01-02"}},
        ),
    ],
)
async def test_the_same_person_gets_the_ticket_they_hold(
    hospital: Hospital, first: dict[str, Any], again: dict[str, Any]
) -> None:
    made = await hospital.check_in(**first)
    held = await hospital.check_in(**again)
    assert (made.status_code, held.status_code) == (201, 200)
    assert held.json()["ticket"]["id"] == made.json()["ticket"]["id"]


async def test_two_people_of_one_name_are_told_apart_by_their_birth_dates(hospital: Hospital) -> None:
    twins = [
        await hospital.check_in(
            identity={"scheme": "name", "value": "Nông Văn Trùng"}, patient={"birth_date": birth_date}
        )
        for birth_date in ("1980-01-02", "1980-01-03", "1980")
    ]
    assert [one.status_code for one in twins] == [201, 201, 201]
    assert len({one.json()["visit"]["number"] for one in twins}) == 3


async def test_another_service_is_a_stop_to_come_of_the_same_visit(hospital: Hospital) -> None:
    card = {"scheme": "cccd-qr", "value": fresh_pin()}
    first = (await hospital.check_in(identity=card)).json()
    answer = await hospital.check_in(identity=card, service="hiv-care")
    assert answer.status_code == 201
    second = answer.json()
    assert second["ticket"]["state"] == "planned"
    assert second["ticket"]["number"] == first["ticket"]["number"]
    assert second["ticket"]["clinic"] is None
    assert second["ticket"]["position"] is None
    assert [stop["state"] for stop in second["visit"]["journey"]] == ["waiting", "planned"]
    # Where to go now is where the stop under way is.
    assert second["directions"] == first["directions"]


async def test_a_kiosk_names_a_sensitive_clinic_as_the_wall_does(hospital: Hospital) -> None:
    answer = await hospital.check_in(service="hiv-care")
    assert answer.json()["directions"] == {"vi": "Phòng khám số 9", "en": "Clinic 9"}
    assert "HIV" not in answer.text


async def test_whom_no_rule_sends_anywhere_goes_to_the_desk(hospital: Hospital) -> None:
    said = (await hospital.check_in(service="surgery")).json()
    assert said["ticket"]["clinic"] == "desk"
    assert said["decision"]["rule"] == "fallback"


async def test_without_a_service_the_desk_gives_its_first(hospital: Hospital) -> None:
    said = (await hospital.check_in(service=None)).json()
    assert (said["ticket"]["clinic"], said["ticket"]["service"]) == ("desk", "information")


async def test_age_and_flags_give_the_priority(hospital: Hospital) -> None:
    old = await hospital.check_in(identity={"scheme": "cccd-qr", "value": fresh_pin()}, patient={"birth_date": "1940"})
    pregnant = await hospital.check_in(flags=["pregnant", "pregnant"])
    neither = await hospital.check_in()
    assert [one.json()["ticket"]["priority"] for one in (old, pregnant, neither)] == [
        "priority",
        "priority",
        "ordinary",
    ]


async def test_answers_of_the_right_kind_are_taken_and_unknown_ones_do_no_harm(hospital: Hospital) -> None:
    answer = await hospital.check_in(
        answers={"fever": True, "pain": 3, "since": "07:30", "where": "head", "an_older_question": "yes"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "answers", [{"fever": "yes"}, {"pain": True}, {"pain": "3"}, {"since": "25:00"}, {"where": "knee"}, {"where": 1}]
)
async def test_an_answer_of_the_wrong_kind_is_named(hospital: Hospital, answers: dict[str, Any]) -> None:
    answer = await hospital.check_in(answers=answers)
    assert answer.status_code == 400
    assert answer.json()["field"] == f"answers.{next(iter(answers))}"


async def test_the_same_request_again_is_answered_byte_for_byte(hospital: Hospital) -> None:
    key = fresh_key()
    body = {"identity": {"scheme": "mrn", "value": key}, "patient": {"phone": "0912345678"}, "flags": ["pregnant"]}
    first = await hospital.check_in(key, **body)
    # Somebody moves the ticket on in between: the answer stays what it was.
    await hospital.post(f"/tickets/{first.json()['ticket']['id']}/cancel")
    again = await hospital.check_in(key, **{name: body[name] for name in reversed(body)})
    assert again.status_code == first.status_code == 201
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


async def test_fifty_at_once_with_one_key_are_one_ticket(hospital: Hospital) -> None:
    key = fresh_key()
    body = {"identity": {"scheme": "mrn", "value": key}}
    answers = await asyncio.gather(*(hospital.check_in(key, **body) for _ in range(50)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer.status_code for answer in answers} == {201}


async def test_the_key_with_another_body_or_another_caller_is_refused_and_changes_nothing(hospital: Hospital) -> None:
    key = fresh_key()
    first = await hospital.check_in(key, identity={"scheme": "mrn", "value": key})
    queue = (await hospital.get("/clinics/internal-1/queue")).json()["waiting"]
    other_body = await hospital.check_in(key, identity={"scheme": "mrn", "value": f"{key}x"})
    same = {"identity": {"scheme": "mrn", "value": key}, "service": "internal-medicine"}
    other_caller = await hospital.post("/check-ins", same, "admin", Idempotency_Key=key)
    other_call = await hospital.post(f"/tickets/{first.json()['ticket']['id']}/cancel", Idempotency_Key=key)
    for refused in (other_body, other_caller, other_call):
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:queueflow:problem:idempotency-key-reused"
    after = (await hospital.get("/clinics/internal-1/queue")).json()["waiting"]
    assert [one["ticket"]["id"] for one in after] == [one["ticket"]["id"] for one in queue]


async def test_a_check_in_without_a_key_is_refused(hospital: Hospital) -> None:
    body = {"identity": {"scheme": "mrn", "value": "1"}}
    answer = await hospital.call("POST", f"{V1}/check-ins", "kiosk", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == "Idempotency-Key"


async def test_where_no_desk_is_named_nobody_is_sent_to_a_wrong_one(hospital: Hospital) -> None:
    body = {"identity": {"scheme": "mrn", "value": "1"}, "service": "surgery"}
    headers = {"Authorization": "Bearer qf_other-kiosk", "Idempotency-Key": fresh_key()}
    answer = await hospital.client.post("/v1/facilities/other/check-ins", json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:queueflow:problem:unroutable"


async def test_who_has_several_stops_is_answered_the_whole_journey_and_the_way_to_the_first(hospital: Hospital) -> None:
    said = (await hospital.check_in(answers={"insured": False})).json()
    stops = said["visit"]["journey"]
    assert [(stop["service"], stop["clinic"], stop["state"]) for stop in stops] == [
        ("information", "desk", "waiting"),
        ("internal-medicine", None, "planned"),
    ]
    assert said["ticket"] == stops[0]
    assert {stop["number"] for stop in stops} == {said["visit"]["number"]}
    assert said["directions"]["en"] == "Help desk"
    assert said["decision"]["rule"] == "fallback"
    assert said["decision"]["reasons"] == ["journey row 2 (desk-first) matched because insured is false"]


async def test_of_stops_in_any_order_the_ticket_is_the_one_that_was_joined(hospital: Hospital) -> None:
    said = (await hospital.check_in(service="hiv-care", answers={"insured": False})).json()
    stops = said["visit"]["journey"]
    joined = [stop for stop in stops if stop["state"] == "waiting"]
    assert joined == [said["ticket"]]
    assert [stop["service"] for stop in stops] == ["information", "hiv-care", "surgery"]
    assert said["ticket"]["service"] in ("information", "hiv-care")
    assert said["directions"]


async def test_who_comes_again_during_a_journey_gets_the_stop_that_they_are_at(hospital: Hospital) -> None:
    pin = {"scheme": "cccd-qr", "value": fresh_pin()}
    first = await hospital.check_in(identity=pin, answers={"insured": False})
    again = await hospital.check_in(identity=pin, answers={"insured": False})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["ticket"]["id"] == first.json()["ticket"]["id"]
    assert len(again.json()["visit"]["journey"]) == 2
