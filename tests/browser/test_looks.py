"""Every screen looked at in both languages, at every size, in an empty hall and in an overfull one with long names."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, TALL, WALL, OpenScreen
from tests.browser.hospital import Card, Hospital
from tests.browser.sight import faults
from tests.browser.test_kiosk import SETTLED_MS, choose, scan, tap
from tests.chromium import needs_chromium
from tools.docstrings import ROOT

pytestmark = pytest.mark.browser

SHIPPED = ROOT / "routing_rules" / "lang-son-general"
UHD = {"width": 3840, "height": 2160}
LONG = {
    "clinics": ("Chuyên khoa Phục hồi chức năng Ỗ Ễ Ữ Ẫ", "for rehabilitation, physiotherapy and speech therapy"),
    "rooms": ("Nội tổng hợp – Tiêu hóa số 12B", "for digestive diseases 12B, second door"),
    "location": (", khu Kỹ thuật nghiệp vụ, cuối hành lang bên trái", ", technical wing, end of the corridor, left"),
}
SERVICES = (
    "internal-medicine cardiology endocrinology digestive neurology mental-health surgery orthopaedics eye "
    "ear-nose-throat dental dermatology infectious-disease traditional-medicine vaccination pharmacy antenatal"
).split()


def lengthened(text: str) -> str:
    """The shipped facility with every other clinic, room and place under a name that is far too long."""
    parts = re.split(r"(?=^\[\[)", text, flags=re.MULTILINE)
    for at, part in enumerate(parts):
        kind = next((kind for kind in ("clinics", "rooms") if part.startswith(f"[[{kind}]]")), None)
        if kind is None or at % 2:
            continue
        for field, more in (("name", LONG[kind]), ("public_name", LONG[kind]), ("location", LONG["location"])):
            pattern = rf'^({field} = \{{ vi = "[^"]*)(", en = "[^"]*)(" \}})'
            parts[at] = re.sub(pattern, rf"\1 {more[0]}\2 {more[1]}\3", parts[at], flags=re.MULTILINE)
    return "".join(parts)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Overfull: 200 waiting, every room open and calling."""
    needs_chromium()
    folder = tmp_path_factory.mktemp("hospital")
    rules = folder / "rules" / SHIPPED.name
    shutil.copytree(SHIPPED, rules)
    facility = rules / "facility.toml"
    facility.write_text(lengthened(facility.read_text(encoding="utf-8")), encoding="utf-8")
    with Hospital(folder, {"QUEUEFLOW_RULES_DIR": str(folder / "rules")}) as running:
        fill(running)
        yield running


def fill(hospital: Hospital) -> None:
    name = "Nguyễn Hoàng Phương Quỳnh Như Công Tằng Tôn Nữ Thị Ngọc Diễm Thuý Ỗ Ễ Ữ"
    for n in range(200):
        card = Card(name=name if n % 3 else "Lý Ỷ")
        hospital.check_in(SERVICES[n % len(SERVICES)], card, ("disabled-severe", "meritorious") if n % 4 == 0 else ())
    rooms = [room["id"] for room in hospital.facts()["rooms"]]
    hospital.open(*rooms)
    for n, room in enumerate(rooms):
        ticket = hospital.call_next(room)
        if ticket and n % 3 == 0:
            hospital.move(ticket["id"], "start")
        if ticket and n % 3 == 1:
            hospital.move(ticket["id"], "recall")
    hospital.post(f"/rooms/{rooms[-1]}/pause", {"until": "2026-11-24T04:30:00Z"})


@pytest.fixture(scope="module")
def empty_hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    needs_chromium()
    with Hospital(tmp_path_factory.mktemp("empty")) as running:
        yield running


def in_every_size(page: Page, sizes: tuple[dict[str, int], ...], **how: object) -> list[str]:
    found: list[str] = []
    for size in sizes:
        page.set_viewport_size(size)  # pyright: ignore[reportArgumentType]
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found += [f"{size['width']}: {fault}" for fault in faults(page, **how)]  # pyright: ignore[reportArgumentType]
    return found


