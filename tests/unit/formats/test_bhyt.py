import unicodedata
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queueflow.formats import bhyt, cccd
from queueflow.model.errors import Invalid
from queueflow.model.patient import CardWarning, Identity, PartialDate, Sex
from tests.people import Person, people
from tests.unit.formats.hostile import CANARY, UNSHOWABLE, assert_refused, unshowable

BINH = (
    "GD4200000000001|4e677579e1bb856e205468e1bb8b2042c3ac6e68|02/09/1985|2|"
    "5068c6b0e1bb9d6e67204cc6b0c6a16e672056c4836e205472692c2074e1bb896e68204ce1baa16e672053c6a16e|20 - 001|"
    "01/01/2025|31/12/2025|05/12/2024|20000000000001|-|4|01/01/2030|0000000000000000-0000|$"
)
IDENTITY_CARD = "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1, Xã Thử Nghiệm, Lạng Sơn|01072022"
HEX_NAME = "4e677579e1bb856e205468e1bb8b2042c3ac6e68"


def slugs(identity: Identity) -> list[str]:
    return [warning.slug for warning in identity.warnings]


def named(name: str) -> str:
    return BINH.replace(HEX_NAME, name)


def test_a_paper_card_tells_who_it_is() -> None:
    assert bhyt.read(BINH, date(2025, 11, 24)) == Identity(
        scheme="bhyt",
        key="bhxh:0000000001",
        last3="001",
        name="Nguyễn Thị Bình",
        birth_date=PartialDate(1985, 9, 2),
        sex=Sex.FEMALE,
        insurance="GD4200000000001",
        proven=True,
        warnings=(),
    )


@pytest.mark.parametrize("typed", ["GD4200000000001", "gd4200000000001", " GD 4 20 0000000001 ", "GD4200000000001\r\n"])
def test_fifteen_characters_typed_tell_who_it_is_and_prove_nothing(typed: str) -> None:
    assert bhyt.read(typed) == Identity("bhyt", "bhxh:0000000001", last3="001", insurance="GD4200000000001")


def test_the_ten_digits_alone_are_the_same_person_as_the_fifteen_characters() -> None:
    short = bhyt.read("0000000001")
    assert short == Identity("bhyt", "bhxh:0000000001", last3="001", insurance="0000000001")
    assert short.key == bhyt.read("GD4200000000001").key == bhyt.read("TE1200000000001").key


def test_twelve_digits_are_the_person_of_the_identity_card() -> None:
    typed = bhyt.read("020185000002")
    assert typed == Identity("bhyt", "pin:020185000002", last3="002", insurance="020185000002")
    assert typed.key == cccd.read("020185000002").key
    assert slugs(bhyt.read("099185000002")) == ["unknown-province"]


def test_an_identity_card_stands_in_for_the_insurance_card() -> None:
    for card in (IDENTITY_CARD, IDENTITY_CARD.replace("||", "|"), IDENTITY_CARD + "|a|b"):
        identity = bhyt.read(card)
        assert (identity.scheme, identity.insurance, identity.key) == ("bhyt", "020185000002", "pin:020185000002")
        assert (identity.name, identity.birth_date) == ("Nguyễn Thị Bình", PartialDate(1985, 9, 2))
        assert (identity.sex, identity.proven, identity.warnings) == (Sex.FEMALE, True, ())


def test_a_paper_card_with_the_twelve_digits_is_read_and_checked_against_them() -> None:
    card = BINH.replace("GD4200000000001", "020185000002")
    identity = bhyt.read(card)
    assert (identity.key, identity.insurance) == ("pin:020185000002", "020185000002")
    assert (identity.name, identity.sex, identity.warnings) == ("Nguyễn Thị Bình", Sex.FEMALE, ())
    odd = bhyt.read(card.replace("020185000002", "099086000002"))
    assert slugs(odd) == ["unknown-province", "sex-digit-mismatch", "birth-year-mismatch"]


@pytest.mark.parametrize(
    ("code", "digit"), [("TE", "1"), ("BT", "2"), ("HT", "3"), ("GD", "4"), ("HS", "4"), ("QN", "5")]
)
def test_each_object_code_has_its_benefit_digit(code: str, digit: str) -> None:
    assert bhyt.read(f"{code}{digit}200000000001").warnings == ()
    for other in set("12345") - {digit}:
        warnings = bhyt.read(f"{code}{other}200000000001").warnings
        assert warnings == (CardWarning("benefit-code-mismatch", "insurance"),)


