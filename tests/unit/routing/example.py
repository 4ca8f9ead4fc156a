"""A small facility and its rules for tests, and strategies for columns, cells and values."""

from hypothesis import strategies as st

from queueflow.model.facility import Facility
from queueflow.model.patient import Identity, PartialDate, Patient, Sex
from queueflow.routing.columns import Column, Kind, Value
from queueflow.routing.facts import Answer, Facts
from queueflow.routing.read import read_facility, read_ruleset
from queueflow.routing.tables import Finding, Ruleset, RulesInvalid

FACILITY = """\
id = "mau"
name = { vi = "Trung tâm Mẫu", en = "Sample centre" }
time_zone = "Asia/Ho_Chi_Minh"
languages = ["vi", "en"]
fallback = "desk"
fallback_priority = "ordinary"

[[priorities]]
id = "emergency"
name = { vi = "Cấp cứu" }
always_first = true
[[priorities]]
id = "priority"
name = { vi = "Ưu tiên" }
share = 3
rate = 2.5
[[priorities]]
id = "ordinary"
name = { vi = "Thường" }

[[services]]
id = "internal"
name = { vi = "Khám nội" }
icon = "stethoscope"
[[services]]
id = "children"
name = { vi = "Khám nhi" }
[[services]]
id = "help"
name = { vi = "Hướng dẫn" }
kiosk = false

[[clinics]]
id = "internal-1"
name = { vi = "Nội 1" }
services = ["internal"]
series = "A"
policy = { order = "ratio", requeued = "after 2", reinstated = "end" }
[[clinics]]
id = "internal-2"
name = { vi = "Nội 2" }
services = ["internal"]
series = "A"
service_mean_s = 300
service_cv = 0.5
[[clinics]]
id = "children"
name = { vi = "Nhi" }
services = ["children", "internal"]
series = "B"
public_name = { vi = "Phòng khám 3" }
location = { vi = "Nhà A, tầng 2" }
[[clinics]]
id = "desk"
name = { vi = "Quầy" }
services = ["help"]
series = "C"

[[rooms]]
id = "p1"
name = { vi = "Phòng 1" }
clinics = ["internal-1", "internal-2"]
places = 2
location = { vi = "Nhà A, tầng 1" }
[[rooms]]
id = "p2"
name = { vi = "Phòng 2" }
clinics = ["children", "desk"]
"""

RULES = """\
[answers]
fever = ["yes", "no"]
weeks = "number"
since = "time"
alone = "true or false"

[priority]
inputs = ["flags", "age_years"]
outputs = ["priority"]

[[priority.row]]
name = "emergency"
if = { flags = "emergency" }
then = { priority = "emergency" }

[[priority.row]]
name = "elderly"
if = { age_years = ">= 75" }
then = { priority = "priority" }
note = "Từ đủ 75 tuổi"

[clinic]
inputs = ["service", "age_years", "answers.fever"]
outputs = ["candidates", "balance"]

[[clinic.row]]
name = "child"
if = { service = ["internal", "children"], age_years = "< 16" }
then = { candidates = ["children"], balance = "first" }

[[clinic.row]]
name = "fever"
if = { service = "internal", answers.fever = "yes" }
then = { candidates = ["internal-2"], balance = "first" }

[[clinic.row]]
name = "internal"
if = { service = "internal" }
then = { candidates = ["internal-1", "internal-2"] }

[[clinic.row]]
name = "by-hand"
when = 'service == "help" || service == "children"'
then = { candidates = ["desk"], balance = "first" }
"""

FILE = "rules.toml"
NOW_MS = 1_795_482_000_000
"""Tuesday, 24 November 2026, 08:00 in Viet Nam (01:00 UTC)."""


def facility(text: str = FACILITY) -> Facility:
    return read_facility(text, "facility.toml")


def ruleset(text: str = RULES) -> Ruleset:
    return read_ruleset(text, FILE, facility())


def facts(
    service: str | None = "internal",
    *,
    born: PartialDate | None = None,
    sex: Sex | None = None,
    insurance: str | None = None,
    answers: dict[str, Answer] | None = None,
    flags: tuple[str, ...] = (),
    now_ms: int = NOW_MS,
) -> Facts:
    identity = Identity("cccd-qr", None, birth_date=born, sex=sex, insurance=insurance, proven=True)
    return Facts.of(identity, Patient(), service, answers or {}, flags, "vi", now_ms, facility())


def findings_of(rules: str) -> tuple[Finding, ...]:
    """What keeps rules from counting; nothing where they are right."""
    try:
        ruleset(rules)
    except RulesInvalid as wrong:
        return wrong.findings
    return ()


def facility_findings(text: str) -> tuple[Finding, ...]:
    try:
        facility(text)
    except RulesInvalid as wrong:
        return wrong.findings
    return ()


WORDS = ("red", "green", "blue", "not-sure")
COLUMNS = {
    Kind.WORD: Column("colour", Kind.WORD, WORDS),
    Kind.WORDS: Column("flags", Kind.WORDS, WORDS),
    Kind.NUMBER: Column("age_years", Kind.NUMBER),
    Kind.TIME: Column("time", Kind.TIME),
    Kind.TRUTH: Column("proven", Kind.TRUTH),
}

_NUMBERS = st.integers(-3, 12)
_MINUTES = st.integers(0, 24 * 60 - 1)


def values(column: Column) -> st.SearchStrategy[Value | None]:
    """What a column may hold, None for unknown."""
    any_word: list[str] = [*WORDS, "another"]
    words = st.sampled_from(any_word)
    known: dict[Kind, st.SearchStrategy[Value]] = {
        Kind.WORD: words,
        Kind.WORDS: st.lists(words, unique=True, max_size=3),
        Kind.NUMBER: _NUMBERS,
        Kind.TIME: _MINUTES,
        Kind.TRUTH: st.booleans(),
    }
    return st.none() | known[column.kind]


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _numbers(kind: Kind) -> st.SearchStrategy[tuple[int, str]]:
    if kind is Kind.TIME:
        return _MINUTES.map(lambda minute: (minute, clock(minute)))
    return _NUMBERS.map(lambda number: (number, str(number)))


def plain_cells(column: Column) -> st.SearchStrategy[str]:
    """Cells that may stand in a list or after `not`, as a text."""
    if column.kind in (Kind.WORD, Kind.WORDS):
        return st.sampled_from(WORDS).flatmap(lambda word: st.sampled_from((word, f'"{word}"')))
    if column.kind is Kind.TRUTH:
        return st.sampled_from(("true", "false"))
    number = _numbers(column.kind)
    compared = st.tuples(st.sampled_from((">=", "<=", ">", "<", "=", "==", "!=")), st.sampled_from(("", " ")), number)
    ranges = st.tuples(number, number).map(sorted).map(lambda ends: f"{ends[0][1]}..{ends[1][1]}")
    return compared.map(lambda parts: parts[0] + parts[1] + parts[2][1]) | ranges | number.map(lambda one: one[1])


def cells(column: Column) -> st.SearchStrategy[object]:
    """Everything that may be written in a cell of a column."""
    plain = plain_cells(column)
    any_of: st.SearchStrategy[object] = st.nothing()
    if column.kind is not Kind.TRUTH:
        several = st.lists(plain, min_size=1, max_size=4)
        any_of = several | several.map(lambda parts: f"in [{', '.join(parts)}]")
    return st.sampled_from(("-", "known", "unknown")) | plain | plain.map(lambda text: f"not {text}") | any_of
