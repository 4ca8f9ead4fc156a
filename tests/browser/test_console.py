"""A morning at the doctor's console, by mouse and by keyboard, against the real server."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, REFUSAL, OpenScreen
from tests.browser.hospital import Card, Hospital

pytestmark = pytest.mark.browser

# Counts the frames that a screen hears, or keeps them from it.
EAR = """
window.heard = 0;
window.deaf = false;
const onmessage = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
Object.defineProperty(WebSocket.prototype, 'onmessage', {
  set(listener) {
    onmessage.set.call(this, (message) => {
      if (deaf) return;
      listener(message);
      heard += 1;
    });
  },
});
"""


def open_desk(hospital: Hospital, open_screen: OpenScreen, room: str, **more: Any) -> Page:
    page = open_screen(hospital.address(f"console/{room}", role="console"), LAPTOP, **more)
    expect(page.locator("header .state")).to_be_visible()
    return page


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def said(page: Page) -> Any:
    return page.locator(".said")


def press(page: Page, key: str) -> None:
    """A key, once the answer to the one before has come: nobody is as quick as a test."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.keyboard.press(key)


def test_a_patient_goes_from_the_queue_into_the_room_and_out_again(hospital: Hospital, open_screen: OpenScreen) -> None:
    desk = open_desk(hospital, open_screen, "b201")
    expect(desk.locator("header .state")).to_have_text("Đã đóng")
    expect(button(desk, "Mời người tiếp theo")).to_be_disabled()
    desk.get_by_label("Mã bác sĩ").fill("BS. Hoàng Văn Mẫu")
    button(desk, "Mở phòng").click()
    expect(desk.locator("header .state")).to_have_text("Đang mở")
    expect(desk.locator(".practitioner")).to_have_text("bs-hoang-van-mau")
    number = hospital.check_in("eye", Card(name="Lý Ỷ Nhi"), flags=("pregnant",))["ticket"]["number"]
    row = desk.locator(".queue .ticket", has_text=number)
    expect(row).to_contain_text("Lý Ỷ Nhi")
    button(desk, "Mời người tiếp theo").click()
    here = desk.locator(".here")
    expect(here.locator(".number")).to_have_text(number)
    expect(here.locator(".name")).to_have_text("Lý Ỷ Nhi")
    expect(here).to_contain_text("Sinh năm 1985")
    expect(here.locator(".tag.flag")).to_have_text("Có thai")
    expect(said(desk)).to_have_text(f"Đã mời {number}.")
    expect(row).to_have_count(0)
    button(desk, "Bắt đầu khám").click()
    expect(here).to_have_class(re.compile(r"\bserving\b"))
    expect(here.locator(".timer")).to_have_text(re.compile(r"^0:0\d$"))
    button(desk, "Khám xong").click()
    expect(desk.locator(".done")).to_have_text("Hôm nay đã khám 1")
    expect(desk.locator(".here")).to_contain_text("Chưa có ai trong phòng")


