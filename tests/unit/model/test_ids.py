import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.ids import is_slug, is_ticket_id, is_visit_id

VISIT = "20261124-0123456789abc"


@pytest.mark.parametrize("text", ["a", "1", "internal-medicine", "x-1", "a--b", "a" * 40, "0" * 40])
def test_a_slug_is_lower_case_letters_digits_and_inner_hyphens(text: str) -> None:
    assert is_slug(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-a",
        "a-",
        "A",
        "a b",
        "a_b",
        "a.b",
        "a/b",
        "ă",
        "a\n",
        "\na",
        "a\x00",
        "a" * 41,
        "１",
        "١",
        "{a}",
        "a:b",
        "K",
    ],
)
def test_anything_else_is_no_slug(text: str) -> None:
    assert not is_slug(text)


def test_a_visit_id_is_its_day_and_thirteen_characters() -> None:
    assert is_visit_id(VISIT)
    assert not is_visit_id(f"{VISIT}-1")


@pytest.mark.parametrize("stop", ["1", "9", "10", "99"])
def test_a_ticket_id_is_its_visit_and_the_stop(stop: str) -> None:
    assert is_ticket_id(f"{VISIT}-{stop}")
    assert not is_visit_id(f"{VISIT}-{stop}")


@pytest.mark.parametrize("stop", ["", "0", "01", "100", "-1", "a", "١", "1\n", "１"])
def test_a_stop_is_counted_from_one(stop: str) -> None:
    assert not is_ticket_id(f"{VISIT}-{stop}")


@pytest.mark.parametrize(
    "visit",
    [
        "",
        VISIT[1:],
        VISIT[:-1],
        VISIT + "0",
        VISIT + "\n",
        VISIT.upper(),
        VISIT.replace("-", "_"),
        VISIT.replace("a", "ă"),
        VISIT.replace("2026", "٢٠٢٦"),
        VISIT.replace("2026", "２０２６"),
        VISIT.replace("2026", "²⁰²⁶"),
        VISIT.replace("a", "}"),
    ],
)
def test_a_visit_id_has_one_way_to_be_written(visit: str) -> None:
    assert not is_visit_id(visit)
    assert not is_ticket_id(f"{visit}-1")


@given(st.text())
def test_every_id_is_plain_ascii(text: str) -> None:
    for accepts in (is_slug, is_visit_id, is_ticket_id):
        if accepts(text):
            assert text.isascii()
            assert text.isprintable()
            assert not set(text) & set("{}: /\\%")
