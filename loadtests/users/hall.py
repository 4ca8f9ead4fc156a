"""What all users of a load test share: the hall they stand in, and who has been called when.

The hall is a demo's ready file (`queueflow demo --no-patients --ready-file F`), named by LOAD_READY_FILE. Only
a server on this very machine is loaded: what would be a test here is an attack elsewhere.
"""

import ipaddress
import itertools
import os
import secrets
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

READY_FILE = "LOAD_READY_FILE"
_KEPT = 5_000


class Ready(msgspec.Struct):
    """A demo's ready file."""

    base_url: str
    facility: str
    tokens: dict[str, str]


def ready() -> Ready:
    """The hall; ends the program with a sentence where there is none, or it is not on this machine."""
    file = os.environ.get(READY_FILE)
    if not file:
        raise SystemExit(f"{READY_FILE} names no demo's ready file. loadtests/bench_load.py does all of it.")
    found = msgspec.json.decode(Path(file).read_bytes(), type=Ready)
    host = urlsplit(found.base_url).hostname or ""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise SystemExit(f"{host} is another machine. A load test loads only its own.")
    return found


HALL = ready()
PATH = f"/v1/facilities/{HALL.facility}"
_RUN = secrets.token_hex(6)
_wishes = itertools.count(1)


def headers(role: str) -> dict[str, str]:
    """A role's token, and a fresh idempotency key."""
    return {
        "Authorization": f"Bearer {HALL.tokens[role]}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"{_RUN}-{next(_wishes)}",
    }


class Calls:
    """Brings together when a doctor pressed "next" and when each screen had the frame that tells of it.

    The frame may be there before the answer is, so either may be noted first.
    """

    def __init__(self) -> None:
        self._pressed: dict[str, float] = {}
        self._seen: dict[str, list[tuple[float, Callable[[float], None]]]] = {}
        self._order: deque[str] = deque()

    def pressed(self, ticket: str, at: float) -> None:
        """A doctor was answered with a ticket; `at`: when they pressed, by perf_counter."""
        self._remember(ticket)
        self._pressed[ticket] = at
        for seen_at, tell in self._seen.pop(ticket, ()):
            tell((seen_at - at) * 1000)

    def seen(self, ticket: str, tell: Callable[[float], None]) -> None:
        """A screen has the frame; `tell` is given the milliseconds since the press as soon as both are known."""
        now = time.perf_counter()
        if ticket in self._pressed:
            tell((now - self._pressed[ticket]) * 1000)
        else:
            self._remember(ticket)
            self._seen.setdefault(ticket, []).append((now, tell))

    def _remember(self, ticket: str) -> None:
        self._order.append(ticket)
        if len(self._order) > _KEPT:
            oldest = self._order.popleft()
            self._pressed.pop(oldest, None)
            self._seen.pop(oldest, None)


CALLS = Calls()
