"""Where a request comes in: which call it is, who asks, in which facility, when, and under which key.

Lives here: Hall (what handlers work with), admit (the door), and the reading of headers and bodies. The clock and the
dice enter here and nowhere else in web.
May import: everything below web; litestar, msgspec, the standard library.
Never: know one call from another.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final, TypedDict, TypeVar, cast

import msgspec
from litestar import Request

from queueflow.live.hub import Hub
from queueflow.model.commands import Once
from queueflow.model.days import service_day
from queueflow.model.errors import (
    BodyTooLarge,
    Invalid,
    MethodNotAllowed,
    StoreUnavailable,
    UnknownFacility,
    UnsupportedMediaType,
)
from queueflow.model.facility import Facility
from queueflow.model.ids import FacilityId, ServiceDay
from queueflow.operations.rulesets import InForce
from queueflow.store.calls import Engine
from queueflow.store.client import Store
from queueflow.store.reads import Reads
from queueflow.store.vault import Vault
from queueflow.web import metrics, problems
from queueflow.web.answer import Answer
from queueflow.web.answers import directions
from queueflow.web.auth import MAY, Tokens, bearer

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")

LARGEST_BODY: Final = 64 * 1024
"""Bytes. The fullest right body (a card of 2 KiB, answers, flags) is under 12 KiB."""
_SLOWEST_BODY_S: Final = 10.0
"""For what does not come in one piece: a device that sends a byte a second must not be waited for."""
FACILITY: Final = "/v1/facilities/{facility:str}"

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_REVISION: Final = re.compile(r'"([0-9]{1,15})"|([0-9]{1,15})', re.ASCII)
_CROCKFORD: Final = b"0123456789abcdefghjkmnpqrstvwxyz" * 8
"""For each of the 256 bytes one of 32 characters, each as often as the others."""
_NONCE_LENGTH: Final = 13
_ASKED: Final = "queueflow.asked"


class Hall:
    """What handlers work with; made once by app.create_app.

    `directions`: the way to each clinic. `in_force`: the facilities whose rules are published, each with the version
    in force; one that is missing here though it is in `facilities` waits for the store, and `to_publish` says that one
    has begun to. `opened`: all of them were published once. `draining`: the server is going down.
    """

    def __init__(
        self,
        *,
        facilities: Mapping[FacilityId, Facility],
        store: Store,
        engine: Engine,
        reads: Reads,
        hub: Hub,
        vault: Vault,
        tokens: Tokens,
        public_url: str | None,
        allowed_origins: tuple[str, ...],
    ) -> None:
        self.facilities = facilities
        self.directions = {facility: directions(of) for facility, of in facilities.items()}
        self.in_force: dict[FacilityId, InForce] = {}
        self.store = store
        self.engine = engine
        self.reads = reads
        self.hub = hub
        self.vault = vault
        self.tokens = tokens
        self.public_url = public_url
        self.allowed_origins = allowed_origins
        self.warnings: tuple[str, ...] = ()
        self.draining = False
        self.opened = asyncio.Event()
        self.to_publish = asyncio.Event()

    async def drain(self) -> None:
        """The server goes down: whoever asks is told that it is not ready, whoever listens is sent away."""
        self.draining = True
        await self.hub.drain()

    def forgotten(self, facility: FacilityId) -> None:
        """The store does not know a facility whose rules were published: it lost what it had, and gets them again."""
        self.in_force.pop(facility, None)
        self.to_publish.set()

    @property
    def in_doubt(self) -> bool:
        """Whether the feeds do not have what the store holds: it is away, or it is not the one it was."""
        return not all(self.hub.is_live(facility) for facility in self.facilities)

    def facility(self, facility: str) -> Facility:
        """The facility of that id; raises UnknownFacility."""
        found = self.facilities.get(FacilityId(facility))
        if found is None:
            raise UnknownFacility
        return found


class Asked(msgspec.Struct, frozen=True):
    """A request that was let in: `actor` is the caller's id, `public` where no token was asked for."""

    call: str
    facility: Facility
    actor: str
    now_ms: int

    @property
    def day(self) -> ServiceDay:
        """The service day at that instant."""
        return service_day(self.now_ms, self.facility.time_zone)


def now_ms() -> int:
    """The machine's clock, Unix milliseconds."""
    return time.time_ns() // 1_000_000


def fresh_nonce() -> str:
    """13 characters of base 32 (Crockford's letters): 65 random bits, the part of a visit's id that nobody guesses."""
    return secrets.token_bytes(_NONCE_LENGTH).translate(_CROCKFORD).decode()


def fresh_epoch() -> str:
    """A name for a life of an event stream."""
    return secrets.token_hex(8)


def chance() -> float:
    """A number from 0 up to 1, another each time."""
    return secrets.randbelow(1 << 53) / (1 << 53)


def hall(request: AnyRequest) -> Hall:
    """What create_app put together."""
    return cast("Hall", request.app.state["hall"])


async def admit(request: AnyRequest) -> None:
    """The door before every handler: nothing gets to one that does not say which call it is.

    Raises UnknownFacility, Unauthenticated, Forbidden; StoreUnavailable while the facility's rules have not yet
    been published.
    """
    call = cast("str | None", request.route_handler.opt.get("call"))
    if call is None:
        raise MethodNotAllowed
    metrics.began(request.scope, call)
    name = cast("str | None", request.path_params.get("facility"))
    if name is None:
        return
    here = hall(request)
    facility = here.facility(name)
    actor = "public"
    if MAY[call] is not None:
        caller = here.tokens.caller(bearer(header(request, b"authorization")))
        caller.require(call, name)
        actor = caller.id
        if facility.id not in here.in_force:
            raise StoreUnavailable
    cast("dict[str, object]", request.scope)[_ASKED] = Asked(call, facility, actor, now_ms())


