"""Chromium for tests of the screens: headless, nothing fetched from anywhere but this machine.

Lives here: chromium, needs_chromium.
May import: the standard library, playwright, pytest.
Never: download a browser.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

_FOUND = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome-stable"))), None)
_QUIET = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-default-apps --disable-extensions --mute-audio"
).split()
_NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SOUND_ALLOWED = "--autoplay-policy=no-user-gesture-required"
"""As a board's own browser is started: it may ring without a touch."""


def needs_chromium() -> None:
    """Skips the test, loudly, where there is no Chromium (in CI a skip is a failure, see tests/conftest.py)."""
    if _FOUND is None:
        pytest.skip(
            "NO CHROMIUM HERE: the screens are NOT tested. On Debian, as root: apt install chromium fonts-noto-core"
        )


@contextmanager
def chromium(*options: str, beside: Browser | None = None) -> Iterator[Browser]:
    """A browser that ends with the block; `beside` one that runs already, where there is one."""
    needs_chromium()
    if beside is not None:
        with _launched(beside.browser_type, options) as browser:
            yield browser
    else:
        with sync_playwright() as playwright, _launched(playwright.chromium, options) as browser:
            yield browser


@contextmanager
def _launched(kind: BrowserType, options: tuple[str, ...]) -> Iterator[Browser]:
    # Chromium's own sandbox does not work for root, as in most containers.
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = kind.launch(executable_path=_FOUND, args=[*_QUIET, _NOWHERE_ELSE, *as_root, *options])
    try:
        yield browser
    finally:
        browser.close()
