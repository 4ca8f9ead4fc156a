"""The tables of a rules.toml: its declared answers and values, its rows, each cell read by its column's kind.

Lives here: read_tables.
May import: model, the rest of routing but read and check.
Never: judge what the rows amount to together (check).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from queueflow.model.facility import Facility
from queueflow.model.ids import ClinicId, PriorityId
from queueflow.model.priority import Balance
from queueflow.routing import explain
from queueflow.routing.columns import ANSWER, Column, Kind, Value, columns_of, nearest
from queueflow.routing.conditions import ConditionWrong, Language, Rows
from queueflow.routing.source import Section, Source, mend
from queueflow.routing.tables import Cell, HitPolicy, Matcher, Outcome, Row, Table
from queueflow.routing.unary import NotUnderstood, OneOf, Spans, Test, Truth, is_reserved, read_cell

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ROW_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_RESERVED: Final = frozenset({"known", "answers", "values", "parameters", "in", "true", "false", "null"})
_LATER_POLICIES: Final = frozenset({"unique", "any", "priority", "collect", "rule order", "output order"})
_KINDS: Final = {"number": Kind.NUMBER, "true or false": Kind.TRUTH, "time": Kind.TIME}
_KIND_EXAMPLES: Final = '["yes", "no"], "number", "time" or "true or false"'

CANDIDATES: Final = "candidates"
PRIORITY: Final = "priority"
BALANCE: Final = "balance"


class Vocabulary:
    """What the rules of one facility may name."""

    def __init__(self, facility: Facility, answers: Sequence[Column], values: Sequence[Column]) -> None:
        self.clinics = tuple(clinic.id for clinic in facility.clinics)
        self.inputs = {column.name: column for column in (*columns_of(facility), *answers)}
        self.values = {column.name: column for column in values}
        self.priority = Column(PRIORITY, Kind.WORD, tuple(priority.id for priority in facility.priorities))
        self.outputs = (CANDIDATES, PRIORITY, BALANCE, *self.values)

    def column(self, output: str) -> Column | None:
        """The column that an output is to later tables, if they can ask about it."""
        return self.priority if output == PRIORITY else self.values.get(output)


def read_tables(source: Source, facility: Facility) -> tuple[tuple[Column, ...], tuple[Table, ...]]:
    """The declared answers and the tables of a rules file; what is wrong is noted in the source."""
    root = source.root()
    answers = _declared(root, "answers", ANSWER)
    values = _declared(root, "values", "")
    for column in values:
        taken = {other.name for other in columns_of(facility)} | {CANDIDATES, PRIORITY, BALANCE}
        if column.name in taken:
            root.wrong(
                f'"{column.name}" is a name of its own already.', "values", line=root.line("values", column.name)
            )
    vocabulary = Vocabulary(facility, answers, values)
    given: dict[str, Column] = {}
    tables: list[Table] = []
    for name, part in _table_sections(root):
        table = _table(part, name, vocabulary, given)
        tables.append(table)
        given |= {output: column for output in table.outputs if (column := vocabulary.column(output))}
    root.close(())
    return answers, tuple(tables)


def _declared(root: Section, key: str, prefix: str) -> tuple[Column, ...]:
    part = root.section(key)
    columns: list[Column] = []
    for name in part.data if part else ():
        kind = part.take(name) if part else None
        words = cast("list[object]", kind) if isinstance(kind, list) else []
        if part is None or not _NAME.fullmatch(name) or name in _RESERVED:
            root.wrong(f'"{name}" is no name: expected small letters, digits and _.', key, line=root.line(key, name))
        elif isinstance(kind, str) and kind in _KINDS:
            columns.append(Column(prefix + name, _KINDS[kind]))
        elif words and all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
            known = tuple(dict.fromkeys(cast("list[str]", words)))
            if reserved := [word for word in known if is_reserved(word)]:
                part.wrong(f'"{reserved[0]}" means something else in a cell; choose another word.', name)
            columns.append(Column(prefix + name, Kind.WORD, known))
        else:
            part.missing_or(name, _KIND_EXAMPLES)
    return tuple(columns)


def _table_sections(root: Section) -> list[tuple[str, Section]]:
    sections: list[tuple[str, Section]] = []
    for name, value in root.data.items():
        if name in ("answers", "values"):
            continue
        if not isinstance(value, dict):
            root.take(name)
            root.unknown(name, "is not a key that can stand here.", ("answers", "values"))
        elif not _NAME.fullmatch(name) or name in _RESERVED:
            root.take(name)
            root.wrong(f'"{name}" cannot name a table: expected small letters, digits and _.', name)
        elif "row" not in value:
            root.take(name)
            root.wrong(f"a table without rows: each begins with [[{name}.row]].", name, _declaration(name))
        elif part := root.section(name):
            part.label = name
            sections.append((name, part))
    if not sections and not root.source.findings:
        root.wrong("there is no table.", mend="A table begins with [name] and has rows that begin with [[name.row]].")
    return sections


def _declaration(name: str) -> str:
    near = nearest(name, ("answers", "values"))
    return f'Did you mean "{near}"?' if near else ""


def _table(part: Section, name: str, vocabulary: Vocabulary, given: Mapping[str, Column]) -> Table:
    reachable = {**vocabulary.inputs, **given}
    inputs = _inputs(part, vocabulary, reachable)
    outputs = _outputs(part, vocabulary)
    note = part.text("note", "")
    policy = _hit_policy(part)
    language = Language(tuple(reachable.values()))
    sections = part.sections("row", f"{name} row")
    rows = [
        _Row(section, number, inputs, outputs, vocabulary=vocabulary, language=language)
        for number, section in enumerate(sections, 1)
    ]
    part.close(("inputs", "outputs", "hit_policy", "note", "row"))
    _unique_names(sections)
    built = tuple(row.row for row in rows)
    matcher: Matcher = Rows(language, [([(cell.column, cell.test) for cell in row.cells], row.when) for row in built])
    return Table(
        name=name,
        inputs=tuple(inputs.values()),
        outputs=outputs,
        rows=built,
        matcher=matcher,
        line=part.line(),
        hit_policy=policy,
        note=note,
    )


def _inputs(part: Section, vocabulary: Vocabulary, reachable: Mapping[str, Column]) -> dict[str, Column]:
    inputs: dict[str, Column] = {}
    for name in part.words("inputs", needed=False):
        if name in reachable:
            inputs[name] = reachable[name]
        elif vocabulary.column(name):
            part.wrong(f'"{name}" is given by no table before this one.', "inputs")
        else:
            part.unknown("inputs", "is not a column that a rule can ask about.", reachable, name)
    return inputs


def _outputs(part: Section, vocabulary: Vocabulary) -> tuple[str, ...]:
    outputs = part.words("outputs")
    for name in outputs:
        if name not in vocabulary.outputs:
            part.unknown("outputs", "is not something that a table can give.", vocabulary.outputs, name)
    return tuple(name for name in outputs if name in vocabulary.outputs)


def _hit_policy(part: Section) -> HitPolicy:
    written = part.text("hit_policy", HitPolicy.FIRST)
    if written.lower() in _LATER_POLICIES:
        part.wrong(
            f'hit policy "{written}" cannot be used yet.',
            "hit_policy",
            'Write "first": the first row that matches counts.',
        )
    elif written != HitPolicy.FIRST:
        part.wrong(f'"{written}" is no hit policy.', "hit_policy", 'Write "first": the first row that matches counts.')
    return HitPolicy.FIRST


def _unique_names(sections: Sequence[Section]) -> None:
    lines: dict[object, int] = {}
    for section in sections:
        name = section.data.get("name")
        if isinstance(name, str) and name in lines:
            section.wrong(f'"{name}" is there already, on line {lines[name]}.', "name")
        elif isinstance(name, str):
            lines[name] = section.line()


class _Row:
    """The reading of one row of a table with these inputs and outputs."""

    def __init__(
        self,
        part: Section,
        number: int,
        inputs: Mapping[str, Column],
        outputs: Sequence[str],
        *,
        vocabulary: Vocabulary,
        language: Language,
    ) -> None:
        self._part = part
        self._vocabulary = vocabulary
        name = part.text("name")
        if name and not _ROW_NAME.fullmatch(name):
            part.wrong("expected small letters, digits and hyphens.", "name")
        cells = self._cells(inputs, language)
        when = self._when(language)
        outcome = self._outcome(outputs)
        pairs = [(cell.column, cell.test) for cell in cells]
        self.row = Row(
            name=name,
            number=number,
            cells=cells,
            outcome=outcome,
            reason=explain.reason(str(part.path[0]), number, name, pairs, when),
            line=part.line(),
            when=when,
            when_line=part.source.positions.value_line((*part.path, "when")),
            note=part.text("note", ""),
        )
        part.close(("name", "if", "when", "then", "note"))

    def _cells(self, inputs: Mapping[str, Column], language: Language) -> tuple[Cell, ...]:
        conditions = self._part.section("if")
        cells: list[Cell] = []
        for name, written in _flattened(conditions):
            line = conditions.line(*name.split(".")) if conditions else 0
            column = inputs.get(name)
            if column is None:
                unlisted = name in language.names
                sentence = (
                    "is not one of the table's inputs." if unlisted else "is not a column that a rule can ask about."
                )
                help_ = f'Add "{name}" to the table\'s inputs.' if unlisted else mend(name, inputs)
                self._part.wrong(f'"{name}" {sentence}', "if", help_, line=line, column=name)
                continue
            try:
                cells.append(Cell(column, read_cell(written, column), line))
            except NotUnderstood as wrong:
                meant = f'Did you mean "{wrong.meant}"?' if wrong.meant else ""
                self._part.wrong(f"expected {wrong.expected}.", "if", meant, line=line, column=name)
        return tuple(cells)

    def _when(self, language: Language) -> str:
        when = self._part.text("when", "")
        if not when:
            return ""
        try:
            language.compile(when)
        except ConditionWrong as wrong:
            line = self._part.source.positions.value_line((*self._part.path, "when")) + wrong.line - 1
            near = mend(wrong.unknown, language.names) if wrong.unknown else ""
            where = "" if wrong.character == 1 and wrong.line == 1 else f"character {wrong.character}: "
            self._part.wrong(f"{where}{wrong.sentence}", "when", near, line=line)
            return ""
        return when

    def _outcome(self, outputs: Sequence[str]) -> Outcome:
        then = self._part.section("then")
        if then is None:
            if not self._part.has("then"):
                self._part.wrong(f'"then" is missing: what the row gives ({", ".join(outputs)}).', "then")
            return Outcome()
        then.label = self._part.label
        for output in outputs:
            if output != BALANCE and not then.has(output):
                then.wrong(f'"{output}" is missing.', "then" if output in then.data else "", column=output)
        candidates = self._candidates(then) if CANDIDATES in outputs else ()
        priority = self._word(then, self._vocabulary.priority) if PRIORITY in outputs else None
        balance = (
            then.choice(BALANCE, Balance, Balance.SHORTEST_WAIT) if BALANCE in outputs and then.has(BALANCE) else None
        )
        values: dict[str, Value] = {}
        for output in outputs:
            column = self._vocabulary.values.get(output)
            if column and (value := self._value(then, column)) is not None:
                values[output] = value
        then.close(outputs)
        return Outcome(candidates, PriorityId(priority) if priority else None, balance, values)

    def _candidates(self, then: Section) -> tuple[ClinicId, ...]:
        if not then.has(CANDIDATES):
            return ()
        words = then.words(CANDIDATES)
        for word in words:
            if word not in self._vocabulary.clinics:
                then.unknown(CANDIDATES, "is not one of the facility's clinics.", self._vocabulary.clinics, word)
        return tuple(ClinicId(word) for word in words)

    def _word(self, then: Section, column: Column) -> str | None:
        value = self._value(then, column)
        return value if isinstance(value, str) else None

    def _value(self, then: Section, column: Column) -> Value | None:
        """One plain value of a column's kind: what a cell would read as exactly that value."""
        if not then.has(column.name):
            return None
        written = then.take(column.name)
        try:
            test = read_cell(written, column)
        except NotUnderstood as wrong:
            meant = f'Did you mean "{wrong.meant}"?' if wrong.meant else ""
            then.wrong(f"expected {wrong.expected}.", column.name, meant)
            return None
        value = _exactly(test)
        if value is None:
            then.missing_or(column.name, "one value")
        return value


def _exactly(test: Test) -> Value | None:
    match test:
        case OneOf(words=(word,), negated=False):
            return word
        case Truth(value=value):
            return value
        case Spans(spans=((int(low), high),)) if low == high:
            return low
        case _:
            return None


def _flattened(conditions: Section | None) -> list[tuple[str, object]]:
    """Columns and cells; `answers.fever` is a table in TOML."""
    if conditions is None:
        return []
    cells: list[tuple[str, object]] = []
    for name in conditions.data:
        written = conditions.take(name)
        if isinstance(written, dict):
            inner = cast("dict[str, object]", written)
            cells += [(f"{name}.{key}", cell) for key, cell in inner.items()]
        else:
            cells.append((name, written))
    return cells
