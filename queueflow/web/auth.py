"""Who asks, and whether they may: tokens of devices and programs, their roles, and the table of what a role may do.

Lives here: MAY, Role, Caller, and Tokens, the file that tokens are kept in.
May import: model, msgspec, the standard library.
Never: keep a token itself; what is written down is its SHA-256.

A token is 256 random bits, so there is nothing to guess or to look up in a list of likely ones: a plain SHA-256
keeps it as safe at rest as a slow password hash would, at a millionth of the cost on every request.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from queueflow.model.errors import Forbidden, Unauthenticated
from queueflow.model.ids import FacilityId


class Role(StrEnum):
    """What a token is for."""

    KIOSK = "kiosk"
    DISPLAY = "display"
    CONSOLE = "console"
    ADMIN = "admin"


_STAFF: Final = frozenset({Role.CONSOLE, Role.ADMIN})
_EVERY_ROLE: Final = frozenset(Role)

MAY: Final[dict[str, frozenset[Role] | None]] = {
    "check-in": frozenset({Role.KIOSK, Role.ADMIN}),
    "read-queue": _STAFF,
    "read-ticket": _STAFF,
    "read-visit": _STAFF,
    "read-slots": _STAFF,
    "read-appointments": _STAFF,
    "read-appointment": _STAFF,
    "book-appointment": _STAFF,
    "move-appointment": _STAFF,
    "cancel-appointment": _STAFF,
    "import-appointments": _STAFF,
    "open-room": _STAFF,
    "pause-room": _STAFF,
    "close-room": _STAFF,
    "call-next": _STAFF,
    "call": _STAFF,
    "recall": _STAFF,
    "start": _STAFF,
    "complete": _STAFF,
    "no-show": _STAFF,
    "requeue": _STAFF,
    "reinstate": _STAFF,
    "reopen": _STAFF,
    "release": _STAFF,
    "merge": _STAFF,
    "close-day": frozenset({Role.ADMIN}),
    "hold": _STAFF,
    "resume": _STAFF,
    "cancel": _STAFF,
    "undo": _STAFF,
    "transfer": _STAFF,
    "prioritise": _STAFF,
    "give-up": None,
    "defer": None,
    "act-for-patient": frozenset({Role.KIOSK, Role.CONSOLE, Role.ADMIN}),
    "feed-board": _EVERY_ROLE,
    "feed-console": _STAFF,
    "feed-floor": _STAFF,
    "read-facility": None,
    "read-board": None,
    "read-qr": None,
    "read-paper": None,
    "print-paper": None,
    "feed-visit": None,
    "page": None,
    "asset": None,
    "alive": None,
    "ready": None,
    "metrics": None,
    "schema": None,
}
"""Call -> the roles that may make it. None is public: no token is asked for (a visit's own link is its key).

The board is what hangs on the wall. A feed that shows a token must show a good one, so that a screen with a revoked
token says so: `feed-board` is for every role, and for whoever shows none. So it is with what a patient's own page may
do (`give-up`, `defer`): the visit's link is the key to it, and a token that is shown besides must be of a role that may
`act-for-patient`.
"""


class Caller(msgspec.Struct, frozen=True):
    """A known credential: `id` is written into events and commands, never the token."""

    id: str
    role: Role
    facility: FacilityId

    def require(self, call: str, facility: str) -> None:
        """Raises Forbidden unless this caller may make that call in that facility."""
        roles = MAY[call]
        if roles is not None and (self.role not in roles or self.facility != facility):
            raise Forbidden


class TokenRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A token as kept: its SHA-256 in hexadecimal, and what it is good for."""

    id: str
    sha256: str
    facility: FacilityId
    role: Role
    created_at_ms: int
    label: str = ""


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tokens: tuple[TokenRecord, ...] = ()


class Tokens:
    """The tokens of an installation, in one file that every worker reads.

    Verifying asks the file system only whether the file was replaced since it was read: a token that is made
    or revoked by `queueflow token` counts in every worker from the next request on. Changes are made under a
    lock and by replacing the file whole, so that a reader sees the old list or the new one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._callers: dict[str, tuple[str, Caller]] = {}

    def caller(self, token: str) -> Caller:
        """Whose token that is; raises Unauthenticated."""
        self._refresh()
        digest = _digest(token)
        # The look-up is by digest, which whoever guesses cannot steer, so its timing says nothing about a token;
        # compare_digest besides, so that this stays true whatever the dictionary does.
        kept, caller = self._callers.get(digest, ("", None))
        if caller is None or not hmac.compare_digest(kept, digest):
            raise Unauthenticated
        return caller

    def records(self) -> tuple[TokenRecord, ...]:
        """Every token that is good now."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept).tokens
        except FileNotFoundError:
            return ()

    def add(self, record: TokenRecord) -> None:
        """Make a token good."""
        with self._changing():
            self._write((*self.records(), record))

    def revoke(self, token_id: str) -> bool:
        """Make the token of that id bad; False where there is none."""
        with self._changing():
            before = self.records()
            after = tuple(record for record in before if record.id != token_id)
            self._write(after)
        return len(after) < len(before)

    def _refresh(self) -> None:
        try:
            now = os.stat(self._path)
        except FileNotFoundError:
            self._seen, self._callers = None, {}
            return
        seen = (now.st_ino, now.st_mtime_ns, now.st_size)
        if seen != self._seen:
            self._callers = {
                record.sha256: (record.sha256, Caller(record.id, record.role, record.facility))
                for record in self.records()
            }
            self._seen = seen

    @contextmanager
    def _changing(self) -> Generator[None]:
        lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, records: tuple[TokenRecord, ...]) -> None:
        beside = self._path.with_suffix(".new")
        with open(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(_Kept(records)), indent=2))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self._path)


def record_of(
    token: str, *, token_id: str, facility: FacilityId, role: Role, label: str, created_at_ms: int
) -> TokenRecord:
    """The record of a token; the token itself is shown once to whoever asked for it and then forgotten."""
    return TokenRecord(token_id, _digest(token), facility, role, created_at_ms, label)


def bearer(authorization: str | None) -> str:
    """The token of an Authorization header (RFC 6750); raises Unauthenticated."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
