"""Everything wrong that can be sent: a clear refusal, never a 5xx, and nothing changed."""

import json
from typing import Any

import httpx
import pytest

from tests.web.conftest import V1, Hospital, fresh_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD: dict[str, Any] = {"identity": {"scheme": "mrn", "value": "1"}, "service": "internal-medicine"}
UNKNOWN_TICKET = "20261124-0k3d7v9wq2m5x-1"
JSON = "application/json"


def card(value: str, scheme: str = "cccd-qr") -> dict[str, Any]:
    return {**GOOD, "identity": {"scheme": scheme, "value": value}}


async def offset(hospital: Hospital) -> int:
    """The head of the event stream: the same before and after, nothing has changed."""
    return (await hospital.get("/clinics/internal-1/queue")).json()["offset"]


async def refused(hospital: Hospital, sent: httpx.Response, status: int, slug: str, before: int) -> dict[str, Any]:
    assert sent.status_code == status, sent.text
    assert sent.headers["content-type"] == "application/problem+json"
    problem = sent.json()
    assert problem["type"] == f"urn:queueflow:problem:{slug}"
    assert problem["status"] == status
    assert await offset(hospital) == before
    return problem


BODIES: list[tuple[Any, str, int, str]] = [
    ({}, "identity", 400, "validation"),
    ([], "body", 400, "validation"),
    ("text", "body", 400, "validation"),
    ({**GOOD, "identity": "020185000002"}, "identity", 400, "validation"),
    ({**GOOD, "identity": {"scheme": "passport", "value": "1"}}, "identity.scheme", 400, "validation"),
    ({**GOOD, "unknown": 1}, "unknown", 400, "validation"),
    ({**GOOD, "patient": {"priority": "emergency"}}, "patient.priority", 400, "validation"),
    ({**GOOD, "patient": {"name": 5}}, "patient.name", 400, "validation"),
    ({**GOOD, "patient": {"name": "   "}}, "patient.name", 400, "validation"),
    ({**GOOD, "patient": {"name": "Nguyễn\u202eVăn"}}, "patient.name", 400, "validation"),
    ({**GOOD, "patient": {"name": "a\u0000b"}}, "patient.name", 400, "validation"),
    ({**GOOD, "patient": {"birth_date": "1980-13"}}, "patient.birth_date", 400, "validation"),
    ({**GOOD, "patient": {"birth_date": "1981-02-29"}}, "patient.birth_date", 400, "validation"),
    ({**GOOD, "patient": {"birth_date": "17/05/1980"}}, "patient.birth_date", 400, "validation"),
    ({**GOOD, "patient": {"sex": "woman"}}, "patient.sex", 400, "validation"),
    ({**GOOD, "patient": {"phone": "call me"}}, "patient.phone", 400, "validation"),
    ({**GOOD, "service": 7}, "service", 400, "validation"),
    ({**GOOD, "language": "xx"}, "language", 400, "validation"),
    ({**GOOD, "flags": ["very-rich"]}, "flags", 400, "validation"),
    ({**GOOD, "flags": {"pregnant": True}}, "flags", 400, "validation"),
    ({**GOOD, "answers": []}, "answers", 400, "validation"),
    ({**GOOD, "appointment": {"at": "now"}}, "appointment", 400, "validation"),
    ({**GOOD, "service": "astrology"}, "service", 404, "unknown-service"),
    (card("02018500000"), "identity.value", 400, "validation"),
    (card("0201850000023"), "identity.value", 400, "validation"),
    (card("02018500000A"), "identity.value", 400, "validation"),
    (card("020185000002||Nguyễn Thị Bình|02131985|Nữ|Lạng Sơn|01072022"), "identity.value", 400, "validation"),
    (card("020185000002||Nguyễn Thị Bình|02091985"), "identity.value", 400, "validation"),
    (card("020185000002|||02091985|Nữ|Lạng Sơn|01072022"), "identity.value", 400, "validation"),
    (card(""), "identity.value", 400, "validation"),
    (card("x" * 4096), "identity.value", 400, "validation"),
    (card("x" * 4097), "identity.value", 400, "validation"),
    (card("123456789", "bhyt"), "identity.value", 400, "validation"),
    (card("GD9200000000001", "bhyt"), "identity.value", 400, "validation"),
    (card("", "mrn"), "identity.value", 400, "validation"),
    (card("no spaces", "mrn"), "identity.value", 400, "validation"),
    (card("x" * 33, "mrn"), "identity.value", 400, "validation"),
    (card("١٢٣", "mrn"), "identity.value", 400, "validation"),
    (card("Nguyễn Văn A", "name"), "patient.birth_date", 400, "validation"),
    ({**card("12345", "name"), "patient": {"birth_date": "1980"}}, "identity.value", 400, "validation"),
]


