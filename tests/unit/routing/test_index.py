from hypothesis import given
from hypothesis import strategies as st

from queueflow.routing.columns import Column, Kind, Value
from queueflow.routing.conditions import Language, Rows
from queueflow.routing.index import Index
from queueflow.routing.unary import Test, holds, read_cell
from tests.unit.routing.example import COLUMNS, cells, plain_cells, values

Cells = dict[str, tuple[Column, Test]]
ALL = tuple(COLUMNS.values())


@st.composite
def rows(draw: st.DrawFn) -> Cells:
    asked = draw(st.lists(st.sampled_from(ALL), unique=True))
    return {column.name: (column, read_cell(draw(cells(column)), column)) for column in asked}


@st.composite
def patients(draw: st.DrawFn) -> dict[str, Value]:
    drawn = {column.name: draw(values(column)) for column in ALL}
    return {name: value for name, value in drawn.items() if value is not None}


@given(st.lists(rows(), max_size=12), patients())
def test_the_index_leaves_exactly_the_rows_whose_cells_all_hold(table: list[Cells], known: dict[str, Value]) -> None:
    left = Index(table).rows(known)
    expected = [all(holds(test, known.get(name)) for name, (_, test) in row.items()) for row in table]
    assert [bool(left >> number & 1) for number in range(len(table))] == expected
    assert left >> len(table) == 0


@given(st.data())
def test_each_columns_index_is_right_alone(data: st.DataObject) -> None:
    column = data.draw(st.sampled_from(ALL))
    tests = [read_cell(written, column) for written in data.draw(st.lists(cells(column), max_size=8))]
    value = data.draw(values(column))
    left = Index([{column.name: (column, test)} for test in tests]).rows({} if value is None else {column.name: value})
    assert [bool(left >> row & 1) for row in range(len(tests))] == [holds(test, value) for test in tests]


@given(st.lists(rows(), max_size=8), st.lists(patients(), min_size=1, max_size=2))
def test_the_row_that_is_chosen_is_the_first_that_cel_finds_true(
    table: list[Cells], worlds: list[dict[str, Value]]
) -> None:
    language = Language(ALL)
    conditions = [language.condition(list(row.values()), "") for row in table]
    alone = [Rows(language, [condition]).first(tuple(worlds)) == 0 for condition in conditions]
    expected = alone.index(True) if any(alone) else None
    assert Rows(language, conditions).first(tuple(worlds)) == expected


def test_two_thousand_rows_are_told_apart_by_one_look_a_column() -> None:
    age = COLUMNS[Kind.NUMBER]
    index = Index([{age.name: (age, read_cell(number, age))} for number in range(2000)])
    assert index.rows({"age_years": 1999}) == 1 << 1999
    assert index.rows({"age_years": 2000}) == 0
    assert index.rows({}) == 0


@given(st.lists(st.lists(plain_cells(COLUMNS[Kind.NUMBER]), min_size=1, max_size=4), max_size=6), st.integers(-5, 14))
def test_spans_that_overlap_count_once(table: list[list[str]], number: int) -> None:
    age = COLUMNS[Kind.NUMBER]
    tests = [read_cell(parts, age) for parts in table]
    left = Index([{age.name: (age, test)} for test in tests]).rows({"age_years": number})
    assert [bool(left >> row & 1) for row in range(len(tests))] == [holds(test, number) for test in tests]
