import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.facility import Clinic, ClinicPolicy, Facility, Reenter, Reentry, Room, Service
from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId, ServiceId
from queueflow.model.priority import PriorityClass, ServingOrder
from queueflow.routing.tables import Severity
from tests.unit.routing.example import FACILITY, facility, facility_findings


def test_a_facility_is_read_as_it_is_written() -> None:
    internal = ServiceId("internal")
    assert facility() == Facility(
        id=FacilityId("mau"),
        name={"vi": "Trung tâm Mẫu", "en": "Sample centre"},
        time_zone="Asia/Ho_Chi_Minh",
        languages=("vi", "en"),
        services=(
            Service(internal, {"vi": "Khám nội"}, icon="stethoscope"),
            Service(ServiceId("children"), {"vi": "Khám nhi"}),
            Service(ServiceId("help"), {"vi": "Hướng dẫn"}, kiosk=False),
        ),
        clinics=(
            Clinic(
                ClinicId("internal-1"),
                {"vi": "Nội 1"},
                (internal,),
                "A",
                policy=ClinicPolicy(
                    ServingOrder.RATIO, requeued=Reenter(Reentry.AFTER, 2), reinstated=Reenter(Reentry.END)
                ),
            ),
            Clinic(ClinicId("internal-2"), {"vi": "Nội 2"}, (internal,), "A", service_mean_s=300.0, service_cv=0.5),
            Clinic(
                ClinicId("children"),
                {"vi": "Nhi"},
                (ServiceId("children"), internal),
                "B",
                public_name={"vi": "Phòng khám 3"},
                location={"vi": "Nhà A, tầng 2"},
            ),
            Clinic(ClinicId("desk"), {"vi": "Quầy"}, (ServiceId("help"),), "C"),
        ),
        rooms=(
            Room(
                RoomId("p1"),
                {"vi": "Phòng 1"},
                (ClinicId("internal-1"), ClinicId("internal-2")),
                places=2,
                location={"vi": "Nhà A, tầng 1"},
            ),
            Room(RoomId("p2"), {"vi": "Phòng 2"}, (ClinicId("children"), ClinicId("desk"))),
        ),
        priorities=(
            PriorityClass(PriorityId("emergency"), {"vi": "Cấp cứu"}, always_first=True),
            PriorityClass(PriorityId("priority"), {"vi": "Ưu tiên"}, share=3, rate=2.5),
            PriorityClass(PriorityId("ordinary"), {"vi": "Thường"}),
        ),
        fallback=ClinicId("desk"),
        fallback_priority=PriorityId("ordinary"),
    )


def test_a_file_from_a_windows_editor_is_read_the_same() -> None:
    assert facility("\ufeff" + FACILITY.replace("\n", "\r\n")) == facility()


SLUG = "expected an id of 1 to 40 lower-case letters, digits and hyphens."
SERIES = "expected one letter from A to Z, not I or O (they look like 1 and 0)."
IANA = 'expected an IANA name such as "Asia/Ho_Chi_Minh".'
WORDS = 'expected a list of words, such as ["a", "b"].'

