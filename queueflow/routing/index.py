"""Which rows of a table a patient's values rule out, found without looking at the rows one by one.

Lives here: Index: for every column, from a value to the rows whose cell holds of it, as bits of one integer.
May import: routing.columns, routing.unary, the standard library's bisect.
Never: know CEL, or decide: what is left is still evaluated.

A column's tests can only tell apart as many values as they mention: the words, or the numbers where spans begin
and end. Each such value is asked once when the index is built; a patient then costs one look-up a column.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Protocol

from queueflow.routing.columns import Column, Kind, Value, Values
from queueflow.routing.unary import ANY, OneOf, Spans, Test, holds


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
    if column.kind is Kind.WORDS:
        return _ByWords(tests)
    if column.kind in (Kind.NUMBER, Kind.TIME):
        return _ByNumber(tests)
    return _ByWord(tests)


def _mask(tests: list[Test], value: Value | None) -> int:
    mask = 0
    for row, test in enumerate(tests):
        mask |= holds(test, value) << row
    return mask


class _ByWord:
    """One word, or true and false."""

    def __init__(self, tests: list[Test]) -> None:
        words = {word for test in tests if isinstance(test, OneOf) for word in test.words}
        self._rows: dict[Value | None, int] = {value: _mask(tests, value) for value in (*words, True, False, None)}
        self._others = _mask(tests, "")

    def rows(self, value: Value | None) -> int:
        return self._others if isinstance(value, list) else self._rows.get(value, self._others)


class _ByNumber:
    """A whole number: between two neighbouring ends of spans, all numbers are alike."""

    def __init__(self, tests: list[Test]) -> None:
        ends: set[int] = set()
        for test in tests:
            if isinstance(test, Spans):
                ends |= {low for low, _ in test.spans if low is not None}
                ends |= {high + 1 for _, high in test.spans if high is not None}
        self._ends = sorted(ends)
        below = (self._ends[0] - 1) if self._ends else 0
        self._rows = [_mask(tests, number) for number in (below, *self._ends)]
        self._unknown = _mask(tests, None)

    def rows(self, value: Value | None) -> int:
        return self._rows[bisect_right(self._ends, value)] if isinstance(value, int) else self._unknown


class _ByWords:
    """A set of words: rows that ask for none of them, plus those that one asks for, less those that one forbids."""

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
