"""Where a patient may go for a service: what the rules say, or the facility's desk where they say nothing.

Lives here: Way, way and order: the stops of whoever arrives, and one stop of theirs or of what a doctor orders.
May import: model, routing, operations.rulesets.
Never: send anything to the engine.
"""

from typing import Final

import msgspec

from queueflow.model.commands import Order
from queueflow.model.errors import Unroutable
from queueflow.model.facility import Facility
from queueflow.model.ids import ClinicId, PriorityId, ServiceId
from queueflow.model.priority import Balance
from queueflow.model.ticket import Decision
from queueflow.operations.rulesets import InForce
from queueflow.routing.decide import decide, journey
from queueflow.routing.facts import Facts

FALLBACK: Final = "fallback"
"""The rule's name in a decision that no row made."""


class Way(msgspec.Struct, frozen=True):
    """The stops of whoever arrives, in order, and the service of the one that they came for."""

    orders: tuple[Order, ...]
    came_for: ServiceId


def way(in_force: InForce, facts: Facts) -> Way:
    """The stops that the rules in force give to these facts, else what was come for alone. Raises Unroutable.

    Each stop is put to the rules as if it were what the patient came for, so each has clinics and a class of its own.
    A service that comes twice, because it is what the patient came for, comes once.
    """
    given = journey(in_force.rules.ruleset, facts)
    if given is None:
        alone = order(in_force, facts)
        return Way((alone,), alone.service)
    orders: dict[ServiceId, Order] = {}
    came_for: ServiceId | None = None
    for stop in given.stops:
        asked = msgspec.structs.replace(facts, service=stop.service or facts.service)
        one = order(in_force, asked, group=stop.group, waits_for=stop.waits_for, given_by=given.reason)
        orders.setdefault(one.service, one)
        if stop.service in (None, facts.service):
            came_for = one.service
    return Way(tuple(orders.values()), came_for or next(reversed(orders)))


def order(
    in_force: InForce,
    facts: Facts,
    *,
    group: int | None = None,
    waits_for: tuple[str, ...] = (),
    given_by: str | None = None,
) -> Order:
    """One stop, for the service in the facts, or for the first of the chosen clinic's where none was asked for.

    `given_by`: the reason of the row that gave the stop. Raises Unroutable.
    """
    chosen = _choose(in_force, facts)
    decision = chosen.decision
    if given_by is not None and given_by not in decision.reasons:
        decision = msgspec.structs.replace(decision, reasons=(given_by, *decision.reasons))
    return Order(
        service=_first_service(in_force.rules.facility, chosen) if facts.service is None else ServiceId(facts.service),
        candidates=chosen.candidates,
        priority=chosen.priority,
        balance=chosen.balance,
        decision=decision,
        group=group,
        waits_for=waits_for,
    )


class _Chosen(msgspec.Struct, frozen=True):
    candidates: tuple[ClinicId, ...]
    priority: PriorityId
    balance: Balance
    decision: Decision


def _first_service(facility: Facility, chosen: _Chosen) -> ServiceId:
    """Who names no service comes for what the clinic that was chosen for them gives first."""
    clinic = facility.clinic(chosen.candidates[0])
    if clinic is None or not clinic.services:
        raise Unroutable
    return clinic.services[0]


def _choose(in_force: InForce, facts: Facts) -> _Chosen:
    """What the rules in force say to these facts. Raises Unroutable where no row matches and no desk is named."""
    facility = in_force.rules.facility
    choice = decide(in_force.rules.ruleset, facts)
    if choice is not None:
        decision = msgspec.structs.replace(choice.decision, ruleset=in_force.version)
        return _Chosen(choice.candidates, choice.priority, choice.balance, decision)
    if facility.fallback is None:
        raise Unroutable
    priority = facility.fallback_priority or facility.priorities[-1].id
    return _Chosen((facility.fallback,), priority, Balance.FIRST, Decision(in_force.version, FALLBACK))
