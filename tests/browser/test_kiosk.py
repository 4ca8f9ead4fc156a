"""From a card to a ticket, in a real browser against the real server."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import REFUSAL, TALL, OpenScreen
from tests.browser.hospital import Card, Hospital

pytestmark = pytest.mark.browser

BEGIN = "Chạm để lấy số khám"
CARDIOLOGY = "Khám tim mạch, huyết áp"
INTERNAL = "Khám nội tổng hợp"
SETTLED_MS = 400
"""A page that has just come takes no touch for a little while; the tests' clock goes on past it."""


@pytest.fixture
def kiosk(hospital: Hospital, open_screen: OpenScreen) -> Page:
    return open_screen(hospital.address("kiosk", role="kiosk"), TALL, clock=True, passes=REFUSAL)


def scan(page: Page, text: str) -> None:
    """As a scanner types: every key at once, then Enter, nothing focused. Letters come by whatever key they have."""
    page.evaluate(
        """(text) => {
          const press = (key) => document.body.dispatchEvent(
            new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
          [...text, 'Enter'].forEach(press);
        }""",
        text,
    )


def tap(page: Page, label: str, *, exact: bool = False) -> None:
    """Touch a button, once the page takes touches."""
    page.clock.run_for(SETTLED_MS)
    page.get_by_role("button", name=label, exact=exact).first.click()


def onward(page: Page) -> None:
    page.clock.run_for(SETTLED_MS)
    page.locator(".onward").click()


def key_in(page: Page, keys: str) -> None:
    page.clock.run_for(SETTLED_MS)
    for key in keys:
        page.locator(".key", has_text=re.compile(rf"^{key}$")).click()


def choose(page: Page, service: str = CARDIOLOGY, priority: str = "Không") -> None:
    tap(page, service)
    tap(page, priority, exact=True)


def number_of(page: Page) -> str:
    expect(page.locator("#number")).to_have_text(re.compile(r"^[A-Z]\d{3}$"))
    return page.locator("#number").inner_text()


def remembered(page: Page) -> str:
    """Everything that the kiosk keeps: page, address, history's state, every store of the browser."""
    return page.evaluate(
        """async () => JSON.stringify([
          document.documentElement.outerHTML, location.href, history.state, {...sessionStorage}, {...localStorage},
          document.cookie, await indexedDB.databases(),
        ])"""
    )


def test_a_scanned_card_becomes_a_ticket_with_all_that_a_patient_needs(kiosk: Page, hospital: Hospital) -> None:
    hospital.check_in("cardiology")
    scan(kiosk, Card().text)
    choose(kiosk)
    number_of(kiosk)
    ticket = kiosk.locator(".ticket")
    expect(ticket).to_contain_text("Phòng khám Tim mạch")
    expect(ticket).to_contain_text("Nhà A, tầng 2")
    expect(ticket.locator(".facts div", has_text="Số người đang chờ trước")).to_contain_text(re.compile(r"\d"))
    expect(ticket.locator(".facts div", has_text="Thời gian chờ dự kiến")).to_contain_text("phút")
    code = ticket.locator(".qr img")
    expect(code).to_be_visible()
    assert code.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0


def test_real_keys_at_one_moment_are_a_card_with_nothing_focused(kiosk: Page) -> None:
    expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()
    # The screen's clock stands meanwhile: however slow the machine, the keys come as fast as a scanner's.
    kiosk.clock.pause_at(time.time() + 60)
    kiosk.keyboard.type("020185000031")
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_role("heading")).to_have_text("Hôm nay ông/bà cần khám gì?")


def test_a_number_and_a_birth_date_typed_on_the_screen_become_a_ticket(kiosk: Page) -> None:
    tap(kiosk, BEGIN)
    tap(kiosk, "Nhập số thẻ")
    key_in(kiosk, "02018500990")
    expect(kiosk.locator(".onward")).to_be_disabled()
    key_in(kiosk, "1")
    expect(kiosk.locator(".field")).to_have_text("020 185 009 901")
    onward(kiosk)
    key_in(kiosk, "31021985")
    expect(kiosk.locator(".fault")).to_have_text("Không có ngày này. Xin kiểm tra lại.")
    expect(kiosk.locator(".onward")).to_be_disabled()
    tap(kiosk, "Xóa hết")
    key_in(kiosk, "02091985")
    expect(kiosk.locator(".field")).to_have_text("02 / 09 / 1985")
    onward(kiosk)
    choose(kiosk)
    number_of(kiosk)


