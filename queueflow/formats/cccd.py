"""The citizen's identity card (CCCD, Căn cước): the QR code on it, and its 12-digit number.

Lives here: the reading of both, and what the number says about its owner.
May import: model, formats.scanned.
Never: refuse a person for what the number seems to say: since Decree 70/2024 its structure is no longer law.

The QR holds `number|old number|name|birth date|sex|address|issue date`, UTF-8, perhaps with more fields after
them; some readers leave the old number out (six fields). It is not signed: it names a person, it proves no
possession. Circular 59/2021/TT-BCA article 4 gave the number's structure: three digits of the place where the
birth was registered, one of century and sex, two of the birth year, six at random; no check digit.
"""

import re
from typing import Final

from queueflow.formats import scanned
from queueflow.model.patient import CardWarning, Identity, PartialDate, Sex

PIN: Final = re.compile(r"[0-9]{12}")

_PROVINCES: Final = frozenset(
    """
    001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038
    040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082
    083 084 086 087 089 091 092 093 094 095 096
    """.split()
)
"""Places of registration before the mergers of 2025, which changed nobody's number; from 100 on it is abroad."""

_WITHOUT_OLD_NUMBER: Final = 6


def read(value: str) -> Identity:
    """Whom a scanned card, or a number typed by hand, names. Raises Invalid for `identity.value`.

    A typed number tells who it is and proves nothing: no name, no birth date. Oddities are warnings:
    `garbled-name`, `unknown-province`, `sex-digit-mismatch`, `birth-year-mismatch`.
    """
    line = scanned.one_line(value)
    if "|" not in line:
        return _typed(line)
    fields = [field.strip() for field in line.split("|")]
    pin = fields[0]
    if PIN.fullmatch(pin) is None:
        scanned.refuse("The number on an identity card has 12 digits. Please scan the card again.")
    if len(fields) < _WITHOUT_OLD_NUMBER:
        scanned.refuse("A part of the card is missing. Please scan it again.")
    personal = fields[1:4] if len(fields) == _WITHOUT_OLD_NUMBER else fields[2:5]
    name, garbled = scanned.name(personal[0])
    born = scanned.birth_date(personal[1])
    sex = _sex(personal[2])
    return Identity(
        scheme="cccd-qr",
        key=f"pin:{pin}",
        last3=pin[-3:],
        name=name,
        birth_date=born,
        sex=sex,
        proven=True,
        warnings=garbled + pin_warnings(pin, sex, born),
    )


def pin_warnings(pin: str, sex: Sex | None, born: PartialDate | None) -> tuple[CardWarning, ...]:
    """What in a 12-digit number does not go with its province, sex or birth year."""
    warnings: list[CardWarning] = []
    if pin[0] == "0" and pin[:3] not in _PROVINCES:
        warnings.append(CardWarning("unknown-province", "number"))
    centuries, female = divmod(int(pin[3]), 2)
    if sex in (Sex.MALE, Sex.FEMALE) and (sex is Sex.FEMALE) != bool(female):
        warnings.append(CardWarning("sex-digit-mismatch", "sex"))
    if born is not None and born.year != 1900 + 100 * centuries + int(pin[4:6]):
        warnings.append(CardWarning("birth-year-mismatch", "birth_date"))
    return tuple(warnings)


def _typed(line: str) -> Identity:
    pin = line.replace(" ", "")
    if PIN.fullmatch(pin) is None:
        scanned.refuse("The number on an identity card has 12 digits.")
    return Identity(
        scheme="cccd-qr",
        key=f"pin:{pin}",
        last3=pin[-3:],
        warnings=pin_warnings(pin, None, None),
    )


def _sex(text: str) -> Sex | None:
    word = text.upper()
    if word.startswith("NAM"):
        return Sex.MALE
    # A scanner may lose the last letter of "Nữ", so that "N" or "N?" is all that is left of it.
    return Sex.FEMALE if word.startswith("N") else None
