"""What a doctor orders: each service is put to the same rules as at check-in, with what is known of the patient.

Lives here: Wanted, and the way from it to the engine's orders.
May import: model, routing.facts, operations.choosing, operations.rulesets.
Never: send anything to the engine, or let a name out of the patient it is given.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from queueflow.model.commands import Order
from queueflow.model.errors import Invalid, UnknownService, Unroutable
from queueflow.model.ids import is_slug
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit
from queueflow.operations.choosing import order
from queueflow.operations.rulesets import InForce
from queueflow.routing.facts import Facts

Slug = Annotated[str, msgspec.Meta(max_length=40)]


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stop that is ordered.

    `group`: stops of one number may be done in any order. `waits_for`: what must come from outside first (`payment`).
    """

    service: Slug
    group: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    waits_for: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=8)] = ()


def orders_of(
    wanted: Sequence[Wanted], visit: Visit, patient: Patient, in_force: InForce, now_ms: int
) -> tuple[Order, ...]:
    """The engine's orders, in their order. Raises UnknownService, Unroutable or Invalid, with the field."""
    facility = in_force.rules.facility
    orders: list[Order] = []
    for at, one in enumerate(wanted):
        service = facility.service(one.service)
        if service is None:
            raise UnknownService(field=f"next[{at}].service")
        # What the card proved is in the visit's flags; the card itself is not there any more.
        facts = Facts.of(None, patient, service.id, {}, visit.flags, visit.language, now_ms, facility)
        waits_for = slugs(one.waits_for, f"next[{at}].waits_for")
        try:
            orders.append(order(in_force, facts, group=one.group, waits_for=waits_for))
        except Unroutable:
            raise Unroutable(field=f"next[{at}].service") from None
    return tuple(orders)


def slugs(words: Sequence[str], field: str) -> tuple[str, ...]:
    """Words that are slugs; raises Invalid, naming the field, for one that is not."""
    for word in words:
        if not is_slug(word):
            raise Invalid(field, "This is a word of lower-case letters, digits and hyphens.")
    return tuple(words)
