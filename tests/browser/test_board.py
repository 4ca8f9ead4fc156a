"""The waiting room's board against the real server: who is called where, who is next, and when it cannot know."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import NO_SERVER, WALL, OpenScreen
from tests.browser.hospital import Hospital
from tests.browser.loudspeaker import LOUDSPEAKER, rung, said
from tests.chromium import chromium

pytestmark = pytest.mark.browser


def open_board(hospital: Hospital, open_screen: OpenScreen, clinics: str) -> Page:
    """A board of some clinics only, so that each test has its own.

    Its clock is moved on faster than the server's heartbeats come, so that it may lose and mend its feed meanwhile.
    """
    address = hospital.address("board", role="display", clinics=clinics)
    page = open_screen(address, WALL, before=LOUDSPEAKER, clock=True, passes=NO_SERVER)
    page.wait_for_selector(".empty:visible, .place:not(.free), .clinic")
    return page


def place_of(page: Page, number: str) -> Any:
    return page.locator(".place", has=page.locator(".number", has_text=number))


def test_a_call_appears_at_once_with_its_room_and_is_rung_and_said(hospital: Hospital, open_screen: OpenScreen) -> None:
    board = open_board(hospital, open_screen, "eye")
    expect(board.get_by_text("Chưa mời số nào")).to_be_visible()
    hospital.open("b201")
    number = hospital.check_in("eye")["ticket"]["number"]
    expect(board.locator(".clinic[data-clinic=eye] .queue")).to_have_text(number)
    hospital.call_next("b201")
    place = place_of(board, number)
    expect(place).to_be_visible(timeout=2000)
    expect(place).to_have_class(re.compile(r"\bnew\b"))
    expect(place.locator(".room")).to_have_text("Phòng 211")
    expect(place.locator(".direction")).to_have_text("Nhà B, tầng 2")
    expect(board.locator(".clinic[data-clinic=eye] .queue")).to_have_text("Không có người chờ")
    board.clock.run_for(6000)
    assert rung(board) == 2
    digits = number[1:]
    assert digits == "001"
    assert said(board) == [
        f"Mời bệnh nhân số {number[0]} không không một đến Phòng hai trăm mười một",
        f"Number {number[0]} 0 0 1, please go to Room 211",
    ]
    board.clock.run_for(10_000)
    expect(place).not_to_have_class(re.compile(r"\bnew\b"))


def test_a_recall_says_so_and_whoever_goes_in_stands_back(hospital: Hospital, open_screen: OpenScreen) -> None:
    board = open_board(hospital, open_screen, "ear-nose-throat")
    hospital.open("b203")
    ticket = hospital.check_in("ear-nose-throat")["ticket"]
    hospital.call_next("b203")
    place = place_of(board, ticket["number"])
    expect(place).to_be_visible()
    board.clock.run_for(9000)
    hospital.move(ticket["id"], "recall")
    expect(place.locator(".state")).to_have_text("Gọi lần 2")
    board.clock.run_for(9000)
    assert said(board)[2].startswith("Nhắc lại: mời bệnh nhân số R không không một")
    hospital.move(ticket["id"], "start")
    expect(place).to_have_class(re.compile(r"\bserving\b"))
    expect(place.locator(".state")).to_have_text("Đang khám")
    hospital.move(ticket["id"], "complete")
    expect(place).to_have_count(0)


def test_two_calls_of_one_moment_are_both_shown_and_said_whole_the_first_first(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    board = open_board(hospital, open_screen, "cardiology,endocrinology")
    hospital.open("a201", "a203")
    first = hospital.check_in("cardiology")["ticket"]["number"]
    second = hospital.check_in("endocrinology")["ticket"]["number"]
    hospital.call_next("a201")
    hospital.call_next("a203")
    expect(place_of(board, first)).to_be_visible()
    expect(place_of(board, second)).to_be_visible()
    board.clock.run_for(30_000)
    assert [(sentence[: len("Mời")], sentence.split("đến ")[-1]) for sentence in said(board)[::2]] == [
        ("Mời", "Phòng hai trăm linh một"),
        ("Mời", "Phòng hai trăm linh ba"),
    ]
    assert len(said(board)) == 4
    assert rung(board) == 4


def test_a_patient_who_went_in_before_the_call_was_said_is_not_called_into_the_hall(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    board = open_board(hospital, open_screen, "dental")
    hospital.open("b205")
    tickets = [hospital.check_in("dental")["ticket"] for _ in range(2)]
    for _ in tickets:
        hospital.call_next("b205")
    expect(place_of(board, tickets[1]["number"])).to_be_visible()
    hospital.move(tickets[1]["id"], "start")
    expect(place_of(board, tickets[1]["number"])).to_have_class(re.compile(r"\bserving\b"))
    board.clock.run_for(30_000)
    assert len(said(board)) == 2
    assert "không không một" in said(board)[0]


def test_a_lost_feed_is_seen_within_fifteen_seconds_and_heals_by_itself_with_nothing_missed(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    board = open_board(hospital, open_screen, "obstetrics")
    hospital.open("d201")
    number = hospital.check_in("antenatal")["ticket"]["number"]
    banner = board.locator(".stale-banner")
    expect(board.locator(".clinic .number", has_text=number)).to_be_visible()
    expect(banner).to_be_hidden()
    hospital.stop()
    board.clock.run_for(15_000)
    assert banner.is_visible()
    expect(banner).to_contain_text("Mất kết nối. Thông tin lúc")
    expect(board.locator(".frame")).to_have_class(re.compile(r"\bstale\b"))
    hospital.start()
    hospital.call_next("d201")
    _go_on_until(board, lambda: not banner.is_visible())
    expect(place_of(board, number)).to_be_visible()
    board.clock.run_for(9000)
    assert len(said(board)) == 2


def test_clinics_that_do_not_fit_take_turns_and_a_call_turns_to_its_own(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    services = "neurology mental-health surgery orthopaedics dermatology infectious-disease pharmacy".split()
    rooms = ["a301", "a303", "b101", "b102", "b301", "e101", "desk-4"]
    hospital.open(*rooms)
    tickets = [hospital.check_in(service)["ticket"] for service in services * 2][: len(services)]
    clinics = [ticket["clinic"] for ticket in tickets]
    board = open_board(hospital, open_screen, ",".join(clinics))
    shown = board.locator(".clinic")
    pages = board.locator(".next .pages")
    first, second = "Trang 1/2", "Trang 2/2"
    expect(pages).to_have_text(first)
    on_first = shown.evaluate_all("(all) => all.map((one) => one.dataset.clinic)")
    board.clock.run_for(10_000)
    expect(pages).to_have_text(second)
    on_second = shown.evaluate_all("(all) => all.map((one) => one.dataset.clinic)")
    assert sorted(on_first + on_second) == sorted(clinics)
    called = on_first[0]
    hospital.call_next(rooms[clinics.index(called)])
    expect(pages).to_have_text(first)
    board.clock.run_for(9_000)
    expect(pages).to_have_text(first)


def test_clinics_where_nobody_waits_take_no_turn_from_the_others(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("desk-1", "b103", "d203", "a304", "c101", "d102", "b302")
    number = hospital.check_in("registration")["ticket"]["number"]
    clinics = "reception,laboratory-1,ultrasound-2,health-check,emergency,paediatrics-2,traditional-medicine"
    board = open_board(hospital, open_screen, clinics)
    expect(board.locator(".clinic")).to_have_count(1)
    expect(board.locator(".clinic .number")).to_have_text(number)


def test_more_calls_than_places_show_the_newest_and_then_the_rest(hospital: Hospital, open_screen: OpenScreen) -> None:
    rooms = ["a101", "a102", "a103", "a104", "a205", "a206", "a204"]
    hospital.open(*rooms)
    for _ in range(16):
        hospital.check_in("internal-medicine")
    board = open_board(hospital, open_screen, "internal-1,internal-2,internal-3")
    numbers = [hospital.call_next(room)["number"] for room in rooms]
    expect(place_of(board, numbers[-1])).to_be_visible()
    expect(board.locator(".place:not(.free)")).to_have_count(6)
    expect(place_of(board, numbers[0])).to_have_count(0)
    expect(board.locator(".calling .pages")).to_have_text("Trang 1/2")
    _go_on_until(board, lambda: place_of(board, numbers[0]).is_visible())


def test_a_paused_room_is_named_with_the_time_it_opens_again(hospital: Hospital, open_screen: OpenScreen) -> None:
    board = open_board(hospital, open_screen, "x-ray")
    hospital.open("b105")
    hospital.post("/rooms/b105/pause", {"until": "2026-11-24T04:30:00Z"})
    expect(board.locator(".clinic[data-clinic=x-ray] .note")).to_have_text("Phòng X-quang 1 tạm nghỉ đến 11:30")


def test_a_sensitive_clinic_stands_on_the_wall_under_its_neutral_name(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    board = open_board(hospital, open_screen, "dermatology")
    hospital.check_in("dermatology")
    expect(board.locator(".clinic h3")).to_have_text("Phòng khám chuyên khoa 6")
    assert "Da liễu" not in board.locator("body").inner_text()


def test_a_board_with_a_bad_token_says_so(hospital: Hospital, open_screen: OpenScreen) -> None:
    board = open_screen(hospital.address("board") + "#token=qf_nobody", WALL)
    expect(board.locator(".stale-banner")).to_contain_text("Mã thiết bị này không còn dùng được.")


def test_a_board_that_may_not_sound_says_how_to_allow_it(hospital: Hospital, browser: Browser) -> None:
    with chromium(beside=browser) as silent:
        board = silent.new_page()
        board.goto(hospital.address("board", role="display"))
        notice = board.locator(".sound")
        expect(notice).to_contain_text("Loa đang tắt: chạm vào màn hình")
        board.mouse.click(200, 200)
        expect(notice).to_be_hidden()


def test_a_new_version_comes_by_itself_when_the_server_was_restarted(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    board = open_board(hospital, open_screen, "vaccination")
    version = board.evaluate("document.documentElement.dataset.version")

    def serve(route: Route) -> None:
        # Only what the screen itself asks for is newer; the page that is then loaded is the real one again.
        if route.request.resource_type != "fetch":
            route.continue_()
            return
        served = route.fetch()
        route.fulfill(response=served, body=served.text().replace(version, "0123456789abcdef"))

    board.route(re.compile("/board/"), serve)
    hospital.stop()
    board.clock.run_for(15_000)
    expect(board.locator(".stale-banner")).to_be_visible()
    hospital.start()
    with board.expect_navigation():
        _go_on_until(board, lambda: not board.locator(".stale-banner").is_visible())
    expect(board.locator(".clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))


def _go_on_until(board: Page, over: Callable[[], bool]) -> None:
    """Move the screen's clock on, at most three minutes, until something is so.

    Its feed tries again at least every 15 s, and pages turn again when the last of seven calls has been said.
    """
    for _ in range(180):
        if over():
            return
        board.clock.run_for(1000)
    raise AssertionError("three minutes of the screen's time were not enough")


def test_the_clock_is_the_hospitals(hospital: Hospital, open_screen: OpenScreen) -> None:
    board = open_screen(hospital.address("board", role="display"), WALL, timezone_id="America/New_York")
    expect(board.locator(".clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    there = board.evaluate(
        "new Intl.DateTimeFormat('en-GB', {timeZone: 'Asia/Ho_Chi_Minh', hour: '2-digit', minute: '2-digit'})"
        ".format(Date.now())"
    )
    assert board.locator(".clock").inner_text()[:2] == there[:2]
