from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.routing.columns import Column, Kind, Value
from queueflow.routing.conditions import Language, Rows
from queueflow.routing.unary import NotUnderstood, as_cel, holds, implies, read_cell, said, witness
from tests.unit.routing.example import COLUMNS, cells, clock, plain_cells, values

WORD, FLAGS, AGE, TIME, PROVEN = (COLUMNS[kind] for kind in Kind)
ANY_COLUMN = st.sampled_from(tuple(COLUMNS.values()))
LANGUAGE = Language(tuple(COLUMNS.values()))


@st.composite
def cells_and_values(draw: st.DrawFn) -> tuple[Column, object, Value | None]:
    column = draw(ANY_COLUMN)
    return column, draw(cells(column)), draw(values(column))


@given(cells_and_values())
def test_every_form_that_may_be_written_is_read(case: tuple[Column, object, Value | None]) -> None:
    column, written, _ = case
    assert said(read_cell(written, column), column).startswith(column.name)


@given(cells_and_values())
def test_a_cell_means_what_its_cel_means(case: tuple[Column, object, Value | None]) -> None:
    column, written, value = case
    test = read_cell(written, column)
    rows = Rows(LANGUAGE, [LANGUAGE.condition((), as_cel(test, column))])
    known = {} if value is None else {column.name: value}
    assert (rows.first((known,)) == 0) is holds(test, value)


@given(ANY_COLUMN.flatmap(lambda column: st.tuples(st.just(column), cells(column))))
def test_a_cell_on_an_unknown_value_holds_only_where_it_says_so(case: tuple[Column, object]) -> None:
    column, written = case
    assert holds(read_cell(written, column), None) is (written in ("-", "unknown"))


@given(st.data())
def test_not_holds_of_every_known_value_that_the_cell_without_it_does_not(data: st.DataObject) -> None:
    column = data.draw(ANY_COLUMN)
    written = data.draw(plain_cells(column))
    value = data.draw(values(column))
    without, negated = (holds(read_cell(text, column), value) for text in (written, f"not {written}"))
    assert negated is (value is not None and not without)


@given(st.data())
def test_a_list_holds_where_one_of_its_parts_does(data: st.DataObject) -> None:
    column = data.draw(ANY_COLUMN.filter(lambda column: column.kind is not Kind.TRUTH))
    parts = data.draw(st.lists(plain_cells(column), min_size=1, max_size=4))
    value = data.draw(values(column))
    expected = any(holds(read_cell(part, column), value) for part in parts)
    assert holds(read_cell(parts, column), value) is expected
    assert holds(read_cell(f"in [{', '.join(parts)}]", column), value) is expected


@pytest.mark.parametrize(
    ("operator", "compare"),
    [
        (">=", int.__ge__),
        (">", int.__gt__),
        ("<=", int.__le__),
        ("<", int.__lt__),
        ("=", int.__eq__),
        ("==", int.__eq__),
        ("!=", int.__ne__),
    ],
)
@given(value=st.integers(-5, 5), bound=st.integers(-5, 5))
def test_a_comparison_compares(operator: str, compare: Callable[[int, int], bool], value: int, bound: int) -> None:
    assert holds(read_cell(f"{operator} {bound}", AGE), value) is compare(value, bound)


@given(value=st.integers(0, 1439), ends=st.tuples(st.integers(0, 1439), st.integers(0, 1439)).map(sorted))
def test_a_range_includes_both_its_ends(value: int, ends: list[int]) -> None:
    low, high = ends
    assert holds(read_cell(f"{low}..{high}", AGE), value) is (low <= value <= high)
    assert holds(read_cell(f"{clock(low)}..{clock(high)}", TIME), value) is (low <= value <= high)


@given(st.integers(-9, 150))
def test_a_whole_number_of_toml_asks_for_itself(number: int) -> None:
    assert read_cell(number, AGE) == read_cell(str(number), AGE)
    assert holds(read_cell(number, AGE), number)
    assert not holds(read_cell(number, AGE), number + 1)


@pytest.mark.parametrize("written", [True, "true", "not false"])
def test_true_is_written_in_toml_or_as_a_word(written: object) -> None:
    assert holds(read_cell(written, PROVEN), True)
    assert not holds(read_cell(written, PROVEN), False)


def test_a_set_of_words_holds_a_word_or_one_of_a_list_or_none() -> None:
    assert holds(read_cell("red", FLAGS), ["blue", "red"])
    assert holds(read_cell(["red", "green"], FLAGS), ["blue", "red"])
    assert not holds(read_cell("not red", FLAGS), ["blue", "red"])
    assert holds(read_cell("not in [red, green]", FLAGS), ["blue"])
    assert holds(read_cell("not red", FLAGS), [])


