"""Conditions in CEL, the Common Expression Language: compiled and type-checked once, evaluated for a patient.

Lives here: the only code that knows CEL. A row's cells and its `when` become one CEL expression.
May import: routing.columns, routing.unary, routing.index, cel_expr_python, the standard library.
Never: know what a row gives (tables), or let an error of one row stop another.

Every known column is a variable of its type; `known.<column>` tells whether it has a value. CEL has the logic
that unknown data needs: an expression over a variable without a value is neither true nor false, unless
the rest decides it (`unknown || true` is true), and what is not true does not match.

One evaluation costs about a microsecond, so the index first takes out every row whose cells rule it out.
CEL parses nothing that nests deeper than 32, and stops comprehensions after 10,000 steps: a row cannot run on.
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol, cast

from cel_expr_python import cel  # pyright: ignore[reportMissingTypeStubs]

from queueflow.routing.columns import Column, Kind, Values
from queueflow.routing.index import Index
from queueflow.routing.unary import AnyValue, Test, as_cel

KNOWN: Final = "known."
_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*")
_HAS = re.compile(r"\bhas\s*\(")
_PLACE = re.compile(r"ERROR: <input>:([0-9]+):([0-9]+): (.*)")
_OVERLOAD = re.compile(r"found no matching overload for '(.+)' applied to '\((.*)\)'")
_KINDS: Final = {"list(string)": "words", "int": "whole number", "string": "text", "bool": "true or false"}
_KIND = re.compile("|".join(map(re.escape, _KINDS)))
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")


class _Value(Protocol):
    def value(self) -> object: ...


class _Program(Protocol):
    def eval(self, activation: object) -> _Value: ...

    def return_type(self) -> object: ...


class _Env(Protocol):
    def compile(self, expression: str) -> _Program: ...

    def Activation(self, data: dict[str, object]) -> object: ...  # noqa: N802, the library's name


_TYPE: Final[dict[Kind, object]] = {
    Kind.WORD: cel.Type.STRING,
    Kind.WORDS: cel.Type.List(cel.Type.STRING),
    Kind.NUMBER: cel.Type.INT,
    Kind.TIME: cel.Type.INT,
    Kind.TRUTH: cel.Type.BOOL,
}


class ConditionWrong(Exception):
    """CEL that does not compile: what is wrong, and where (line and character of the expression, from 1)."""

    def __init__(self, sentence: str, line: int = 1, character: int = 1, unknown: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line
        self.character = character
        self.unknown = unknown


class Condition:
    """All that one row asks, compiled."""

    def __init__(self, cells: Sequence[tuple[Column, Test]], program: _Program, names: frozenset[str]) -> None:
        self.cells = {column.name: (column, test) for column, test in cells}
        self.program = program
        self.names = names


class Language:
    """CEL over some columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        variables = {column.name: _TYPE[column.kind] for column in columns}
        variables |= {KNOWN + column.name: _TYPE[Kind.TRUTH] for column in columns}
        self.names = tuple(sorted(variables))
        self.env = cast("_Env", cast("object", cel.NewEnv(variables=cast("dict[str, cel.Type]", variables))))

    def condition(self, cells: Sequence[tuple[Column, Test]], when: str) -> Condition:
        """What a row asks; raises ConditionWrong, with its place in `when`."""
        if when:
            # Alone first, so that its places are those that the author sees.
            self._compile(when)
        text = expression(cells, when)
        return Condition(cells, self._compile(text), _names(text).intersection(self.names))

    def _compile(self, expression: str) -> _Program:
        if "\0" in expression:
            raise ConditionWrong("holds a character that is no text.")
        if has := _HAS.search(expression):
            # has() of a dotted variable gives its value, not whether there is one.
            raise ConditionWrong("has() is written known.<column> here.", *_place(expression, has.start()))
        try:
            program = self.env.compile(expression)
        except RuntimeError as wrong:
            raise _told(str(wrong)) from None
        if program.return_type() != cel.Type.BOOL:
            raise ConditionWrong("must be true or false, but is something else.")
        return program


class Rows:
    """A table's conditions, compiled, behind the index of their cells. Raises nothing when evaluated."""

    def __init__(self, language: Language, conditions: Sequence[Condition]) -> None:
        self._env = language.env
        self._index = Index([condition.cells for condition in conditions])
        self._programs = tuple(condition.program for condition in conditions)
        mentioned = {name for condition in conditions for name in condition.names}
        self._plain = tuple(sorted(name for name in mentioned if not name.startswith(KNOWN)))
        self._known = tuple(sorted(name for name in mentioned if name.startswith(KNOWN)))

    def first(self, worlds: tuple[Values, ...]) -> int | None:
        """The first row that is true in every one of the worlds (a patient's possible sets of values), or None."""
        mask = -1
        for values in worlds:
            mask &= self._index.rows(values)
        if not mask:
            return None
        activations = [self._env.Activation(self._data(values)) for values in worlds]
        while mask:
            lowest = mask & -mask
            row = lowest.bit_length() - 1
            if _true_in_all(self._programs[row], activations):
                return row
            mask ^= lowest
        return None

    def _data(self, values: Values) -> dict[str, object]:
        data: dict[str, object] = {name: values[name] for name in self._plain if name in values}
        for name in self._known:
            data[name] = name.removeprefix(KNOWN) in values
        return data


def _true_in_all(program: _Program, activations: Sequence[object]) -> bool:
    try:
        for activation in activations:
            if program.eval(activation).value() is not True:
                return False
    except RuntimeError:
        # The steps of a comprehension ran out, or an answer is no text: neither true nor false.
        return False
    return True


def can_name(column: Column) -> bool:
    """Whether CEL lets the column be called so: not `in`, `true`, `string`."""
    try:
        Language([column]).condition((), f"{column.name} == {column.name} && {KNOWN}{column.name}")
    except (ConditionWrong, RuntimeError):
        return False
    return True


def expression(cells: Sequence[tuple[Column, Test]], when: str) -> str:
    """A row's whole condition as CEL: every cell and its `when`; "true" for a row that asks nothing."""
    parts = [as_cel(test, column) for column, test in cells if not isinstance(test, AnyValue)]
    if when:
        # On its own lines: a comment at its end must not swallow the bracket.
        parts.append(f"(\n{when}\n)")
    return " && ".join(parts) or "true"


def _names(text: str) -> frozenset[str]:
    """Everything in an expression that may be a column: of `a.b.c` also `a` and `a.b`, as `c` may be a function."""
    found: set[str] = set()
    for name in _NAME.findall(text):
        parts = name.split(".")
        found.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return frozenset(found)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _told(message: str) -> ConditionWrong:
    """The library's message as a sentence with its place."""
    found = _PLACE.search(message)
    if found is None:
        if "recursion limit" in message:
            return ConditionWrong("nests too deeply: at most 32 levels.")
        return ConditionWrong("is too long." if "size exceeds" in message else "cannot be read.")
    line, character, text = int(found[1]), int(found[2]), found[3].strip()
    if undeclared := _UNDECLARED.search(text):
        name = undeclared[1]
        return ConditionWrong(f'"{name}" is not known.', line, character, name)
    if overload := _OVERLOAD.search(text):
        kinds = _KIND.sub(lambda found: _KINDS[found[0]], overload[2])
        sentence = f"{overload[1].replace('_', ' ').strip()} cannot be used on ({kinds})."
        return ConditionWrong(sentence, line, character)
    if "yntax error" in text:
        return ConditionWrong("cannot be read: something is missing or too much here.", line, character)
    return ConditionWrong(f"{text}.", line, character)
