"""The one map from what went wrong to problem+json (RFC 9457); nothing of what was sent comes back in it.

Lives here: problem documents, and which exception becomes which.
May import: model.errors, litestar, msgspec, web.answer; the standard library.
Never: quote a value: it may be a name, a number or a birth date. A field's name is told, what was in it is not.
"""

import logging
import re
import traceback
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException

from queueflow.model.errors import (
    BodyTooLarge,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotFound,
    QueueflowError,
    StoreUnavailable,
    TooManyRequests,
    Unauthenticated,
    UnsupportedMediaType,
)
from queueflow.web.answer import Answer, Headers

_log = logging.getLogger(__name__)

TYPE: Final = "urn:queueflow:problem:"
_RETRY_AFTER_S: Final = 2
_BY_STATUS: Final[dict[int, type[QueueflowError]]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: UnsupportedMediaType,
    429: TooManyRequests,
    503: StoreUnavailable,
}
"""What Litestar itself refuses, by status; anything else below 500 is a request that cannot be understood."""

_PATH: Final = re.compile(r" - at (?:`key` in )?`\$([^`]*)`\Z")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`\Z", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`\Z")
_EXPECTED: Final = re.compile(r"Expected `[\w |]+`(?:, got `\w+`| of length [<>=]+ \d+| [<>=]+ -?\d+)?\Z")
_A_NAME_OF_OURS: Final = re.compile(r"[a-z][a-z_]{0,39}\Z")


def invalid(error: msgspec.DecodeError | UnicodeDecodeError | RecursionError, at: str = "body") -> Invalid:
    """The refusal of a body that is not JSON or not of the right shape; names the field as `patient.birth_date`."""
    if isinstance(error, UnicodeDecodeError):
        return Invalid(at, "The body is not UTF-8.")
    if isinstance(error, RecursionError):
        return Invalid(at, "The body is nested too deeply.")
    if not isinstance(error, msgspec.ValidationError):
        return Invalid(at, "The body is not JSON.")
    said, path = str(error), ""
    found = _PATH.search(said)
    if found:
        said, path = said[: found.start()], found[1].removeprefix(".")
    if match := _MISSING.match(said):
        return Invalid(_joined(path, match[1]), "This field is needed.")
    if match := _UNKNOWN.match(said):
        # Somebody may have put a name or a number where a field's name belongs: only what looks like a field is told.
        name = match[1] if _A_NAME_OF_OURS.match(match[1]) else ""
        return Invalid(_joined(path, name) or at, "There is no such field.")
    # Everything else that msgspec says may hold the value itself ("Invalid enum value 'x'").
    sentence = f"{said}." if _EXPECTED.match(said) else "This is not one of the values that can stand here."
    return Invalid(path or at, sentence)


def document(error: QueueflowError) -> bytes:
    """A refusal as a problem document."""
    content: dict[str, str | int] = {"type": TYPE + error.slug, "title": error.title, "status": error.status}
    if error.detail is not None:
        content["detail"] = error.detail
    return msgspec.json.encode({**content, **error.fields})


def answer(error: QueueflowError, headers: list[tuple[bytes, bytes]] | None = None) -> Answer:
    """A refusal as it is answered, with Retry-After where coming again helps."""
    extra = list(headers or [])
    if isinstance(error, TooManyRequests | StoreUnavailable):
        extra.append((b"retry-after", str(error.fields.get("retry_after_s", _RETRY_AFTER_S)).encode()))
    if isinstance(error, Unauthenticated):
        extra.append((b"www-authenticate", b"Bearer"))
    return Answer(error.status, document(error), b"application/problem+json", extra)


def on_refusal(_: Request[Any, Any, Any], error: QueueflowError) -> Answer:
    """What the model, the store or a handler refused."""
    return answer(error)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Answer:
    """What Litestar refused: no such address, no such method, a body too large."""
    if error.status_code >= 500 and error.status_code not in _BY_STATUS:
        return on_fault(request, error)
    kind = _BY_STATUS.get(error.status_code)
    return answer(kind() if kind else Invalid("request", "The request cannot be understood."), _allow(error))


def on_fault(_: Request[Any, Any, Any], error: Exception) -> Answer:
    """A bug. The log has its kind and where it happened; neither log nor answer has any value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames[:-9:-1])
    _log.error("a bug: %s at %s", type(error).__name__, where)
    return answer(QueueflowError())


HANDLERS: Final[dict[type[Exception], Any]] = {
    QueueflowError: on_refusal,
    HTTPException: on_http,
    Exception: on_fault,
}
"""For the application: Litestar takes the nearest class of an exception's own."""


def _allow(error: HTTPException) -> Headers:
    """The methods that the address knows (RFC 9110, 15.5.6), without Litestar's own OPTIONS and `websocket`."""
    named = (error.headers or {}).get("allow", "")
    methods = [one for one in named.split(", ") if one.isupper() and one != "OPTIONS"]
    return [(b"allow", ", ".join(methods).encode())] if named else []


def _joined(path: str, name: str) -> str:
    return ".".join(part for part in (path, name) if part)
