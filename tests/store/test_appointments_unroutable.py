"""Whom no rule sends anywhere and who has booked: only the engine knows, and it is asked once."""

from pathlib import Path

import pytest

from queueflow.model.appointment import Appointment
from queueflow.model.commands import TicketResult
from queueflow.model.errors import Unroutable
from queueflow.operations import rulesets
from queueflow.operations.appointments import Booking
from queueflow.operations.appointments import command_of as booking_command
from queueflow.operations.check_in import Arrival, Attendant, ShownIdentity, check_in
from queueflow.operations.rulesets import InForce, RulesText
from queueflow.store.calls import Engine
from queueflow.store.client import Store
from queueflow.store.vault import Vault
from tests.store.hall import MORNING_MS

OTHER = Path(__file__).parents[1] / "web" / "hospitals" / "other"
SCHEDULE = """
[[priorities]]
id = "appointment"
name = { vi = "Hẹn trước" }
for_appointments = true

[[schedules]]
id = "internal"
clinic = "internal-1"
weekdays = ["tue"]
from = "07:30"
to = "11:00"
slot_minutes = 15
"""
VAULT = Vault(b"k" * 32)


@pytest.fixture
async def engine(store: Store) -> Engine:
    return Engine(store)


async def published(engine: Engine) -> InForce:
    """A centre without a desk, whose rules send nobody to surgery whose age is not known."""
    rules = (OTHER / "rules.toml").read_text("utf-8")
    text = RulesText("other", (OTHER / "facility.toml").read_text("utf-8") + SCHEDULE, rules)
    return await rulesets.publish(engine, rulesets.checked(text), now_ms=MORNING_MS, actor="test")


def at(minutes: int, nonce: int) -> Attendant:
    return Attendant("kiosk-1", MORNING_MS + minutes * 60_000, f"{nonce:013d}")


async def booked(engine: Engine, in_force: InForce, number: str) -> Appointment:
    booking = Booking(ShownIdentity("mrn", number), "internal-1", "2026-09-22T08:30:00+07:00", service="surgery")
    command = booking_command(booking, at(0, 1), in_force.rules.facility, VAULT)
    return (await engine.book_appointment(command)).appointment


async def arrived(engine: Engine, in_force: InForce, number: str, service: str | None) -> TicketResult:
    arrival = Arrival(ShownIdentity("mrn", number), service)
    return await check_in(arrival, at(85, 2), in_force=in_force, engine=engine, vault=VAULT)


@pytest.mark.parametrize("service", [None, "surgery"])
async def test_they_go_to_their_appointment(engine: Engine, service: str | None) -> None:
    in_force = await published(engine)
    appointment = await booked(engine, in_force, "BN-1")
    ticket = (await arrived(engine, in_force, "BN-1", service)).ticket
    assert ticket.appointment is not None
    assert (ticket.appointment.id, ticket.clinic, ticket.service) == (appointment.id, "internal-1", "surgery")


async def test_who_has_not_booked_is_refused_as_ever(engine: Engine) -> None:
    in_force = await published(engine)
    await booked(engine, in_force, "BN-1")
    with pytest.raises(Unroutable):
        await arrived(engine, in_force, "BN-2", "surgery")
    with pytest.raises(Unroutable):
        await arrived(engine, in_force, "BN-2", None)
