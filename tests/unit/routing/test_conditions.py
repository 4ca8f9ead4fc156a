import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.routing.columns import Column, Kind, Value
from queueflow.routing.conditions import ConditionWrong, Language, Rows, can_name, expression
from queueflow.routing.unary import Test, read_cell
from tests.unit.routing.example import COLUMNS, WORDS

ANSWERS = (Column("answers.fever", Kind.WORD, ("yes", "no")), Column("answers.weeks", Kind.NUMBER))
LANGUAGE = Language((*COLUMNS.values(), *ANSWERS))
KNOWN: dict[str, Value] = {
    "colour": "red",
    "flags": ["red", "blue"],
    "age_years": 40,
    "time": 8 * 60,
    "proven": True,
    "answers.fever": "yes",
}


def true(when: str, values: dict[str, Value]) -> bool:
    return Rows(LANGUAGE, [LANGUAGE.condition((), when)]).first((values,)) == 0


@pytest.mark.parametrize(
    "when",
    [
        "age_years >= 40",
        'colour == "red" && "blue" in flags',
        "time < 9 * 60",
        "proven",
        'answers.fever == "yes"',
        "known.age_years && !known.answers.weeks",
        'flags.exists(flag, flag.startsWith("b"))',
        "// a comment\nage_years > 3 // another",
        "age_years > 3 ||\n age_years > 4",
    ],
)
def test_cel_over_what_is_known_is_true_or_false(when: str) -> None:
    assert true(when, KNOWN)
    assert not true(f"!({when}\n)", KNOWN)


@pytest.mark.parametrize(
    "when",
    [
        "answers.weeks >= 36",
        "!(answers.weeks >= 36)",
        "answers.weeks < 36",
        "answers.weeks != 36",
        "answers.weeks >= 36 && proven",
        "known.answers.weeks && answers.weeks < 100",
        "1 / 0 == 1",
        "!(1 / 0 == 1)",
    ],
)
def test_what_needs_an_unknown_value_does_not_hold_whichever_way_it_asks(when: str) -> None:
    assert not true(when, KNOWN)


@pytest.mark.parametrize(
    "when",
    ["answers.weeks >= 36 || proven", "proven || answers.weeks >= 36", "!known.answers.weeks || answers.weeks < 9"],
)
def test_what_the_rest_decides_does_not_need_the_unknown_value(when: str) -> None:
    assert true(when, KNOWN)


@pytest.mark.parametrize(
    ("when", "sentence", "line", "character"),
    [
        ("age_years >= '75'", ">= cannot be used on (whole number, text).", 1, 11),
        ("agee_years >= 75", '"agee_years" is not known.', 1, 1),
        ("known.agee", '"known.agee" is not known.', 1, 6),
        ("proven &&\n  colour == 5", "== cannot be used on (text, whole number).", 2, 10),
        ('colour == "đỏ" && agee', '"agee" is not known.', 1, 19),
        ("age_years >=", "cannot be read: something is missing or too much here.", 1, 13),
        ("proven proven", "cannot be read: something is missing or too much here.", 1, 8),
        ("age_years", "must be true or false, but is something else.", 1, 1),
        ('"yes"', "must be true or false, but is something else.", 1, 1),
        ("proven && has(answers.fever)", "has() is written known.<column> here.", 1, 11),
        ("proven &&\n has (answers.fever)", "has() is written known.<column> here.", 2, 2),
        ("(" * 40 + "true" + ")" * 40, "nests too deeply: at most 32 levels.", 1, 1),
        ("true) || (true", "cannot be read: something is missing or too much here.", 1, 5),
        ("proven" + " || proven" * 20_000, "is too long.", 1, 1),
        ("proven \0", "holds a character that is no text.", 1, 1),
    ],
)
def test_what_does_not_compile_says_what_and_where(when: str, sentence: str, line: int, character: int) -> None:
    with pytest.raises(ConditionWrong) as refused:
        LANGUAGE.condition((), when)
    assert (refused.value.sentence, refused.value.line, refused.value.character) == (sentence, line, character)


@given(st.text(st.characters(codec="utf-8"), max_size=40) | st.text("age_yrs()&|!<>=\"' in1.known\n[]{}", max_size=40))
def test_no_text_is_worse_than_a_condition_that_is_wrong(text: str) -> None:
    if _compiles(text):
        Rows(LANGUAGE, [LANGUAGE.condition((), text)]).first((KNOWN,))


