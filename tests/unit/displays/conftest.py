"""The screens' pure modules, loaded by a real browser: the folder is served to it without any server."""

import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.chromium import chromium
from tools.docstrings import DISPLAYS

Run = Callable[..., Any]

ORIGIN = "http://displays.test"


def _serve(route: Route) -> None:
    path = DISPLAYS / route.request.url.removeprefix(f"{ORIGIN}/")
    if route.request.url == f"{ORIGIN}/":
        route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")
    elif path.is_file():
        route.fulfill(body=path.read_bytes(), content_type=_kind(path))
    else:
        route.fulfill(status=404)


def _kind(path: Path) -> str:
    return "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0] or "text/plain"


@pytest.fixture(scope="module")
def pages() -> Iterator[Callable[[], Page]]:
    """Empty pages that can load every module."""
    with chromium() as browser:

        def open_page() -> Page:
            page = browser.new_page()
            page.route("**/*", _serve)
            page.goto(f"{ORIGIN}/")
            return page

        yield open_page


@pytest.fixture(scope="module")
def module_page(pages: Callable[[], Page]) -> Page:
    return pages()


@pytest.fixture(scope="module")
def run(module_page: Page) -> Run:
    """run("shared/reading.js", "(m, n) => m.vietnameseNumber(n)", 21): what a module gives in the browser."""

    def call(module: str, function: str, *arguments: object) -> Any:
        return module_page.evaluate(
            f"async ([arguments_]) => ({function})(await import('/{module}'), ...arguments_)", [list(arguments)]
        )

    return call
