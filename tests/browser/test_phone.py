"""The patient's page on the phone: it follows the visit, from the ticket's QR to the end, without a login."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NO_SERVER, PHONE, REFUSAL, OpenScreen
from tests.browser.hospital import Card, Hospital

pytestmark = pytest.mark.browser


def test_the_page_follows_the_visit_to_its_end(hospital: Hospital, open_screen: OpenScreen) -> None:
    hospital.open("b201")
    before = hospital.check_in("eye")["ticket"]
    given = hospital.check_in("eye")
    ticket = given["ticket"]
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    expect(phone.locator("#number")).to_have_text(ticket["number"])
    expect(phone.locator(".ahead dd")).to_have_text("1")
    expect(phone.locator(".wait dd")).to_contain_text("phút")
    expect(phone.locator(".where dd")).to_have_text(["Phòng khám Mắt", "Nhà B, tầng 2"])
    hospital.call_next("b201")
    expect(phone.locator(".state")).to_have_text("Ông/bà là người tiếp theo")
    hospital.move(before["id"], "start")
    hospital.move(before["id"], "complete")
    hospital.call_next("b201")
    expect(phone.locator(".state")).to_have_text("Mời vào Phòng 211!")
    expect(phone.locator("body")).to_have_class(re.compile(r"\bcalled\b"))
    hospital.move(ticket["id"], "start")
    expect(phone.locator(".state")).to_have_text("Đang ở Phòng 211")
    hospital.move(ticket["id"], "complete")
    expect(phone.locator(".state")).to_have_text("Lượt khám hôm nay đã xong. Chúc ông/bà mạnh khỏe!")


def test_the_whole_way_is_shown_when_there_is_more_than_one_stop(hospital: Hospital, open_screen: OpenScreen) -> None:
    card = Card()
    hospital.check_in("dental", card)
    given = hospital.check_in("cardiology", card)
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    stops = phone.locator(".way li")
    expect(stops).to_have_count(2)
    expect(stops.nth(0)).to_have_text("▶Khám răng hàm mặtĐang chờ")
    expect(stops.nth(1)).to_have_text("○Khám tim mạch, huyết ápSắp tới")


def test_what_a_doctor_orders_comes_into_the_way_at_its_place(hospital: Hospital, open_screen: OpenScreen) -> None:
    card = Card()
    given = hospital.check_in("eye", card)
    hospital.check_in("pharmacy", card)
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    expect(phone.locator(".way li")).to_have_count(2)
    hospital.send_round_the_house(given["ticket"]["id"], "b201")
    expect(phone.locator(".way li")).to_have_text(
        [
            "↩Khám mắtQuay lại đây sau các bước khác · Chờ có kết quả",
            "▶Lấy máu xét nghiệmĐang chờ",
            "○Chụp X-quangSắp tới · bước nào trước cũng được",
            "○Siêu âmXin đóng tiền trước",
            "○Điện timSắp tới",
            "○Lĩnh thuốc bảo hiểm y tếSắp tới",
        ]
    )
    # The printed ticket says the same of every stop.
    paper = hospital.http.get(
        f"/v1/facilities/{hospital.facility}/visits/{given['visit']['id']}/ticket?"
        + given["visit"]["tracking_url"].partition("?")[2]
    ).json()
    shown = phone.locator(".way li").evaluate_all(
        "(all) => all.map((li) => [...li.children].slice(1).map((n) => n.textContent))"
    )
    assert [[stop["name"], stop["note"]] for stop in paper["way"]] == shown
    facts = phone.locator("dl .wait dd, dl .where dd").all_inner_texts()
    assert paper["place"] == facts[-2:]


def test_who_is_late_lets_others_go_first_after_being_asked(hospital: Hospital, open_screen: OpenScreen) -> None:
    given = hospital.check_in("antenatal", Card())
    hospital.check_in("antenatal", Card())
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    phone.get_by_role("button", name="Tôi đến muộn").click()
    phone.get_by_role("button", name="Không, tôi đang ở đây").click()
    expect(phone.locator(".ask")).to_have_count(0)
    phone.get_by_role("button", name="Tôi đến muộn").click()
    phone.get_by_role("button", name="Đúng, nhường người khác").click()
    expect(phone.locator(".said")).to_have_text(
        f"Người khác sẽ vào trước. Ông/bà vẫn giữ số {given['ticket']['number']}."
    )
    expect(phone.locator(".ahead dd")).to_have_text("1")
    expect(phone.get_by_role("button", name="Tôi đến muộn")).to_have_count(0)


def test_who_gives_up_is_asked_once_more_and_then_told(hospital: Hospital, open_screen: OpenScreen) -> None:
    given = hospital.check_in("surgery")
    number = given["ticket"]["number"]
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.get_by_role("button", name="Tôi không khám nữa").click()
    expect(phone.get_by_role("alertdialog")).to_contain_text(f"Hủy số {number}?")
    assert hospital.visit(given["visit"]["id"])["state"] == "arrived"
    phone.get_by_role("button", name="Đúng, hủy số này").click()
    expect(phone.locator(".said")).to_have_text(f"Ông/bà đã hủy số {number}.")
    expect(phone.locator(".state")).to_contain_text("Ông/bà đã hủy số này và sẽ không được mời nữa.")
    expect(phone.locator(".acts button")).to_have_count(0)
    assert hospital.visit(given["visit"]["id"])["state"] == "cancelled"
    assert [url for url in asked if "give-up" in url and "k=" not in url]


def test_a_press_that_is_refused_says_so(hospital: Hospital, open_screen: OpenScreen) -> None:
    given = hospital.check_in("surgery")
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE, passes=REFUSAL)
    phone.route(
        "**/give-up",
        lambda route: route.fulfill(status=409, json={"type": "urn:queueflow:problem:not-allowed-in-state"}),
    )
    phone.get_by_role("button", name="Tôi không khám nữa").click()
    phone.get_by_role("button", name="Đúng, hủy số này").click()
    expect(phone.locator(".said")).to_have_text("Lúc này không làm được việc đó. Có thể người khác vừa thay đổi.")
    expect(phone.get_by_role("button", name="Tôi không khám nữa")).to_be_visible()


def test_the_language_can_be_changed(hospital: Hospital, open_screen: OpenScreen) -> None:
    given = hospital.check_in("neurology")
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    expect(phone.get_by_role("heading")).to_have_text("Số của ông/bà")
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("heading")).to_have_text("Your number")


@pytest.mark.parametrize("spoil", [lambda url: url[:-4] + "AAAA", lambda url: url.partition("?")[0]])
def test_a_link_that_is_not_whole_opens_nothing(
    hospital: Hospital, open_screen: OpenScreen, spoil: Callable[[str], str]
) -> None:
    given = hospital.check_in("neurology")
    phone = open_screen(spoil(hospital.base_url + given["visit"]["tracking_url"]), PHONE)
    expect(phone.locator(".unknown")).to_contain_text("Không tìm thấy lượt khám này")
    assert given["ticket"]["number"] not in phone.content()


def test_without_a_connection_it_shows_the_last_state_with_its_time(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    given = hospital.check_in("orthopaedics")
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE, clock=True, passes=NO_SERVER)
    expect(phone.locator(".updated")).to_have_text(re.compile(r"^Cập nhật lúc \d\d:\d\d$"))
    hospital.stop()
    try:
        phone.clock.run_for(15_000)
        expect(phone.locator(".stale-banner")).to_contain_text("Mất kết nối")
        expect(phone.locator("#number")).to_have_text(given["ticket"]["number"])
    finally:
        hospital.start()


def test_when_the_house_has_closed_the_page_says_so_now_and_later(hospital: Hospital, open_screen: OpenScreen) -> None:
    given = hospital.check_in("orthopaedics")
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    expect(phone.locator(".acts button")).to_have_count(2)
    hospital.post("/day/close", role="admin")
    for _ in range(2):
        expect(phone.locator(".state")).to_contain_text("Hôm nay đã hết giờ khám.")
        expect(phone.locator(".acts button, .where")).to_have_count(0)
        phone.reload()
