"""The way in that everybody has: calls to a running server over its public HTTP, repeated by the same key.

Lives here: Door, what it answers and refuses, the count of its calls, and the facility as it is told to all.
May import: msgspec, model.ids, simulation.clock and .wire, the standard library.
Never: send one wish with two keys; an answer that was lost must not become a second ticket.
"""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Final

import msgspec

from queueflow.model.ids import ClinicId, FacilityId, RoomId, ServiceId
from queueflow.simulation.clock import Stopwatch
from queueflow.simulation.wire import Lost, Response, Wire

_AGAIN: Final = frozenset({429, 502, 503, 504})
_FIRST_WAIT_S: Final = 0.1
_LONGEST_WAIT_S: Final = 5.0
_FIRST_TRIES: Final = 4
"""Whoever cannot be reached at all is not waited for."""
_SLUG: Final = "urn:queueflow:problem:"


class Tokens(msgspec.Struct, frozen=True):
    """One credential a role."""

    kiosk: str
    console: str
    display: str

    @staticmethod
    def of(tokens: Mapping[str, str]) -> "Tokens":
        """From a ready file's `tokens`; one of the role `admin` alone does for all. Raises KeyError."""
        kiosk, console, display = (tokens.get(role) or tokens["admin"] for role in ("kiosk", "console", "display"))
        return Tokens(kiosk, console, display)


class OpenService(msgspec.Struct, frozen=True):
    """A service as the facility tells everybody."""

    id: ServiceId
    name: dict[str, str] = {}


class OpenClinic(msgspec.Struct, frozen=True):
    """A clinic as the facility tells everybody."""

    id: ClinicId
    name: dict[str, str] = {}
    services: tuple[ServiceId, ...] = ()


class OpenRoom(msgspec.Struct, frozen=True):
    """A room as the facility tells everybody. `places`: patients at one time."""

    id: RoomId
    name: dict[str, str] = {}
    clinics: tuple[ClinicId, ...] = ()
    places: int = 1


class OpenFacility(msgspec.Struct, frozen=True):
    """A facility as it tells everybody: GET /v1/facilities/{facility}."""

    id: FacilityId
    languages: tuple[str, ...]
    services: tuple[OpenService, ...]
    clinics: tuple[OpenClinic, ...]
    rooms: tuple[OpenRoom, ...]
    time_zone: str = "UTC"
    name: dict[str, str] = {}

    def clinics_of(self, service: str) -> tuple[ClinicId, ...]:
        """The clinics that give a service."""
        return tuple(clinic.id for clinic in self.clinics if service in clinic.services)

    def rooms_of(self, service: str) -> int:
        """How many rooms a service is given in."""
        clinics = set(self.clinics_of(service))
        return sum(not clinics.isdisjoint(room.clinics) for room in self.rooms)


class Answer(msgspec.Struct, frozen=True):
    """What a call was answered: its status, its body, and how long it took from the last try on, wall seconds."""

    status: int
    body: bytes
    took_s: float


class Refused(Exception):
    """The server understood and said no; `slug` is the problem's."""

    def __init__(self, call: str, status: int, slug: str) -> None:
        super().__init__(f"{call}: {status} {slug}")
        self.status = status
        self.slug = slug


class Unreachable(Exception):
    """No answer, however often it was asked; whether the wish was granted is not known."""


class Calls(msgspec.Struct):
    """What became of the calls of one kind. `took_s`: wall seconds of each answered try."""

    sent: int = 0
    repeated: int = 0
    replayed: int = 0
    unanswered: int = 0
    nobody: int = 0
    refused: dict[str, int] = {}
    took_s: list[float] = []


class _Problem(msgspec.Struct, frozen=True):
    type: str = ""


class Door:
    """Calls to one facility of one server. `run` begins every idempotency key; `tries` bounds one wish."""

    def __init__(self, base_url: str, facility: str, *, run: str, dice: Random, tries: int, connections: int) -> None:
        self.base_url = base_url.rstrip("/")
        self.facility = facility
        self.calls: dict[str, Calls] = {}
        self._path = f"/v1/facilities/{facility}"
        self._run = run
        self._dice = dice
        self._tries = tries
        self._wishes = 0
        self._wire = Wire(self.base_url, connections)

    def close(self) -> None:
        """Close every connection."""
        self._wire.close()

    async def open_facility(self) -> OpenFacility:
        """The facility as it tells everybody. Raises Refused, Unreachable."""
        answer = await self._send("read-facility", "GET", self._path, {}, b"", tries=_FIRST_TRIES)
        return msgspec.json.decode(answer.body, type=OpenFacility)

    async def get(self, call: str, path: str, token: str) -> Answer:
        """Read something of the facility. Raises Refused, Unreachable."""
        return await self._send(call, "GET", self._path + path, {"Authorization": f"Bearer {token}"}, b"")

    async def post(self, call: str, path: str, token: str, body: msgspec.Struct) -> Answer:
        """Wish for something, with one key for all tries. Raises Refused, Unreachable."""
        self._wishes += 1
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"{self._run}-{self._wishes}",
        }
        return await self._send(call, "POST", self._path + path, headers, msgspec.json.encode(body))

    async def _send(
        self, call: str, method: str, path: str, headers: dict[str, str], body: bytes, *, tries: int | None = None
    ) -> Answer:
        calls = self.calls.setdefault(call, Calls())
        calls.sent += 1
        bound = _FIRST_WAIT_S
        tries = self._tries if tries is None else tries
        for tried in range(tries):
            if tried:
                calls.repeated += 1
                await asyncio.sleep(self._dice.uniform(bound / 2, bound))
                bound = min(_LONGEST_WAIT_S, bound * 2)
            watch = Stopwatch()
            try:
                answer = await self._wire.request(method, path, headers, body)
            except Lost:
                continue
            if answer.status not in _AGAIN:
                return self._taken(call, calls, answer, watch.read_s())
        calls.unanswered += 1
        raise Unreachable(f"{call}: no answer in {tries} tries")

    def _taken(self, call: str, calls: Calls, answer: Response, took_s: float) -> Answer:
        calls.took_s.append(took_s)
        calls.replayed += "idempotent-replayed" in answer.headers
        calls.nobody += answer.status == 204
        if 200 <= answer.status < 300:
            return Answer(answer.status, answer.body, took_s)
        slug = _slug(answer)
        calls.refused[slug] = calls.refused.get(slug, 0) + 1
        raise Refused(call, answer.status, slug)


def _slug(answer: Response) -> str:
    try:
        return msgspec.json.decode(answer.body, type=_Problem).type.removeprefix(_SLUG) or str(answer.status)
    except msgspec.DecodeError:
        # A proxy's own page.
        return str(answer.status)
