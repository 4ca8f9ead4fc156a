import msgspec
import pytest
from hypothesis import given

from queueflow.live.people import People
from queueflow.live.public import BoardTicket
from queueflow.live.snapshot import Snapshot
from queueflow.live.views import (
    BoardView,
    ConsoleView,
    FacilityView,
    FloorView,
    Picture,
    difference,
    glance,
    keep,
    look,
    look_at_visit,
)
from queueflow.model.ids import ClinicId, RoomId, TicketId
from queueflow.model.ticket import TicketState, Wait
from tests.unit.live.day import CANARY, MOVES, ROOMS, SECRETS, Day, move, open_patient

VIEWS: list[FacilityView] = [
    BoardView(),
    BoardView((ClinicId("eye"),)),
    BoardView((ClinicId("ear"), ClinicId("heart"))),
    ConsoleView(),
    *(ConsoleView(RoomId(room), tuple(ClinicId(one) for one in served)) for room, served in ROOMS.items()),
    FloorView(),
]
STATE = {"clinics", "rooms", "tickets"}


def seen(view: FacilityView, day: Day) -> Picture:
    return look(view, Snapshot(day.state()), People(open_patient).open)


def as_json(picture: Picture) -> dict:
    return msgspec.json.decode(msgspec.json.encode(picture))


def busy_day() -> tuple[Day, dict[str, TicketId]]:
    """One ticket in each state that a facility's state has, and one more that waits."""
    day = Day()
    for room in ("r1", "r2"):
        day.open(room)
    tickets = {state: day.check_in("eye", "emergency") for state in ("no-show", "serving", "called", "waiting")}
    tickets["planned"] = TicketId(day.check_in("ear", planned="heart").replace("-1", "-2"))
    for state, room in (("no-show", "r1"), ("serving", "r1"), ("called", "r2")):
        day.call(tickets[state], room)
        if state == "no-show":
            day.no_show(tickets[state])
        if state == "serving":
            day.start(tickets[state])
    day.recall(tickets["called"])
    for state, ticket in tickets.items():
        assert day.tickets[ticket].state == state
    return day, tickets


@pytest.mark.parametrize("view", VIEWS, ids=str)
@given(moves=MOVES)
def test_glances_at_each_event_add_up_to_a_look_at_the_whole(view: FacilityView, moves: list) -> None:
    day = Day()
    snapshot, people = Snapshot(day.state()), People(open_patient)
    shown = look(view, snapshot, people.open)
    for step in moves:
        told = len(day.told)
        move(day, *step)
        for event in day.told[told:]:
            change = snapshot.apply(snapshot.offset + 1, event)
            news = difference(shown, glance(view, snapshot, change, people.open))
            assert all(value != shown.tickets.get(ticket) for ticket, value in news.tickets.items())
            keep(shown, news)
            assert shown == look(view, snapshot, people.open)


def test_the_board_has_numbers_and_where_they_are_called_to_and_nothing_else() -> None:
    day, tickets = busy_day()
    board = as_json(seen(BoardView(), day))
    assert board.keys() == STATE
    assert board["tickets"][tickets["called"]] == {
        "id": tickets["called"],
        "number": "A002",
        "state": "called",
        "clinic": "eye",
        "room": "r2",
        "called_at": "2026-09-22T00:00:12.000Z",
        "calls": 2,
    }
    assert board["clinics"]["eye"] == {
        "id": "eye",
        "waiting": 1,
        "rooms_open": 2,
        "next": [tickets["waiting"]],
        "estimated_wait": {"p50_s": 300, "p90_s": 600},
    }
    assert board["rooms"]["r2"] == {
        "id": "r2",
        "state": "open",
        "clinics": ["ear", "eye"],
        "tickets": [tickets["called"]],
        "paused_until": None,
    }


def test_the_board_has_who_is_called_or_in_a_room_and_who_is_next() -> None:
    day, tickets = busy_day()
    more = [day.check_in("eye") for _ in range(3)]
    board = seen(BoardView(), day)
    next_ear = day.queue("ear")
    # Two are next at each clinic of this day.
    expected = {tickets["serving"], tickets["called"], tickets["waiting"], more[0], *next_ear}
    assert set(board.tickets) == expected