MISTAKES = [
    ('id = "mau"\n', "", 1, f'column id: "id" is missing: {SLUG}'),
    ('id = "mau"', 'id = "Mẫu"', 1, f"column id: {SLUG}"),
    ('id = "mau"', "id = 7", 1, f"column id: {SLUG}"),
    ("Asia/Ho_Chi_Minh", "Asia/Hanoi", 3, f'column time_zone: "Asia/Hanoi" is no known time zone: {IANA}'),
    ("Asia/Ho_Chi_Minh", "../zone", 3, f'column time_zone: "../zone" is no known time zone: {IANA}'),
    ('["vi", "en"]', '["vi", "en", "vi"]', 4, 'column languages: "vi" is written twice.'),
    (
        '["vi", "en"]',
        '["vi", "en", "Tày"]',
        4,
        'column languages: "Tày" is no language: expected a code such as "vi" or "en".',
    ),
    ('["vi", "en"]', "[]", 4, f"column languages: {WORDS}"),
    ('["vi", "en"]', "[1]", 4, f"column languages: {WORDS}"),
    (
        'fallback = "desk"',
        'fallback = "dsek"',
        5,
        'column fallback: "dsek" is not known in this facility. Did you mean "desk"?',
    ),
    (
        'fallback_priority = "ordinary"',
        'fallback_priority = "usual"',
        6,
        'column fallback_priority: "usual" is not known in this facility. There is: emergency, priority, ordinary.',
    ),
    (
        'fallback_priority = "ordinary"\n',
        "",
        1,
        'column fallback_priority: "fallback_priority" is missing: a fallback is a clinic and a priority class.',
    ),
    ('{ vi = "Khám nội" }', '"Khám nội"', 23, "services 1 (internal), column name: expected a table, such as { … }."),
    (
        'name = { vi = "Khám nội" }\n',
        "",
        21,
        'services 1 (internal), column name: "name" is missing: expected { vi = "…", en = "…" }.',
    ),
    (
        '{ vi = "Khám nội" }',
        '{ en = "Internal" }',
        23,
        'services 1 (internal), column name: the text in "vi" is missing: every text has the first language.',
    ),
    (
        '{ vi = "Khám nội" }',
        '{ vi = "Khám nội", ne = "Internal" }',
        23,
        'services 1 (internal), column ne: "ne" is not one of the facility\'s languages. There is: vi, en.',
    ),
    ('{ vi = "Khám nội" }', '{ vi = " " }', 23, "services 1 (internal), column vi: expected a text."),
    ("kiosk = false", "kiosk = 0", 31, "services 3 (help), column kiosk: expected true or false."),
    (
        "icon = ",
        "icno = ",
        24,
        'services 1 (internal), column icno: "icno" is not a key that can stand here. Did you mean "icon"?',
    ),
    (
        'id = "priority"',
        'id = "emergency"',
        13,
        'priorities 2 (emergency), column id: "emergency" is there already, on line 9.',
    ),
    (
        'services = ["children", "internal"]',
        'services = ["chidlren", "internal"]',
        49,
        'clinics 3 (children), column services: "chidlren" is not one of the facility\'s services. '
        'Did you mean "children"?',
    ),
    ('series = "C"', 'series = "O"', 57, f"clinics 4 (desk), column series: {SERIES}"),
    ('series = "C"', 'series = "I"', 57, f"clinics 4 (desk), column series: {SERIES}"),
    ('series = "C"', 'series = "AB"', 57, f"clinics 4 (desk), column series: {SERIES}"),
    ('series = "C"', 'series = "c"', 57, f"clinics 4 (desk), column series: {SERIES}"),
    (
        'series = "C"\n',
        "",
        53,
        'clinics 4 (desk), column series: "series" is missing: expected a letter, such as "A".',
    ),
    (
        "service_mean_s = 300",
        "service_mean_s = 0",
        44,
        "clinics 2 (internal-2), column service_mean_s: expected a number from 1 to 86400.",
    ),
    (
        "service_cv = 0.5",
        "service_cv = nan",
        45,
        "clinics 2 (internal-2), column service_cv: expected a number from 0 to 10.",
    ),
    (
        'order = "ratio"',
        'order = "ratoi"',
        38,
        'clinics 1 (internal-1), column order: expected one of strict, ratio, accumulating. Did you mean "ratio"?',
    ),
    (
        "{ order",
        "{ oder",
        38,
        'clinics 1 (internal-1), column oder: "oder" is not a key that can stand here. Did you mean "order"?',
    ),
    (
        'requeued = "after 2"',
        'requeued = "after 0"',
        38,
        "clinics 1 (internal-1), column requeued: "
        'expected "end", "old-place", or "after 3": after three others of its class.',
    ),
    (
        'reinstated = "end"',
        "reinstated = 3",
        38,
        "clinics 1 (internal-1), column reinstated: "
        'expected "end", "old-place", or "after 3": after three others of its class.',
    ),
    (
        'requeued = "after 2"',
        'reserved_class = "royal", reserved_every = 3',
        38,
        'clinics 1 (internal-1), column reserved_class: "royal" is not known in this facility. '
        "There is: emergency, priority, ordinary.",
    ),
    (
        'requeued = "after 2"',
        "reserved_every = 3",
        38,
        'clinics 1 (internal-1), column reserved_every: "reserved_class" is missing: of so many calls one is that '
        "class's.",
    ),
    (
        'requeued = "after 2"',
        "no_show_calls = 3",
        38,
        'clinics 1 (internal-1), column no_show_calls: "no_show_after_s" is missing: without it only staff say that '
        "nobody came.",
    ),
    (
        'requeued = "after 2"',
        "shares = { royal = 3 }",
        38,
        'clinics 1 (internal-1), column royal: "royal" is not one of the facility\'s classes. '
        "There is: emergency, priority, ordinary.",
    ),
    (
        'requeued = "after 2"',
        "rates = { priority = 0 }",
        38,
        "clinics 1 (internal-1), column priority: expected a number from 0.001 to 1000.",
    ),
    (
        'requeued = "after 2"',
        "shares = { priority = 1.5 }",
        38,
        "clinics 1 (internal-1), column priority: expected a whole number from 1 to 100.",
    ),
    (
        'requeued = "after 2"',
        'deferred = "old-place"',
        38,
        'clinics 1 (internal-1), column deferred: expected "end" or "after 5": who is late lets others go first.',
    ),
    (
        'requeued = "after 2"',
        "longest_wait_s = 0",
        38,
        "clinics 1 (internal-1), column longest_wait_s: expected a number from 1 to 86400.",
    ),
    (
        '["children", "desk"]',
        '["children", "dest"]',
        68,
        'rooms 2 (p2), column clinics: "dest" is not one of the facility\'s clinics. Did you mean "desk"?',
    ),
    ('["children", "desk"]', "[]", 68, f"rooms 2 (p2), column clinics: {WORDS}"),
    ("places = 2", "places = 2.5", 63, "rooms 1 (p1), column places: expected a whole number from 1 to 100."),
    ("share = 3", "share = 0", 15, "priorities 2 (priority), column share: expected a whole number from 1 to 100."),
    ("rate = 2.5", "rate = -1", 16, "priorities 2 (priority), column rate: expected a number from 0.001 to 1000."),
    (
        "always_first = true",
        "always_first = 1",
        11,
        "priorities 1 (emergency), column always_first: expected true or false.",
    ),
    ('id = "p2"', 'id = "p1"', 66, 'rooms 2 (p1), column id: "p1" is there already, on line 60.'),
    (
        'services = ["help"]',
        'services = ["internal"]',
        29,
        "services 3 (help), column id: no clinic gives this service.",
    ),
    ('["children", "desk"]', '["children"]', 54, "clinics 4 (desk), column id: no room serves this clinic."),
    (
        '[[rooms]]\nid = "p2"',
        '[[room]]\nid = "p2"',
        65,
        'column room: "room" is not a key that can stand here. Did you mean "rooms"?',
    ),
    ('id = "mau"', 'id = "mau', 1, "not TOML: Illegal character '\\n', at character 10."),
    ("[[rooms]]", "[[rooms]", 59, "not TOML: Expected ']]' at the end of an array declaration, at character 8."),
]


