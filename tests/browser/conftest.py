"""A hospital and a browser for each test file, and screens that fail the test for anything they complain of."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser.hospital import Hospital
from tests.chromium import SOUND_ALLOWED, chromium, needs_chromium

TALL = {"width": 1080, "height": 1920}
WALL = {"width": 1920, "height": 1080}
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}

REFUSAL = r"Failed to load resource: the server responded with a status of (400|409|412|422|503)"
"""The browser itself writes this for a call that the server refused; only tests of refusals let it pass."""
NO_SERVER = r"Failed to load resource: net::ERR_|WebSocket connection to .* failed"

expect.set_options(timeout=10_000)

OpenScreen = Callable[..., Page]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    needs_chromium()
    with Hospital(tmp_path_factory.mktemp("hospital")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(SOUND_ALLOWED) as running:
        yield running


@pytest.fixture
def open_screen(browser: Browser) -> Iterator[OpenScreen]:
    """open_screen(address, TALL, passes=REFUSAL, before="js"): a page in a profile of its own.

    After the test nothing may stand on any console, no policy may have been violated, and nothing may have been asked
    of another machine. `passes`: what may stand there after all. `before`: a script that runs first. `meet`: is given
    the page before it is opened. `clock`: time is the test's to move on.
    """
    complaints: list[str] = []
    pages: list[Page] = []

    def open_one(
        address: str,
        size: dict[str, int],
        *,
        passes: str = r"(?!)",
        before: str = "",
        meet: Callable[[Page], object] = lambda _: None,
        clock: bool = False,
        **more: Any,
    ) -> Page:
        context = browser.new_context(viewport=size, **more)  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        page.set_default_timeout(10_000)
        origin = address.split("/", 3)[2]

        def console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and not re.search(passes, message.text):
                complaints.append(f"{page.url}: {message.type}: {message.text}")

        def request(asked: Request) -> None:
            if not re.match(rf"(https?|ws)://{re.escape(origin)}/|data:", asked.url):
                complaints.append(f"{page.url} asked {asked.url}")

        page.on("console", console)
        page.on("request", request)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.add_init_script(VIOLATIONS + before)
        if clock:
            page.clock.install()
        meet(page)
        page.goto(address)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert complaints == []


VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.sourceFile}`);
});
"""
