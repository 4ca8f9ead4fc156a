"""The tables of a rules.toml: its declared answers and values, its rows, each cell read by its column's kind.

Lives here: read_tables.
May import: model, the rest of routing but read and check, msgspec, the standard library's re and typing.
Never: judge what the rows amount to together (check).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec

from queueflow.model.facility import Facility
from queueflow.model.ids import ClinicId, PriorityId, ServiceId
from queueflow.model.priority import Balance
from queueflow.routing import explain
from queueflow.routing.columns import ANSWER, Column, Kind, Value, columns_of
from queueflow.routing.conditions import KNOWN, Condition, ConditionWrong, Language, Rows, can_name
from queueflow.routing.journeys import STOPS, read_stops
from queueflow.routing.source import Section, Source, meant, mend
from queueflow.routing.tables import Cell, HitPolicy, Outcome, Row, Table
from queueflow.routing.unary import NotUnderstood, OneOf, Spans, Test, Truth, is_reserved, read_cell

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ROW_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DECLARATIONS: Final = ("answers", "values")
_KEPT_FREE: Final = frozenset({*_DECLARATIONS, "known", "parameters", "settings", "tests"})
"""Names that no table and no value may take: they mean something else, or may come to."""
_LATER_POLICIES: Final = ("unique", "any", "priority", "collect", "rule order", "output order")
_KINDS: Final = {"number": Kind.NUMBER, "true or false": Kind.TRUTH, "time": Kind.TIME}

CANDIDATES: Final = "candidates"
PRIORITY: Final = "priority"
BALANCE: Final = "balance"


class _Vocabulary(msgspec.Struct, frozen=True):
    """What the rules of one facility may name: columns to ask about, and what a table may give."""

    inputs: dict[str, Column]
    values: dict[str, Column]
    clinics: tuple[ClinicId, ...]
    services: tuple[ServiceId, ...]
    priority: Column

    @property
    def outputs(self) -> tuple[str, ...]:
        return (CANDIDATES, PRIORITY, BALANCE, STOPS, *self.values)

    def as_input(self, output: str) -> Column | None:
        """The column that an output is to later tables, if they can ask about it."""
        return self.priority if output == PRIORITY else self.values.get(output)


class _Frame(msgspec.Struct, frozen=True):
    """What the rows of one table have in common."""

    table: str
    inputs: dict[str, Column]
    outputs: tuple[str, ...]
    language: Language
    vocabulary: _Vocabulary


def read_tables(source: Source, facility: Facility) -> tuple[tuple[Column, ...], tuple[Table, ...]]:
    """The declared answers and the tables of a rules file; what is wrong is noted in the source."""
    root = source.root()
    own = columns_of(facility)
    answers = _declared(root, "answers", ANSWER, ())
    values = _declared(root, "values", "", {CANDIDATES, PRIORITY, BALANCE, STOPS, *(column.name for column in own)})
    vocabulary = _Vocabulary(
        inputs={column.name: column for column in (*own, *answers)},
        values={column.name: column for column in values},
        clinics=tuple(clinic.id for clinic in facility.clinics),
        services=tuple(service.id for service in facility.services),
        priority=Column(PRIORITY, Kind.WORD, tuple(priority.id for priority in facility.priorities)),
    )
    given: dict[str, Column] = {}
    tables: list[Table] = []
    for part in _table_sections(root):
        table = _table(part, vocabulary, given)
        tables.append(table)
        given |= {output: column for output in table.outputs if (column := vocabulary.as_input(output))}
    return answers, tuple(tables)


def _declared(root: Section, key: str, prefix: str, taken: Sequence[str] | set[str]) -> tuple[Column, ...]:
    """The columns that a file declares under a key, each with its kind or its words."""
    part = root.section(key)
    columns: list[Column] = []
    for name in part.data if part else ():
        column = _kind(part, name, prefix) if part else None
        if part is None or column is None:
            continue
        if not _NAME.fullmatch(name) or name in _KEPT_FREE or not can_name(column):
            part.wrong(f'"{name}" cannot be a name: expected small letters, digits and _.', name)
        elif name in taken:
            part.wrong(f'"{name}" is the name of something else already.', name)
        else:
            columns.append(column)
    return tuple(columns)


def _kind(part: Section, name: str, prefix: str) -> Column | None:
    kind = part.take(name)
    if isinstance(kind, str) and kind in _KINDS:
        return Column(prefix + name, _KINDS[kind])
    listed = cast("list[object]", kind) if isinstance(kind, list) else []
    words = [word for word in listed if isinstance(word, str) and _WORD.fullmatch(word)]
    if not words or len(words) < len(listed):
        part.missing_or(name, '["yes", "no"], "number", "time" or "true or false"')
        return None
    for word in words:
        if is_reserved(word):
            part.wrong(f'"{word}" means something else in a cell; choose another word.', name)
    return Column(prefix + name, Kind.WORD, tuple(dict.fromkeys(words)))


def _table_sections(root: Section) -> list[Section]:
    sections: list[Section] = []
    for name, value in root.data.items():
        if name in _DECLARATIONS:
            continue
        part = root.section(name) if isinstance(value, dict) else None
        if part is None:
            root.unknown(name, "is not a key that can stand here.", _DECLARATIONS)
        elif not part.has("row"):
            root.wrong(f"a table without rows: each begins with [[{name}.row]].", name, meant(name, _DECLARATIONS))
        elif not _NAME.fullmatch(name) or name in _KEPT_FREE:
            root.wrong(f'"{name}" cannot name a table: expected small letters, digits and _.', name)
        else:
            part.label = name
            sections.append(part)
    if not sections and not root.source.findings:
        root.wrong("there is no table.", mend="A table begins with [name], and its rows with [[name.row]].")
    return sections


def _table(part: Section, vocabulary: _Vocabulary, given: Mapping[str, Column]) -> Table:
    reachable = {**vocabulary.inputs, **given}
    frame = _Frame(
        table=part.label,
        inputs=_inputs(part, vocabulary, reachable),
        outputs=_outputs(part, vocabulary),
        language=Language(tuple(reachable.values())),
        vocabulary=vocabulary,
    )
    _hit_policy(part)
    sections = part.sections("row", f"{part.label} row")
    rows = [_row(section, number, frame) for number, section in enumerate(sections, 1)]
    _unique_names(sections)
    table = Table(
        name=part.label,
        inputs=tuple(frame.inputs.values()),
        outputs=frame.outputs,
        rows=tuple(row for row, _ in rows),
        matcher=Rows(frame.language, [condition for _, condition in rows]),
        line=part.line(),
        note=part.text("note", ""),
    )
    part.close(("inputs", "outputs", "hit_policy", "note", "row"))
    return table


def _inputs(part: Section, vocabulary: _Vocabulary, reachable: Mapping[str, Column]) -> dict[str, Column]:
    inputs: dict[str, Column] = {}
    for name in part.words("inputs", needed=False):
        if name in reachable:
            inputs[name] = reachable[name]
        elif vocabulary.as_input(name):
            part.wrong(f'"{name}" is given by no table before this one.', "inputs")
        else:
            part.unknown("inputs", "is not a column that a rule can ask about.", reachable, name)
    return inputs


def _outputs(part: Section, vocabulary: _Vocabulary) -> tuple[str, ...]:
    outputs = part.words("outputs")
    for name in outputs:
        if name not in vocabulary.outputs:
            part.unknown("outputs", "is not something that a table can give.", vocabulary.outputs, name)
    if BALANCE in outputs and CANDIDATES not in outputs:
        part.wrong('"balance" goes with "candidates".', "outputs")
    return tuple(name for name in outputs if name in vocabulary.outputs)


def _hit_policy(part: Section) -> None:
    written = part.text("hit_policy", HitPolicy.FIRST)
    if written and written != HitPolicy.FIRST:
        later = written.lower() in _LATER_POLICIES
        sentence = f'hit policy "{written}" cannot be used yet.' if later else f'"{written}" is no hit policy.'
        part.wrong(sentence, "hit_policy", 'Write "first": the first row that matches counts.')


def _unique_names(sections: Sequence[Section]) -> None:
    lines: dict[str, int] = {}
    for section in sections:
        name = section.data.get("name")
        if not isinstance(name, str):
            continue
        if name in lines:
            section.wrong(f'"{name}" is there already, on line {lines[name]}.', "name")
        lines.setdefault(name, section.line())


def _row(part: Section, number: int, frame: _Frame) -> tuple[Row, Condition]:
    name = part.text("name")
    if name and not _ROW_NAME.fullmatch(name):
        part.wrong("expected small letters, digits and hyphens.", "name")
    cells = _cells(part, frame)
    pairs = [(cell.column, cell.test) for cell in cells]
    when_line = part.source.positions.value_line((*part.path, "when"))
    when, condition = _condition(part, frame, pairs, when_line)
    row = Row(
        name=name,
        number=number,
        cells=cells,
        outcome=_outcome(part, frame),
        reason=explain.reason(frame.table, number, name, pairs, when),
        line=part.line(),
        when=when,
        when_line=when_line if when else 0,
        note=part.text("note", ""),
    )
    part.close(("name", "if", "when", "then", "note"))
    return row, condition


def _cells(part: Section, frame: _Frame) -> tuple[Cell, ...]:
    asked = part.section("if")
    cells: list[Cell] = []
    for name, written in _flattened(asked) if asked else ():
        line = asked.line(*name.split(".")) if asked else 0
        column = frame.inputs.get(name)
        if column is None:
            _unknown_column(part, name, frame, line)
            continue
        try:
            cells.append(Cell(column, read_cell(written, column), line))
        except NotUnderstood as wrong:
            part.wrong(f"expected {wrong.expected}.", mend=_meant(wrong), line=line, column=name)
    return tuple(cells)


def _flattened(asked: Section) -> list[tuple[str, object]]:
    """Columns and what is written of them; `answers.fever` is a table to TOML."""
    cells: list[tuple[str, object]] = []
    for name in asked.data:
        written = asked.take(name)
        if isinstance(written, dict):
            cells += [(f"{name}.{key}", inner) for key, inner in cast("dict[str, object]", written).items()]
        else:
            cells.append((name, written))
    return cells


def _unknown_column(part: Section, name: str, frame: _Frame, line: int) -> None:
    if name in frame.language.names:
        sentence, mends = "is not one of the table's inputs.", f'Add "{name}" to them.'
    else:
        sentence, mends = "is not a column that a rule can ask about.", mend(name, frame.inputs)
    part.wrong(f'"{name}" {sentence}', mend=mends, line=line, column=name)


def _condition(
    part: Section, frame: _Frame, cells: Sequence[tuple[Column, Test]], when_line: int
) -> tuple[str, Condition]:
    when = part.text("when", "")
    try:
        return when, frame.language.condition(cells, when)
    except ConditionWrong as wrong:
        names = [name for name in frame.language.names if not name.startswith(KNOWN)]
        mends = mend(wrong.unknown, names) if wrong.unknown else ""
        where = f"at character {wrong.character}: " if wrong.line > 1 or wrong.character > 1 else ""
        part.wrong(where + wrong.sentence, "when", mends, line=when_line + wrong.line - 1)
        return "", frame.language.condition((), "")


def _outcome(part: Section, frame: _Frame) -> Outcome:
    then = part.section("then")
    if then is None:
        if not part.has("then"):
            part.wrong(f'"then" is missing: what the row gives ({", ".join(frame.outputs)}).', "then")
        return Outcome()
    for output in frame.outputs:
        if output != BALANCE and not then.has(output):
            then.wrong(f'"{output}" is missing.', column=output)
    for output in then.data:
        if output not in frame.outputs and output in frame.vocabulary.outputs:
            then.take(output)
            then.wrong(f'"{output}" is not one of the table\'s outputs.', output, f'Add "{output}" to them.')
    outcome = Outcome(
        candidates=_candidates(then, frame),
        priority=_priority(then, frame),
        balance=then.choice(BALANCE, Balance, Balance.SHORTEST_WAIT) if _gives(then, frame, BALANCE) else None,
        stops=read_stops(then, frame.vocabulary.services) if _gives(then, frame, STOPS) else (),
        values={
            name: value
            for name, column in frame.vocabulary.values.items()
            if _gives(then, frame, name) and (value := _value(then, column)) is not None
        },
    )
    then.close(frame.outputs)
    return outcome


def _gives(then: Section, frame: _Frame, output: str) -> bool:
    return output in frame.outputs and then.has(output)


def _candidates(then: Section, frame: _Frame) -> tuple[ClinicId, ...]:
    words = then.words(CANDIDATES) if _gives(then, frame, CANDIDATES) else ()
    known = frame.vocabulary.clinics
    for word in words:
        if word not in known:
            then.unknown(CANDIDATES, "is not one of the facility's clinics.", known, word)
    return tuple(ClinicId(word) for word in words)


def _priority(then: Section, frame: _Frame) -> PriorityId | None:
    value = _value(then, frame.vocabulary.priority) if _gives(then, frame, PRIORITY) else None
    return PriorityId(value) if isinstance(value, str) else None


def _value(then: Section, column: Column) -> Value | None:
    """One plain value of a column's kind: what a cell that asks for exactly that value would say."""
    try:
        test = read_cell(then.take(column.name), column)
    except NotUnderstood as wrong:
        then.wrong(f"expected {wrong.expected}.", column.name, _meant(wrong))
        return None
    match test:
        case OneOf(words=(word,), negated=False):
            return word
        case Truth(value=value):
            return value
        case Spans(spans=((int(low), high),)) if low == high:
            return low
        case _:
            then.missing_or(column.name, "one value")
            return None


def _meant(wrong: NotUnderstood) -> str:
    return f'Did you mean "{wrong.meant}"?' if wrong.meant else ""
