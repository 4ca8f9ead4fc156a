"""One cell of a decision table: what it asks of its column's value, in the short forms of DMN's unary tests.

    "-"                  anything, known or not         "known"  "unknown"       whether there is a value at all
    "pregnant"           this word, or among the words  ["a", "b"]  "in [a, b]"  any of these
    ">= 75"  "< 6"  75   a comparison                   "6..15"  "07:00..11:30"  between, both ends included
    true  false          a yes or a no                  "not pregnant"           known, and not this

Lives here: reading a cell, its meaning, the same as CEL, and as words for people.
May import: routing.columns, msgspec, the standard library's re and typing.
Never: compile or evaluate CEL (conditions), or know where in a file the cell stands (read).
"""

import re
from typing import Final, NoReturn, cast

import msgspec

from queueflow.routing.columns import Column, Kind, Value, minutes, nearest


class AnyValue(msgspec.Struct, frozen=True):
    """Anything, known or not."""


class Presence(msgspec.Struct, frozen=True):
    """The value is known, or is not."""

    known: bool


class OneOf(msgspec.Struct, frozen=True):
    """The word is one of these, or the set holds one of these; `negated`: is known and is none of them."""

    words: tuple[str, ...]
    negated: bool = False


Span = tuple[int | None, int | None]
"""Whole numbers from the first to the second, both included; None: without end."""


class Spans(msgspec.Struct, frozen=True):
    """The number lies in one of the spans; `written` is how the author put it (`>= 75`)."""

    spans: tuple[Span, ...]
    written: str


class Truth(msgspec.Struct, frozen=True):
    """The value is this."""

    value: bool


Test = AnyValue | Presence | OneOf | Spans | Truth
ANY: Final = AnyValue()


