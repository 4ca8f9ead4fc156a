"""Decision tables as values: rulesets, tables, rows, what they chose, and what is wrong with a file, with its place.

Lives here: Ruleset, Table, Row, Cell, Outcome, Stop, Choice, Journey, Finding, RulesInvalid.
May import: model, routing.columns, routing.unary, msgspec.
Never: read a file (read), evaluate a row (conditions) or judge a table (check).
"""

from enum import StrEnum
from typing import Protocol

import msgspec

from queueflow.model.ids import ClinicId, PriorityId, ServiceId
from queueflow.model.priority import Balance
from queueflow.model.ticket import Decision
from queueflow.routing.columns import Column, Value, Values
from queueflow.routing.unary import Test


class Severity(StrEnum):
    """An error keeps a file from counting; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that is wrong in a file, and how to mend it.

    `line` counts from 1. `row`: which part of the file (`clinic row 7 (child)`, `rooms 3 (p-101)`).
    `column`: the key in it, or a condition's column.
    """

    file: str
    line: int
    sentence: str
    mend: str = ""
    row: str = ""
    column: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.row, self.column and f"column {self.column}") if part)
        told = f"{self.file}:{self.line}: {self.severity}: {place + ': ' if place else ''}{self.sentence}"
        return f"{told} {self.mend}" if self.mend else told


class RulesInvalid(Exception):
    """A file that cannot count; `findings` says everything that is wrong with it, in the file's order."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


class HitPolicy(StrEnum):
    """Which of the matching rows count, by DMN's names."""

    FIRST = "first"


class Cell(msgspec.Struct, frozen=True):
    """One condition of a row: its column, its test, and where it stands."""

    column: Column
    test: Test
    line: int


class Stop(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stop of a journey. `service`: None is what the patient came for.

    `group`: stops of one number, in any order. `waits_for`: what must come from outside first, as slugs.
    """

    service: ServiceId | None
    line: int
    group: int | None = None
    waits_for: tuple[str, ...] = ()


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row gives. `values`: the facility's own, for later tables to ask about."""

    candidates: tuple[ClinicId, ...] = ()
    priority: PriorityId | None = None
    balance: Balance | None = None
    stops: tuple[Stop, ...] = ()
    values: dict[str, Value] = {}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: all its cells and its `when` must hold. `number` counts from 1; `name` is unique in its table.

    `when`: CEL, empty for none, which begins on `when_line`. `reason`: why it matched, for people.
    """

    name: str
    number: int
    cells: tuple[Cell, ...]
    outcome: Outcome
    reason: str
    line: int
    when: str = ""
    when_line: int = 0
    note: str = ""


class Matcher(Protocol):
    """A table's conditions, compiled."""

    def first(self, worlds: tuple[Values, ...]) -> int | None:
        """The index of the first row that holds in every one of the worlds, or None."""
        ...


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A decision table: what it asks about, what it gives, and its rows in order."""

    name: str
    inputs: tuple[Column, ...]
    outputs: tuple[str, ...]
    rows: tuple[Row, ...]
    matcher: Matcher
    line: int
    hit_policy: HitPolicy = HitPolicy.FIRST
    note: str = ""


class Ruleset(msgspec.Struct, frozen=True, kw_only=True):
    """A facility's rules, read and checked; `tables` in the order in which they are asked.

    `answers`: what kiosks may answer. `version` is given when it is published. `warnings`: what stays odd.
    """

    file: str
    tables: tuple[Table, ...]
    answers: tuple[Column, ...]
    last_priority: PriorityId
    version: int = 0
    warnings: tuple[Finding, ...] = ()


class Choice(msgspec.Struct, frozen=True):
    """What the rules chose: the engine takes one of `candidates`, by `balance`, at that instant."""

    candidates: tuple[ClinicId, ...]
    priority: PriorityId
    balance: Balance
    decision: Decision


class Journey(msgspec.Struct, frozen=True):
    """The stops that somebody begins with, in order, and why: the reason of the row that gave them."""

    stops: tuple[Stop, ...]
    reason: str
