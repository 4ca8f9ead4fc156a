import pytest

from queueflow.simulation.day_file import COLUMNS, DayFileInvalid, read_day, write_day

HEADER = ",".join(COLUMNS)
CARD = "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1|01072022"
PAPER = "GD4200000000001|4e677579e1bb856e2056c4836e20416e|02/09/1985|2"
GOOD = f"07:12:30,internal-medicine,{CARD},,,pregnant,480"


def errors(*lines: str) -> list[tuple[int, str]]:
    with pytest.raises(DayFileInvalid) as caught:
        read_day("\n".join(lines) + "\n", "day.csv")
    return [(finding.line, finding.column) for finding in caught.value.findings]


def test_a_line_becomes_a_patient() -> None:
    (patient,) = read_day(f"{HEADER}\n{GOOD}\n", "day.csv")
    assert (patient.at_s, patient.service, patient.scheme, patient.value) == (
        7 * 3600 + 12 * 60 + 30,
        "internal-medicine",
        "cccd-qr",
        CARD,
    )
    assert (patient.flags, patient.service_s, patient.late, patient.no_show) == (("pregnant",), 480, False, False)


@pytest.mark.parametrize(
    ("identity", "scheme", "value"),
    [
        (CARD, "cccd-qr", CARD),
        (f"cccd-qr:{CARD}", "cccd-qr", CARD),
        ("cccd-qr:020185000002", "cccd-qr", "020185000002"),
        (PAPER, "bhyt", PAPER),
        ("bhyt:GD4200000000001", "bhyt", "GD4200000000001"),
        ("mrn:BN17", "mrn", "BN17"),
        ("name:Hoàng Văn Mẫu", "name", "Hoàng Văn Mẫu"),
        ("name:", "name", "Lý Thị Mơ"),
    ],
)
def test_every_way_to_say_who_comes_is_understood(identity: str, scheme: str, value: str) -> None:
    (patient,) = read_day(f"{HEADER}\n07:00:00,x-ray,{identity},Lý Thị Mơ,1958,,60\n", "day.csv")
    assert (patient.scheme, patient.value, patient.birth_date) == (scheme, value, "1958")


def test_lines_may_come_in_any_order_and_columns_too() -> None:
    text = "service,arrival,identity,name,birth_date,flags,service_seconds\n"
    text += "eye,09:00,mrn:2,,,,60\neye,08:00,mrn:1,,,late no-show,60\n"
    first, second = read_day("\ufeff" + text, "day.csv")
    assert (first.value, second.value) == ("1", "2")
    assert (first.flags, first.late, first.no_show) == ((), True, True)


def test_what_was_written_reads_back_the_same() -> None:
    day = read_day(f"{HEADER}\n{GOOD}\n08:00:00,eye,name:,Mã Văn Kỳ,1990-02,no-show emergency,99\n", "day.csv")
    assert read_day(write_day(day), "again.csv") == day


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (f"25:00:00,eye,{CARD},,,,60", "arrival"),
        (f"soon,eye,{CARD},,,,60", "arrival"),
        (f"07:00:00,Eye Clinic,{CARD},,,,60", "service"),
        ("07:00:00,eye,02018500000||A|1985|Nam|x|y,,,,60", "identity"),
        ("07:00:00,eye,020185000002||Bình|02131985|Nữ|a|01072022,,,,60", "identity"),
        ("07:00:00,eye,passport:X1,,,,60", "identity"),
        ("07:00:00,eye,,,,,60", "identity"),
        ("07:00:00,eye,mrn:,,,,60", "identity"),
        ("07:00:00,eye,name:Lý Thị Mơ,,,,60", "birth_date"),
        (f"07:00:00,eye,{CARD},\u200b,,,60", "name"),
        (f"07:00:00,eye,{CARD},,1985-13,,60", "birth_date"),
        (f"07:00:00,eye,{CARD},,,Very Old,60", "flags"),
        (f"07:00:00,eye,{CARD},,,,-1", "service_seconds"),
        (f"07:00:00,eye,{CARD},,,,9e9", "service_seconds"),
        (f"07:00:00,eye,{CARD},,,,", "service_seconds"),
        (f"07:00:00,eye,{CARD},,,", "flags"),
        (f"07:00:00,eye,{CARD},,,,60,1", "service_seconds"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(line: str, column: str) -> None:
    assert errors(HEADER, GOOD, line, GOOD) == [(3, column)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert errors(HEADER, f"7,eye,{CARD},,,,60", GOOD, "08:00:00,eye,mrn:1,,,,x") == [
        (2, "arrival"),
        (4, "service_seconds"),
    ]
    many = [f"7,eye,{CARD},,,,60"] * 30
    with pytest.raises(DayFileInvalid, match="and 10 more"):
        read_day("\n".join([HEADER, *many]), "day.csv")


def test_a_wrong_header_is_named() -> None:
    assert errors(HEADER.replace("flags", "colour"), GOOD) == [(1, "colour")]
    assert errors(HEADER.removesuffix(",service_seconds"), GOOD) == [(1, "service_seconds")]
    assert errors(HEADER + ",flags", GOOD) == [(1, "flags")]


def test_a_day_on_which_nobody_comes_is_refused() -> None:
    assert errors(HEADER) == [(2, "arrival")]
    assert len(errors("")) == len(COLUMNS)


def test_a_broken_quote_is_named_by_its_line() -> None:
    assert errors(HEADER, GOOD, '08:00:00,eye,"mrn:1,,,,60')[0][0] == 3


def test_an_error_never_quotes_who_came() -> None:
    with pytest.raises(DayFileInvalid) as caught:
        read_day(f"{HEADER}\n07:00:00,eye,02018500000||Nguyễn Thị Bình|1985|Nữ|x|y,,,,60\n", "day.csv")
    assert "Bình" not in str(caught.value)
    assert "02018" not in str(caught.value)