class NotUnderstood(Exception):
    """A cell that cannot be read: what was expected, and the known word that it may have meant."""

    def __init__(self, expected: str, meant: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.meant = meant


_NOT = re.compile(r"not\s+(.+)")
_IN = re.compile(r"in\s*\[(.*)\]")
_COMPARISON = re.compile(r"(>=|<=|==|!=|=|>|<)\s*(.+)")
_RANGE = re.compile(r"(.+?)\s*\.\.\s*(.+)")
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_NEGATED: Final = "not "
_RESERVED: Final = frozenset({"known", "unknown", "not", "in", "-"})

_EXAMPLE: Final = {
    Kind.NUMBER: 'a whole number, ">= 75", "6..15" or "-"',
    Kind.TIME: 'a time such as "< 11:30", "07:00..11:30" or "-"',
    Kind.TRUTH: 'true, false or "-"',
}


def is_reserved(word: str) -> bool:
    """Whether a cell would read the word as one of its forms, so that no service or answer may be called so."""
    return word in _RESERVED


def read_cell(written: object, column: Column) -> Test:
    """The test that a TOML value asks of a column; raises NotUnderstood."""
    if isinstance(written, list):
        parts = cast("list[object]", written)
        if not parts:
            raise NotUnderstood('at least one value, or "-" for any')
        return _any_of([_single(part, column) for part in parts], column)
    return _single(written, column)


def _single(written: object, column: Column) -> Test:
    if isinstance(written, bool):
        if column.kind is not Kind.TRUTH:
            _refuse(column)
        return Truth(written)
    if isinstance(written, int) and column.kind is Kind.NUMBER:
        return Spans(((written, written),), str(written))
    if not isinstance(written, str):
        _refuse(column)
    return _text(written.strip(), column)


def _text(text: str, column: Column) -> Test:
    if text == "-":
        return ANY
    if text in ("known", "unknown"):
        return Presence(text == "known")
    if match := _NOT.fullmatch(text):
        return _negated(_text(match[1], column), column)
    if match := _IN.fullmatch(text):
        parts = [_unquoted(part) for part in match[1].split(",")]
        return _any_of([_text(part, column) for part in parts], column)
    return _plain(text, column)


def _plain(text: str, column: Column) -> Test:
    if column.kind is Kind.TRUTH:
        if text not in ("true", "false"):
            _refuse(column)
        return Truth(text == "true")
    if column.kind in (Kind.WORD, Kind.WORDS):
        return OneOf((_word(_unquoted(text), column),))
    return _spans(text, column)


def _spans(text: str, column: Column) -> Spans:
    if match := _COMPARISON.fullmatch(text):
        return Spans(_compared(match[1], _number(match[2], column)), f"{match[1]} {match[2]}")
    if match := _RANGE.fullmatch(text):
        low, high = _number(match[1], column), _number(match[2], column)
        if low > high:
            raise NotUnderstood("a range from the smaller to the greater, such as 6..15")
        return Spans(((low, high),), f"{match[1]}..{match[2]}")
    number = _number(text, column)
    return Spans(((number, number),), text)


def _compared(operator: str, number: int) -> tuple[Span, ...]:
    match operator:
        case ">=":
            return ((number, None),)
        case ">":
            return ((number + 1, None),)
        case "<=":
            return ((None, number),)
        case "<":
            return ((None, number - 1),)
        case "!=":
            return ((None, number - 1), (number + 1, None))
        case _:
            return ((number, number),)


def _number(text: str, column: Column) -> int:
    if column.kind is Kind.NUMBER and _NUMBER.fullmatch(text):
        return int(text)
    minute = minutes(text) if column.kind is Kind.TIME else None
    if minute is None:
        _refuse(column)
    return minute


def _word(text: str, column: Column) -> str:
    if column.words is not None:
        if text in column.words:
            return text
        raise NotUnderstood(f"one of {listed(column.words)}", nearest(text, column.words))
    if not _WORD.fullmatch(text):
        raise NotUnderstood('a word, a list of words or "-"')
    return text


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _any_of(tests: list[Test], column: Column) -> Test:
    words: list[str] = []
    spans: list[Span] = []
    written: list[str] = []
    for test in tests:
        if isinstance(test, OneOf) and not test.negated:
            words += test.words
        elif isinstance(test, Spans) and not test.written.startswith(_NEGATED):
            spans += test.spans
            written.append(test.written)
        else:
            raise NotUnderstood('a list of plain values; "-", known, unknown and not stand alone')
    if words:
        return OneOf(tuple(dict.fromkeys(words)))
    if not spans:
        _refuse(column)
    return Spans(tuple(spans), " or ".join(written))


def _negated(test: Test, column: Column) -> Test:
    if isinstance(test, OneOf) and not test.negated:
        return OneOf(test.words, negated=True)
    if isinstance(test, Truth):
        return Truth(not test.value)
    if isinstance(test, Spans) and not test.written.startswith(_NEGATED):
        return Spans(_outside(test.spans), _NEGATED + test.written)
    raise NotUnderstood(f'after "not", {_expected(column)}')


def _outside(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The whole numbers that none of the spans holds."""
    free: list[Span] = [(None, None)]
    for low, high in spans:
        left: list[Span] = []
        for first, last in free:
            if low is not None and (first is None or first < low):
                left.append((first, low - 1 if last is None else min(last, low - 1)))
            if high is not None and (last is None or last > high):
                left.append((high + 1 if first is None else max(first, high + 1), last))
        free = left
    return tuple(free)


def _expected(column: Column) -> str:
    if column.words is not None:
        return f'one of {listed(column.words)}, or "-"'
    return _EXAMPLE.get(column.kind, 'a word, a list of words or "-"')


def _refuse(column: Column) -> NoReturn:
    raise NotUnderstood(_expected(column))


def listed(words: tuple[str, ...]) -> str:
    """Some known names for an error: all of them when they are few."""
    return ", ".join(words) if len(words) <= 12 else ", ".join(words[:12]) + ", …"


def holds(test: Test, value: Value | None) -> bool:
    """Whether the test holds of a value, None being unknown. The same as evaluating `as_cel`."""
    if isinstance(test, AnyValue):
        return True
    if isinstance(test, Presence):
        return test.known is (value is not None)
    if value is None:
        return False
    if isinstance(test, OneOf):
        found = any(word in test.words for word in value) if isinstance(value, list) else value in test.words
        return found is not test.negated
    if isinstance(test, Truth):
        return value is test.value
    return isinstance(value, int) and any(
        (low is None or value >= low) and (high is None or value <= high) for low, high in test.spans
    )


def witness(test: Test, column: Column) -> tuple[Value | None, ...]:
    """One value, known or not, that the test holds of; empty where it holds of none."""
    return next(((value,) for value in _telling(test, test, column) if holds(test, value)), ())


def implies(narrow: Test, wide: Test, column: Column) -> bool:
    """Whether the wide test holds of every value, known or not, that the narrow one holds of."""
    return all(holds(wide, value) for value in _telling(narrow, wide, column) if holds(narrow, value))


def _telling(first: Test, second: Test, column: Column) -> list[Value | None]:
    """Values of which some show it if two tests differ: what they mention, something else, and nothing."""
    words = [word for test in (first, second) if isinstance(test, OneOf) for word in test.words]
    match column.kind:
        case Kind.WORD:
            return [None, "", *words]
        case Kind.WORDS:
            # Where a forbidden word comes beside one that is asked for, it takes two to show it.
            return [None, [], [""], *([one, other] for one in words for other in words)]
        case Kind.NUMBER | Kind.TIME:
            spans = [span for test in (first, second) if isinstance(test, Spans) for span in test.spans]
            ends = [end for span in spans for end in span if end is not None]
            return [None, 0, *(number for end in ends for number in (end - 1, end, end + 1))]
        case Kind.TRUTH:
            return [None, True, False]


def as_cel(test: Test, column: Column) -> str:
    """The test as a CEL expression over the column's name; "true" for any value."""
    name = column.name
    match test:
        case AnyValue():
            return "true"
        case Presence():
            return f"{'' if test.known else '!'}known.{name}"
        case Truth():
            return name if test.value else f"!{name}"
        case OneOf():
            return _words_as_cel(test, column)
        case Spans():
            return "(" + " || ".join(_span_as_cel(span, name) for span in test.spans) + ")" if test.spans else "false"


def _words_as_cel(test: OneOf, column: Column) -> str:
    quoted = [f'"{word}"' for word in test.words]
    if column.kind is Kind.WORDS:
        inner = " || ".join(f"{word} in {column.name}" for word in quoted)
    elif len(quoted) == 1:
        inner = f"{column.name} == {quoted[0]}"
    else:
        inner = f"{column.name} in [{', '.join(quoted)}]"
    return f"!({inner})" if test.negated else f"({inner})"


def _span_as_cel(span: Span, name: str) -> str:
    low, high = span
    if low is None:
        # A span without either end holds every known value, and must still be an error where there is none.
        return f"{name} == {name}" if high is None else f"{name} <= {high}"
    if high is None:
        return f"{name} >= {low}"
    return f"{name} == {low}" if low == high else f"{name} >= {low} && {name} <= {high}"


def said(test: Test, column: Column) -> str:
    """The test for people, in the rule's own words: `age_years >= 75`, `flags has pregnant`."""
    match test:
        case AnyValue():
            return f"{column.name} is anything"
        case Presence():
            return f"{column.name} is {'known' if test.known else 'unknown'}"
        case Truth():
            return f"{column.name} is {'true' if test.value else 'false'}"
        case OneOf():
            verb = "has" if column.kind is Kind.WORDS else "is"
            return f"{column.name} {verb} {'not ' if test.negated else ''}{' or '.join(test.words)}"
        case Spans():
            compares = test.written[0] in "<>=!"
            return f"{column.name} {test.written}" if compares else f"{column.name} is {test.written}"
