"""A visit: one patient's stay on one service day, from check-in to leaving.

Lives here: Visit and its states.
May import: msgspec, model.ids.
Never: anything that names the patient in clear: `sealed` is cipher text, `person` a keyed hash.
"""

from enum import StrEnum

import msgspec

from queueflow.model.ids import Number, PersonRef, ServiceDay, TicketId, VisitId


class VisitState(StrEnum):
    """FHIR Encounter's words: arrived, in-progress once a stop was started, finished or cancelled at the end."""

    ARRIVED = "arrived"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Visit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visit as the store keeps it. `tickets` is the journey in order: done, current, still to come.

    `merged_into`: the visit in which this one goes on, where it was opened twice.

    `sealed` is the encrypted Patient (store.vault); `last3` the identity number's last three digits.
    """

    id: VisitId
    number: Number
    day: ServiceDay
    state: VisitState
    opened_at_ms: int
    tickets: tuple[TicketId, ...]
    language: str = "vi"
    flags: tuple[str, ...] = ()
    sealed: str = ""
    last3: str | None = None
    person: PersonRef | None = None
    merged_into: VisitId | None = None
