"""The store goes away in the middle of a morning: every screen says so in plain words, and goes on when it is back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, REFUSAL, TALL, WALL, OpenScreen
from tests.browser.hospital import Card, Hospital
from tests.browser.test_kiosk import choose, number_of, scan
from tests.chromium import needs_chromium
from tests.servers import Server, valkey_binary

pytestmark = pytest.mark.browser

HARD_TIMES = REFUSAL + r"|WebSocket connection to .* failed"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    needs_chromium()
    with Server(valkey_binary(), tmp_path_factory.mktemp("store"), appendonly="yes", appendfsync="always") as running:
        yield running


@pytest.fixture(scope="module")
def hospital(store: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("hospital"), {"QUEUEFLOW_STORE_URL": store.url}) as running:
        yield running


def test_a_kiosk_says_that_the_queue_cannot_be_reached_and_then_gives_the_ticket(
    hospital: Hospital, store: Server, open_screen: OpenScreen
) -> None:
    kiosk = open_screen(hospital.address("kiosk", role="kiosk"), TALL, clock=True, passes=HARD_TIMES)
    store.kill()
    try:
        scan(kiosk, Card().text)
        choose(kiosk)
        expect(kiosk.get_by_role("status")).to_have_text("Hệ thống đang gián đoạn, xin chờ. Máy đang thử lại…")
        trouble = kiosk.locator(".problem")
        for _ in range(60):
            kiosk.clock.run_for(1000)
            if trouble.is_visible():
                break
        expect(trouble).to_contain_text("Hệ thống đang gián đoạn. Xin thử lại sau ít phút.")
        expect(trouble).to_contain_text("xin đến quầy tiếp đón")
    finally:
        store.start()
    # Whether it is back is for the server to find out; a person presses again.
    again = kiosk.get_by_role("button", name="Thử lại")
    again.click()
    for _ in range(60):
        if kiosk.locator("#number").is_visible():
            break
        kiosk.clock.run_for(1000)
        if again.is_visible():
            again.click()
    number_of(kiosk)


def test_a_press_at_the_console_is_answered_by_a_sentence(
    hospital: Hospital, store: Server, open_screen: OpenScreen
) -> None:
    hospital.open("b201")
    desk = open_screen(hospital.address("console/b201", role="console"), LAPTOP, clock=True, passes=HARD_TIMES)
    expect(desk.locator("header .state")).to_have_text("Đang mở")
    store.kill()
    try:
        desk.keyboard.press("n")
        said = desk.locator(".said.problem")
        for _ in range(60):
            desk.clock.run_for(500)
            if said.is_visible():
                break
        expect(said).to_have_text("Hệ thống đang gián đoạn. Xin thử lại sau ít phút.")
    finally:
        store.start()


def test_a_board_warns_and_heals_when_the_store_is_back(
    hospital: Hospital, store: Server, open_screen: OpenScreen
) -> None:
    hospital.open("a203")
    number = hospital.check_in("endocrinology")["ticket"]["number"]
    board = open_screen(hospital.address("board", role="display"), WALL, clock=True, passes=HARD_TIMES)
    banner = board.locator(".stale-banner")
    expect(board.locator(".clinic .number", has_text=number)).to_be_visible()
    store.kill()
    try:
        board.clock.run_for(15_000)
        expect(banner).to_contain_text("Mất kết nối")
    finally:
        store.start()
    for _ in range(120):
        board.clock.run_for(1000)
        if not banner.is_visible():
            break
    expect(banner).to_be_hidden()
    hospital.call_next("a203")
    expect(board.locator(".place .number", has_text=number)).to_be_visible()
