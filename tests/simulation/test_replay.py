"""A small day end to end: a real server, its public doors, two feeds, every promise."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest

from queueflow.simulation.arrivals import ArrivalProfile, Lognormal, ServiceShare
from queueflow.simulation.checks import Promise
from queueflow.simulation.clock import dice
from queueflow.simulation.day import Attendance, make_day
from queueflow.simulation.day_file import Arriving, write_day
from queueflow.simulation.door import Door, OpenFacility, Refused, Tokens
from queueflow.simulation.hospital import Intention, Intentions, Kiosk
from queueflow.simulation.replay import Options, Progress, ReplayRefused, replay
from queueflow.simulation.report import Report
from tests.simulation.conftest import Ready

PATIENTS = 60
SPEED = 600.0
HOUR = ArrivalProfile("an hour", "", 60, {"07:00": 1.0})


def door_of(hall: Ready) -> Door:
    return Door(hall.base_url, hall.facility, run="test", dice=dice(1), tries=5, connections=8)


async def facility_of(hall: Ready) -> OpenFacility:
    door = door_of(hall)
    try:
        return await door.open_facility()
    finally:
        door.close()


def an_hour(facility: OpenFacility, patients: int = PATIENTS, seed: int = 1) -> tuple[Arriving, ...]:
    """A crowd within an hour, some late, some never there, some scanning twice or with two services."""
    mix = tuple(ServiceShare(s.id, 1.0, Lognormal(300, 0.5)) for s in facility.services if facility.rooms_of(s.id))
    attendance = Attendance(late=0.1, no_show=0.1)
    return make_day(
        mix=mix, profile=HOUR, patients=patients, on=date(2026, 1, 1), dice=dice(seed), attendance=attendance
    )


def options(hall: Ready, **more: object) -> Options:
    base = {"base_url": hall.base_url, "facility": hall.facility, "tokens": Tokens.of(hall.tokens), "speed": SPEED}
    return Options(**(base | more))  # pyright: ignore[reportArgumentType]


async def test_a_day_is_played_to_its_end_and_every_promise_holds(used_hall: Ready) -> None:
    day = an_hour(await facility_of(used_hall))
    told: list[Progress] = []
    report = await replay(day, options(used_hall, file="hour.csv"), told.append)

    assert report.broken == ()
    assert report.counts.refused == report.counts.unanswered == 0
    assert report.good
    assert report.counts.lines == report.counts.checked_in == len(day)
    # Some have several stops.
    assert report.counts.tickets > len(day) - report.counts.held >= PATIENTS
    assert report.counts.under_way == report.counts.strangers == 0
    assert report.counts.no_shows > 0
    assert report.counts.done == report.counts.tickets - report.counts.no_shows - report.counts.cancelled
    checked = {line.promise: line.checked for line in report.promises}
    assert all(checked[promise] for promise in Promise), checked
    assert {line.view: line.connections for line in report.feeds} == {"board": 1, "floor": 1}
    assert sum(line.arrived for line in report.by_hour) == report.counts.tickets - report.counts.cancelled
    assert report.wait_s.count >= report.counts.done
    assert report.call_to_board_ms.count >= report.counts.done
    assert told[-1].ended == report.counts.tickets
    assert sorted(progress.ended for progress in told) == [progress.ended for progress in told]


async def test_whoever_never_came_for_their_first_stop_has_the_second_cancelled(used_hall: Ready) -> None:
    first, *_ = an_hour(await facility_of(used_hall), 1)
    first = msgspec.structs.replace(first, service="eye", no_show=True, late=False)
    second = msgspec.structs.replace(first, at_s=first.at_s + 5, service="dental")
    report = await replay([first, second], options(used_hall), lambda _: None)
    assert report.good, report.broken
    assert (report.counts.no_shows, report.counts.cancelled, report.counts.done) == (1, 1, 0)


async def test_patients_with_several_stops_finish_them_all(used_hall: Ready) -> None:
    day = an_hour(await facility_of(used_hall), 12)
    # Who shows no card says that they are not insured, and pays first.
    uninsured = [
        msgspec.structs.replace(
            one, service="eye", scheme="name", value=one.name, flags=(), late=number == 1, no_show=False
        )
        for number, one in enumerate(day)
    ]
    report = await replay(uninsured, options(used_hall), lambda _: None)
    assert report.good, report.broken
    assert report.counts.done == report.counts.tickets == 2 * (report.counts.checked_in - report.counts.held)
    assert {line.name: line.wait_s.count for line in report.by_clinic}.keys() == {"cashier", "eye"}


async def test_a_person_who_comes_to_the_kiosk_in_between_is_served_like_the_others(used_hall: Ready) -> None:
    facility = await facility_of(used_hall)
    day = an_hour(facility, 12)
    person = msgspec.structs.replace(day[0], scheme="mrn", value="BN-1958", name="", birth_date="1958-05-17")
    door = door_of(used_hall)
    kiosk = Kiosk(door, used_hall.tokens["kiosk"], "vi", Intentions(Intention(1.0)))

    async def come_in_between() -> str:
        await asyncio.sleep(1.0)
        return (await kiosk.check_in(person)).id

    report, ticket = await asyncio.gather(replay(day, options(used_hall), lambda _: None), come_in_between())
    state = msgspec.json.decode((await door.get("read-ticket", f"/tickets/{ticket}", used_hall.tokens["console"])).body)
    door.close()
    assert report.good, report.broken
    assert report.counts.strangers == 1
    assert state["ticket"]["state"] == "done"


async def test_a_worker_that_is_killed_in_the_middle_costs_no_event_and_no_patient(hall_of_two: Ready) -> None:
    day = an_hour(await facility_of(hall_of_two))

    async def kill_one_after_the_other() -> None:
        for worker in hall_of_two.workers():
            await asyncio.sleep(2.5)
            os.kill(worker, signal.SIGKILL)

    report, _ = await asyncio.gather(replay(day, options(hall_of_two), lambda _: None), kill_one_after_the_other())
    assert report.good, report.broken
    assert report.counts.checked_in == len(day)
    assert report.counts.tickets >= len(day) - report.counts.held
    assert sum(line.connections for line in report.feeds) > 2


async def test_a_second_replay_of_the_same_file_on_the_same_day_gets_its_own_answers(used_hall: Ready) -> None:
    day = an_hour(await facility_of(used_hall), 8)
    first = await replay(day, options(used_hall, speed=2000.0), lambda _: None)
    second = await replay(day, options(used_hall, speed=2000.0), lambda _: None)
    assert first.good, first.broken
    assert second.good, second.broken
    assert second.counts.tickets == first.counts.tickets
    assert all(line.replayed == 0 for line in second.calls)


async def test_what_cannot_begin_says_why(used_hall: Ready) -> None:
    day = an_hour(await facility_of(used_hall), 3)
    unknown = [msgspec.structs.replace(day[0], service="palmistry")]
    with pytest.raises(ReplayRefused, match="gives no service palmistry"):
        await replay(unknown, options(used_hall), lambda _: None)
    with pytest.raises(ReplayRefused, match="404 unknown-facility"):
        await replay(day, options(used_hall, facility="nowhere"), lambda _: None)
    with pytest.raises(ReplayRefused, match="the feed was refused"):
        await replay(day, options(used_hall, tokens=Tokens("x", "y", "z")), lambda _: None)
    with pytest.raises(ReplayRefused, match="Nobody answers"):
        await replay(day, options(used_hall, base_url="http://127.0.0.1:9"), lambda _: None)


async def test_the_command_plays_a_generated_file_and_writes_its_report(used_hall: Ready, tmp_path: Path) -> None:
    file, html, json = tmp_path / "day.csv", tmp_path / "out" / "report.html", tmp_path / "out" / "report.json"
    file.write_text(write_day(an_hour(await facility_of(used_hall), 10)), encoding="utf-8")
    command = [sys.executable, "-m", "queueflow", "replay", str(file), "--speed", "2000"]
    command += ["--ready-file", used_hall.file, "--html", str(html), "--json", str(json)]
    ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=90)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Every promise held" in ended.stdout
    report = msgspec.json.decode(json.read_bytes(), type=Report)
    assert report.good
    assert report.file == "day.csv"
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_generator_writes_the_same_file_for_the_same_seed(tmp_path: Path) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for file in files:
        command = [sys.executable, "-m", "queueflow", "day", "generate", "--patients", "50", "--seed", "3"]
        ended = subprocess.run([*command, "--out", str(file)], capture_output=True, text=True, check=True, timeout=60)
        assert "Assumed, not measured" in ended.stdout
    assert files[0].read_bytes() == files[1].read_bytes()


async def test_a_wrong_token_role_is_refused_by_the_server(used_hall: Ready) -> None:
    door = door_of(used_hall)
    with pytest.raises(Refused, match="forbidden"):
        await door.get("read-queue", "/clinics/reception/queue", used_hall.tokens["kiosk"])
    door.close()
