"""The patient's page on the phone: it follows the visit, from the ticket's QR to the end, without a login."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NO_SERVER, PHONE, OpenScreen
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
    expect(phone.locator(".state")).to_have_text("Đang khám tại Phòng 211")
    hospital.move(ticket["id"], "complete")
    expect(phone.locator(".state")).to_have_text("Lượt khám hôm nay đã xong. Chúc ông/bà mạnh khỏe!")


def test_the_whole_way_is_shown_when_there_is_more_than_one_stop(hospital: Hospital, open_screen: OpenScreen) -> None:
    card = Card()
    hospital.check_in("dental", card)
    given = hospital.check_in("cardiology", card)
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    stops = phone.locator(".way li")
    expect(stops).to_have_count(2)
    expect(stops.nth(0)).to_have_text("Khám răng hàm mặtĐang chờ")
    expect(stops.nth(1)).to_have_text("Khám tim mạch, huyết ápSắp tới")


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
