"""What must not be readable in the store: identities as keyed hashes, patients' names sealed, visits' links signed.

Lives here: Vault, load_key, SealBroken, KeyFileError.
May import: the standard library, cryptography, msgspec, model.
Never: write a name, a number or a key in clear, or say in an error what was sealed.
"""

import base64
import hmac
import os
import secrets
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from queueflow.model.ids import FacilityId, PersonRef, VisitId
from queueflow.model.patient import Patient

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_MAC_BYTES: Final = 16
_FORM: Final = b"\x01"
"""The first byte of everything sealed: AES-256-GCM under this key. Another key or cipher takes another."""


class SealBroken(Exception):
    """What was sealed was changed, belongs to another visit or facility, or was sealed with another key."""


class KeyFileError(Exception):
    """The key file cannot be used; the sentence says why and what to do."""


class Vault:
    """Hashes, seals and signs with keys of one purpose each, drawn from one secret (HKDF-SHA-256, RFC 5869)."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 secret bytes, the same in every worker (load_key)."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._person_key = _derived(key, b"queueflow person")
        self._request_key = _derived(key, b"queueflow request")
        self._link_key = _derived(key, b"queueflow link")
        self._patients = AESGCM(_derived(key, b"queueflow patient"))

    def person_ref(self, facility: FacilityId, identity_key: str) -> PersonRef:
        """HMAC-SHA-256 of an identity, cut to 128 bits, as 22 characters of base64url.

        The same person has the same reference in one facility and another in the next.
        """
        return PersonRef(_mac(self._person_key, facility, identity_key))

    def digest(self, facility: FacilityId, request: bytes) -> str:
        """HMAC-SHA-256 of what was asked, cut to 128 bits: it tells two requests apart and not what was in them."""
        return _text(hmac.digest(self._request_key, _bound(facility, "") + request, sha256)[:_MAC_BYTES])

    def seal(self, facility: FacilityId, visit_nonce: str, patient: Patient) -> str:
        """The patient under AES-256-GCM, bound to facility and visit, as base64url.

        `visit_nonce`: the last part of the visit's id. A whole id may be given too, but its day is not bound: the
        engine may open the visit on a later day than the check-in was sent on. The cipher's own nonces are random,
        96 bits: one key is good for 2^32 seals (NIST SP 800-38D, 8.3).
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        hidden = self._patients.encrypt(
            nonce, msgspec.json.encode(patient), _bound(facility, visit_nonce.rpartition("-")[2])
        )
        return _text(_FORM + nonce + hidden)

    def open(self, facility: FacilityId, visit_nonce: str, sealed: str) -> Patient:
        """What was sealed for that visit. Raises SealBroken."""
        try:
            data = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
            if data[:1] != _FORM:
                raise SealBroken
            nonce, hidden = data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
            clear = self._patients.decrypt(nonce, hidden, _bound(facility, visit_nonce.rpartition("-")[2]))
        except (InvalidTag, ValueError):
            raise SealBroken from None
        return msgspec.json.decode(clear, type=Patient)

    def link_key(self, facility: FacilityId, visit: VisitId) -> str:
        """What lets its holder follow that visit: HMAC-SHA-256 cut to 128 bits, 22 characters of base64url."""
        return _mac(self._link_key, facility, visit)

    def check_link(self, facility: FacilityId, visit: VisitId, key: str) -> bool:
        """Whether `key` is that visit's, found out in a time that does not depend on it."""
        return hmac.compare_digest(self.link_key(facility, visit).encode(), key.encode(errors="surrogatepass"))


def load_key(path: Path) -> bytes:
    """The secret in that file, 32 bytes; the file is made with mode 0600 when there is none.

    Workers that start together get the same one. Raises KeyFileError for a file that others may read, or that holds
    anything else: with another key nothing sealed could be opened any more.
    """
    try:
        if not path.exists():
            _make_key(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise KeyFileError(f"{path} is not a file; it should hold the key of the patients' data.")
            if found.st_mode & 0o077:
                raise KeyFileError(f"Others may read the key in {path}. Run: chmod 600 {path}")
            key = os.read(descriptor, KEY_BYTES + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be read or made: {error.strerror}.") from error
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"{path} does not hold a key of {KEY_BYTES} bytes. Put the right file back from a backup: "
            "without it, nobody can read the names that are kept."
        )
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written in full and on the disk before it has its name: a crash leaves no half key, a second worker no second key.
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def _bound(facility: FacilityId, text: str) -> bytes:
    # No slug holds a NUL, so two different pairs never join to the same bytes.
    return f"{facility}\0{text}".encode()


def _mac(key: bytes, facility: FacilityId, text: str) -> str:
    return _text(hmac.digest(key, _bound(facility, text), sha256)[:_MAC_BYTES])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