@pytest.mark.parametrize(("was", "becomes", "line", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_line_its_part_its_key_and_what_was_expected(
    was: str, becomes: str, line: int, told: str
) -> None:
    text = FACILITY.replace(was, becomes, 1)
    assert text != FACILITY
    assert [str(finding) for finding in facility_findings(text)] == [f"facility.toml:{line}: error: {told}"]


def test_all_mistakes_are_told_at_once_in_the_files_order() -> None:
    text = FACILITY.replace("places = 2", "places = 0").replace('series = "C"', 'series = "1"').replace("share", "shre")
    findings = facility_findings(text)
    assert [finding.column for finding in findings] == ["shre", "series", "places"]
    assert [finding.line for finding in findings] == sorted(finding.line for finding in findings)
    assert {finding.severity for finding in findings} == {Severity.ERROR}


def test_an_empty_file_says_all_that_a_facility_needs() -> None:
    missing = {finding.column for finding in facility_findings("")}
    assert missing == {"id", "name", "time_zone", "languages", "priorities", "services", "clinics", "rooms"}


def test_a_text_that_ends_too_early_is_told_on_its_last_line() -> None:
    (finding,) = facility_findings('id = "mau"\nname = { vi = "x"')
    assert finding.line == 2
    assert finding.sentence.startswith("not TOML")


@given(st.integers(0, len(FACILITY)), st.integers(0, 40), st.text(max_size=3))
def test_a_file_that_was_damaged_anywhere_is_read_or_refused(at: int, lost: int, put: str) -> None:
    text = FACILITY[:at] + put + FACILITY[at + lost :]
    lines = text.count("\n") + 1
    assert all(1 <= finding.line <= lines for finding in facility_findings(text))
