"""What a visit may go on with when one of its stops ended: states only, which of several is the engine's choice."""

from collections.abc import Mapping, Sequence, Set

from queueflow.model.ticket import Ticket, TicketState

S = TicketState
AT_A_STOP = {S.WAITING, S.CALLED, S.SERVING, S.ON_HOLD}
ENDED = {S.DONE, S.CANCELLED, S.NO_SHOW}


def may_begin(journey: Sequence[Ticket], states: Mapping[str, TicketState], clinics: Set[str]) -> set[str]:
    """The stops of which one begins to wait now, if there are any: planned ones, or a suspended one to return to.

    Stops come in the journey's order, but for those of one group; what was ordered comes before the return to who
    ordered it, and before all that comes after.
    """
    if AT_A_STOP & {states[stop.id] for stop in journey}:
        return set()
    returns_to: Ticket | None = None
    for stop in journey:
        if states[stop.id] is S.SUSPENDED:
            ordered = [one for one in journey if comes_from(journey, one, stop)]
            if all(states[one.id] in ENDED for one in ordered):
                return set() if stop.waits_for else {stop.id}
            returns_to = stop
        elif states[stop.id] is S.PLANNED:
            if returns_to is not None and not comes_from(journey, stop, returns_to):
                return set()
            group = [one for one in journey if stop.group and one.group == stop.group and states[one.id] is S.PLANNED]
            ready = [one for one in (group or [stop]) if not one.waits_for]
            return {one.id for one in ready if set(one.candidates) & clinics}
    return set()


def comes_from(journey: Sequence[Ticket], stop: Ticket, origin: Ticket) -> bool:
    """Whether a stop was ordered at another one, or at one that was ordered there, and so on."""
    orderer = {one.id: one.ordered_by for one in journey}
    at = stop.ordered_by
    while at is not None and at != origin.id:
        at = orderer.get(at)
    return at is not None


def is_stuck(journey: Sequence[Ticket]) -> bool:
    """Whether a visit has stops to come, none under way, and nothing that it waits for."""
    states = {stop.state for stop in journey}
    if not states & {S.PLANNED, S.SUSPENDED} or states & (AT_A_STOP | {S.NO_SHOW}):
        return False
    return not any(stop.waits_for for stop in journey if stop.state in (S.PLANNED, S.SUSPENDED))
