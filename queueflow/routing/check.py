"""What is wrong with a ruleset as a whole, though every row of it can be read.

Lives here: check: rows that can never count, services, stops and clinics no row reaches, candidates that don't fit.
May import: model, the rest of routing but what reads files, msgspec.
Never: look at the text (source), or at a patient.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from queueflow.model.facility import Facility
from queueflow.routing.columns import Values
from queueflow.routing.explain import row_label
from queueflow.routing.index import Index
from queueflow.routing.tables import Finding, Row, Ruleset, Severity, Table
from queueflow.routing.unary import ANY, OneOf, holds, implies, witness


def check(ruleset: Ruleset, facility: Facility) -> tuple[Finding, ...]:
    """Every finding, in the file's order. Errors keep the ruleset from counting; warnings do not."""
    checker = _Checker(ruleset, facility)
    findings = [
        *checker.unreachable(),
        *checker.outputs(),
        *checker.services(),
        *checker.candidates(),
        *checker.clinics(),
        *checker.stops(),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.line))


class _Checker:
    def __init__(self, ruleset: Ruleset, facility: Facility) -> None:
        self._ruleset = ruleset
        self._facility = facility
        self._routing = [table for table in ruleset.tables if "candidates" in table.outputs]

    def _at(self, table: Table, row: Row | None = None) -> Finding:
        """An error yet without words at a table or a row."""
        return Finding(
            file=self._ruleset.file,
            line=row.line if row else table.line,
            row=row_label(table.name, row.number, row.name) if row else table.name,
            sentence="",
        )

    def unreachable(self) -> Iterator[Finding]:
        """Rows behind one that takes everyone whom they would take."""
        for table in self._ruleset.tables:
            for row, before in _covered(table):
                name = f"row {before.number} ({before.name})"
                yield replace(
                    self._at(table, row),
                    sentence=f"can never count: {name} before it takes everyone whom it would take.",
                    mend="Move it up, or take it out.",
                    severity=Severity.WARNING,
                )

    def outputs(self) -> Iterator[Finding]:
        """Somebody must name clinics; without a priority everybody is in the last class."""
        tables = self._ruleset.tables
        if tables and not self._routing:
            sentence, mend = "no table gives candidates.", 'One must have outputs = ["candidates", "balance"].'
            yield replace(self._at(tables[0]), sentence=sentence, mend=mend, column="outputs")
        if tables and not any("priority" in table.outputs for table in tables):
            sentence = f'no table gives a priority: everyone is in class "{self._ruleset.last_priority}".'
            yield replace(self._at(tables[0]), sentence=sentence, column="outputs", severity=Severity.WARNING)

    def services(self) -> Iterator[Finding]:
        """Services that no row takes."""
        desk = self._facility.fallback
        for service in self._facility.services if self._routing else ():
            if self._is_reached(service.id):
                continue
            sentence = f'no row can reach service "{service.id}"' + (f': it goes to "{desk}".' if desk else ".")
            severity = Severity.WARNING if desk else Severity.ERROR
            yield replace(
                self._at(self._routing[-1]),
                sentence=sentence,
                mend="Add a row for it.",
                column="service",
                severity=severity,
            )

    def _is_reached(self, service: str) -> bool:
        return any(_takes(row, service) for table in self._routing for row in table.rows)

    def stops(self) -> Iterator[Finding]:
        """Stops that no row gives a clinic for, and journeys without what the patient came for."""
        for table in self._ruleset.tables if self._routing else ():
            for row in table.rows:
                yield from self._astray(table, row)
                stops = row.outcome.stops
                if stops and not _asked_services(row) and all(stop.service for stop in stops):
                    yield replace(
                        self._at(table, row),
                        line=stops[0].line,
                        column="stops",
                        sentence="whatever the patient came for is none of the stops.",
                        mend='Add "service", or ask for the services that it is for.',
                        severity=Severity.WARNING,
                    )

    def _astray(self, table: Table, row: Row) -> Iterator[Finding]:
        desk = self._facility.fallback
        for stop in row.outcome.stops:
            if stop.service is None or self._is_reached(stop.service):
                continue
            sentence = f'no row gives a clinic for "{stop.service}"' + (f': this stop is at "{desk}".' if desk else ".")
            yield replace(
                self._at(table, row),
                line=stop.line,
                column="stops",
                sentence=sentence,
                mend="Add a row for it.",
                severity=Severity.WARNING if desk else Severity.ERROR,
            )

    def candidates(self) -> Iterator[Finding]:
        """Candidates that do not give a service that their row is for."""
        for table in self._routing:
            for row in table.rows:
                yield from self._strangers(table, row)

    def _strangers(self, table: Table, row: Row) -> Iterator[Finding]:
        for candidate in row.outcome.candidates:
            clinic = self._facility.clinic(candidate)
            missing = [service for service in _asked_services(row) if clinic and service not in clinic.services]
            # The desk takes whoever is sent there, whatever for.
            if missing and candidate != self._facility.fallback:
                sentence = f'clinic "{candidate}" does not give {", ".join(missing)}.'
                yield replace(
                    self._at(table, row),
                    sentence=sentence,
                    mend="Take it out, or add the service to the clinic in facility.toml.",
                    column="candidates",
                    severity=Severity.WARNING,
                )

    def clinics(self) -> Iterator[Finding]:
        """Clinics that no row names."""
        named = {clinic for table in self._routing for row in table.rows for clinic in row.outcome.candidates}
        for clinic in self._facility.clinics if self._routing else ():
            if clinic.id not in named and clinic.id != self._facility.fallback:
                yield replace(
                    self._at(self._routing[-1]),
                    sentence=f'no row reaches clinic "{clinic.id}".',
                    column="candidates",
                    severity=Severity.WARNING,
                )


def _covered(table: Table) -> Iterator[tuple[Row, Row]]:
    """Rows that can never count, each with the first row that covers it.

    What covers a row holds of every patient that the row holds of: so only the rows that hold of one such patient are
    compared, which the index finds at once. What `when` asks is not looked into, so rows with one cover nothing.
    """
    index = Index([{cell.column.name: (cell.column, cell.test) for cell in row.cells} for row in table.rows])
    free = sum(1 << at for at, row in enumerate(table.rows) if not row.when)
    for at, row in enumerate(table.rows):
        left = index.rows(_somebody(row)) & free & ((1 << at) - 1)
        while left:
            before = table.rows[(left & -left).bit_length() - 1]
            if _covers(before, row):
                yield row, before
                break
            left &= left - 1


def _somebody(row: Row) -> Values:
    """Values of somebody whom the row's cells hold of."""
    found = {cell.column.name: witness(cell.test, cell.column) for cell in row.cells}
    return {name: value for name, values in found.items() for value in values if value is not None}


def _covers(wide: Row, narrow: Row) -> bool:
    narrows = {cell.column.name: cell.test for cell in narrow.cells}
    return all(implies(narrows.get(cell.column.name, ANY), cell.test, cell.column) for cell in wide.cells)


def _takes(row: Row, service: str) -> bool:
    tests = [cell.test for cell in row.cells if cell.column.name == "service"]
    return bool(row.outcome.candidates) and all(holds(test, service) for test in tests or [ANY])


def _asked_services(row: Row) -> tuple[str, ...]:
    for cell in row.cells:
        if cell.column.name == "service" and isinstance(cell.test, OneOf) and not cell.test.negated:
            return cell.test.words
    return ()
