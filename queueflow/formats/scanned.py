"""What a card scanner or a keyboard sent, before it means anything: one clean line, its dates, its name.

Lives here: the steps that both kinds of card share.
May import: model, the standard library's re.
Never: know one card from another (cccd, bhyt), or quote the line in an error.
"""

import re
from typing import Final, NoReturn

from queueflow.model.errors import Invalid
from queueflow.model.patient import CardWarning, PartialDate, checked_date, clean_name

FIELD: Final = "identity.value"
"""The part of a check-in request that every refusal of a card names."""
LONGEST: Final = 2048
"""Bytes of UTF-8. The fullest card known is under 700."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DATE: Final = re.compile(r"(?:(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-])?([0-9]{4})")
_SOLID_DATE: Final = re.compile(r"([0-9]{2})??([0-9]{2})?([0-9]{4})")
_LOST: Final = re.compile("[?\ufffd]")


def refuse(sentence: str) -> NoReturn:
    """Raise Invalid for the scanned value, with a sentence for whoever stands at the kiosk."""
    raise Invalid(FIELD, sentence)


def one_line(value: str) -> str:
    """The line without the Enter or Tab that a scanner ends it with; raises Invalid for what no card holds."""
    if len(value) > LONGEST or len(value.encode("utf-8", "replace")) > LONGEST:
        refuse("This is longer than any card. Please scan one card at a time.")
    line = value.rstrip("\r\n\t ").lstrip(" ")
    if not line:
        refuse("Nothing was read. Please scan the card again.")
    if _CONTROL.search(line):
        refuse("The card was not read cleanly. Please scan it again.")
    return line


def birth_date(text: str) -> PartialDate:
    """A birth date as cards write it: DDMMYYYY, MMYYYY or YYYY, or the same with strokes. Raises Invalid.

    Where the day, or the month too, was never known, registers write 00: the date is then partial.
    """
    match = _SOLID_DATE.fullmatch(text.strip()) or _DATE.fullmatch(text.strip())
    if match is None:
        refuse("The birth date on the card cannot be read. Please scan the card again.")
    day, month, year = (int(part) if part else None for part in match.groups())
    try:
        return checked_date(year or 0, month or None, day or None, FIELD)
    except Invalid:
        pass
    refuse("The birth date on the card is not in the calendar. Please scan the card again.")


def name(text: str) -> tuple[str | None, tuple[CardWarning, ...]]:
    """The name on a card, and the warning `garbled-name` where the scanner lost letters. Raises Invalid.

    A scanner that types scan codes turns Vietnamese letters into `?` or U+FFFD. What is left still helps a
    nurse to recognise it; where no letter is left there is no name.
    """
    if not _LOST.search(text):
        return clean_name(text, FIELD), ()
    warning = CardWarning("garbled-name", "name")
    if not any(character.isalpha() for character in text):
        return None, (warning,)
    return clean_name(text, FIELD), (warning,)
