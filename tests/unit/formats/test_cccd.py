import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queueflow.formats import cccd
from queueflow.model.errors import Invalid
from queueflow.model.patient import CardWarning, Identity, PartialDate, Sex
from tests.people import Person, distinct, people
from tests.unit.formats.hostile import CANARY, UNSHOWABLE, assert_refused, unshowable

BINH = "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1, Xã Thử Nghiệm, Lạng Sơn|01072022"
MAU = "020058000001|012345678|Hoàng Văn Mẫu|1958|Nam|Phường Lương Văn Tri, Lạng Sơn|15082021"


def slugs(identity: Identity) -> list[str]:
    return [warning.slug for warning in identity.warnings]


@pytest.mark.parametrize("ending", ["", "\r", "\r\n", "\t"])
def test_a_card_tells_who_it_is(ending: str) -> None:
    assert cccd.read(BINH + ending) == Identity(
        scheme="cccd-qr",
        key="pin:020185000002",
        last3="002",
        name="Nguyễn Thị Bình",
        birth_date=PartialDate(1985, 9, 2),
        sex=Sex.FEMALE,
        insurance=None,
        proven=True,
        warnings=(),
    )


def test_a_card_with_only_a_birth_year_and_an_old_number_is_read() -> None:
    identity = cccd.read(MAU)
    assert (identity.name, identity.birth_date, identity.sex) == ("Hoàng Văn Mẫu", PartialDate(1958), Sex.MALE)
    assert identity.warnings == ()


@pytest.mark.parametrize("more", ["|", "|a|b", "|a|b|c|d", "|" * 40])
def test_fields_after_the_seventh_are_ignored(more: str) -> None:
    assert cccd.read(BINH + more) == cccd.read(BINH)


def test_a_reader_may_leave_the_old_number_out() -> None:
    assert cccd.read(BINH.replace("||", "|")) == cccd.read(BINH)


@pytest.mark.parametrize("written", ["02/09/1985", "2/9/1985", "02-09-1985"])
def test_a_birth_date_with_strokes_is_read(written: str) -> None:
    assert cccd.read(BINH.replace("02091985", written)) == cccd.read(BINH)


@pytest.mark.parametrize(
    ("written", "born"),
    [("00001985", PartialDate(1985)), ("00/09/1985", PartialDate(1985, 9)), ("091985", PartialDate(1985, 9))],
)
def test_a_partial_birth_date_is_no_oddity(written: str, born: PartialDate) -> None:
    identity = cccd.read(BINH.replace("02091985", written))
    assert (identity.birth_date, identity.warnings) == (born, ())


def test_composed_and_decomposed_letters_are_one_name() -> None:
    decomposed = unicodedata.normalize("NFD", BINH)
    assert decomposed != BINH
    assert cccd.read(decomposed) == cccd.read(BINH)


@pytest.mark.parametrize(
    ("written", "sex"),
    [
        ("Nam", Sex.MALE),
        ("nam", Sex.MALE),
        ("Nam giới", Sex.MALE),
        ("Nữ", Sex.FEMALE),
        ("NỮ", Sex.FEMALE),
        ("N", Sex.FEMALE),
        ("N?", Sex.FEMALE),
        ("N\ufffd", Sex.FEMALE),
        ("", None),
        ("?", None),
        ("Khác", None),
    ],
)
def test_the_sex_is_read_even_where_its_letters_were_lost(written: str, sex: Sex | None) -> None:
    assert cccd.read(BINH.replace("Nữ", written)).sex == sex


def test_an_unknown_sex_goes_with_every_number() -> None:
    assert cccd.read(BINH.replace("Nữ", "")).warnings == ()


@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        ("020058000001", "1958", "Nam"),
        ("020185000002", "02091985", "Nữ"),
        ("001321000003", "2021", "Nữ"),
        ("079200000004", "2000", "Nam"),
        ("020199999999", "1999", "Nữ"),
        ("020400000001", "2100", "Nam"),
        ("100085000001", "1985", "Nam"),
    ],
)
def test_a_number_that_goes_with_its_owner_has_no_warning(number: str, born: str, sex: str) -> None:
    assert cccd.read(f"{number}||An|{born}|{sex}|x|01072022").warnings == ()


def test_a_number_of_the_other_sex_is_a_warning() -> None:
    identity = cccd.read(BINH.replace("020185", "020085"))
    assert identity.warnings == (CardWarning("sex-digit-mismatch", "sex"),)
    assert slugs(cccd.read(MAU.replace("020058", "020158"))) == ["sex-digit-mismatch"]


def test_an_unknown_province_is_a_warning() -> None:
    assert cccd.read(BINH.replace("020185", "099185")).warnings == (CardWarning("unknown-province", "number"),)
    assert slugs(cccd.read("000185000002")) == ["unknown-province"]


@pytest.mark.parametrize("born", ["02091986", "1885", "02092085"])
def test_another_birth_year_is_a_warning(born: str) -> None:
    identity = cccd.read(BINH.replace("02091985", born))
    assert identity.warnings == (CardWarning("birth-year-mismatch", "birth_date"),)


def test_oddities_add_up_and_never_refuse() -> None:
    assert slugs(cccd.read("099085000002||Nguy?n|1990|Nữ|x|y")) == [
        "garbled-name",
        "unknown-province",
        "sex-digit-mismatch",
        "birth-year-mismatch",
    ]


