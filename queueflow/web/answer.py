"""One HTTP answer, made ready before it is sent: a status, a body of bytes, headers.

Lives here: Answer, the only thing that handlers and problems give back.
May import: litestar's types, web.metrics.
Never: encode anything or know what it carries.
"""

from typing import Final

from litestar.types import Receive, Scope, Send

from queueflow.web import metrics

Headers = list[tuple[bytes, bytes]]

JSON: Final = b"application/json"


class Answer:
    """An ASGI application that sends one answer.

    Litestar's own Response builds dictionaries of headers and cookies for every request; this sends what it was
    given, and counts the answer, so that no middleware has to stand around every request.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes = b"", kind: bytes = JSON, headers: Headers | None = None) -> None:
        self.status = status
        self.body = body
        self.headers: Headers = [(b"x-content-type-options", b"nosniff"), *(headers or ())]
        if status != 204:
            self.headers += [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        # What names a patient or changes by the second is nobody's to keep; whoever may keep an answer says so.
        if not any(name == b"cache-control" for name, _ in self.headers):
            self.headers.append((b"cache-control", b"no-store"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        metrics.answered(scope, self.status)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        body = b"" if scope["type"] == "http" and scope["method"] == "HEAD" else self.body
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def to_asgi_response(self, **_: object) -> "Answer":
        """What Litestar asks of an exception handler's response: itself."""
        return self