def test_a_board_of_some_clinics_has_theirs_and_the_rooms_that_serve_them() -> None:
    day, tickets = busy_day()
    board = seen(BoardView((ClinicId("ear"),)), day)
    assert set(board.clinics) == {"ear"}
    assert set(board.rooms) == {"r2"}
    assert set(board.tickets) == set(day.queue("ear"))
    assert set(seen(BoardView((ClinicId("heart"),)), day).rooms) == set()
    assert tickets["called"] in seen(BoardView((ClinicId("eye"),)), day).tickets


def test_a_pause_says_until_when() -> None:
    day = Day()
    day.open("r1")
    day.pause("r1")
    assert as_json(seen(BoardView(), day))["rooms"]["r1"]["paused_until"] == "2026-09-22T00:10:01.000Z"


@given(MOVES)
def test_nothing_that_is_not_for_everybody_is_on_the_board_or_in_a_visits_link(moves: list) -> None:
    day, _ = busy_day()
    for step in moves:
        move(day, *step)
    snapshot = Snapshot(day.state())
    pictures = [look(BoardView(), snapshot, People(open_patient).open)]
    for visit in day.visits:
        record = day.record(visit)
        pictures.append(look_at_visit(snapshot, record.journey, record.place, record.visit.tickets))
    for picture in pictures:
        text = msgspec.json.encode(picture).decode()
        assert [secret for secret in SECRETS if secret in text] == []


def test_the_board_has_no_class_service_or_person_by_any_name() -> None:
    names = {field.name for field in msgspec.structs.fields(BoardTicket)}
    assert names == {"id", "number", "state", "clinic", "room", "called_at", "calls"}


def test_a_console_has_its_queues_with_their_patients() -> None:
    day, tickets = busy_day()
    console = as_json(seen(ConsoleView(RoomId("r1"), (ClinicId("eye"),)), day))
    assert set(console["clinics"]) == {"eye"}
    assert set(console["rooms"]) == {"r1"}
    assert set(console["tickets"]) == {tickets[state] for state in ("no-show", "serving", "called", "waiting")}
    assert console["clinics"]["eye"]["by_priority"] == {"emergency": 1}
    assert console["rooms"]["r1"] == {
        "id": "r1",
        "state": "open",
        "practitioner": "bs-hoang",
        "clinics": ["eye"],
        "tickets": [tickets["serving"]],
        "served": 0,
        "revision": 4,
        "paused_until": None,
    }
    serving = console["tickets"][tickets["serving"]]
    assert serving.pop("patient") == {
        "name": f"{CANARY} {1:013d}",
        "birth_year": 1958,
        "last3": "377",
        "flags": ["pregnant"],
        "language": "vi",
    }
    assert serving == {
        "id": tickets["serving"],
        "number": "A001",
        "visit": tickets["serving"][:-2],
        "clinic": "eye",
        "room": "r1",
        "practitioner": "bs-hoang",
        "service": "exam",
        "priority": "emergency",
        "state": "serving",
        "issued_at": "2026-09-22T00:00:03.000Z",
        "queued_at": "1970-01-01T00:00:00.002Z",
        "called_at": "2026-09-22T00:00:10.000Z",
        "started_at": "2026-09-22T00:00:11.000Z",
        "ended_at": None,
        "calls": 1,
        "revision": 3,
        "waits_for": [],
        "wish": None,
        "opened_at": "2026-09-22T00:00:03.000Z",
        "stops": [tickets["serving"]],
        "appointment": None,
    }


def test_a_closed_rooms_console_has_the_queues_that_the_room_is_set_up_for() -> None:
    day = Day()
    ticket = day.check_in("heart")
    console = seen(ConsoleView(RoomId("r3"), (ClinicId("heart"),)), day)
    assert set(console.clinics) == {"heart"}
    assert set(console.tickets) == {ticket}


def test_who_was_called_stays_at_the_desk_though_it_now_serves_another_clinic() -> None:
    day = Day()
    day.open("r1")
    ticket, other = day.check_in("eye"), day.check_in("eye")
    day.call(ticket, "r1")
    day.open("r1", ("heart",))
    console = seen(ConsoleView(RoomId("r1"), (ClinicId("eye"),)), day)
    assert set(console.clinics) == {"heart"}
    assert set(console.tickets) == {ticket}
    assert other not in console.tickets


def test_a_console_without_a_room_has_all_rooms_and_clinics_and_no_ticket() -> None:
    day, _ = busy_day()
    console = seen(ConsoleView(), day)
    assert set(console.rooms) == set(ROOMS)
    assert set(console.clinics) == {"ear", "eye", "heart"}
    assert console.tickets == {}


