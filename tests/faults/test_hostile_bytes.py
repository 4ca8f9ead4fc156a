"""Bytes that are no request, or almost one, at the real server's port: no worker dies of them."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import pytest

from queueflow.web.auth import Role
from tests.faults.floor import LONG, Floor, Kiosks, ready
from tests.web.conftest import V1, token_of

TRIES = 20_000 if LONG else 400

pytestmark = pytest.mark.timeout(3600 if LONG else 120)

BODY = b'{"identity":{"scheme":"mrn","value":"1"},"service":"internal-medicine"}'
HEAD = (
    f"POST {V1}/check-ins HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token_of(Role.KIOSK)}\r\n"
    "Idempotency-Key: k\r\nContent-Type: application/json\r\n"
).encode()
UPGRADE = (
    f"GET {V1}/feed?view=board HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
).encode()
SEEDS = (
    HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n",
    HEAD + b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n" + BODY,
    HEAD + b"Content-Length: 99999999999999999999\r\n\r\n" + BODY,
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + BODY,
    HEAD + b"Expect: 100-continue\r\nContent-Length: 10\r\n\r\n",
    f"GET {V1}/board?clinics=%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    b"GET " + b"/a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /healthz HTTP/1.0\r\nX-Forwarded-Host: evil\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
    UPGRADE + b"Sec-WebSocket-Protocol: queueflow.v1\r\n\r\n",
    UPGRADE + b"Sec-WebSocket-Protocol: \x80\xff\r\n\r\n",
    UPGRADE + b"Sec-WebSocket-Protocol: queueflow.v1\r\n\r\n" + b"\x81\xfe\xff\xff" + b"\x00" * 70_000,
    UPGRADE + b"Sec-WebSocket-Protocol: queueflow.v1\r\n\r\n" + b"\xff\xff" * 40,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00" * 100,
    b"",
)


async def test_no_worker_dies_of_hostile_bytes(tmp_path: Path) -> None:
    dice = random.Random(1)
    async with Floor(tmp_path) as floor:
        workers = floor.worker_pids()
        statuses: set[int] = set()
        for start in range(0, TRIES, 20):
            batch = [mutated(dice, SEEDS[n % len(SEEDS)], n) for n in range(start, start + 20)]
            for answer in await asyncio.gather(*(exchanged(floor, data) for data in batch)):
                if answer.startswith(b"HTTP/1.1 "):
                    statuses.add(int(answer[9:12]))
        assert 101 in statuses
        assert {status for status in statuses if status >= 500} <= {503}, statuses
        assert floor.worker_pids() == workers, "a worker died"
        await ready(floor)
        await Kiosks(floor, "after").all_check_in(4)
        assert "a bug" not in floor.log()


def mutated(dice: random.Random, data: bytes, turn: int) -> bytes:
    """The first round as they are; then with bytes changed, taken out, put in and cut off."""
    changed = bytearray(data)
    for _ in range(dice.randrange(4) if turn >= len(SEEDS) and data else 0):
        at = dice.randrange(min(len(changed), 600)) if changed else 0
        match dice.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del changed[at : at + dice.randrange(1, 20)]
            case 2:
                changed[at:at] = dice.choice((b"\r\n", b"\x00", b"\xff\xfe", b" ", b"%00", b": ", b"\r\n\r\n"))
            case _:
                del changed[at:]
    return bytes(changed)


async def exchanged(floor: Floor, data: bytes) -> bytes:
    """What comes back within a short while; the rest of a request may never come."""
    answer = b""
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(0.3):
            reader, writer = await asyncio.open_connection("127.0.0.1", floor.port)
            try:
                writer.write(data)
                await writer.drain()
                answer = await reader.read(4096)
            finally:
                writer.transport.abort()
    return answer