def test_a_word_that_begins_with_not_is_a_word() -> None:
    assert holds(read_cell("not-sure", WORD), "not-sure")


def test_a_column_without_known_words_takes_any_word() -> None:
    code = Column("insurance_code", Kind.WORD)
    assert holds(read_cell(["TE", "CC"], code), "TE")
    with pytest.raises(NotUnderstood, match="a word"):
        read_cell(">= 5", code)


@pytest.mark.parametrize(
    ("column", "written", "expected"),
    [
        (AGE, "75+", 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, ">= seventy", 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, 7.5, 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, True, 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, "", 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, "١٢", 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, "9999999999", 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, {"low": 1}, 'a whole number, ">= 75", "6..15" or "-"'),
        (AGE, "15..6", "a range from the smaller to the greater, such as 6..15"),
        (AGE, [], 'at least one value, or "-" for any'),
        (AGE, [1, "-"], 'a list of plain values; "-", known, unknown and not stand alone'),
        (AGE, [1, "not 5"], 'a list of plain values; "-", known, unknown and not stand alone'),
        (AGE, "not known", 'after "not", a whole number, ">= 75", "6..15" or "-"'),
        (AGE, "not not 5", 'after "not", a whole number, ">= 75", "6..15" or "-"'),
        (TIME, "7", 'a time such as "< 11:30", "07:00..11:30" or "-"'),
        (TIME, 7, 'a time such as "< 11:30", "07:00..11:30" or "-"'),
        (TIME, "24:00", 'a time such as "< 11:30", "07:00..11:30" or "-"'),
        (TIME, "11:60", 'a time such as "< 11:30", "07:00..11:30" or "-"'),
        (PROVEN, "yes", 'true, false or "-"'),
        (PROVEN, 1, 'true, false or "-"'),
        (PROVEN, ["true"], 'a list of plain values; "-", known, unknown and not stand alone'),
        (WORD, "rde", "one of red, green, blue, not-sure"),
        (WORD, "red, green", "one of red, green, blue, not-sure"),
        (WORD, "in [red, not green]", 'a list of plain values; "-", known, unknown and not stand alone'),
        (WORD, "in []", "one of red, green, blue, not-sure"),
        (WORD, 5, 'one of red, green, blue, not-sure, or "-"'),
        (FLAGS, ["red", 5], 'one of red, green, blue, not-sure, or "-"'),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(column: Column, written: object, expected: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_cell(written, column)
    assert refused.value.expected == expected


def test_a_mistyped_word_names_the_nearest() -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_cell("grene", WORD)
    assert refused.value.meant == "green"


@pytest.mark.parametrize(
    ("column", "written", "words"),
    [
        (AGE, ">=75", "age_years >= 75"),
        (AGE, "6..15", "age_years is 6..15"),
        (AGE, 5, "age_years is 5"),
        (AGE, ["< 6", ">= 75"], "age_years < 6 or >= 75"),
        (AGE, "not 6..15", "age_years is not 6..15"),
        (AGE, "unknown", "age_years is unknown"),
        (TIME, "< 11:30", "time < 11:30"),
        (WORD, ["red", "blue"], "colour is red or blue"),
        (WORD, "not red", "colour is not red"),
        (FLAGS, "red", "flags has red"),
        (FLAGS, "not in [red, blue]", "flags has not red or blue"),
        (PROVEN, True, "proven is true"),
        (PROVEN, "-", "proven is anything"),
    ],
)
def test_a_cell_is_told_in_the_words_of_the_rule(column: Column, written: object, words: str) -> None:
    assert said(read_cell(written, column), column) == words


@given(st.data())
def test_a_test_implies_another_where_no_value_shows_otherwise(data: st.DataObject) -> None:
    column = data.draw(ANY_COLUMN)
    narrow, wide = (read_cell(data.draw(cells(column)), column) for _ in range(2))
    value = data.draw(values(column))
    if implies(narrow, wide, column) and holds(narrow, value):
        assert holds(wide, value)


@given(ANY_COLUMN.flatmap(lambda column: st.tuples(st.just(column), cells(column))))
def test_every_test_implies_itself_and_anything(case: tuple[Column, object]) -> None:
    column, written = case
    test = read_cell(written, column)
    assert implies(test, test, column)
    assert implies(test, read_cell("-", column), column)
    assert implies(read_cell("-", column), test, column) is (written == "-")


@given(ANY_COLUMN.flatmap(lambda column: st.tuples(st.just(column), cells(column))))
def test_a_witness_of_a_test_is_a_value_that_it_holds_of(case: tuple[Column, object]) -> None:
    column, written = case
    test = read_cell(written, column)
    (value,) = witness(test, column)
    assert holds(test, value)