def test_a_morning_by_keyboard_only(hospital: Hospital, open_screen: OpenScreen) -> None:
    tickets = [hospital.check_in("cardiology")["ticket"]["number"] for _ in range(3)]
    desk = open_desk(hospital, open_screen, "a201")
    here = desk.locator(".here .number")
    press(desk, "?")
    expect(desk.get_by_role("dialog")).to_contain_text("Mời người tiếp theo")
    press(desk, "?")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    press(desk, "o")
    expect(desk.locator("header .state")).to_have_text("Đang mở")
    press(desk, "n")
    expect(here).to_have_text(tickets[0])
    press(desk, "r")
    expect(desk.locator(".tags")).to_contain_text("Đã gọi 2 lần")
    press(desk, "x")
    expect(desk.locator(".aside")).to_have_text(f"{tickets[0]} vắng mặt")
    press(desk, "n")
    expect(here).to_have_text(tickets[1])
    press(desk, "q")
    expect(here).to_have_count(0)
    expect(desk.locator(".queue .ticket", has_text=tickets[1])).to_be_visible()
    # The queue now: the third, and the second whom the clinic's policy put behind.
    press(desk, "ArrowDown")
    press(desk, "ArrowDown")
    expect(desk.locator(".queue li.chosen .number")).to_have_text(tickets[1])
    press(desk, "c")
    expect(here).to_have_text(tickets[1])
    press(desk, "s")
    expect(desk.locator(".here")).to_have_class(re.compile(r"\bserving\b"))
    press(desk, "d")
    expect(desk.locator(".done")).to_have_text("Hôm nay đã khám 1")
    press(desk, "p")
    expect(desk.locator("header .state")).to_have_text("Tạm nghỉ")
    press(desk, "o")
    expect(desk.locator("header .state")).to_have_text("Đang mở")
    close = button(desk, "Đóng phòng")
    close.focus()
    press(desk, "Enter")
    expect(button(desk, "Bấm lần nữa để đóng")).to_be_focused()
    press(desk, "Enter")
    expect(desk.locator("header .state")).to_have_text("Đã đóng")