@pytest.mark.parametrize("languages", ["vi", "en", "vi,en"])
def test_the_board_is_readable_however_full_the_hall(
    hospital: Hospital, open_screen: OpenScreen, languages: str
) -> None:
    for size in (WALL, UHD, LAPTOP):
        board = open_screen(hospital.address("board", role="display", lang=languages), size)
        expect(board.locator(".place:not(.free)")).to_have_count(6)
        assert faults(board, may_cut=".queue") == []
        # The digits of Noto Sans are 0.714 of its size; they must be a twelfth of the screen or more.
        sizes = board.locator(".place .number").evaluate_all(
            "(all) => all.map((n) => parseFloat(getComputedStyle(n).fontSize))"
        )
        assert min(sizes) * 0.714 >= size["height"] / 12


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_desk_needs_no_scrolling_however_long_the_queue(
    hospital: Hospital, open_screen: OpenScreen, language: str
) -> None:
    for room in ("a101", "a204", "b102", "b205"):
        desk = open_screen(hospital.address(f"console/{room}", role="console", lang=language), LAPTOP)
        expect(desk.locator(".here .number")).to_be_visible()
        desk.locator(".queue .ticket").first.click()
        expect(desk.locator(".queue li.chosen")).to_be_visible()
        assert in_every_size(desk, (LAPTOP, WALL)) == []
        assert in_every_size(desk, (PHONE,), scrolls=True) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_floor_is_readable_however_full_the_house(
    hospital: Hospital, open_screen: OpenScreen, language: str
) -> None:
    floor = open_screen(hospital.address("desk", role="console", lang=language), LAPTOP)
    floor.locator(".tile").nth(1).click()
    floor.locator(".people .person").first.click()
    expect(floor.locator(".people li.chosen")).to_be_visible()
    assert in_every_size(floor, (LAPTOP, WALL, PHONE), scrolls=True) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_all_rooms_to_choose_from_are_seen_at_once(hospital: Hospital, open_screen: OpenScreen, language: str) -> None:
    hall = open_screen(hospital.address("console", role="console", lang=language), WALL)
    expect(hall.locator(".choose .state").first).to_be_visible()
    assert in_every_size(hall, (WALL, LAPTOP)) == []


@pytest.mark.parametrize("size", [TALL, WALL], ids=["tall", "wide"])
@pytest.mark.parametrize("language", ["Tiếng Việt", "English"])
def test_every_page_of_the_kiosk_is_readable_and_easy_to_hit(
    hospital: Hospital, open_screen: OpenScreen, size: dict[str, int], language: str
) -> None:
    kiosk = open_screen(hospital.address("kiosk", role="kiosk"), size, clock=True)
    seen: list[str] = []

    def look(page: str) -> None:
        kiosk.clock.run_for(SETTLED_MS)
        seen.extend(f"{page}: {fault}" for fault in faults(kiosk, target=80))

    if language == "English":
        kiosk.get_by_role("button", name=language).click()
    look("start")
    kiosk.locator(".begin").click()
    look("identify")
    kiosk.locator(".choice").nth(1).click()
    # In two goes: so many keys at once would be a scanner's.
    for part in ("Nguyeenx Coong", " Tawngf Tuwowngr"):
        kiosk.keyboard.type(part)
        kiosk.clock.run_for(1000)
    expect(kiosk.locator(".field")).to_have_text("Nguyễn Công Tằng Tưởng")
    look("name")
    kiosk.locator(".onward").click()
    kiosk.keyboard.type("99999999")
    look("birth")
    kiosk.locator(".other").click()
    kiosk.keyboard.type("1958")
    look("birth year")
    kiosk.locator(".onward").click()
    for _ in range(2):
        look("service")
        kiosk.locator(".turn button").last.click()
    look("service")
    kiosk.locator(".services .choice").first.click()
    look("priority")
    kiosk.locator("#bar .nurse").click()
    look("nurse")
    kiosk.locator("#overlay button").click()
    kiosk.locator(".choice.main").click()
    expect(kiosk.locator("#number")).to_be_visible()
    look("ticket")
    assert seen == []


def test_what_goes_wrong_at_the_kiosk_is_readable_too(hospital: Hospital, open_screen: OpenScreen) -> None:
    for size in (TALL, WALL):
        kiosk = open_screen(hospital.address("kiosk", role="kiosk"), size, clock=True)
        scan(kiosk, "Xin chào")
        expect(kiosk.get_by_role("alert").first).to_be_visible()
        assert faults(kiosk, target=80) == []
        card = Card()
        hospital.check_in("dental", card)
        tap(kiosk, "Làm lại từ đầu")
        scan(kiosk, card.text)
        choose(kiosk)
        expect(kiosk.locator(".way li")).to_have_count(2)
        assert faults(kiosk, target=80) == []