def test_a_garbled_name_is_kept_with_a_warning_and_a_lost_one_is_none() -> None:
    kept = cccd.read(BINH.replace("Nguyễn Thị Bình", "Nguy?n Th? Bình"))
    assert (kept.name, slugs(kept), kept.proven) == ("Nguy?n Th? Bình", ["garbled-name"], True)
    lost = cccd.read(BINH.replace("Nguyễn Thị Bình", "??? ?"))
    assert (lost.name, slugs(lost)) == (None, ["garbled-name"])


@pytest.mark.parametrize("typed", ["020185000002", " 020185000002 ", "020 185 000 002", "020185000002\r"])
def test_a_typed_number_tells_who_it_is_and_proves_nothing(typed: str) -> None:
    assert cccd.read(typed) == Identity("cccd-qr", "pin:020185000002", last3="002")


@pytest.mark.parametrize(
    "value",
    [
        "02018500000",
        "0201850000022",
        "02018500000x",
        "٠٢٠١٨٥٠٠٠٠٠٢",
        "０２０１８５０００００２",
        "Nguyễn Thị Bình",
        "|",
        "||||||",
        BINH[1:],
        "1" + BINH,
        BINH.replace("020185000002", "02018500000A"),
        BINH.replace("020185000002", "020 185 000 002"),
        BINH.replace("020185000002", ""),
        "020185000002|x|02091985|Nữ|x",
        "020185000002|",
        BINH.replace("02091985", "02131985"),
        BINH.replace("02091985", "31021985"),
        BINH.replace("02091985", "02091785"),
        BINH.replace("02091985", ""),
        BINH.replace("Nguyễn Thị Bình", ""),
        BINH.replace("Nguyễn Thị Bình", "123"),
        BINH.replace("Nguyễn Thị Bình", "a" * 101),
        BINH.replace("Nguyễn Thị Bình", "a" * 1000),
        MAU.rpartition("|")[0],
        f"{CANARY}|" * 7,
        f"020185000002||{CANARY}|{CANARY}|{CANARY}|x|y",
        "x" * 1_000_000,
        f"020185000002||{'Bình' * 250_000}|02091985|Nữ|x|y",
    ],
)
def test_what_is_no_card_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        cccd.read(value)
    assert_refused(refused.value, value)


@unshowable()
def test_a_name_with_a_character_that_cannot_be_shown_is_refused(character: str) -> None:
    with pytest.raises(Invalid) as refused:
        cccd.read(BINH.replace("Bình", f"{CANARY}{character}"))
    assert_refused(refused.value, BINH)


@unshowable()
def test_a_number_with_a_hidden_character_is_refused(character: str) -> None:
    for value in (f"020185{character}000002", BINH.replace("020185", f"020185{character}")):
        with pytest.raises(Invalid) as refused:
            cccd.read(value)
        assert_refused(refused.value, value)


@given(people(), st.booleans(), st.booleans(), st.lists(st.text(st.characters(categories=["L", "N"])), max_size=4))
def test_every_valid_card_round_trips(person: Person, strokes: bool, old: bool, more: list[str]) -> None:
    card = person.cccd(strokes=strokes, old_number=old, more=tuple(more) if old else ())
    assert cccd.read(card) == Identity(
        scheme="cccd-qr",
        key=f"pin:{person.pin}",
        last3=person.pin[-3:],
        name=person.name,
        birth_date=person.born,
        sex=person.sex,
        proven=True,
    )


@given(people(), st.integers(0, 999_999))
def test_two_people_have_two_keys_and_one_person_one(person: Person, serial: int) -> None:
    other = distinct(person, serial)
    same = other.pin == person.pin
    assert (cccd.read(other.cccd()).key == cccd.read(person.pin).key) is same


@given(people(), st.data())
def test_a_damaged_card_is_read_or_refused_and_nothing_else(person: Person, data: st.DataObject) -> None:
    card = person.cccd(strokes=data.draw(st.booleans()))
    start = data.draw(st.integers(0, len(card)))
    end = data.draw(st.integers(start, len(card)))
    read_or_refused(card[:start] + data.draw(st.text(max_size=8)) + card[end:])


@given(st.text())
@example("\ud800")
@example("020185000002|||||||||")
@example("020185000002||\u0301||||")
@example("".join(UNSHOWABLE.values()))
def test_any_text_is_read_or_refused_and_nothing_else(value: str) -> None:
    read_or_refused(value)


@given(st.lists(st.text(max_size=12), min_size=5, max_size=12))
def test_any_fields_after_a_good_number_are_read_or_refused(fields: list[str]) -> None:
    read_or_refused("|".join(("020185000002", *fields)))


def read_or_refused(value: str) -> None:
    try:
        identity = cccd.read(value)
    except Invalid as refusal:
        assert_refused(refusal)
        return
    assert isinstance(identity, Identity)
    assert identity.scheme == "cccd-qr"
    assert identity.key is not None
    assert cccd.PIN.fullmatch(identity.key.removeprefix("pin:"))
    assert identity.last3 == identity.key[-3:]
    assert identity.proven is ("|" in value)
    assert identity.name is None or unicodedata.is_normalized("NFC", identity.name)