def test_a_condition_that_is_deep_but_for_the_cells_around_it_is_refused_too() -> None:
    deepest = next(depth for depth in range(60, 0, -1) if _compiles("(" * depth + "true" + ")" * depth))
    assert 20 < deepest < 33


def _compiles(when: str) -> bool:
    try:
        LANGUAGE.condition((), when)
    except ConditionWrong:
        return False
    return True


def test_a_row_of_many_cells_and_words_is_not_too_deep() -> None:
    words = tuple(f"word-{number}" for number in range(40))
    columns = [Column(f"column_{number}", Kind.WORDS, words) for number in range(40)]
    cells = [(column, read_cell(list(words), column)) for column in columns]
    language = Language(columns)
    rows = Rows(language, [language.condition(cells, "")])
    assert rows.first(({column.name: ["word-39"] for column in columns},)) == 0


def test_a_row_cannot_run_on() -> None:
    digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    loops = "".join(f"{digits}.exists({name}, " for name in "abcdefg")
    when = f"{loops}a + b + c + d + e + f + g + age_years == -1{')' * 7}"
    begun = time.perf_counter()
    assert not true(when, KNOWN)
    assert time.perf_counter() - begun < 1.0


@pytest.mark.parametrize("odd", [2**70, -(2**70), 3.5, None, ["a"], "\ud800"])
def test_a_value_of_another_kind_is_as_good_as_unknown(odd: object) -> None:
    values: dict[str, Value] = {**KNOWN, "age_years": odd}  # type: ignore[dict-item]
    assert not true("age_years >= 0 || age_years < 0", values)
    cell = (COLUMNS[Kind.NUMBER], read_cell(">= 0", COLUMNS[Kind.NUMBER]))
    assert Rows(LANGUAGE, [LANGUAGE.condition([cell], "")]).first((values,)) is None


def test_the_first_row_that_holds_counts() -> None:
    rows = Rows(LANGUAGE, [LANGUAGE.condition((), when) for when in ("false", "answers.weeks > 1", "proven", "true")])
    assert rows.first((KNOWN,)) == 2


def test_no_row_holds_of_a_table_without_rows() -> None:
    assert Rows(LANGUAGE, []).first((KNOWN,)) is None


def test_a_row_holds_only_if_it_does_at_each_possible_age() -> None:
    age = COLUMNS[Kind.NUMBER]

    def first(*cells: str) -> int | None:
        rows = Rows(LANGUAGE, [LANGUAGE.condition([(age, read_cell(cell, age))], "") for cell in cells])
        return rows.first(({"age_years": 74}, {"age_years": 75}))

    assert first(">= 75", "< 75", "74..75") == 2
    assert first(">= 74") == 0
    assert first("unknown", "known") == 1
    assert first(">= 75", "< 75") is None


def test_a_rows_cel_is_its_cells_and_its_own() -> None:
    colour, age = COLUMNS[Kind.WORD], COLUMNS[Kind.NUMBER]
    cells: list[tuple[Column, Test]] = [
        (colour, read_cell(["red", "blue"], colour)),
        (age, read_cell("-", age)),
        (age, read_cell("6..15", age)),
    ]
    both = '(colour in ["red", "blue"]) && (age_years >= 6 && age_years <= 15)'
    assert expression(cells, "") == both
    assert expression(cells, "proven") == f"{both} && (\nproven\n)"
    assert expression([], "") == "true"


@pytest.mark.parametrize("name", ["in", "true", "null", "int", "string", "if", "for", "type", "list"])
def test_a_word_of_cel_names_no_column(name: str) -> None:
    assert not can_name(Column(name, Kind.NUMBER))


@given(st.from_regex(r"[a-z][a-z0-9_]{2,12}", fullmatch=True).filter(lambda name: can_name(Column(name, Kind.NUMBER))))
def test_a_column_of_any_other_name_can_be_asked_about(name: str) -> None:
    column = Column(name, Kind.NUMBER)
    language = Language([column])
    rows = Rows(language, [language.condition([(column, read_cell("5", column))], f"known.{name} && {name} == 5")])
    assert rows.first(({name: 5},)) == 0


def test_words_are_compared_as_they_are_written() -> None:
    assert all(true(f'colour == "{word}"', {"colour": word}) for word in WORDS)