def test_an_unknown_object_code_is_a_warning() -> None:
    assert bhyt.read("ZZ4200000000001").warnings == (CardWarning("unknown-object-code", "insurance"),)
    assert slugs(bhyt.read(BINH.replace("GD4", "ZZ4"))) == ["unknown-object-code"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Nguyễn Thị Bình", "Nguyễn Thị Bình"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Bình"), "Nguyễn Thị Bình"),
        ("4e677579e1bb856e2056c4836e20416e", "Nguyễn Văn An"),
        ("4E677579E1BB856E2056C4836E20416E", "Nguyễn Văn An"),
        ("Da", "Da"),
        ("Abe Ada", "Abe Ada"),
    ],
)
def test_a_name_is_read_from_hexadecimal_or_as_it_stands(written: str, read: str) -> None:
    identity = bhyt.read(named(written))
    assert (identity.name, identity.warnings) == (read, ())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (HEX_NAME[:-1], "Nguyễn Thị Bìn\ufffd"),
        (HEX_NAME[:10], "Nguy\ufffd"),
        ("4e67ff", "Ng\ufffd"),
        ("Nguy?n", "Nguy?n"),
        ("3f3f", None),
        ("eda080", None),
    ],
)
def test_a_name_that_lost_letters_is_a_warning(written: str, read: str | None) -> None:
    identity = bhyt.read(named(written))
    assert (identity.name, slugs(identity)) == (read, ["garbled-name"])


@pytest.mark.parametrize(("written", "born"), [("1985", PartialDate(1985)), ("00/00/1985", PartialDate(1985))])
def test_a_birth_date_may_be_a_year(written: str, born: PartialDate) -> None:
    assert bhyt.read(BINH.replace("02/09/1985", written)).birth_date == born


@pytest.mark.parametrize(("written", "sex"), [("1", Sex.MALE), ("2", Sex.FEMALE), ("3", None), ("", None)])
def test_the_sex_is_one_or_two(written: str, sex: Sex | None) -> None:
    assert bhyt.read(BINH.replace("|2|", f"|{written}|")).sex == sex


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 12, 31), ["card-not-yet-valid"]),
        (date(2025, 1, 1), []),
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), ["card-expired"]),
        (None, []),
    ],
)
def test_a_card_outside_its_validity_is_a_warning(today: date | None, expected: list[str]) -> None:
    assert slugs(bhyt.read(BINH, today)) == expected


@pytest.mark.parametrize("last", ["", "-"])
def test_a_card_without_an_end_does_not_expire(last: str) -> None:
    assert bhyt.read(BINH.replace("31/12/2025", last), date(2099, 1, 1)).warnings == ()


@pytest.mark.parametrize("end", ["31/02/2025", "2025-12-31", "soon", "00/00/2025", "01/01/0000", "٣١/١٢/٢٠٢٥"])
def test_a_validity_that_cannot_be_read_is_a_warning(end: str) -> None:
    expected = (CardWarning("validity-unreadable", "insurance"),)
    assert bhyt.read(BINH.replace("31/12/2025", end)).warnings == expected
    assert bhyt.read(BINH.replace("01/01/2025", end), date(2025, 6, 1)).warnings == expected


def test_a_card_cut_after_the_sex_is_still_read() -> None:
    short = "|".join(BINH.split("|")[:4])
    assert bhyt.read(short, date(2025, 6, 1)) == bhyt.read(BINH, date(2025, 6, 1))
    assert bhyt.read(f"{short}|x|y|01/01/2026", date(2025, 6, 1)).warnings[0].slug == "card-not-yet-valid"


def test_oddities_add_up_and_never_refuse() -> None:
    card = named("Nguy?n").replace("GD4", "GD3").replace("31/12/2025", "?")
    assert slugs(bhyt.read(card)) == ["garbled-name", "benefit-code-mismatch", "validity-unreadable"]


