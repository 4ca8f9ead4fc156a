"""What a doctor does beside calling and examining: orders and the way back, moves of the queue, undo; by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import REFUSAL, OpenScreen
from tests.browser.hospital import Hospital
from tests.browser.test_console import open_desk, press, said

pytestmark = pytest.mark.browser


def tick(page: Page, *boxes: str) -> None:
    """Tick boxes of the open dialog and be done, with no hand on the mouse."""
    for box in boxes:
        page.get_by_role("dialog").get_by_label(box).focus()
        page.keyboard.press("Space")
    page.keyboard.press("Enter")


def test_a_patient_is_sent_for_tests_and_comes_back_to_the_same_desk(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    number = hospital.check_in("cardiology")["ticket"]["number"]
    desk = open_desk(hospital, open_screen, "a201")
    for key in ("o", "n", "s"):
        press(desk, key)
    expect(desk.locator(".here .number")).to_have_text(number)
    press(desk, "e")
    expect(desk.get_by_role("dialog")).to_contain_text(f"Chỉ định cho {number}")
    tick(desk, "Chụp X-quang", "Chờ có kết quả xét nghiệm mới quay lại")
    expect(said(desk)).to_have_text(f"Đã ghi: Chỉ định – {number}.")
    expect(desk.locator(".aside")).to_have_text(f"{number} đi xét nghiệm")
    # The test is done, but its result is not read yet.
    hospital.open("b105")
    test = hospital.call_next("b105")
    assert (test["number"], test["service"]) == (number, "x-ray")
    hospital.move(test["id"], "start")
    hospital.move(test["id"], "complete")
    press(desk, "n")
    expect(said(desk)).to_have_text("Không có ai đang chờ.")
    press(desk, "l")
    expect(desk.get_by_role("dialog")).to_contain_text("kết quả xét nghiệm")
    desk.keyboard.press("Enter")
    row = desk.locator(".queue .ticket", has_text=number)
    expect(row).to_contain_text("Quay lại sau xét nghiệm")
    press(desk, "n")
    expect(desk.locator(".here .number")).to_have_text(number)
    expect(desk.locator(".journey li")).to_have_count(2)
    expect(desk.locator(".journey li.done")).to_contain_text("Chụp X-quang")
    expect(desk.locator(".journey [aria-current=step]")).to_contain_text("đã mời")


def test_orders_are_taken_back_whole(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("a203")
    number = hospital.check_in("endocrinology")["ticket"]["number"]
    hospital.move(hospital.call_next("a203")["id"], "start")
    desk = open_desk(hospital, open_screen, "a203")
    expect(desk.locator(".here .number")).to_have_text(number)
    press(desk, "e")
    tick(desk, "Lấy máu xét nghiệm")
    expect(desk.locator(".aside")).to_be_visible()
    press(desk, "z")
    expect(said(desk)).to_have_text(f"Đã hoàn tác: {number}.")
    expect(desk.locator(".here .number")).to_have_text(number)
    expect(desk.locator(".aside")).to_have_count(0)


def test_every_move_of_a_queue_has_its_key(hospital: Hospital, open_screen: OpenScreen) -> None:
    first, second = (hospital.check_in("eye")["ticket"] for _ in range(2))
    desk = open_desk(hospital, open_screen, "b201")
    row = desk.locator(".queue .ticket", has_text=first["number"])
    press(desk, "o")
    press(desk, "n")
    press(desk, "z")
    expect(said(desk)).to_have_text(f"Đã hoàn tác: {first['number']}.")
    expect(row).to_be_visible()
    press(desk, "ArrowDown")
    press(desk, "h")
    expect(desk.locator(".aside")).to_have_text(f"{first['number']} tạm giữ")
    press(desk, "h")
    desk.keyboard.press("Enter")
    expect(row).to_be_visible()
    press(desk, "ArrowDown")
    expect(desk.locator(".queue li.chosen .number")).to_have_text(first["number"])
    press(desk, "u")
    desk.keyboard.type("cap cuu")
    desk.keyboard.press("Enter")
    expect(row).to_contain_text("Cấp cứu")
    press(desk, "n")
    press(desk, "x")
    press(desk, "i")
    desk.keyboard.press("Enter")
    expect(said(desk)).to_have_text(f"Đã ghi: Đã đến – {first['number']}.")
    expect(row).to_be_visible()
    press(desk, "n")
    press(desk, "s")
    press(desk, "d")
    press(desk, "w")
    desk.keyboard.press("Enter")
    expect(said(desk)).to_have_text(f"Đã ghi: Mở lại – {first['number']}.")
    expect(row).to_be_visible()
    # Whoever is in nobody's room is moved as the chosen one.
    press(desk, "Escape")
    desk.locator(".queue .ticket", has_text=second["number"]).click()
    press(desk, "t")
    desk.keyboard.type("rang ham mat")
    desk.keyboard.press("Enter")
    expect(desk.locator(".queue .ticket", has_text=second["number"])).to_have_count(0)


def test_nobody_is_sent_to_a_doctor_who_is_not_there(hospital: Hospital, open_screen: OpenScreen) -> None:
    number = hospital.check_in("dermatology")["ticket"]["number"]
    desk = open_desk(hospital, open_screen, "b301", passes=REFUSAL)
    desk.locator(".queue .ticket", has_text=number).click()
    press(desk, "t")
    desk.keyboard.type("bs. Không Có Ở Đây")
    expect(desk.locator(".chooser li[role=option]")).to_have_text("bs-khong-co-o-day")
    desk.keyboard.press("Enter")
    expect(said(desk)).to_have_text("Bác sĩ này hiện không làm việc ở phòng nào.")
    expect(desk.locator(".queue .ticket", has_text=number)).to_be_visible()


def test_a_room_says_until_when_it_rests_and_which_clinics_it_serves(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    desk = open_desk(hospital, open_screen, "d201")
    press(desk, "v")
    tick(desk, "Phòng khám Mắt")
    expect(desk.locator("header .state")).to_have_text("Đang mở")
    expect(desk.locator(".queue h2", has_text="Phòng khám Mắt")).to_be_visible()
    press(desk, "b")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("header .state")).to_contain_text("Tạm nghỉ đến")
    press(desk, "o")
    expect(desk.locator("header .state")).to_have_text("Đang mở")
    # It goes on with what it served before.
    expect(desk.locator(".queue h2", has_text="Phòng khám Mắt")).to_be_visible()
