"""Hypothesis strategies for synthetic people and their cards.

Nobody here exists: names are put together from a short list, the six digits at the end of a number stay below
1,000, and addresses are in places that are not there.
"""

from dataclasses import dataclass, replace
from datetime import date

from hypothesis import strategies as st

from queueflow.model.patient import PartialDate, Sex

PROVINCES = ("001", "004", "019", "020", "022", "024", "048", "079", "092", "096")
"""Some places of registration that the number knows."""
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vi", "Nông", "Lý", "Đặng", "Lương", "Bế", "Triệu")
_MIDDLE = ("Văn", "Thị", "Minh", "Thu", "Ngọc", "Đức", "Khánh", "Xuân")
_GIVEN = ("Bình", "An", "Mẫu", "Hằng", "Quỳnh", "Sơn", "Thủy", "Tuấn", "Ước", "Yến", "Giang", "Phượng")
_ADDRESSES = ("Thôn Mẫu 1, Xã Thử Nghiệm, Lạng Sơn", "Phường Không Có, Lạng Sơn", "Số 0, Đường Giả, Thử Nghiệm")
_CODE_AND_BENEFIT = ("TE1", "CC1", "HN2", "DT2", "HT3", "CN3", "GD4", "HS4", "DN4", "QN5", "CA5")


@dataclass(frozen=True)
class Person:
    """A synthetic person. `born` may be known to the year or the month only."""

    name: str
    born: PartialDate
    sex: Sex
    pin: str
    old_number: str
    address: str
    issued: str
    social: str
    code: str

    @property
    def insurance(self) -> str:
        """The 15 characters of the insurance card."""
        return f"{self.code}20{self.social}"

    def cccd(self, *, strokes: bool = False, old_number: bool = True, more: tuple[str, ...] = ()) -> str:
        """What the QR code of the identity card holds; `more` are fields that only some cards have."""
        fields = [self.pin]
        if old_number:
            fields.append(self.old_number)
        sex = "Nam" if self.sex is Sex.MALE else "Nữ"
        fields += [self.name, written(self.born, "/" if strokes else ""), sex, self.address, self.issued]
        return "|".join((*fields, *more))

    def bhyt(self, number: str | None = None, *, valid: tuple[str, str] = ("01/01/2026", "31/12/2026")) -> str:
        """What the QR code of the paper insurance card holds; `number`: instead of the 15 characters."""
        hexed = [text.encode().hex() for text in (self.name, self.address)]
        sex = "1" if self.sex is Sex.MALE else "2"
        return "|".join(
            (
                number or self.insurance,
                hexed[0],
                written(self.born, "/"),
                sex,
                hexed[1],
                "20 - 001",
                *valid,
                "05/12/2025",
                "20000000000001",
                "-",
                "4",
                "01/01/2030",
                "0000000000000000-0000",
                "$",
            )
        )


def written(day: PartialDate, stroke: str) -> str:
    """A birth date as cards write it: day, month, year, as far as they are known."""
    parts = [f"{day.year:04d}"]
    if day.month is not None:
        parts.insert(0, f"{day.month:02d}")
        if day.day is not None:
            parts.insert(0, f"{day.day:02d}")
    return stroke.join(parts)


def names() -> st.SearchStrategy[str]:
    """Vietnamese names, NFC."""
    parts = st.tuples(st.sampled_from(_FAMILY), st.lists(st.sampled_from(_MIDDLE), max_size=2), st.sampled_from(_GIVEN))
    return parts.map(lambda name: " ".join((name[0], *name[1], name[2])))


def birth_dates(first: int = 1930, last: int = 2026) -> st.SearchStrategy[PartialDate]:
    """Birth dates known to the day, the month or the year."""
    years = st.integers(first, last)
    months = st.integers(1, 12)
    return st.one_of(
        st.dates(date(first, 1, 1), date(last, 12, 31)).map(lambda day: PartialDate(day.year, day.month, day.day)),
        st.builds(PartialDate, years, months),
        st.builds(PartialDate, years),
    )


@st.composite
def people(draw: st.DrawFn) -> Person:
    """People whose cards contradict nothing."""
    born = draw(birth_dates())
    sex = draw(st.sampled_from((Sex.MALE, Sex.FEMALE)))
    century = 2 * ((born.year - 1900) // 100) + (sex is Sex.FEMALE)
    serial = draw(st.integers(1, 999))
    pin = f"{draw(st.sampled_from(PROVINCES))}{century}{born.year % 100:02d}{serial:06d}"
    return Person(
        name=draw(names()),
        born=born,
        sex=sex,
        pin=pin,
        old_number=draw(st.sampled_from(("", "000000001", "000000987"))),
        address=draw(st.sampled_from(_ADDRESSES)),
        issued=draw(st.sampled_from(("01072022", "15082021", "31122025"))),
        social=f"{draw(st.integers(1, 999)):010d}",
        code=draw(st.sampled_from(_CODE_AND_BENEFIT)),
    )


def distinct(person: Person, serial: int) -> Person:
    """The same person with another number, to be told from the first: `serial` 0 to 999,999."""
    return replace(person, pin=f"{person.pin[:6]}{serial:06d}", social=f"{serial:010d}")