def test_a_name_typed_in_telex_and_a_birth_year_become_a_ticket(kiosk: Page, hospital: Hospital) -> None:
    tap(kiosk, BEGIN)
    tap(kiosk, "Không có thẻ")
    kiosk.keyboard.type("hoangf vawn maaux")
    expect(kiosk.locator(".field")).to_have_text("Hoàng Văn Mẫu")
    onward(kiosk)
    tap(kiosk, "Chỉ nhớ năm sinh")
    key_in(kiosk, "1958")
    onward(kiosk)
    choose(kiosk)
    number = number_of(kiosk)
    queue = hospital.http.get(
        f"/v1/facilities/{hospital.facility}/clinics/cardiology/queue",
        headers={"Authorization": f"Bearer {hospital.tokens['console']}"},
    ).json()
    who = next(one["patient"] for one in queue["waiting"] if one["ticket"]["number"] == number)
    assert (who["name"], who["birth_year"]) == ("Hoàng Văn Mẫu", 1958)


def test_a_name_typed_on_the_keys_shown_gets_its_marks(kiosk: Page) -> None:
    tap(kiosk, BEGIN)
    tap(kiosk, "Không có thẻ")
    key_in(kiosk, "đawngạ")
    expect(kiosk.locator(".field")).to_have_text("Đặng")
    tap(kiosk, "Dấu cách")
    key_in(kiosk, "ưu")
    tap(kiosk, "Xóa một ký tự")
    expect(kiosk.locator(".field")).to_have_text("Đặng Ư")


@pytest.mark.parametrize(
    "card",
    ["02018500000||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1|01072022", "https://example.org/a?b=c", "Xin chào"],
)
def test_what_is_no_card_is_said_at_once_and_its_number_is_asked_for(kiosk: Page, card: str) -> None:
    scan(kiosk, card)
    expect(kiosk.get_by_role("alert").first).to_have_text("Không đọc được thẻ. Xin nhập số trên thẻ.")
    expect(kiosk.get_by_role("heading")).to_have_text("Nhập số căn cước hoặc số bảo hiểm")


def test_a_card_that_the_server_refuses_leads_to_typing_and_on_to_a_ticket(kiosk: Page) -> None:
    scan(kiosk, "020185000002||Nguyễn Thị Bình|02131985|Nữ|Thôn Mẫu 1|01072022")
    choose(kiosk)
    expect(kiosk.get_by_role("alert").first).to_have_text("Không đọc được thẻ. Xin nhập số trên thẻ.")
    key_in(kiosk, Card().pin)
    onward(kiosk)
    key_in(kiosk, "02091985")
    onward(kiosk)
    tap(kiosk, "Không", exact=True)
    number_of(kiosk)


def test_a_card_whose_letters_were_lost_is_asked_again_by_number_and_birth_date(kiosk: Page) -> None:
    card = Card()
    scan(kiosk, card.text.replace("ễ", "?").replace("ị", "?"))
    expect(kiosk.get_by_role("alert").first).to_contain_text("Máy quét đọc sai chữ trên thẻ")
    expect(kiosk.locator(".field")).to_have_text(re.sub(r"(\d{3})(?=\d)", r"\1 ", card.pin))


def test_who_checks_in_twice_gets_the_number_they_hold(kiosk: Page) -> None:
    card = Card()
    scan(kiosk, card.text)
    choose(kiosk)
    number = number_of(kiosk)
    tap(kiosk, "Xong")
    kiosk.clock.run_for(4000)
    scan(kiosk, card.text)
    choose(kiosk)
    expect(kiosk.get_by_role("heading")).to_have_text("Hôm nay ông/bà đã có số này")
    assert number_of(kiosk) == number


def test_who_waits_elsewhere_is_told_the_number_they_hold_and_that_this_comes_after(
    kiosk: Page, hospital: Hospital
) -> None:
    card = Card()
    held = hospital.check_in("cardiology", card)["ticket"]
    scan(kiosk, card.text)
    choose(kiosk, INTERNAL)
    ticket = kiosk.locator(".ticket")
    expect(ticket.get_by_role("heading", level=1)).to_have_text("Hôm nay ông/bà đã có số này")
    assert number_of(kiosk) == held["number"]
    expect(ticket.locator(".planned")).to_have_text("Một số này dùng cho tất cả các bước. Không cần lấy số khác.")
    expect(ticket.locator(".way li")).to_have_text([f"▶{CARDIOLOGY}Đang chờ", f"○{INTERNAL}Sắp tới"])
    expect(ticket.locator(".clinic")).to_have_text("Phòng khám Tim mạch")
    expect(ticket.locator(".facts div")).to_have_count(2)


