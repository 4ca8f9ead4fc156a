"""A patient whose name, number and phone are like no other: where do they come out again?"""

import logging
from typing import Any

import pytest

from queueflow.web.logs import TextLine
from tests.web.conftest import V1, Hospital, fresh_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "Hoàng Thị Chim Yến"
PIN = "020185734921"
PHONE = "0987734921"
BIRTH = "1985-09-17"
CARD = f"{PIN}||{NAME}|17091985|Nữ|Thôn Chim Yến, Lạng Sơn|01072022"
CANARIES = (NAME, "Chim Yến", "Chim Y\\u1ebfn", PIN, PHONE, BIRTH, "17091985")


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary.lower() in text.lower()]


async def canary(hospital: Hospital, **body: Any) -> dict[str, Any]:
    given = {"identity": {"scheme": "cccd-qr", "value": CARD}, "patient": {"phone": PHONE}, **body}
    return (await hospital.check_in(**given)).json()


async def test_only_staff_are_ever_answered_who_somebody_is(hospital: Hospital) -> None:
    said = await canary(hospital)
    assert found_in(str(said)) == []
    ticket, visit = said["ticket"]["id"], said["visit"]["id"]
    await hospital.post("/rooms/room-1/open", role="console")
    answers = [
        await hospital.post(f"/tickets/{ticket}/call", {"room": "room-1"}, "console"),
        await hospital.post(f"/tickets/{ticket}/start", role="console"),
        await hospital.get("", None),
        await hospital.call("GET", said["visit"]["tracking_url"], None),
        await hospital.call("GET", said["visit"]["tracking_url"].replace("?", "/qr.svg?"), None),
        await hospital.call("GET", "/kiosk/small", None),
        await hospital.call("GET", "/metrics", None),
        await hospital.call("GET", "/readyz", None),
        await hospital.call("GET", "/schema", None),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert found_in(answer.text + str(answer.headers)) == []
    staff = await hospital.get(f"/visits/{visit}", "console")
    assert NAME in staff.text
    # Not even staff see the whole number, the day of birth or the phone on a queue.
    assert found_in(staff.text) == [NAME, "Chim Yến"]


@pytest.mark.parametrize(
    "body",
    [
        {"patient": {"name": [NAME]}},
        {"patient": {"birth_date": NAME}},
        {"patient": {"sex": NAME}},
        {"patient": {NAME: PIN}},
        {"patient": {"phone": NAME}},
        {NAME: PIN},
        {PIN: NAME},
        {"flags": [NAME]},
        {"language": "Chim Yến"},
        {"service": "Chim Yến"},
        {"answers": {NAME: [PIN]}},
        {"answers": {"where": NAME}},
        {"identity": {"scheme": NAME, "value": PIN}},
        {"identity": {"scheme": "cccd-qr", "value": CARD.replace("17091985", "17131985")}},
        {"identity": {"scheme": "cccd-qr", "value": CARD + "\x00"}},
        {"identity": {"scheme": "bhyt", "value": f"{PIN}9"}},
        {"identity": {"scheme": "mrn", "value": NAME}},
        {"identity": {"scheme": "name", "value": NAME}},
    ],
    ids=str,
)
async def test_a_refusal_says_nothing_of_what_was_sent(
    hospital: Hospital, body: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await hospital.check_in(**body)
    assert 400 <= answer.status_code < 500
    assert found_in(answer.text + str(answer.headers)) == []
    assert found_in("\n".join(TextLine().format(record) for record in caplog.records)) == []


async def test_addresses_headers_and_keys_come_back_nowhere(
    hospital: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "queueflow"):
        for path in (f"{V1}/tickets/{NAME}", f"{V1}/clinics/{PIN}/queue", f"/{NAME}", f"{V1}/visits/x?name={NAME}"):
            answer = await hospital.call("GET", path)
            assert answer.status_code == 404
            assert found_in(answer.text + str(answer.headers)) == []
        key = f"{fresh_key()}-{PIN}"
        await hospital.check_in(key)
        refused = await hospital.check_in(key)
        assert refused.status_code == 422
        assert found_in(refused.text + str(refused.headers)) == []
    assert found_in(caplog.text) == []
    assert found_in((await hospital.call("GET", "/metrics", None)).text) == []


async def test_the_store_has_no_name_number_phone_or_birth_date_in_clear(hospital: Hospital, valkey: Any) -> None:
    await canary(hospital)
    with valkey.client() as plain:
        plain.bgrewriteaof()
        kept = b"".join(path.read_bytes() for path in valkey.folder.rglob("*") if path.is_file())
    assert len(kept) > 1000
    for text in CANARIES:
        assert text.encode() not in kept
    assert NAME.encode("utf-16-le") not in kept