@pytest.mark.parametrize(("body", "field", "status", "slug"), BODIES, ids=lambda one: repr(one)[:60])
async def test_a_check_in_that_cannot_be_says_which_field(
    hospital: Hospital, body: Any, field: str, status: int, slug: str
) -> None:
    before = await offset(hospital)
    sent = await hospital.post("/check-ins", body, "kiosk", Idempotency_Key=fresh_key())
    problem = await refused(hospital, sent, status, slug, before)
    assert problem.get("field", "") == field


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"", 400, "validation"),
        (b"{", 400, "validation"),
        (b"\xff\xfe\x00", 400, "validation"),
        (b'{"identity":{"scheme":"mrn","value":"\xff"}}', 400, "validation"),
        (b'{"identity":{"scheme":"mrn","value":"\\ud800"}}', 400, "validation"),
        (b'{"x":' * 1_100, 400, "validation"),
        (b"[" * 60_000, 400, "validation"),
        (b'{"answers":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}}", 400, "validation"),
        (b" " * (64 * 1024 + 1), 413, "body-too-large"),
        (json.dumps({**GOOD, "answers": {"a": "x" * 1_000_000}}).encode(), 413, "body-too-large"),
    ],
    ids=lambda one: repr(one)[:40],
)
async def test_bytes_that_are_no_check_in_are_refused(
    hospital: Hospital, content: bytes, status: int, slug: str
) -> None:
    before = await offset(hospital)
    headers = {"Content-Type": JSON, "Idempotency-Key": fresh_key()}
    sent = await hospital.call("POST", f"{V1}/check-ins", "kiosk", headers, content=content)
    await refused(hospital, sent, status, slug, before)


async def test_a_body_without_a_length_is_cut_off_at_the_same_size(hospital: Hospital) -> None:
    before = await offset(hospital)

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 1024

    headers = {"Content-Type": JSON, "Idempotency-Key": fresh_key()}
    sent = await hospital.call("POST", f"{V1}/check-ins", "kiosk", headers, content=endless())
    await refused(hospital, sent, 413, "body-too-large", before)


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/msgpack",
     "application/json; charset=utf-16", "application/jsonx", "text/json"],
)  # fmt: skip
async def test_only_what_is_declared_as_json_is_read(hospital: Hospital, kind: str) -> None:
    before = await offset(hospital)
    headers = {"Content-Type": kind, "Idempotency-Key": fresh_key()}
    sent = await hospital.call("POST", f"{V1}/check-ins", "kiosk", headers, content=json.dumps(GOOD).encode())
    await refused(hospital, sent, 415, "unsupported-media-type", before)


@pytest.mark.parametrize("kind", ["application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'])
async def test_json_may_say_that_it_is_utf_8(hospital: Hospital, kind: str) -> None:
    headers = {"Content-Type": kind, "Idempotency-Key": fresh_key()}
    content = json.dumps({**GOOD, "identity": {"scheme": "mrn", "value": fresh_key()}}).encode()
    sent = await hospital.call("POST", f"{V1}/check-ins", "kiosk", headers, content=content)
    assert sent.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "khóa", "tab\t"])
async def test_a_key_that_is_not_visible_ascii_is_refused(hospital: Hospital, key: str) -> None:
    before = await offset(hospital)
    headers = {b"Idempotency-Key": key.encode(), b"Authorization": b"Bearer qf_small-kiosk"}
    sent = await hospital.client.post(f"{V1}/check-ins", json=GOOD, headers=headers)
    problem = await refused(hospital, sent, 400, "validation", before)
    assert problem["field"] == "Idempotency-Key"


async def test_a_header_that_comes_twice_is_refused(hospital: Hospital) -> None:
    before = await offset(hospital)
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b"), ("Authorization", "Bearer qf_small-kiosk")]
    sent = await hospital.client.post(f"{V1}/check-ins", json=GOOD, headers=headers)
    await refused(hospital, sent, 400, "validation", before)


