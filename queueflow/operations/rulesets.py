"""The rules in force: their texts are read, checked and published through the engine, once for all workers.

Lives here: RulesText, InForce, and the steps from a folder to a published version.
May import: model, routing, store; the standard library's pathlib and hashlib.
Never: decide anything; routing does, from what this gives it.
"""

import hashlib
from pathlib import Path

import msgspec

from queueflow.model.commands import ClinicSetup, PrioritySetup, Publish, RoomSetup
from queueflow.model.days import service_day
from queueflow.model.facility import Facility
from queueflow.model.schedule import ScheduleSetup
from queueflow.routing.read import read_facility, read_ruleset
from queueflow.routing.tables import Ruleset
from queueflow.store.calls import Engine
from queueflow.store.library import RELEASE

FACILITY_FILE = "facility.toml"
RULES_FILE = "rules.toml"


class RulesText(msgspec.Struct, frozen=True):
    """A facility's files as they were read: where from, and their texts."""

    folder: str
    facility: str
    rules: str


class Rules(msgspec.Struct, frozen=True):
    """A facility and its rules, checked; `digest` tells two of them apart."""

    facility: Facility
    ruleset: Ruleset
    text: RulesText
    digest: str


class InForce(msgspec.Struct, frozen=True):
    """Checked rules with the version that the engine published them as."""

    rules: Rules
    version: int


def read_texts(rules_dir: Path) -> tuple[RulesText, ...]:
    """The texts of every facility in a folder of folders; raises OSError, UnicodeDecodeError."""
    folders = sorted(path.parent for path in rules_dir.glob(f"*/{FACILITY_FILE}"))
    return tuple(
        RulesText(
            folder=str(folder),
            facility=(folder / FACILITY_FILE).read_text("utf-8"),
            rules=(folder / RULES_FILE).read_text("utf-8"),
        )
        for folder in folders
    )


def checked(text: RulesText) -> Rules:
    """The facility and rules of their texts; raises routing.tables.RulesInvalid with every finding."""
    facility = read_facility(text.facility, f"{text.folder}/{FACILITY_FILE}")
    ruleset = read_ruleset(text.rules, f"{text.folder}/{RULES_FILE}", facility)
    # The same texts may say more to a later release of the engine: it gets them anew.
    digest = hashlib.sha256(f"{RELEASE}\0{text.facility}\0{text.rules}".encode()).hexdigest()
    return Rules(facility, ruleset, text, digest)


def command_of(rules: Rules, *, now_ms: int, actor: str) -> Publish:
    """What the engine is told of them."""
    facility = rules.facility
    return Publish(
        facility=facility.id,
        now_ms=now_ms,
        day=service_day(now_ms, facility.time_zone),
        actor=actor,
        digest=rules.digest,
        clinics=tuple(
            ClinicSetup(
                id=clinic.id,
                series=clinic.series,
                order=clinic.policy.order,
                reentry={
                    "requeued": clinic.policy.requeued,
                    "reinstated": clinic.policy.reinstated,
                    "transferred": clinic.policy.transferred,
                    "returned": clinic.policy.returned,
                    "deferred": clinic.policy.deferred,
                    "handed_on": clinic.policy.handed_on,
                    "late": clinic.policy.late,
                },
                service_mean_s=clinic.service_mean_s,
                service_cv=clinic.service_cv,
                longest_wait_s=clinic.policy.longest_wait_s,
                reserved_class=clinic.policy.reserved_class,
                reserved_every=clinic.policy.reserved_every,
                no_show_after_s=clinic.policy.no_show_after_s,
                no_show_calls=clinic.policy.no_show_calls,
                shares=clinic.policy.shares,
                rates=clinic.policy.rates,
                early_s=clinic.policy.early_s,
                late_s=clinic.policy.late_s,
                release_s=clinic.policy.release_s,
            )
            for clinic in facility.clinics
        ),
        rooms=tuple(
            RoomSetup(id=room.id, clinics=room.clinics, places=room.places, takes=room.takes) for room in facility.rooms
        ),
        priorities=tuple(
            PrioritySetup(
                id=one.id,
                share=one.share,
                rate=one.rate,
                always_first=one.always_first,
                for_returns=one.for_returns,
                for_appointments=one.for_appointments,
            )
            for one in facility.priorities
        ),
        schedules=tuple(
            ScheduleSetup(one.id, one.clinic, one.slot_s, one.places, one.overbook, one.practitioner)
            for one in facility.schedules
        ),
        sources={FACILITY_FILE: rules.text.facility, RULES_FILE: rules.text.rules},
    )


async def publish(engine: Engine, rules: Rules, *, now_ms: int, actor: str) -> InForce:
    """Make them the ones in force; the engine changes nothing where they already are. Raises StoreUnavailable."""
    result = await engine.publish(command_of(rules, now_ms=now_ms, actor=actor))
    return InForce(rules, result.version)
