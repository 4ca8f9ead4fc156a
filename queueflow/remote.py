"""A running server, asked by the command line: one call, its answer, or one sentence that says why not.

Lives here: ask.
May import: msgspec, the standard library's http.client and urllib.
Never: ask twice. Whether that is safe only the person who typed the command knows.
"""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

T = TypeVar("T")
_WITHIN_S: Final = 30.0
_DONE: Final = 200
_NOT_OURS: Final = "The server answers, but not as queueflow does."


class Refused(Exception):
    """The server said no, or nothing; the text is for the person who asked."""


class _Problem(msgspec.Struct, frozen=True):
    """A problem document (RFC 9457), as far as a person reads it."""

    title: str
    detail: str = ""


def ask(  # noqa: PLR0917
    url: str, path: str, token: str, answer: type[T], body: object = None, kind: str = "application/json"
) -> T:
    """What a POST to that path answers. `body`: bytes of that kind, or what becomes JSON. Raises Refused."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    sent = body if isinstance(body, bytes) else msgspec.json.encode(body or {})
    connection = None
    try:
        parts = urlsplit(url)
        connect = {"http": HTTPConnection, "https": HTTPSConnection}[parts.scheme]
        connection = connect(parts.hostname or "", parts.port, timeout=_WITHIN_S)
        connection.request("POST", parts.path.rstrip("/") + path, sent, headers)
        got = connection.getresponse()
        content = got.read()
    except (KeyError, ValueError) as error:
        raise Refused(f"{url} is no address of a server, such as http://127.0.0.1:8080.") from error
    except (OSError, HTTPException) as error:
        raise Refused(f"There is no answer from {url} ({error}). Look before you try again.") from error
    finally:
        if connection is not None:
            connection.close()
    try:
        if got.status == _DONE:
            return msgspec.json.decode(content, type=answer)
        problem = msgspec.json.decode(content, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(_NOT_OURS) from error
    raise Refused(" ".join(filter(None, (problem.title, problem.detail))))
