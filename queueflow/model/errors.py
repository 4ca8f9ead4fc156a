"""Everything that can be refused, as one tree; each with its problem slug, its status and a nurse's sentence.

    QueueflowError
      Invalid 400 · Unauthenticated 401 · Forbidden 403
      NotFound 404: UnknownFacility UnknownService UnknownClinic UnknownRoom UnknownTicket UnknownVisit
        UnknownAppointment
      MethodNotAllowed 405 · NotAllowedInState 409 · RoomNotOpen 409 · SlotFull 409 · RevisionMismatch 412
      BodyTooLarge 413 · UnsupportedMediaType 415 · IdempotencyKeyReused 422 · Unroutable 422
      TooManyRequests 429 · StoreUnavailable 503

Lives here: the errors that cross rooms; web.problems turns them into problem+json.
May import: the standard library's typing.
Never: quote what the caller sent: it may be a name, a number or a birth date.
"""

from typing import ClassVar


class QueueflowError(Exception):
    """A refusal. `fields` go into the problem document beside type, title, status and detail."""

    slug: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong."

    def __init__(self, detail: str | None = None, **fields: str | int | None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.fields = {name: value for name, value in fields.items() if value is not None}


class Invalid(QueueflowError):
    """What was sent cannot be understood; `field` says which part, `detail` what was expected."""

    slug, status, title = "validation", 400, "Something in the request is not right."

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, field=field)
        self.field = field


class Unauthenticated(QueueflowError):
    """No credential, or one that is not known (any more)."""

    slug, status, title = "unauthenticated", 401, "This device or person is not signed in."


class Forbidden(QueueflowError):
    """A good credential that may not do this here."""

    slug, status, title = "forbidden", 403, "This device or person may not do this."


class NotFound(QueueflowError):
    """Nothing has that address."""

    slug, status, title = "not-found", 404, "There is nothing at this address."


class UnknownFacility(NotFound):
    """No facility has that id here."""

    slug, title = "unknown-facility", "This facility is not known."


class UnknownService(NotFound):
    """The facility gives no such service."""

    slug, title = "unknown-service", "This service is not known."


class UnknownClinic(NotFound):
    """The facility has no such clinic."""

    slug, title = "unknown-clinic", "This clinic is not known."


class UnknownRoom(NotFound):
    """The facility has no such room."""

    slug, title = "unknown-room", "This room is not known."


class UnknownTicket(NotFound):
    """No such ticket (any more)."""

    slug, title = "unknown-ticket", "This ticket is not known."


class UnknownVisit(NotFound):
    """No such visit (any more)."""

    slug, title = "unknown-visit", "This visit is not known."


class UnknownAppointment(NotFound):
    """No such appointment (any more), or not for today where somebody checks in with it."""

    slug, title = "unknown-appointment", "This appointment is not known."


class MethodNotAllowed(QueueflowError):
    """The address is right, the method is not."""

    slug, status, title = "method-not-allowed", 405, "This cannot be done at this address."


class NotAllowedInState(QueueflowError):
    """The ticket or room stands in a `state` from which `action` cannot follow; nothing changed."""

    slug, status, title = "not-allowed-in-state", 409, "This cannot be done now."


class RoomNotOpen(QueueflowError):
    """The room is closed or paused, or does not serve that clinic today."""

    slug, status, title = "room-not-open", 409, "This room is not open."


class SlotFull(QueueflowError):
    """Every place in that slot is taken."""

    slug, status, title = "slot-full", 409, "This time is fully booked."


class RevisionMismatch(QueueflowError):
    """Somebody else changed the ticket first; `revision` is its revision now."""

    slug, status, title = "revision-mismatch", 412, "Somebody else has just changed this."


class BodyTooLarge(QueueflowError):
    """The body is larger than any right one could be."""

    slug, status, title = "body-too-large", 413, "The request is too large."


class UnsupportedMediaType(QueueflowError):
    """A body that is not declared as application/json."""

    slug, status, title = "unsupported-media-type", 415, "Send application/json."


class IdempotencyKeyReused(QueueflowError):
    """The key was used before with another body; the first result stands."""

    slug, status, title = "idempotency-key-reused", 422, "This request key was used for something else."


class Unroutable(QueueflowError):
    """No rule matches, and the facility names no desk to fall back on."""

    slug, status, title = "unroutable", 422, "No clinic could be chosen. Please ask at the desk."


class TooManyRequests(QueueflowError):
    """Too fast; `retry_after_s` says when to come again."""

    slug, status, title = "too-many-requests", 429, "Too many requests. Please wait a little."


class StoreUnavailable(QueueflowError):
    """The store cannot be reached or did not answer; the change may have happened: repeat with the same key."""

    slug, status, title = "store-unavailable", 503, "The queue cannot be reached just now. Please try again."


REFUSALS: dict[str, type[QueueflowError]] = {
    error.slug: error
    for error in (
        Invalid,
        UnknownFacility,
        UnknownClinic,
        UnknownRoom,
        UnknownTicket,
        UnknownVisit,
        UnknownAppointment,
        NotAllowedInState,
        RoomNotOpen,
        SlotFull,
        RevisionMismatch,
        IdempotencyKeyReused,
    )
}
"""What the store's functions may refuse, by slug."""
