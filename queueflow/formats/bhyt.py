"""The health insurance card (BHYT): its number as typed or scanned, and the QR code on the paper card.

Lives here: the reading of both, and the grammar of the number.
May import: model, formats.scanned, formats.cccd, the standard library's datetime, msgspec.
Never: say whether somebody is insured; the insurance portal does. What looks odd here is a warning.

Three numbers are in use: 15 characters (object code, benefit digit, province, 10 digits), those 10 digits alone,
and since 1 August 2025 the citizen's 12 digits. The paper card's QR holds fields divided by `|`: number, name,
birth date, sex (1 male, 2 female), address, facility, valid from, valid to, and more that is not needed here;
texts are UTF-8 in hexadecimal.
"""

import re
from datetime import date
from typing import Final

import msgspec

from queueflow.formats import cccd, scanned
from queueflow.model.patient import CardWarning, Identity, Sex

_CARD: Final = re.compile(r"([A-Z]{2})([1-5])[0-9]{2}([0-9]{10})")
_SOCIAL: Final = re.compile(r"[0-9]{10}")
_HEX: Final = re.compile(r"(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]+")
"""Hexadecimal of any name has digits (a letter's first half is 4 to 7); a name written in clear has none."""
_DAY: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")

_OBJECT_CODES: Final = frozenset(
    """
    CC TE CK CB KC HN DT DK XD BT TS HT TC CN DN HX CH NN TK HC XK TB NO CT XB TN CS XN MS HD TQ TA TY HG LS
    HS SV GB GD QN CA CY PV XV YE TV
    """.split()
)
_BENEFIT_OF: Final = {
    code: digit
    for digit, codes in {
        "1": "CC TE",
        "2": "CK CB KC HN DT DK XD BT TS",
        "3": "HT TC CN",
        "5": "QN CA CY",
    }.items()
    for code in codes.split()
}
_BENEFIT_OF_OTHERS: Final = "4"
_FEWEST_FIELDS: Final = 4
_SEXES: Final = {"1": Sex.MALE, "2": Sex.FEMALE}


def read(value: str, today: date | None = None) -> Identity:
    """Whom an insurance card or a typed number names; `insurance` is the number, upper case, no spaces.

    Raises Invalid for `identity.value`. `today`, in the facility's time zone, lets the card's validity be
    compared. Oddities are warnings: `unknown-object-code`, `benefit-code-mismatch`, `card-expired`,
    `card-not-yet-valid`, `validity-unreadable`, `garbled-name`, and cccd's for 12 digits. Whoever shows
    their identity card instead is read from that, as it stands in for the insurance card.
    """
    line = scanned.one_line(value)
    if "|" not in line:
        return _numbered(_number(line))
    fields = [field.strip() for field in line.split("|")]
    number = _number(fields[0])
    if len(fields) < _FEWEST_FIELDS:
        scanned.refuse("A part of the card is missing. Please scan it again.")
    if cccd.PIN.fullmatch(number) and fields[3] not in _SEXES:
        return msgspec.structs.replace(cccd.read(line), scheme="bhyt", insurance=number)
    name, garbled = scanned.name(_text(fields[1]))
    born = scanned.birth_date(fields[2])
    sex = _SEXES.get(fields[3])
    odd = cccd.pin_warnings(number, sex, born) if cccd.PIN.fullmatch(number) else ()
    identity = _numbered(number)
    return msgspec.structs.replace(
        identity,
        name=name,
        birth_date=born,
        sex=sex,
        proven=True,
        warnings=garbled + (odd or identity.warnings) + _validity(fields[6:8], today),
    )


def _number(text: str) -> str:
    number = text.replace(" ", "")
    # Upper case only where that cannot make two letters out of one or an ASCII letter out of another script's.
    number = number.upper() if number.isascii() else number
    if not any(grammar.fullmatch(number) for grammar in (_CARD, _SOCIAL, cccd.PIN)):
        scanned.refuse("An insurance number has 15 characters, or 10 or 12 digits.")
    return number


def _numbered(number: str) -> Identity:
    card = _CARD.fullmatch(number)
    if card is not None:
        key, warnings = f"bhxh:{card[3]}", _code_warnings(card[1], card[2])
    elif cccd.PIN.fullmatch(number):
        key, warnings = f"pin:{number}", cccd.pin_warnings(number, None, None)
    else:
        key, warnings = f"bhxh:{number}", ()
    return Identity("bhyt", key, last3=number[-3:], insurance=number, warnings=warnings)


def _code_warnings(code: str, benefit: str) -> tuple[CardWarning, ...]:
    if code not in _OBJECT_CODES:
        return (CardWarning("unknown-object-code", "insurance"),)
    if benefit != _BENEFIT_OF.get(code, _BENEFIT_OF_OTHERS):
        return (CardWarning("benefit-code-mismatch", "insurance"),)
    return ()


def _text(field: str) -> str:
    if _HEX.fullmatch(field) is None:
        return field
    # A scan that lost characters leaves half a byte or half a letter: that becomes U+FFFD, a garbled name.
    whole = bytes.fromhex(field[: len(field) // 2 * 2]).decode("utf-8", "replace")
    return whole if len(field) % 2 == 0 else whole + "\ufffd"


def _validity(period: list[str], today: date | None) -> tuple[CardWarning, ...]:
    try:
        first, last = (_day(text) for text in (*period, "", "")[:2])
    except ValueError:
        return (CardWarning("validity-unreadable", "insurance"),)
    if today is None:
        return ()
    if last is not None and last < today:
        return (CardWarning("card-expired", "insurance"),)
    if first is not None and first > today:
        return (CardWarning("card-not-yet-valid", "insurance"),)
    return ()


def _day(text: str) -> date | None:
    if text in ("", "-"):
        return None
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError
    day, month, year = map(int, match.groups())
    return date(year, month, day)