def asked(request: AnyRequest) -> Asked:
    """Who asked for what, as the door found it."""
    return cast("Asked", cast("dict[str, object]", request.scope)[_ASKED])


def on_unknown_facility(request: AnyRequest, error: UnknownFacility) -> Answer:
    """A facility that nobody knows; or one that the door found and only the store does not know (any more)."""
    found = cast("dict[str, object]", request.scope).get(_ASKED)
    if not isinstance(found, Asked):
        return problems.on_refusal(request, error)
    hall(request).forgotten(found.facility.id)
    return problems.on_refusal(request, StoreUnavailable())


def path_part(request: AnyRequest, name: str) -> str:
    """A part of the address by its name there."""
    return cast("str", request.path_params[name])


def header(request: AnyRequest, name: bytes) -> str | None:
    """A header's value, None where there is none. Raises Invalid where it came twice: nobody knows which one counts."""
    found = [value for key, value in request.scope["headers"] if key == name]
    if len(found) > 1:
        raise Invalid(name.decode(), "This header came more than once.")
    return found[0].decode("latin-1") if found else None


async def body(request: AnyRequest, decoder: msgspec.json.Decoder[T], *, empty: bytes | None = None) -> T:
    """The body as a struct. `empty` stands for a body of no bytes, where the call has nothing that must be said.

    Raises BodyTooLarge before anything is read or parsed, UnsupportedMediaType for what is not declared as JSON
    (a page of another origin can send text/plain without asking, application/json not), Invalid.
    """
    raw = await _bytes(request)
    if not raw and empty is not None:
        raw = empty
    elif not _is_declared(request, "application/json"):
        raise UnsupportedMediaType
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problems.invalid(error) from error


async def table(request: AnyRequest) -> str:
    """The body as the text of a CSV table. Raises BodyTooLarge, UnsupportedMediaType, Invalid (not UTF-8)."""
    raw = await _bytes(request)
    if not _is_declared(request, "text/csv"):
        raise UnsupportedMediaType("Send text/csv.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise problems.invalid(error) from error


def _is_declared(request: AnyRequest, kind: str) -> bool:
    """Whether the body says that it is of that kind, in UTF-8."""
    said, _, more = (header(request, b"content-type") or "").partition(";")
    charset = more.strip().lower().replace('"', "")
    return said.strip().lower() == kind and charset in ("", "charset=utf-8")


async def _bytes(request: AnyRequest) -> bytes:
    """All of the body. Raises BodyTooLarge at once where its length is told, else as soon as it is too long."""
    length = header(request, b"content-length")
    if length is not None and (not length.isdecimal() or len(length) > 9 or int(length) > LARGEST_BODY):
        raise BodyTooLarge
    part, more = await _part(request)
    if not more and len(part) <= LARGEST_BODY:
        return part
    parts, size = [part], len(part)
    try:
        async with asyncio.timeout(_SLOWEST_BODY_S):
            while more and size <= LARGEST_BODY:
                part, more = await _part(request)
                parts.append(part)
                size += len(part)
    except TimeoutError as error:
        raise Invalid("body", "The body came too slowly.") from error
    if size > LARGEST_BODY:
        raise BodyTooLarge
    return b"".join(parts)


async def _part(request: AnyRequest) -> tuple[bytes, bool]:
    """The next part of the body, and whether there is more."""
    message = await request.receive()
    if message["type"] != "http.request":
        raise Invalid("body", "The body ended too early.")
    return message["body"], message["more_body"]


def needed_once(request: AnyRequest, content: msgspec.Struct) -> Once:
    """As `once`, for a call that is not made without a key; raises Invalid where there is none."""
    found = once(request, content)
    if found is None:
        raise Invalid("Idempotency-Key", "This header is needed: a new value for each new request.")
    return found


class Common(TypedDict):
    """What every command carries, by its field names."""

    facility: FacilityId
    now_ms: int
    day: ServiceDay
    actor: str
    once: Once | None


def common(request: AnyRequest, content: msgspec.Struct) -> Common:
    """What the door found out, for the command that a request with this content becomes. Raises as `once`."""
    who = asked(request)
    return {
        "facility": who.facility.id,
        "now_ms": who.now_ms,
        "day": who.day,
        "actor": who.actor,
        "once": once(request, content),
    }


def once(request: AnyRequest, content: msgspec.Struct) -> Once | None:
    """The request's idempotency key with a digest of all that it asks, None where it has no key.

    Two requests are the same when caller, address and content are: the content as it was understood, so that white
    space and the order of fields make no difference. Raises Invalid for a key that is not 1 to 255 visible ASCII
    characters (draft-ietf-httpapi-idempotency-key-header).
    """
    key = header(request, b"idempotency-key")
    if key is None:
        return None
    if _KEY.fullmatch(key) is None:
        raise Invalid("Idempotency-Key", "A key is 1 to 255 visible ASCII characters.")
    who = asked(request)
    parts = "\0".join((who.call, who.actor, *sorted(map(str, request.path_params.values()))))
    asks = msgspec.json.encode(content, order="deterministic")
    # Both go through the vault: what was asked holds an identity number, and some program will make a key of one.
    vault, facility = hall(request).vault, who.facility.id
    return Once(vault.digest(facility, key.encode()), vault.digest(facility, parts.encode() + b"\0" + asks))


def if_revision(request: AnyRequest) -> int | None:
    """The revision that If-Match asks for, None without it; raises Invalid."""
    value = header(request, b"if-match")
    if value is None or value.strip() == "*":
        return None
    match = _REVISION.fullmatch(value.strip())
    if match is None:
        raise Invalid("If-Match", "This header holds one revision, as in the ticket.")
    return int(match[1] or match[2])