def test_without_the_paper_the_ticket_still_says_where_to_go(kiosk: Page, hospital: Hospital) -> None:
    card = Card()
    held = hospital.check_in("cardiology", card)["ticket"]
    kiosk.route("**/ticket?*", lambda route: route.fulfill(status=503))
    scan(kiosk, card.text)
    choose(kiosk, INTERNAL)
    assert number_of(kiosk) == held["number"]
    ticket = kiosk.locator(".ticket")
    expect(ticket.locator(".planned")).to_have_text(
        f"Số này đang chờ: {CARDIOLOGY}. Xong việc đó sẽ đến lượt: {INTERNAL}. Không cần lấy số khác."
    )
    expect(ticket.locator(".clinic")).to_have_text("Phòng khám Tim mạch")


def test_a_kiosk_with_a_printer_prints_the_ticket_once_and_nothing_else(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    counting = (
        "window.print = () => { const { dataset } = document.body; dataset.prints = `${dataset.prints ?? ''}|`; };"
    )
    kiosk = open_screen(hospital.address("kiosk", role="kiosk", printer="1"), TALL, clock=True, before=counting)
    scan(kiosk, Card().text)
    choose(kiosk)
    number = number_of(kiosk)
    expect(kiosk.locator(".ticket strong")).to_have_text("Xin lấy phiếu giấy")
    expect(kiosk.locator("body")).to_have_attribute("data-prints", "|")
    kiosk.emulate_media(media="print")
    expect(kiosk.locator(".sheet .number")).to_have_text(number)
    for hidden in ("#content", "#bar"):
        expect(kiosk.locator(hidden)).to_be_hidden()
    printed = kiosk.pdf(prefer_css_page_size=True)
    (wide,) = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ", printed)
    assert abs(float(wide) / 72 * 25.4 - 80) < 0.2
    kiosk.emulate_media(media="screen")
    tap(kiosk, "Xong")
    expect(kiosk.locator("body")).to_have_attribute("data-prints", "|")
    assert number not in remembered(kiosk)


def test_a_kiosk_without_a_printer_says_so_and_shows_a_larger_code(kiosk: Page, hospital: Hospital) -> None:
    scan(kiosk, Card().text)
    choose(kiosk)
    number_of(kiosk)
    expect(kiosk.locator(".ticket strong")).to_have_text("Máy này không in phiếu. Xin nhớ số của ông/bà.")
    large = kiosk.locator(".qr img").evaluate("(image) => image.clientWidth")
    kiosk.goto(hospital.address("kiosk", role="kiosk", printer="1"))
    scan(kiosk, Card().text)
    choose(kiosk)
    number_of(kiosk)
    assert large >= 1.4 * kiosk.locator(".qr img").evaluate("(image) => image.clientWidth")


def test_who_checks_in_again_can_cancel_after_being_asked_twice(kiosk: Page, hospital: Hospital) -> None:
    card = Card()
    given = hospital.check_in("cardiology", card)
    number, visit = given["ticket"]["number"], given["visit"]["id"]
    scan(kiosk, card.text)
    choose(kiosk)
    assert number_of(kiosk) == number
    tap(kiosk, "Tôi muốn hủy số này")
    tap(kiosk, "Không, giữ số của tôi")
    tap(kiosk, "Tôi muốn hủy số này")
    tap(kiosk, "Đúng, hủy số này")
    expect(kiosk.locator(".box")).to_contain_text(f"Chắc chắn hủy số {number}?")
    assert hospital.visit(visit)["state"] == "arrived"
    tap(kiosk, f"Hủy số {number}", exact=True)
    expect(kiosk.get_by_role("heading")).to_have_text(f"Đã hủy số {number}")
    assert hospital.visit(visit)["state"] == "cancelled"
    kiosk.clock.run_for(31_000)
    expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()
    assert number not in remembered(kiosk)


def test_a_fresh_number_has_no_button_to_cancel_it(kiosk: Page) -> None:
    scan(kiosk, Card().text)
    choose(kiosk)
    number_of(kiosk)
    expect(kiosk.get_by_role("button", name="Tôi muốn hủy số này")).to_have_count(0)


def test_who_is_being_called_is_told_to_which_room(kiosk: Page, hospital: Hospital) -> None:
    hospital.open("a206")
    card = Card()
    ticket = hospital.check_in("neurology", card)["ticket"]
    room = next(one for one in hospital.facts()["rooms"] if ticket["clinic"] in one["clinics"])
    hospital.open(room["id"])
    hospital.call_next(room["id"])
    scan(kiosk, card.text)
    choose(kiosk, "Khám thần kinh")
    expect(kiosk.locator(".room")).to_have_text(f"Mời vào {room['name']['vi']}!")


def test_after_the_ticket_the_kiosk_goes_back_by_itself_and_has_forgotten_everything(kiosk: Page) -> None:
    card = Card(name="Phùng Thị Chim Yến")
    scan(kiosk, card.text)
    choose(kiosk)
    number = number_of(kiosk)
    kiosk.clock.run_for(31_000)
    expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()
    for after in (lambda: None, kiosk.go_back, kiosk.reload):
        after()
        expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()
        kept = remembered(kiosk)
        for secret in (card.name, card.pin, card.birth, number):
            assert secret not in kept


def test_nothing_that_was_typed_survives_back_or_a_reload(kiosk: Page) -> None:
    for leave in (kiosk.reload, lambda: kiosk.evaluate("history.back()")):
        tap(kiosk, BEGIN)
        tap(kiosk, "Nhập số thẻ")
        key_in(kiosk, "020185")
        leave()
        expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()
        tap(kiosk, BEGIN)
        tap(kiosk, "Nhập số thẻ")
        expect(kiosk.locator(".field")).to_have_text("")
        tap(kiosk, "Làm lại từ đầu")


def test_whoever_went_away_is_asked_after_thirty_seconds_and_forgotten_ten_later(kiosk: Page) -> None:
    tap(kiosk, BEGIN)
    tap(kiosk, "Không có thẻ")
    kiosk.keyboard.type("lee")
    kiosk.clock.run_for(29_000)
    asked = kiosk.get_by_role("alertdialog")
    expect(asked).to_be_hidden()
    kiosk.clock.run_for(2_000)
    expect(asked).to_contain_text("Ông/bà còn ở đây không?")
    asked.get_by_role("button", name="Tôi vẫn ở đây").click()
    expect(asked).to_be_hidden()
    expect(kiosk.locator(".field")).to_have_text("Lê")
    kiosk.clock.run_for(41_000)
    expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()
    assert "Lê" not in kiosk.locator("#content").inner_text()


def test_a_trembling_hand_that_taps_twice_takes_one_step(kiosk: Page) -> None:
    scan(kiosk, Card().text)
    kiosk.clock.run_for(SETTLED_MS)
    # Under this service, on the next page, lies a button that would already send.
    at = kiosk.get_by_role("button", name="Khám hô hấp").bounding_box()
    assert at is not None
    for _ in range(2):
        kiosk.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    expect(kiosk.get_by_role("heading")).to_have_text("Người bệnh có thuộc diện ưu tiên không?")
    kiosk.clock.run_for(SETTLED_MS)
    kiosk.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    number_of(kiosk)


def test_english_is_spoken_to_one_person_only(kiosk: Page) -> None:
    tap(kiosk, "English")
    tap(kiosk, "Touch to get your number")
    expect(kiosk.get_by_role("heading")).to_have_text("Please tell us who you are")
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")
    tap(kiosk, "Start over")
    expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()


def test_a_nurse_can_be_called_from_every_page_even_in_an_emergency(kiosk: Page) -> None:
    tap(kiosk, "Cấp cứu?")
    box = kiosk.get_by_role("alertdialog")
    expect(box).to_contain_text("Ở đây có người cần giúp!")
    box.get_by_role("button").click()
    tap(kiosk, BEGIN)
    tap(kiosk, "Gọi nhân viên")
    kiosk.clock.run_for(60_000)
    expect(box).to_be_visible()
    box.get_by_role("button").click()
    expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()


def test_a_whole_check_in_needs_nothing_but_a_keyboard(kiosk: Page) -> None:
    card = Card()
    kiosk.keyboard.press("Tab")
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_role("heading")).to_have_text("Xin cho biết ông/bà là ai")
    kiosk.keyboard.press("Tab")
    kiosk.keyboard.press("Enter")
    for typed, shown in ((card.pin, "020"), (card.birth, "02 / 09")):
        for key in typed:
            kiosk.clock.run_for(120)
            kiosk.keyboard.press(key)
        expect(kiosk.locator(".field")).to_contain_text(shown)
        kiosk.clock.run_for(1000)
        kiosk.keyboard.press("Enter")
    for heading in ("Hôm nay ông/bà cần khám gì?", "Người bệnh có thuộc diện ưu tiên không?"):
        expect(kiosk.get_by_role("heading")).to_have_text(heading)
        kiosk.keyboard.press("Tab")
        kiosk.keyboard.press("Enter")
    number_of(kiosk)


def test_a_kiosk_without_its_token_says_what_to_do(hospital: Hospital, open_screen: OpenScreen) -> None:
    page = open_screen(hospital.address("kiosk"), TALL)
    expect(page.get_by_role("heading")).to_have_text("Màn hình chưa được cài đặt")


def test_the_token_is_kept_and_taken_out_of_the_address(kiosk: Page, hospital: Hospital) -> None:
    assert hospital.tokens["kiosk"] not in kiosk.url
    kiosk.goto(hospital.address("kiosk"))
    expect(kiosk.get_by_role("button", name=BEGIN)).to_be_visible()