def test_the_floor_has_everything_under_way() -> None:
    day, tickets = busy_day()
    floor = seen(FloorView(), day)
    assert set(tickets.values()) <= set(floor.tickets)
    assert set(floor.rooms) == set(ROOMS)
    assert {ticket.state for ticket in floor.tickets.values() if ticket} == {
        TicketState.PLANNED,
        TicketState.WAITING,
        TicketState.CALLED,
        TicketState.SERVING,
        TicketState.NO_SHOW,
    }


def test_a_visit_has_its_whole_journey_with_its_place_where_it_waits() -> None:
    day = Day()
    day.open("r1")
    ticket = day.check_in("eye", planned="heart")
    before = day.check_in("heart")
    day.call(ticket, "r1")
    day.start(ticket)
    day.complete(ticket)
    record = day.record(day.tickets[ticket].visit)
    visit = as_json(look_at_visit(Snapshot(day.state()), record.journey, record.place, record.visit.tickets))
    first, second = visit["tickets"].values()
    assert (first["state"], first["room"], first["ended_at"]) == ("done", "r1", "2026-09-22T00:00:06.000Z")
    assert (first["position"], first["estimated_wait"]) == (None, None)
    assert second == {
        "id": f"{ticket[:-2]}-2",
        "number": "A000",
        "clinic": "heart",
        "room": None,
        "service": "exam",
        "state": "waiting",
        "position": 2,
        "estimated_wait": {"p50_s": 600, "p90_s": 1200},
        "issued_at": "2026-09-22T00:00:02.000Z",
        "called_at": None,
        "started_at": None,
        "ended_at": None,
        "calls": 0,
        "deferred": False,
        "ended_reason": None,
        "wish": None,
        "appointment": None,
        "stop": 2,
        "group": None,
        "waits_for": [],
    }
    assert visit["clinics"]["heart"] == {
        "id": "heart",
        "waiting": 2,
        "rooms_open": 0,
        "estimated_wait": {"p50_s": 600, "p90_s": 1200},
    }
    assert visit["rooms"] == {"r1": {"id": "r1", "state": "open", "paused_until": None}}
    assert before not in visit["tickets"]


def test_a_place_counts_only_for_the_stop_that_waits() -> None:
    day = Day()
    day.open("r1")
    ticket = day.check_in("eye")
    place = day.record(day.tickets[ticket].visit).place
    day.call(ticket, "r1")
    record = day.record(day.tickets[ticket].visit)
    (shown,) = look_at_visit(Snapshot(day.state()), record.journey, place, record.visit.tickets).tickets.values()
    assert place is not None
    assert place.estimated_wait == Wait(300, 600)
    assert as_json(Picture({}, {}, {ticket: shown}))["tickets"][ticket]["position"] is None


@pytest.mark.parametrize("view", [FloorView(), ConsoleView(RoomId("r1"), (ClinicId("eye"),))], ids=str)
def test_a_patient_whose_flags_changed_changes_at_every_desk(view: FacilityView) -> None:
    day = Day()
    ticket = day.check_in("eye", planned="eye")
    day.undo(day.visits[day.tickets[ticket].visit].tickets[1])
    visit = day.tickets[ticket].visit
    snapshot, people = Snapshot(day.state()), People(open_patient)
    shown = look(view, snapshot, people.open)
    day.visits[visit] = msgspec.structs.replace(day.visits[visit], flags=("disabled",))
    day.recall(ticket)
    change = snapshot.apply(snapshot.offset + 1, day.told[-1])
    news = difference(shown, glance(view, snapshot, change, people.open))
    assert set(news.tickets) == set(day.visits[visit].tickets)


def test_a_visits_stops_say_their_order_and_what_they_wait_for() -> None:
    day = Day()
    ticket = day.check_in("eye", planned="heart")
    record = day.record(day.tickets[ticket].visit)
    late = msgspec.structs.replace(record.journey[1], group="x:1", waits_for=("payment",))
    way = (late.id, TicketId(ticket))
    shown = look_at_visit(Snapshot(day.state()), [record.journey[0], late], None, way).tickets.values()
    seen = msgspec.to_builtins(list(shown))
    assert [(one["stop"], one["group"], list(one["waits_for"])) for one in seen] == [
        (2, None, []),
        (1, "x:1", ["payment"]),
    ]
