"""Made-up people: names, birth dates, cards and numbers that read like real ones and belong to nobody.

Lives here: Person, and drawing one.
May import: model, msgspec, the standard library's random and datetime.
Never: take anything from a real card; numbers count up from 1, addresses are of a village that does not exist.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final, TypeVar

import msgspec

from queueflow.model.patient import Sex

T = TypeVar("T")

_FAMILY_NAMES: Final = """
    Hoàng Nông Lý Vi Lương Đàm Triệu Chu Lộc Nguyễn Trần Lê Phạm Vũ Đặng Bùi Đỗ Dương Hứa Mã
""".split()
_MIDDLE_NAMES: Final = {
    Sex.FEMALE: "Thị Thu Ngọc Bích Thúy Diệu Khánh Mỹ".split(),
    Sex.MALE: "Văn Đức Quốc Minh Hữu Công Thế Xuân".split(),
}
_GIVEN_NAMES: Final = {
    Sex.FEMALE: "Bình Huệ Mẫu Lưỡng Quỳnh Thảo Yến Nhung Hậu Mơ Ánh Diễm Loan Tuyết Hường".split(),
    Sex.MALE: "Mẫu Thắng Nghĩa Dũng Phúc Khoẻ Đường Lượng Kỳ Tuấn Sỹ Hiếu Bảo Ước Trọng".split(),
}
_AGES: Final = (((0, 5), 8), ((6, 17), 9), ((18, 39), 26), ((40, 59), 28), ((60, 74), 19), ((75, 92), 10))
"""Years from and to, and how many of a hundred. An assumption: the old and the very young come more often."""
_SCHEMES: Final = (("cccd-qr", 68), ("bhyt", 17), ("name", 10), ("mrn", 5))
_PROVINCES: Final = (("020", 90), ("004", 4), ("024", 4), ("001", 2))
_YEAR_ONLY: Final = 0.08
"""Of those born before 1970: many registers of that time never knew the day."""
_WIDEST_FLAGS: Final = (("meritorious", 0.02), ("emergency", 0.01), ("disabled-severe", 0.008))
_PREGNANT: Final = 0.06
_EXTREMELY: Final = 0.2
"""Of the severely disabled."""


class Person(msgspec.Struct, frozen=True):
    """Somebody made up. `identity` is what the kiosk gets: a card's whole line, or `scheme:value`."""

    identity: str
    name: str
    birth_date: str
    sex: Sex
    flags: tuple[str, ...]


class Kind(msgspec.Struct, frozen=True):
    """Who may come for a service: years from and to, and the sex where only one comes."""

    youngest: int = 0
    oldest: int = 120
    sex: Sex | None = None


_KINDS_OF_SERVICE: Final = {
    "obstetric": Kind(18, 45, Sex.FEMALE),
    "antenatal": Kind(18, 45, Sex.FEMALE),
    "gynaecolog": Kind(16, 75, Sex.FEMALE),
    "paediatric": Kind(0, 15),
    "geriatric": Kind(65, 120),
}
"""By a word in the service's id; whoever comes for anything else may be anybody."""


def kind_for(service: str) -> Kind:
    """Who may come for that service, by its id."""
    return next((kind for word, kind in _KINDS_OF_SERVICE.items() if word in service), Kind())


class _Born(msgspec.Struct, frozen=True):
    """Somebody before they have a card."""

    serial: int
    name: str
    sex: Sex
    born: date
    year_only: bool
    number: str
    flags: tuple[str, ...]

    def age(self, on: date) -> int:
        return (on - self.born).days // 365


