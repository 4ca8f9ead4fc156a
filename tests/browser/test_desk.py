"""The floor view at the desk: what needs care first, and tickets moved by hand and by key, against the real server."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, REFUSAL, OpenScreen
from tests.browser.hospital import Card, Hospital

pytestmark = pytest.mark.browser


def open_floor(hospital: Hospital, open_screen: OpenScreen, **more: Any) -> Page:
    page = open_screen(hospital.address("desk", role="console"), LAPTOP, **more)
    expect(page.locator(".tile").first).to_be_visible()
    return page


def press(page: Page, *keys: str) -> None:
    """Keys, each once the answer to the one before has come: nobody is as quick as a test."""
    for key in keys:
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.keyboard.press(key)


def find(page: Page, number: str) -> None:
    """Choose a ticket by its number, with no hand on the mouse."""
    press(page, "/")
    page.keyboard.type(number)
    expect(page.locator(".side h2")).to_have_text("Tìm thấy: 1")
    press(page, "Enter")
    expect(page.locator(".people .chosen .number")).to_have_text(number)


def now(hospital: Hospital, ticket: str) -> Any:
    answer = hospital.http.get(
        f"/v1/facilities/{hospital.facility}/tickets/{ticket}",
        headers={"Authorization": f"Bearer {hospital.tokens['console']}"},
    )
    return answer.json()["ticket"]


def test_a_ticket_is_moved_by_keys_with_a_reason_and_the_move_is_taken_back(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    ticket = hospital.check_in("cardiology", Card(name="Lý Ỷ Nhi"))["ticket"]
    desk = open_floor(hospital, open_screen)
    find(desk, ticket["number"])
    expect(desk.locator(".people .chosen .name")).to_have_text("Lý Ỷ Nhi")
    press(desk, "m")
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Chuyển {ticket['number']} đến…")
    expect(dialog.get_by_label("Lý do")).to_have_value("shorter-wait")
    desk.keyboard.type("noi tiet")
    expect(dialog.locator("li[role=option]")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator(".said")).to_have_text(f"Đã ghi: Chuyển – {ticket['number']}.")
    assert now(hospital, ticket["id"])["clinic"] == "endocrinology"
    press(desk, "z")
    expect(desk.locator(".said")).to_have_text(f"Đã hoàn tác: {ticket['number']}.")
    assert now(hospital, ticket["id"])["clinic"] == ticket["clinic"]


def test_a_ticket_is_dragged_onto_another_clinic_and_onto_a_room(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b203")
    ticket = hospital.check_in("ear-nose-throat")["ticket"]
    desk = open_floor(hospital, open_screen)
    desk.get_by_label("Tìm số hoặc tên").fill(ticket["number"])
    row = desk.locator(f"[data-ticket='{ticket['id']}']")

    def drag(target: Any) -> None:
        target.evaluate("(node) => node.scrollIntoView({block: 'center'})")
        row.hover()
        desk.mouse.down()
        target.hover(force=True)
        expect(desk.locator(".ghost")).to_have_text(ticket["number"])
        desk.mouse.up()
        desk.get_by_role("dialog").get_by_role("button", name="Chuyển").click()

    drag(desk.locator("[data-clinic='dental']"))
    expect(desk.locator(".said")).to_have_text(f"Đã ghi: Chuyển – {ticket['number']}.")
    assert now(hospital, ticket["id"])["clinic"] == "dental"
    drag(desk.locator(".room[data-room='b203']").first)
    expect(row).to_contain_text("muốn gặp")


def test_what_needs_care_stands_first(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b301", "a301")
    waiting = hospital.check_in("neurology")["ticket"]
    desk = open_floor(hospital, open_screen)
    first = desk.locator(".tile").first
    # Somebody waits for a clinic that no room calls for: before any that only has a queue.
    nobody_calls = hospital.check_in("digestive")["ticket"]
    tile = desk.locator(f"[data-clinic='{nobody_calls['clinic']}']")
    expect(tile).to_contain_text("Không có phòng gọi")
    expect(first).to_have_class(re.compile("alarm2"))
    # The tiles change places every few seconds only.
    desk.wait_for_function("""() => {
      const alarms = [...document.querySelectorAll('.tile')].map((one) => Number(/alarm(.)/.exec(one.className)[1]));
      return alarms.includes(2) && alarms.every((alarm, at) => at === 0 || alarm <= alarms[at - 1]);
    }""")
    expect(desk.locator(f"[data-clinic='{waiting['clinic']}']")).to_contain_text("1 đang chờ")
    hospital.post(f"/tickets/{nobody_calls['id']}/cancel")
    expect(tile).not_to_contain_text("Không có phòng gọi")


def test_who_missed_a_call_or_was_set_aside_is_found_and_brought_back(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    hospital.open("d201")
    missed, held, sent = (hospital.check_in("antenatal")["ticket"] for _ in range(3))
    hospital.move(hospital.call_next("d201")["id"], "no-show")
    hospital.move(held["id"], "hold")
    hospital.move(hospital.call_next("d201")["id"], "start")
    hospital.post(f"/tickets/{sent['id']}/complete", {"return": True, "waits_for": ["lab-result"]})
    desk = open_floor(hospital, open_screen)
    for key, ticket, move, said in (
        ("3", missed, "i", "Đã đến"),
        ("4", held, "h", "Cho chờ tiếp"),
        ("5", sent, "l", "Đã có kết quả"),
    ):
        press(desk, key)
        expect(desk.locator(".people .number")).to_have_text([ticket["number"]])
        press(desk, "ArrowDown", move)
        if move == "l":
            expect(desk.get_by_role("dialog")).to_contain_text("kết quả xét nghiệm")
            desk.keyboard.press("Enter")
        expect(desk.locator(".said")).to_have_text(f"Đã ghi: {said} – {ticket['number']}.")
        assert now(hospital, ticket["id"])["state"] == "waiting"


def test_a_ticket_that_was_cancelled_by_mistake_is_opened_again(hospital: Hospital, open_screen: OpenScreen) -> None:
    ticket = hospital.check_in("mental-health")["ticket"]
    desk = open_floor(hospital, open_screen)
    find(desk, ticket["number"])
    press(desk, "x")
    expect(desk.locator(".people .sure")).to_be_visible()
    assert now(hospital, ticket["id"])["state"] == "waiting"
    press(desk, "x")
    expect(desk.locator(".said")).to_have_text(f"Đã ghi: Hủy số – {ticket['number']}.")
    press(desk, "6", "ArrowDown", "o")
    expect(desk.locator(".said")).to_have_text(f"Đã ghi: Mở lại – {ticket['number']}.")
    expect(desk.get_by_text("Không có ai.")).to_be_visible()
    assert now(hospital, ticket["id"])["state"] == "waiting"


def test_a_visit_that_was_opened_twice_is_made_one(hospital: Hospital, open_screen: OpenScreen) -> None:
    one = hospital.check_in("eye", Card(name="Vi Văn Tú"))["ticket"]
    other = hospital.check_in("dermatology", Card(name="Vi Văn Tú"))["ticket"]
    desk = open_floor(hospital, open_screen)
    find(desk, one["number"])
    press(desk, "g")
    desk.keyboard.type(other["number"])
    expect(desk.locator(".chooser li[role=option]")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator(".said")).to_have_text(f"Đã ghi: Gộp – {one['number']}.")
    assert now(hospital, other["id"])["state"] == "cancelled"


def test_a_move_of_what_somebody_else_has_just_moved_is_refused_with_a_sentence(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    ticket = hospital.check_in("orthopaedics")["ticket"]
    desk = open_floor(hospital, open_screen, passes=REFUSAL)
    find(desk, ticket["number"])
    press(desk, "p")
    hospital.move(ticket["id"], "hold")
    desk.keyboard.press("Enter")
    expect(desk.locator(".said")).to_have_text("Người khác vừa thay đổi số này. Xin xem lại rồi thử lần nữa.")
    assert now(hospital, ticket["id"])["priority"] == ticket["priority"]