def test_a_double_press_calls_one_patient_even_where_two_have_place(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    hospital.open("b205")
    tickets = [hospital.check_in("dental")["ticket"]["number"] for _ in range(3)]
    desk = open_desk(hospital, open_screen, "b205", clock=True)
    expect(desk.locator(".queue .ticket")).to_have_count(3)
    desk.keyboard.press("n")
    desk.keyboard.press("n")
    expect(said(desk)).to_have_text(f"Đã mời {tickets[0]}.")
    # Drawn to the end: a forced click is not tried again on a button that is replaced under it.
    expect(desk.locator(".queue .ticket")).to_have_count(2)
    button(desk, "Mời người tiếp theo").dblclick(force=True)
    expect(desk.locator(".queue .ticket")).to_have_count(2)
    desk.clock.run_for(1600)
    button(desk, "Mời người tiếp theo").dblclick()
    expect(desk.locator(".others button")).to_have_count(2)
    expect(desk.locator(".queue .ticket")).to_have_count(1)


def test_done_and_next_may_be_pressed_in_one_go(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b102")
    tickets = [hospital.check_in("orthopaedics")["ticket"] for _ in range(3)]
    hospital.move(hospital.call_next("b102")["id"], "start")
    desk = open_desk(hospital, open_screen, "b102")
    expect(desk.locator(".here")).to_have_class(re.compile(r"\bserving\b"))
    desk.evaluate("""() => ['d', 'n', 'n'].forEach((key) => dispatchEvent(new KeyboardEvent('keydown', {key})))""")
    expect(desk.locator(".here .number")).to_have_text(tickets[1]["number"])
    expect(desk.locator(".queue .ticket .number")).to_have_text([tickets[2]["number"]])


def test_anybody_in_the_queue_can_be_found_chosen_and_called(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b301")
    for _ in range(12):
        hospital.check_in("dermatology")
    wanted = hospital.check_in("dermatology", Card(name="Đặng Thuỳ Dương"))["ticket"]["number"]
    desk = open_desk(hospital, open_screen, "b301")
    expect(desk.locator(".queue .more")).to_be_visible()
    desk.keyboard.press("/")
    desk.keyboard.type("dang thuy")
    expect(desk.locator(".queue .ticket")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator(".queue li.chosen .number")).to_have_text(wanted)
    button(desk, "Mời số này").click()
    expect(desk.locator(".here .number")).to_have_text(wanted)
    expect(desk.get_by_label("Tìm số hoặc tên")).to_have_value("")


def test_a_cancelled_ticket_needs_two_presses(hospital: Hospital, open_screen: OpenScreen) -> None:
    number = hospital.check_in("neurology")["ticket"]["number"]
    desk = open_desk(hospital, open_screen, "a301")
    row = desk.locator(".queue .ticket", has_text=number)
    row.click()
    button(desk, "Hủy số").click()
    expect(row).to_be_visible()
    button(desk, "Bấm lần nữa để hủy số").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [("n", "Phòng chưa mở."), ("s", "Chưa có ai trong phòng"), ("p", "Phòng chưa mở.")],
)
def test_a_refusal_is_a_sentence(hospital: Hospital, open_screen: OpenScreen, key: str, sentence: str) -> None:
    desk = open_desk(hospital, open_screen, "d103", passes=REFUSAL)
    desk.keyboard.press(key)
    expect(said(desk)).to_have_text(sentence)
    expect(said(desk)).to_have_class(re.compile(r"\bproblem\b"))


def test_a_second_patient_waits_until_the_first_has_left(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b203")
    for _ in range(2):
        hospital.check_in("ear-nose-throat")
    hospital.call_next("b203")
    desk = open_desk(hospital, open_screen, "b203")
    expect(desk.locator(".here .number")).to_be_visible()
    desk.keyboard.press("n")
    expect(said(desk)).to_have_text("Khám xong người đang trong phòng rồi mới mời tiếp.")


def test_an_empty_queue_is_said_as_such(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b106")
    desk = open_desk(hospital, open_screen, "b106")
    desk.keyboard.press("n")
    expect(said(desk)).to_have_text("Không có ai đang chờ.")


def test_nobody_overwrites_what_somebody_else_has_just_done(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("a203")
    ticket = hospital.check_in("endocrinology")["ticket"]
    hospital.call_next("a203")
    desk = open_desk(hospital, open_screen, "a203", passes=REFUSAL, before=EAR)
    expect(desk.locator(".here .number")).to_have_text(ticket["number"])
    desk.evaluate("deaf = true")
    hospital.move(ticket["id"], "recall")
    desk.keyboard.press("s")
    expect(said(desk)).to_have_text("Người khác vừa thay đổi số này. Xin xem lại rồi thử lần nữa.")


def test_what_two_people_do_in_one_room_both_see(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("d201")
    number = hospital.check_in("antenatal")["ticket"]["number"]
    doctor = open_desk(hospital, open_screen, "d201")
    nurse = open_desk(hospital, open_screen, "d201")
    nurse.keyboard.press("n")
    expect(doctor.locator(".here .number")).to_have_text(number)
    doctor.keyboard.press("s")
    expect(nurse.locator(".here")).to_have_class(re.compile(r"\bserving\b"))


def test_a_click_is_not_lost_to_what_happens_meanwhile(hospital: Hospital, open_screen: OpenScreen) -> None:
    number = hospital.check_in("surgery")["ticket"]["number"]
    desk = open_desk(hospital, open_screen, "b101", before=EAR)
    row = desk.locator(".queue .ticket", has_text=number)
    box = row.bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + 20, box["y"] + 10)
    desk.mouse.down()
    heard = desk.evaluate("heard")
    hospital.check_in("surgery")
    desk.wait_for_function("(before) => heard > before", arg=heard)
    desk.mouse.up()
    expect(desk.locator(".queue li.chosen .number")).to_have_text(number)
    expect(desk.locator(".queue .ticket")).to_have_count(2)


def test_a_name_that_looks_like_markup_is_shown_as_it_is(hospital: Hospital, open_screen: OpenScreen) -> None:
    name = "<b onclick=alert(1)>Bình</b>"
    hospital.check_in("mental-health", Card(name=name))
    desk = open_desk(hospital, open_screen, "a303")
    expect(desk.locator(".queue .name")).to_have_text(name)
    assert desk.locator(".queue b").count() == 0


def test_a_room_is_chosen_from_all_of_them(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b105")
    page = open_screen(hospital.address("console", role="console"), LAPTOP)
    room = page.get_by_role("link", name=re.compile("Phòng X-quang 1"))
    expect(room).to_contain_text("Đang mở")
    hospital.post("/rooms/b105/pause")
    expect(room).to_contain_text("Tạm nghỉ")
    room.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phòng X-quang 1")