def person(serial: int, kind: Kind, on: date, dice: Random) -> Person:
    """Somebody new. `serial` counts people from 1, so that no two have one number; ages count to the day `on`."""
    born = _birth(kind, on, dice)
    sex = kind.sex or dice.choice((Sex.FEMALE, Sex.MALE))
    somebody = _Born(
        serial=serial,
        name=f"{dice.choice(_FAMILY_NAMES)} {dice.choice(_MIDDLE_NAMES[sex])} {dice.choice(_GIVEN_NAMES[sex])}",
        sex=sex,
        born=born,
        year_only=born.year < 1970 and dice.random() < _YEAR_ONLY,
        number=_citizen_number(serial, born, sex, dice),
        flags=_flags((on - born).days // 365, sex, kind, dice),
    )
    match _weighed(_SCHEMES, dice):
        case "cccd-qr":
            identity = _citizen_card(somebody, on, dice)
        case "bhyt":
            identity = _insurance(somebody, on, dice)
        case "mrn":
            identity = f"mrn:BN{serial:07d}"
        case _:
            identity = f"name:{somebody.name}"
    written = f"{born.year}" if somebody.year_only else born.isoformat()
    return Person(identity, somebody.name, written, sex, somebody.flags)


def _birth(kind: Kind, on: date, dice: Random) -> date:
    spans = [
        ((max(low, kind.youngest), min(high, kind.oldest)), weight)
        for (low, high), weight in _AGES
        if low <= kind.oldest and high >= kind.youngest
    ]
    low, high = _weighed(spans, dice)
    days_old = dice.randrange(low * 365 + low // 4 + 1, (high + 1) * 365 + high // 4)
    return on - timedelta(days=days_old)


def _flags(age: int, sex: Sex, kind: Kind, dice: Random) -> tuple[str, ...]:
    flags = [flag for flag, rate in _WIDEST_FLAGS if dice.random() < rate and (flag != "meritorious" or age >= 45)]
    if "disabled-severe" in flags and dice.random() < _EXTREMELY:
        flags[flags.index("disabled-severe")] = "disabled-extremely-severe"
    # Whoever comes for obstetrics comes because of it more often than not.
    rate = 0.6 if kind.sex is Sex.FEMALE and kind.oldest <= 45 else _PREGNANT
    if sex is Sex.FEMALE and 18 <= age <= 42 and dice.random() < rate:
        flags.append("pregnant")
    return tuple(sorted(flags))


def _citizen_number(serial: int, born: date, sex: Sex, dice: Random) -> str:
    """Twelve digits: province, century and sex, year, serial (Circular 59/2021/TT-BCA article 4)."""
    century = (born.year // 100 - 19) * 2 + (sex is Sex.FEMALE)
    return f"{_weighed(_PROVINCES, dice)}{century}{born.year % 100:02d}{serial % 1_000_000:06d}"


def _citizen_card(somebody: _Born, on: date, dice: Random) -> str:
    """The line of an identity card's QR: number, old number, name, birth date, sex, address, issue date."""
    born = somebody.born
    old_number = f"{dice.randrange(1_000_000):09d}" if born.year < 2000 and dice.random() < 0.5 else ""
    birth = f"{born.year}" if somebody.year_only else f"{born:%d%m%Y}"
    sex = "Nữ" if somebody.sex is Sex.FEMALE else "Nam"
    village = f"Thôn Mẫu {dice.randrange(1, 20)}, Xã Thử Nghiệm, Lạng Sơn"
    issued = on - timedelta(days=dice.randrange(1, max(2, min(1500, (on - born).days))))
    return "|".join((somebody.number, old_number, somebody.name, birth, sex, village, f"{issued:%d%m%Y}"))


def _insurance(somebody: _Born, on: date, dice: Random) -> str:
    """An insurance number in one of its three lengths, or the whole line of the paper card's QR."""
    social = f"20{somebody.serial % 100_000_000:08d}"
    long_number = f"{_object_code(somebody, on, dice)}20{social}"
    short = dice.random()
    if short < 0.6:
        return f"bhyt:{social if short < 0.2 else somebody.number if short < 0.4 else long_number}"
    return "|".join(
        (
            long_number,
            somebody.name.encode().hex(),
            f"{somebody.born.year}" if somebody.year_only else f"{somebody.born:%d/%m/%Y}",
            "2" if somebody.sex is Sex.FEMALE else "1",
            "Xã Thử Nghiệm, tỉnh Lạng Sơn".encode().hex(),
            "20 - 001",
            f"01/01/{on.year}",
            f"31/12/{on.year}",
            f"05/12/{on.year - 1}",
            f"{somebody.serial:014d}",
            "-",
            "4",
            f"01/01/{on.year + 4}",
            f"{'0' * 16}-0000",
            "$",
        )
    )


def _object_code(somebody: _Born, on: date, dice: Random) -> str:
    """The card's first three characters: whom it was given to, and the benefit that goes with it."""
    if somebody.age(on) < 6:
        return "TE1"
    if "meritorious" in somebody.flags:
        return "CC1"
    return "HT3" if somebody.age(on) >= 60 else dice.choice(("GD4", "DN4", "HC4", "HN2"))


def _weighed(table: Sequence[tuple[T, int]], dice: Random) -> T:
    values, weights = zip(*table, strict=True)
    return dice.choices(values, weights)[0]
