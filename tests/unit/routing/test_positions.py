import tomllib
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.routing.positions import Path, Positions

TEXT = '''\
# a comment with "quotes" and [brackets]
top = 1
dotted.key.here = "x" # tail

[plain]
first = [1, 2,
  3, # three
  { deep = "d" },
]
"quoted key" = 'it = [no] {table}'
'single' = """
long
text with \\""" in it
"""
after = 1979-05-27 07:32:00

[[list]]
name = "one"
if = { service = "a", answers.fever = "yes" }
[list.sub]
x = 1
[[list]]
name = "two"
[[list.inner]]
y = 1
  [[list.inner]]
  y = 2
[list.inner.table]
z = { }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("dotted", "key", "here"), 3),
        (("plain",), 5),
        (("plain", "first"), 6),
        (("plain", "first", 1), 6),
        (("plain", "first", 2), 7),
        (("plain", "first", 3), 8),
        (("plain", "first", 3, "deep"), 8),
        (("plain", "quoted key"), 10),
        (("plain", "single"), 11),
        (("plain", "after"), 15),
        (("list",), 17),
        (("list", 0), 17),
        (("list", 0, "name"), 18),
        (("list", 0, "if", "service"), 19),
        (("list", 0, "if", "answers", "fever"), 19),
        (("list", 0, "sub", "x"), 21),
        (("list", 1), 22),
        (("list", 1, "name"), 23),
        (("list", 1, "inner", 0, "y"), 25),
        (("list", 1, "inner", 1), 26),
        (("list", 1, "inner", 1, "y"), 27),
        (("list", 1, "inner", 1, "table"), 28),
        (("list", 1, "inner", 1, "table", "z"), 29),
    ],
)
def test_a_key_stands_on_its_line(path: Path, line: int) -> None:
    tomllib.loads(TEXT)
    assert Positions(TEXT).line(path) == line


def test_a_key_that_is_not_there_stands_where_its_table_does() -> None:
    positions = Positions(TEXT)
    assert positions.line(("list", 1, "if", "service")) == 22
    assert positions.line(("nowhere",)) == 1


def test_a_long_text_begins_on_the_line_of_its_first_character() -> None:
    assert Positions(TEXT).value_line(("plain", "single")) == 12
    assert Positions("\na = '''x\ny'''").value_line(("a",)) == 2
    assert Positions("\na = 'x'").value_line(("a",)) == 2
    assert Positions("a = 1").value_line(("b",)) == 1


KEYS = st.text("abc", min_size=1, max_size=2) | st.sampled_from(("a b", "é", "x.y", "#", '"', "\\", "]", "="))
TEXTS = st.sampled_from(
    ("", "plain", "# no comment", "[a]", "{b = 1}", "a,b", 'say "x"', "it's", "back\\slash", "é\tß")
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A TOML text with every way of writing that there is, whose leaves all hold the number of their line."""
    lines: list[str] = []
    used: dict[tuple[str, ...], set[str]] = {}

    def noise() -> None:
        lines.extend(draw(st.lists(st.sampled_from(("", "  ", "# comment [x] = {", "\t# 'quote")), max_size=2)))

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'

    def value(depth: int) -> str:
        here = len(lines) + 1
        kind = draw(st.integers(0, 5 if depth else 2))
        if kind == 0:
            return str(here)
        if kind == 1:
            return quoted(f"{here}|" + draw(TEXTS))
        if kind == 2:
            return "'" + f"{here}|" + draw(TEXTS.filter(lambda text: "'" not in text)) + "'"
        if kind == 3:
            return "{ " + ", ".join(f"{key} = {value(depth - 1)}" for key in ("m", "n.o", '"p q"')) + " }"
        if kind == 4:
            return "[" + ", ".join(value(depth - 1) for _ in range(draw(st.integers(0, 3)))) + "]"
        return '"""' + f"{here}|" + draw(TEXTS).replace("\\", "\\\\").replace('"', '\\"') + '"""'

    def pairs(table: tuple[str, ...]) -> None:
        for _ in range(draw(st.integers(0, 3))):
            noise()
            key = draw(KEYS)
            if key in used.setdefault(table, set()):
                continue
            used[table].add(key)
            spaces = draw(st.sampled_from(("", " ")))
            written = quoted(key) if not key.isascii() or not key.isalpha() or draw(st.booleans()) else key
            lines.append(f"{spaces}{written}{spaces}={spaces}{value(2)}{draw(st.sampled_from(('', ' # end')))}")

    pairs(())
    for number in range(draw(st.integers(0, 4))):
        noise()
        lines.append(f"[ t{number} . sub ]" if draw(st.booleans()) else f"[t{number}]")
        pairs((str(number),))
        for _ in range(draw(st.integers(0, 3))):
            lines.append(f"[[t{number}.rows]]" if draw(st.booleans()) else f"[[ list{number} ]]")
            pairs((str(number), str(len(lines))))
    return "\n".join(lines) + draw(st.sampled_from(("", "\n", "\n\n")))


def _leaves(value: object, path: Path) -> list[tuple[Path, object]]:
    if isinstance(value, dict):
        inner = cast("dict[str, object]", value)
        return [leaf for key, one in inner.items() for leaf in _leaves(one, (*path, key))]
    if isinstance(value, list):
        return [leaf for at, one in enumerate(cast("list[object]", value)) for leaf in _leaves(one, (*path, at))]
    return [(path, value)]


@given(documents())
def test_every_value_of_any_text_is_found_on_its_line(text: str) -> None:
    positions = Positions(text)
    for path, value in _leaves(tomllib.loads(text), ()):
        assert positions.line(path) == int(str(value).split("|", maxsplit=1)[0])