@pytest.mark.parametrize(
    ("method", "path", "body", "slug"),
    [
        ("POST", "/rooms/nowhere/open", {}, "unknown-room"),
        ("POST", "/rooms/nowhere/call-next", {}, "unknown-room"),
        ("POST", "/rooms/ROOM-1/open", {}, "unknown-room"),
        ("POST", "/rooms/%00/open", {}, "unknown-room"),
        ("POST", "/rooms/room-1/open", {"clinics": ["nowhere"]}, "unknown-clinic"),
        ("GET", "/clinics/nowhere/queue", None, "unknown-clinic"),
        ("POST", f"/tickets/{UNKNOWN_TICKET}/start", {}, "unknown-ticket"),
        ("POST", f"/tickets/{UNKNOWN_TICKET}/call", {"room": "room-1"}, "unknown-ticket"),
        ("POST", f"/tickets/{UNKNOWN_TICKET}/call", {"room": "nowhere"}, "unknown-room"),
        ("POST", f"/tickets/{UNKNOWN_TICKET}/transfer", {"clinic": "nowhere"}, "unknown-clinic"),
        ("POST", f"/tickets/{UNKNOWN_TICKET}/undo", {}, "unknown-ticket"),
        ("GET", f"/tickets/{UNKNOWN_TICKET}", None, "unknown-ticket"),
        ("GET", "/tickets/1", None, "unknown-ticket"),
        ("GET", "/tickets/%D9%A1", None, "unknown-ticket"),
        ("GET", "/tickets/..%2f..%2fetc", None, "not-found"),
        ("GET", "/visits/20261124-0k3d7v9wq2m5x", None, "unknown-visit"),
        ("GET", "/visits/20261124-0k3d7v9wq2m5x%0a", None, "unknown-visit"),
        ("GET", "/nothing", None, "not-found"),
        ("POST", "/tickets", {}, "not-found"),
    ],
)
async def test_what_is_not_there_is_named_by_kind(
    hospital: Hospital, method: str, path: str, body: object, slug: str
) -> None:
    before = await offset(hospital)
    more: dict[str, Any] = {} if body is None else {"json": body}
    await refused(hospital, await hospital.call(method, V1 + path, **more), 404, slug, before)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/rooms/room-1/open", {"practitioner": "Dr. Lan"}, "practitioner"),
        ("/rooms/room-1/open", {"practitioner": ""}, "practitioner"),
        ("/rooms/room-1/open", {"clinics": "internal-1"}, "clinics"),
        ("/rooms/room-1/open", {"state": "open"}, "state"),
        ("/rooms/room-1/pause", {"until": "soon"}, "until"),
        ("/rooms/room-1/pause", {"until": "2026-11-24T04:30:00"}, "until"),
        ("/rooms/room-1/pause", {"until": "9999999-11-24T04:30:00Z"}, "until"),
        ("/rooms/room-1/close", {"force": True}, "force"),
        ("/rooms/room-1/call-next", {"ticket": "x"}, "ticket"),
        ("/rooms/room-1/call-next", [], "body"),
        (f"/tickets/{UNKNOWN_TICKET}/call", {}, "room"),
        (f"/tickets/{UNKNOWN_TICKET}/start", {"revision": 1}, "revision"),
        (f"/tickets/{UNKNOWN_TICKET}/transfer", {"clinic": "desk", "priority": "queen"}, "priority"),
        (f"/tickets/{UNKNOWN_TICKET}/transfer", {"clinic": 5}, "clinic"),
        (f"/tickets/{UNKNOWN_TICKET}/transfer", {"practitioner": "Dr. Lan"}, "practitioner"),
        (f"/tickets/{UNKNOWN_TICKET}/prioritise", {"priority": "queen"}, "priority"),
        (f"/tickets/{UNKNOWN_TICKET}/prioritise", {"priority": "priority", "reason": "A b"}, "reason"),
        (f"/tickets/{UNKNOWN_TICKET}/cancel", {"reason": "She felt better"}, "reason"),
        (f"/tickets/{UNKNOWN_TICKET}/complete", {"priority": "emergency"}, "priority"),
    ],
)
async def test_a_staff_call_that_cannot_be_says_which_field(
    hospital: Hospital, path: str, body: object, field: str
) -> None:
    before = await offset(hospital)
    problem = await refused(hospital, await hospital.post(path, body), 400, "validation", before)
    assert problem["field"] == field


async def test_call_needs_a_body(hospital: Hospital) -> None:
    before = await offset(hospital)
    sent = await hospital.post(f"/tickets/{UNKNOWN_TICKET}/call")
    await refused(hospital, sent, 415, "unsupported-media-type", before)
