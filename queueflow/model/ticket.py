"""A ticket: one stop of a visit, its place in one clinic's queue and what became of it.

Lives here: Ticket, TicketState, Decision, Wait, and TRANSITIONS, the one table of moves.
May import: msgspec, model.ids.
Never: make a move; the store's functions do, and a test compares their table with this one.
"""

from enum import StrEnum

import msgspec

from queueflow.model.ids import (
    AppointmentId,
    ClinicId,
    Number,
    PractitionerId,
    PriorityId,
    RoomId,
    ServiceId,
    TicketId,
    VisitId,
)


class TicketState(StrEnum):
    """Where a ticket stands. `done`, `no-show` and `cancelled` end a stop (a no-show may be reinstated)."""

    PLANNED = "planned"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    ON_HOLD = "on-hold"
    SUSPENDED = "suspended"
    DONE = "done"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"


FINAL = frozenset({TicketState.DONE, TicketState.NO_SHOW, TicketState.CANCELLED})
"""The states in which a stop is over."""

_S = TicketState
TRANSITIONS: dict[str, dict[TicketState, TicketState]] = {
    "call": {_S.WAITING: _S.CALLED},
    "recall": {_S.CALLED: _S.CALLED},
    "start": {_S.CALLED: _S.SERVING},
    "complete": {_S.SERVING: _S.DONE},
    "suspend": {_S.SERVING: _S.SUSPENDED},
    "release": {_S.PLANNED: _S.PLANNED, _S.SUSPENDED: _S.SUSPENDED},
    "no-show": {_S.CALLED: _S.NO_SHOW},
    "requeue": {_S.CALLED: _S.WAITING},
    "reinstate": {_S.NO_SHOW: _S.WAITING},
    "transfer": {_S.WAITING: _S.WAITING, _S.CALLED: _S.WAITING, _S.SERVING: _S.WAITING},
    "reopen": {_S.DONE: _S.WAITING, _S.CANCELLED: _S.WAITING},
    "hold": {_S.WAITING: _S.ON_HOLD},
    "resume": {_S.ON_HOLD: _S.WAITING},
    "prioritise": {_S.PLANNED: _S.PLANNED, _S.WAITING: _S.WAITING, _S.ON_HOLD: _S.ON_HOLD},
    "cancel": {
        _S.PLANNED: _S.CANCELLED,
        _S.WAITING: _S.CANCELLED,
        _S.CALLED: _S.CANCELLED,
        _S.ON_HOLD: _S.CANCELLED,
        _S.SUSPENDED: _S.CANCELLED,
        _S.NO_SHOW: _S.CANCELLED,
    },
}
"""Action -> state before -> state after. What is not here is refused as not-allowed-in-state; undo is not a move."""


class Wait(msgspec.Struct, frozen=True):
    """An expected wait in seconds: half of the waits are below `p50_s`, nine of ten below `p90_s`."""

    p50_s: int
    p90_s: int


class Forecast(msgspec.Struct, frozen=True):
    """What the model said when a ticket began to wait, before the clinic's own correction; it is learned from."""

    at_ms: int
    p50_s: int
    p90_s: int


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a ticket is where it is: the ruleset's version, the row's name, and the reasons in words per language."""

    ruleset: int
    rule: str
    reasons: tuple[str, ...] = ()


class Booked(msgspec.Struct, frozen=True):
    """Which appointment a ticket is for, and when its slot begins (Unix ms)."""

    id: AppointmentId
    at_ms: int


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket as the store keeps it. Instants are Unix milliseconds, UTC.

    `order_at` is the effective arrival that it queues by (ms, with a fraction that keeps equal instants
    apart). `clinic` is None only while it is planned; `candidates` and `balance` choose it when its turn comes.
    `calls` counts calls and recalls. `revision` rises by one with every change.

    `ordered_by`: the stop at which it was ordered. `group`: stops of one group may be done in any order.
    `waits_for`: what has to come from outside first, as slugs. `wish`: `practitioner:<id>` or `room:<id>`, waited for
    while they are there. `deferred`: it has let others go first, which can be asked for once.
    `appointment`: what it was booked as.
    `ended_reason`: why it was cancelled or is a no-show, as a slug: what staff said, or `day-closed`, `gave-up`,
    `no-answer`, `merged`, `undone`.
    `forecast`: while it waits for its first call.
    """

    id: TicketId
    visit: VisitId
    number: Number
    service: ServiceId
    priority: PriorityId
    state: TicketState
    issued_at_ms: int
    order_at: float
    revision: int
    clinic: ClinicId | None = None
    room: RoomId | None = None
    practitioner: PractitionerId | None = None
    called_at_ms: int | None = None
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    calls: int = 0
    candidates: tuple[ClinicId, ...] = ()
    balance: str | None = None
    decision: Decision | None = None
    ordered_by: TicketId | None = None
    group: str | None = None
    waits_for: tuple[str, ...] = ()
    wish: str | None = None
    deferred: bool = False
    appointment: Booked | None = None
    ended_reason: str | None = None
    forecast: Forecast | None = None