@pytest.mark.parametrize(
    "value",
    [
        "GD420000000001",
        "GD42000000000011",
        "GD6200000000001",
        "GD0200000000001",
        "G14200000000001",
        "GD42000000000O1",
        "ĐN4200000000001",
        "ﬀ4200000000001",
        "Gß4200000000001",
        "00000000011",
        "000000001",
        "٠٠٠٠٠٠٠٠٠١",
        "０００００００００１",
        "|",
        "|||||||||||||||",
        BINH[1:],
        BINH.replace("GD4200000000001", ""),
        "|".join(BINH.split("|")[:3]),
        "GD4200000000001|",
        named(""),
        named("-"),
        named("00"),
        named("e280ae41"),
        named("31323334"),
        named("61" * 101),
        BINH.replace("02/09/1985", "02/13/1985"),
        BINH.replace("02/09/1985", ""),
        BINH.replace("02/09/1985", CANARY),
        IDENTITY_CARD.replace("02091985", "02131985"),
        "020185000002|x|y|z",
        f"{CANARY}|" * 15,
        "4" * 1_000_000,
        named("4e" * 500_000),
    ],
)
def test_what_is_no_card_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        bhyt.read(value)
    assert_refused(refused.value, value)


@unshowable()
def test_a_name_with_a_character_that_cannot_be_shown_is_refused(character: str) -> None:
    hidden = f"{CANARY}{character}a"
    for name in (hidden, hidden.encode("utf-8", "surrogatepass").hex()):
        try:
            identity = bhyt.read(named(name))
        except Invalid as refusal:
            assert_refused(refusal, BINH, name)
        else:  # a surrogate in hexadecimal is no UTF-8: letters that were lost
            assert (identity.name, slugs(identity)) == (f"{CANARY}\ufffd\ufffd\ufffda", ["garbled-name"])
            assert (character, name) == (UNSHOWABLE["lone surrogate"], hidden.encode("utf-8", "surrogatepass").hex())


@given(people(), st.sampled_from(("card", "social", "pin")))
def test_every_valid_card_round_trips(person: Person, kind: str) -> None:
    number = {"card": person.insurance, "social": person.social, "pin": person.pin}[kind]
    expected = Identity(
        scheme="bhyt",
        key=f"pin:{person.pin}" if kind == "pin" else f"bhxh:{person.social}",
        last3=number[-3:],
        name=person.name,
        birth_date=person.born,
        sex=person.sex,
        insurance=number,
        proven=True,
    )
    assert bhyt.read(person.bhyt(number), date(2026, 11, 24)) == expected
    typed = bhyt.read(number)
    assert (typed.key, typed.insurance, typed.proven) == (expected.key, number, False)


@given(people())
def test_a_person_has_one_key_whichever_card_they_show(person: Person) -> None:
    assert bhyt.read(person.cccd()).key == cccd.read(person.cccd()).key == bhyt.read(person.pin).key


@given(people(), st.data())
def test_a_damaged_card_is_read_or_refused_and_nothing_else(person: Person, data: st.DataObject) -> None:
    card = person.bhyt()
    start = data.draw(st.integers(0, len(card)))
    end = data.draw(st.integers(start, len(card)))
    read_or_refused(card[:start] + data.draw(st.text(max_size=8)) + card[end:])


@given(st.text(), st.none() | st.dates())
@example("\ud800", None)
@example("GD4200000000001|||", None)
@example("020185000002|||1|||||", None)
@example("".join(UNSHOWABLE.values()), None)
def test_any_text_is_read_or_refused_and_nothing_else(value: str, today: date | None) -> None:
    read_or_refused(value, today)


@given(
    st.sampled_from(("GD4200000000001", "0000000001", "020185000002")),
    st.lists(st.text(max_size=12) | st.binary(max_size=12).map(bytes.hex), min_size=3, max_size=15),
    st.none() | st.dates(),
)
def test_any_fields_after_a_good_number_are_read_or_refused(number: str, fields: list[str], today: date | None) -> None:
    read_or_refused("|".join((number, *fields)), today)


def read_or_refused(value: str, today: date | None = None) -> None:
    try:
        identity = bhyt.read(value, today)
    except Invalid as refusal:
        assert_refused(refusal)
        return
    assert isinstance(identity, Identity)
    assert identity.scheme == "bhyt"
    assert identity.key is not None
    assert identity.insurance is not None
    assert len(identity.insurance) in (10, 12, 15)
    assert identity.key.partition(":")[2] in identity.insurance
    assert identity.last3 == identity.insurance[-3:]
    assert identity.proven is ("|" in value)
    assert identity.name is None or unicodedata.is_normalized("NFC", identity.name)
