"""What a doctor orders is put to the rules; what cannot be is refused by the name of its field. No store is asked."""

from pathlib import Path

import pytest

from queueflow.model.commands import Order
from queueflow.model.errors import Invalid, QueueflowError, UnknownService, Unroutable
from queueflow.model.ids import Number, ServiceDay, VisitId
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit, VisitState
from queueflow.operations import rulesets
from queueflow.operations.rulesets import InForce
from queueflow.operations.stops import Wanted, orders_of

HOSPITALS = Path(__file__).parents[2] / "web" / "hospitals"
OTHER, SMALL = (InForce(rulesets.checked(text), 3) for text in rulesets.read_texts(HOSPITALS))
NOW_MS = 1_795_570_000_000
VISIT = Visit(VisitId("20261124-0123456789abc"), Number("A001"), ServiceDay("20261124"), VisitState.ARRIVED, NOW_MS, ())


def ordered(*wanted: Wanted, in_force: InForce = SMALL, born: str | None = None) -> tuple[Order, ...]:
    return orders_of(wanted, VISIT, Patient(birth_date=born), in_force, NOW_MS)


def test_an_order_has_the_clinics_and_the_class_that_the_rules_give_its_service() -> None:
    first, second = ordered(Wanted("hiv-care", group=2), Wanted("information", waits_for=("payment",)), born="1940")
    assert (first.candidates, first.priority, first.decision.rule) == (("hiv-clinic",), "priority", "clinic.hiv")
    assert (first.group, first.waits_for, second.group, second.waits_for) == (2, (), None, ("payment",))
    assert (second.candidates, second.decision.rule) == (("desk",), "fallback")


@pytest.mark.parametrize(
    ("wanted", "field", "refusal"),
    [
        (Wanted("astrology"), "next[1].service", UnknownService),
        (Wanted("surgery"), "next[1].service", Unroutable),
        (Wanted("surgery", waits_for=("Máu",)), "next[1].waits_for", Invalid),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_its_field(
    wanted: Wanted, field: str, refusal: type[QueueflowError]
) -> None:
    with pytest.raises(refusal) as refused:
        ordered(Wanted("internal-medicine"), wanted, in_force=OTHER)
    assert refused.value.fields["field"] == field


def test_what_a_doctor_orders_has_no_stops_of_the_rules_before_it() -> None:
    (alone,) = ordered(Wanted("hiv-care"))
    assert alone.decision.reasons == ("clinic row 2 (hiv) matched because service is hiv-care",)
