"""A table of bookings over HTTP: good rows are booked, bad ones are named, and nothing is booked twice."""

from typing import Any

import pytest

from queueflow.web.auth import Role
from tests.web.conftest import V1, Hospital, fresh_pin
from tests.web.test_appointments import day, slot

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEAD = "date,time,clinic,practitioner,service,scheme,identity,name,birth_date,sex,phone,language\n"


async def sent(hospital: Hospital, rows: str, head: str = HEAD, role: str = Role.CONSOLE) -> Any:
    answer = await hospital.call(
        "POST", f"{V1}/appointments/import", role, {"Content-Type": "text/csv"}, content=(head + rows).encode()
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def row(time: str = "13:04", identity: str | None = None, **cells: str) -> str:
    given = {"date": day(1), "time": time, "clinic": "internal-1", "identity": identity or f"BN-{fresh_pin()}", **cells}
    return ",".join(given.get(name, "") for name in HEAD.strip().split(",")) + "\n"


async def test_good_rows_are_booked_and_each_bad_one_is_named_with_its_column_and_what_was_expected(
    hospital: Hospital,
) -> None:
    bad = [
        (row("13:05"), "time", "No slot of this clinic begins then."),
        (row("25:00"), "time", "Expected a time of day as HH:MM."),
        (row(date="24/11/2026"), "date", "Expected a day as YYYY-MM-DD."),
        (row(date="2026-02-30"), "date", "Expected a day that the calendar has."),
        (row(clinic="nowhere"), "clinic", "Expected one of internal-1."),
        (row(clinic="desk"), "clinic", "This clinic has no schedule: nothing can be booked there."),
        (row(practitioner="dr-who"), "practitioner", "This clinic has no schedule with that practitioner."),
        (row(service="astrology"), "service", "Expected one of the clinic's services."),
        (row(scheme="passport"), "scheme", "Expected one of cccd-qr, bhyt, mrn, name."),
        (row(identity="%%"), "identity", "A record number has 1 to 32 letters, digits, dots, strokes or hyphens."),
        (row(birth_date="1985-13"), "birth_date", "there is no such month"),
        (row(sex="woman"), "sex", "Expected one of male, female, other, unknown."),
        (row(phone="call me"), "phone", "A phone number has 6 to 20 digits, perhaps with + before them."),
        (row(language="fr"), "language", "This facility has no texts in that language."),
        (row(date=""), "date", "Expected a day as YYYY-MM-DD."),
        (row().rstrip() + ",more\n", "row", "The row has more cells than the first one."),
    ]
    answer = await sent(hospital, row() + "".join(text for text, _, _ in bad) + row())
    assert (answer["booked"], answer["refused"], answer["there_already"]) == (2, len(bad), 0)
    first, *refused, last = answer["rows"]
    assert [(one["row"], one["column"], one["expected"]) for one in refused] == [
        (at, column, expected) for at, (_, column, expected) in enumerate(bad, 3)
    ]
    assert {one["result"] for one in refused} == {"refused"}
    assert (first["result"], last["row"]) == ("booked", len(bad) + 3)
    kept = (await hospital.get(f"/appointments/{first['appointment']}")).json()
    assert (kept["code"], kept["start"]) == (first["code"], f"{day(1)}T06:04:00.000Z")


async def test_who_has_no_number_is_known_by_name_and_birth_date(hospital: Hospital) -> None:
    head = "date;time;clinic;name;birth_date\n"
    answer = await sent(hospital, f"{day(1)};13:09;internal-1;Trần Văn Mẫu;1970\n{day(1)};13:09;internal-1;B;\n", head)
    assert [one["result"] for one in answer["rows"]] == ["booked", "refused"]
    assert answer["rows"][1]["column"] == "birth_date"
    kept = (await hospital.get(f"/appointments/{answer['rows'][0]['appointment']}")).json()
    assert (kept["patient"]["name"], kept["patient"]["birth_year"]) == ("Trần Văn Mẫu", 1970)


async def test_a_table_that_is_sent_again_books_nothing_twice(hospital: Hospital) -> None:
    rows = row("13:14") + row("13:19")
    first, again = await sent(hospital, rows), await sent(hospital, rows)
    assert (first["booked"], again["booked"], again["there_already"]) == (2, 0, 2)
    assert [one["appointment"] for one in again["rows"]] == [one["appointment"] for one in first["rows"]]
    assert (await slot(hospital, f"{day(1)}T13:14:00+07:00"))["free"] == 1


async def test_not_even_after_one_of_its_rows_was_cancelled_or_moved(hospital: Hospital) -> None:
    rows = row("13:24") + row("13:29")
    cancelled, moved = (one["appointment"] for one in (await sent(hospital, rows))["rows"])
    await hospital.post(f"/appointments/{cancelled}/cancel")
    await hospital.post(f"/appointments/{moved}/move", {"start": f"{day(2)}T13:29:00+07:00"})
    again = await sent(hospital, rows)
    assert again["there_already"] == 2
    assert (await slot(hospital, f"{day(1)}T13:24:00+07:00"))["free"] == 2
    assert (await slot(hospital, f"{day(1)}T13:29:00+07:00"))["free"] == 2


async def test_a_row_that_was_mended_does_not_give_its_patient_a_second_place_in_the_slot(hospital: Hospital) -> None:
    identity = f"BN-{fresh_pin()}"
    await sent(hospital, row("13:34", identity))
    mended = await sent(hospital, row("13:34", identity, phone="0912345678"))
    assert mended["there_already"] == 1


async def test_of_two_rows_that_want_the_last_place_the_upper_one_has_it(hospital: Hospital) -> None:
    rows = "".join(row("13:39", practitioner="dr-lan") for _ in range(3))
    answer = await sent(hospital, rows)
    assert [one["result"] for one in answer["rows"]] == ["booked", "refused", "refused"]
    assert answer["rows"][1]["expected"] == "This time is fully booked."


async def test_nothing_that_was_in_a_cell_comes_back(hospital: Hospital) -> None:
    secret = "=HYPERLINK(0)"
    answer = await sent(hospital, row(name=secret, birth_date=secret, sex=secret, scheme=secret, phone=secret))
    assert secret not in str(answer)
    assert not any(
        str(value).startswith(("=", "+", "-", "@", "\t")) for one in answer["rows"] for value in one.values()
    )


@pytest.mark.parametrize(
    ("kind", "content", "status", "slug"),
    [
        ("application/json", b"{}", 415, "unsupported-media-type"),
        ("text/plain", HEAD.encode(), 415, "unsupported-media-type"),
        ("text/csv; charset=utf-16", HEAD.encode(), 415, "unsupported-media-type"),
        ("text/csv", b"\xff\xfe", 400, "validation"),
        ("text/csv", b"", 400, "validation"),
        ("text/csv", b"date,time\n", 400, "validation"),
        ("text/csv", HEAD.encode() + b"x" * 70_000, 413, "body-too-large"),
        ("text/csv; charset=UTF-8", b"\xef\xbb\xbf" + HEAD.encode(), 200, ""),
    ],
)
async def test_what_is_no_table_is_refused_whole(
    hospital: Hospital, kind: str, content: bytes, status: int, slug: str
) -> None:
    headers = {"Content-Type": kind}
    answer = await hospital.call("POST", f"{V1}/appointments/import", Role.ADMIN, headers, content=content)
    assert answer.status_code == status, answer.text
    if slug:
        assert answer.json()["type"] == f"urn:queueflow:problem:{slug}"