def six_services(hospital: Hospital, card: Card) -> Any:
    """One patient with six stops before them."""
    services = "dental cardiology eye neurology surgery pharmacy".split()
    return [hospital.check_in(service, card) for service in services][-1]


@pytest.mark.parametrize("size", [TALL, WALL], ids=["tall", "wide"])
@pytest.mark.parametrize("language", ["Tiếng Việt", "English"])
def test_the_kiosk_has_room_for_the_whole_way_and_for_being_asked(
    hospital: Hospital, open_screen: OpenScreen, size: dict[str, int], language: str
) -> None:
    card = Card()
    six_services(hospital, card)
    kiosk = open_screen(hospital.address("kiosk", role="kiosk"), size, clock=True)
    kiosk.get_by_role("button", name=language).click()
    scan(kiosk, card.text)
    for button in (
        kiosk.locator(".choice", has_text=re.compile("^(Khám tim mạch|Heart)")),
        kiosk.locator(".choice.main"),
    ):
        kiosk.clock.run_for(SETTLED_MS)
        button.click()
    expect(kiosk.locator(".way li")).to_have_count(6)
    assert faults(kiosk, target=80) == []
    kiosk.clock.run_for(SETTLED_MS)
    kiosk.locator(".give-up").click()
    assert faults(kiosk, target=80) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_phone_page_fits_a_small_phone(hospital: Hospital, open_screen: OpenScreen, language: str) -> None:
    card = Card()
    hospital.check_in("dental", card)
    given = hospital.check_in("traditional-medicine", card)
    address = f"{hospital.base_url}{given['visit']['tracking_url']}&lang={language}"
    phone = open_screen(address, PHONE)
    expect(phone.locator("#number")).to_be_visible()
    assert in_every_size(phone, (PHONE, {"width": 320, "height": 568}), scrolls=True) == []


def test_the_phone_page_holds_six_stops_and_a_question_at_twice_the_size(
    hospital: Hospital, open_screen: OpenScreen
) -> None:
    given = six_services(hospital, Card())
    phone = open_screen(hospital.base_url + given["visit"]["tracking_url"], PHONE)
    expect(phone.locator(".way li")).to_have_count(6)
    twice = {"width": PHONE["width"] // 2, "height": PHONE["height"] // 2}
    assert in_every_size(phone, (PHONE, twice), scrolls=True) == []
    phone.get_by_role("button", name="Tôi không khám nữa").click()
    assert in_every_size(phone, (PHONE, twice), scrolls=True) == []


def test_an_empty_hall_looks_right_too(empty_hospital: Hospital, open_screen: OpenScreen) -> None:
    board = open_screen(empty_hospital.address("board", role="display"), WALL)
    expect(board.get_by_text("Hiện chưa có phòng khám nào mở")).to_be_visible()
    assert faults(board) == []
    desk = open_screen(empty_hospital.address("console/a101", role="console"), LAPTOP)
    expect(desk.locator("header .state")).to_be_visible()
    assert faults(desk) == []
    floor = open_screen(empty_hospital.address("desk", role="console"), LAPTOP)
    expect(floor.get_by_text("Chưa có ai ở đây.")).to_be_visible()
    assert faults(floor, scrolls=True) == []


@pytest.mark.parametrize(
    ("screen", "most"),
    [("board", 150_000), ("kiosk", 150_000), ("console/a101", 150_000), ("desk", 150_000), ("phone", 60_000)],
)
def test_a_screen_weighs_little(hospital: Hospital, open_screen: OpenScreen, screen: str, most: int) -> None:
    if screen == "phone":
        address = hospital.base_url + hospital.check_in("eye")["visit"]["tracking_url"]
    else:
        address = hospital.address(
            screen, role={"board": "display", "desk": "console"}.get(screen, screen.partition("/")[0])
        )
    loaded: list[int] = []

    def weigh(page: Page) -> None:
        page.on("response", lambda got: loaded.append(int(got.headers.get("content-length", 0))))

    page = open_screen(address, WALL, meet=weigh)
    expect(page.locator("#screen > *").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(loaded) > 8
    assert 20_000 < sum(loaded) < most
