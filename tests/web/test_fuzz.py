"""Thousands of requests that are a little wrong: none is answered with a 5xx, whatever was sent."""

import json
import random
import string
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import V1, Hospital

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEEDS = range(6)
A_SEED = 250
"""Requests a seed."""

BODY: dict[str, Any] = {
    "identity": {
        "scheme": "cccd-qr",
        "value": "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1, Xã Thử Nghiệm, Lạng Sơn|01072022",
    },
    "patient": {"name": "Nguyễn Thị Bình", "birth_date": "1985-09-02", "sex": "female", "phone": "0912345678"},
    "service": "internal-medicine",
    "answers": {"fever": True, "pain": 3, "since": "07:30", "where": "head"},
    "flags": ["pregnant"],
    "language": "vi",
    "appointment": None,
}
ODD: list[Any] = [
    None, True, -1, 0, 1e308, 2**63, 2**200, -(2**63) - 1, "", "\x00", "\ud800", "ａ", "\u202e", "🏥" * 50, "x" * 5000,
    [], {}, [[]], {"": ""}, [None], "../../etc/passwd", "' OR 1=1 --", "%s%n", "\r\nSet-Cookie: a=b", "NaN", "١٢٣",
]  # fmt: skip
PATHS = [
    "/tickets/{}", "/tickets/{}/start", "/tickets/{}/call", "/visits/{}", "/rooms/{}/open", "/rooms/{}/call-next",
    "/clinics/{}/queue", "/board?clinics={}", "/{}", "/check-ins/{}",
]  # fmt: skip


def changed(value: Any, dice: random.Random) -> Any:
    """The same with one thing in it that is odd, missing or too much."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(list(value))
        match dice.randrange(5):
            case 0:
                return {name: one for name, one in value.items() if name != key}
            case 1:
                return {**value, dice.choice(["state", "priority", "x", "", "__proto__", "identity\x00"]): 1}
            case _:
                return {**value, key: changed(value[key], dice)}
    if isinstance(value, str) and value and dice.random() < 0.5:
        at = dice.randrange(len(value))
        return value[:at] + dice.choice(["", "|", "\x00", "ữ", "?", "9" * 40, "\ufffd"]) + value[at + 1 :]
    return dice.choice(ODD)


def broken(content: bytes, dice: random.Random) -> bytes:
    """Some bytes of it flipped, cut, doubled or put in."""
    made = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(made))
        match dice.randrange(4):
            case 0:
                made[at] = dice.randrange(256)
            case 1:
                del made[at : at + dice.randint(1, 20)]
            case 2:
                made[at:at] = made[at : at + dice.randint(1, 20)]
            case _:
                made[at:at] = bytes(dice.randrange(256) for _ in range(dice.randint(1, 5)))
        if not made:
            break
    return bytes(made)


def as_json(dice: random.Random) -> bytes:
    return json.dumps(changed(BODY, dice)).encode()


def as_bytes(dice: random.Random) -> bytes:
    return broken(json.dumps(BODY, ensure_ascii=False).encode(), dice)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("make", [as_json, as_bytes])
async def test_a_check_in_that_is_a_little_wrong_is_never_our_fault(
    hospital: Hospital, make: Callable[[random.Random], bytes], seed: int
) -> None:
    dice = random.Random(seed)
    for serial in range(A_SEED):
        content = make(dice)
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{make.__name__}-{seed}-{serial}"}
        answer = await hospital.call("POST", f"{V1}/check-ins", "kiosk", headers, content=content)
        assert answer.status_code < 500, content


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_address_that_is_a_little_wrong_is_never_our_fault(hospital: Hospital, seed: int) -> None:
    dice = random.Random(seed)
    letters = string.ascii_letters + string.digits + "-_.~:@!$&'()*+,;="
    for _ in range(A_SEED):
        word = "".join(
            dice.choice(letters) if dice.random() < 0.7 else f"%{dice.randrange(256):02x}"
            for _ in range(dice.randint(0, 60))
        )
        path = V1 + dice.choice(PATHS).format(word)
        content = json.dumps(changed({"room": "room-1"}, dice)).encode() if dice.random() < 0.7 else b""
        headers = {"Content-Type": "application/json"}
        answer = await hospital.call(dice.choice(["GET", "POST", "PUT"]), path, headers=headers, content=content)
        assert answer.status_code < 500, path


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_header_that_is_a_little_wrong_is_never_our_fault(hospital: Hospital, seed: int) -> None:
    dice = random.Random(seed)
    names = [
        "authorization",
        "idempotency-key",
        "if-match",
        "content-type",
        "content-length",
        "host",
        "accept",
        "cookie",
    ]
    for _ in range(A_SEED):
        odd = [
            (name, bytes(dice.randrange(256) for _ in range(dice.randint(0, 40))))
            for name in dice.sample(names, dice.randint(1, 4))
        ]
        headers = [(b"authorization", b"Bearer qf_small-admin"), *odd]
        answer = await hospital.client.post(f"{V1}/rooms/room-1/call-next", headers=headers, content=b"{}")
        assert answer.status_code < 500, headers
