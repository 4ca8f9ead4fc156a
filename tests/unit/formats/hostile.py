"""What a scanner, a keyboard or an attacker may send instead of a card."""

import pytest

from queueflow.model.errors import Invalid

CANARY = "Canh-Gác"
"""No refusal may repeat it."""

UNSHOWABLE = {
    "NUL": "\x00",
    "escape": "\x1b",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "right-to-left override": "\u202e",
    "right-to-left isolate": "\u2067",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "tag": "\U000e0041",
    "variation selector": "\ufe0f",
    "late variation selector": "\U000e0101",
    "Hangul filler": "\u3164",
    "Khmer inherent vowel": "\u17b4",
    "grapheme joiner": "\u034f",
    "blank Braille": "\u2800",
    "private use": "\ue000",
    "unassigned": "\u0378",
    "lone surrogate": "\ud83d",
}


def unshowable() -> pytest.MarkDecorator:
    """Run a test with each character that a name must not hold."""
    return pytest.mark.parametrize("character", UNSHOWABLE.values(), ids=UNSHOWABLE.keys())


def assert_refused(refusal: Invalid, *sent: str) -> None:
    """The refusal names the scanned value, has a sentence, and repeats nothing of what was sent."""
    assert refusal.fields == {"field": "identity.value"}
    assert refusal.status == 400
    assert refusal.detail
    told = f"{refusal!r} {refusal} {refusal.detail}"
    assert CANARY not in told
    for text in sent:
        for part in text.split("|"):
            if len(part.strip()) >= 4:
                assert part.strip() not in told
