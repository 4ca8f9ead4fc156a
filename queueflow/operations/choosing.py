"""Where a patient may go for a service: what the rules say, or the facility's desk where they say nothing.

Lives here: Chosen and choose, the same for whoever arrives and for what a doctor orders.
May import: model, routing, operations.rulesets.
Never: send anything to the engine.
"""

from typing import Final

import msgspec

from queueflow.model.errors import Unroutable
from queueflow.model.ids import ClinicId, PriorityId
from queueflow.model.priority import Balance
from queueflow.model.ticket import Decision
from queueflow.operations.rulesets import InForce
from queueflow.routing.decide import decide
from queueflow.routing.facts import Facts

FALLBACK: Final = "fallback"
"""The rule's name in a decision that no row made."""


class Chosen(msgspec.Struct, frozen=True):
    """Where a ticket may go, in which class, and why."""

    candidates: tuple[ClinicId, ...]
    priority: PriorityId
    balance: Balance
    decision: Decision


def choose(in_force: InForce, facts: Facts) -> Chosen:
    """What the rules in force say to these facts. Raises Unroutable where no row matches and no desk is named."""
    facility = in_force.rules.facility
    choice = decide(in_force.rules.ruleset, facts)
    if choice is not None:
        decision = msgspec.structs.replace(choice.decision, ruleset=in_force.version)
        return Chosen(choice.candidates, choice.priority, choice.balance, decision)
    if facility.fallback is None:
        raise Unroutable
    priority = facility.fallback_priority or facility.priorities[-1].id
    return Chosen((facility.fallback,), priority, Balance.FIRST, Decision(in_force.version, FALLBACK))
