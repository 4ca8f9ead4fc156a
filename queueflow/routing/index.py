"""Which rows of a table a patient's values rule out, found without looking at the rows one by one.

Lives here: Index: for every column, from a value to the rows whose cell holds of it, as bits of one integer.
May import: routing.columns, routing.unary, the standard library's bisect.
Never: know CEL, or decide: what is left is still evaluated.

A column's tests can only tell apart as many values as they mention: the words, or the numbers where spans begin
and end. The rows of each are worked out when the index is built; a patient then costs one look-up a column.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Protocol

from queueflow.routing.columns import Column, Kind, Value, Values
from queueflow.routing.unary import ANY, OneOf, Span, Spans, Test, holds


class _ColumnIndex(Protocol):
    def rows(self, value: Value | None) -> int: ...


class Index:
    """Rows by their cells; `rows` gives the bits of those that the values do not rule out."""

    def __init__(self, rows: Sequence[Mapping[str, tuple[Column, Test]]]) -> None:
        columns = {name: column for row in rows for name, (column, _) in row.items()}
        self._all = (1 << len(rows)) - 1
        self._columns = tuple(
            (name, _index(column, [row[name][1] if name in row else ANY for row in rows]))
            for name, column in columns.items()
        )

    def rows(self, values: Values) -> int:
        """Bit n is set when no cell of row n is false or unknown for these values."""
        mask = self._all
        for name, column in self._columns:
            mask &= column.rows(values.get(name))
        return mask


def _index(column: Column, tests: list[Test]) -> _ColumnIndex:
    match column.kind:
        case Kind.WORDS:
            return _ByWords(tests)
        case Kind.WORD:
            return _ByWord(tests)
        case Kind.NUMBER | Kind.TIME:
            return _ByNumber(tests)
        case Kind.TRUTH:
            return _ByTruth(tests)


def _mask(tests: list[Test], value: Value | None) -> int:
    """The rows whose tests hold of a value."""
    mask = 0
    for row, test in enumerate(tests):
        mask |= holds(test, value) << row
    return mask


class _ByTruth:
    def __init__(self, tests: list[Test]) -> None:
        self._true, self._false, self._unknown = (_mask(tests, value) for value in (True, False, None))

    def rows(self, value: Value | None) -> int:
        if value is True:
            return self._true
        return self._false if value is False else self._unknown


class _ByWords:
    """A set of words: rows that hold without any, and those that one asks for, less those that one forbids."""

    def __init__(self, tests: list[Test]) -> None:
        self._without = _mask(tests, [])
        self._unknown = _mask(tests, None)
        self._with: dict[str, int] = {}
        self._forbidden: dict[str, int] = {}
        for row, test in enumerate(tests):
            if isinstance(test, OneOf):
                bits = self._forbidden if test.negated else self._with
                for word in test.words:
                    bits[word] = bits.get(word, 0) | 1 << row

    def rows(self, value: Value | None) -> int:
        if not isinstance(value, list):
            return self._unknown
        mask, forbidden = self._without, 0
        for word in value:
            mask |= self._with.get(word, 0)
            forbidden |= self._forbidden.get(word, 0)
        return mask & ~forbidden


class _ByWord:
    """One word: a set of one."""

    def __init__(self, tests: list[Test]) -> None:
        sets = _ByWords(tests)
        words = {word for test in tests if isinstance(test, OneOf) for word in test.words}
        self._rows = {word: sets.rows([word]) for word in words}
        self._others = sets.rows([])
        self._unknown = sets.rows(None)

    def rows(self, value: Value | None) -> int:
        return self._rows.get(value, self._others) if isinstance(value, str) else self._unknown


class _ByNumber:
    """A whole number: between two neighbouring ends of spans, all numbers hold of the same rows."""

    def __init__(self, tests: list[Test]) -> None:
        mask = 0
        changes: dict[int, int] = {}
        for row, test in enumerate(tests):
            for first, after in _runs(test.spans) if isinstance(test, Spans) else ():
                if first is None:
                    mask |= 1 << row
                else:
                    changes[first] = changes.get(first, 0) ^ 1 << row
                if after is not None:
                    changes[after] = changes.get(after, 0) ^ 1 << row
            mask |= (not isinstance(test, Spans) and holds(test, 0)) << row
        self._ends = sorted(changes)
        self._rows = [mask]
        for end in self._ends:
            mask ^= changes[end]
            self._rows.append(mask)
        self._unknown = _mask(tests, None)

    def rows(self, value: Value | None) -> int:
        return self._rows[bisect_right(self._ends, value)] if isinstance(value, int) else self._unknown


def _runs(spans: Sequence[Span]) -> list[tuple[int | None, int | None]]:
    """The spans without overlaps, from the first number to that after the last."""
    runs: list[tuple[int | None, int | None]] = []
    for low, high in sorted(spans, key=lambda span: (span[0] is not None, span[0] or 0)):
        after = None if high is None else high + 1
        if not runs:
            runs.append((low, after))
            continue
        first, end = runs[-1]
        if end is not None and low is not None and low > end:
            runs.append((low, after))
        elif end is not None:
            runs[-1] = (first, None if after is None else max(end, after))
    return runs
