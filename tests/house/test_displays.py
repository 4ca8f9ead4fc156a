import json
import re
from pathlib import Path

import pytest

from tools.docstrings import DISPLAYS, PACKAGE

NOT_A_SCREEN = {"shared", "sounds", "words"}
SCREENS = sorted(folder for folder in DISPLAYS.iterdir() if folder.is_dir() and folder.name not in NOT_A_SCREEN)
SCRIPTS = sorted(DISPLAYS.rglob("*.js"))

_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_MARKUP_FROM_TEXT = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval)\b")
_ELSEWHERE = re.compile(r"(?:src|href|url|import|from|fetch)\b[^\n]{0,12}[\"'(]\s*(?:https?:)?//")


def _code(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return str(path.relative_to(DISPLAYS))


def test_only_the_feed_opens_a_websocket() -> None:
    openers = [_name(path) for path in SCRIPTS if re.search(r"\bWebSocket\s*\(", _code(path))]
    assert openers == ["shared/feed.js"]


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_a_script_makes_no_markup_of_text(path: Path) -> None:
    assert not _MARKUP_FROM_TEXT.findall(_code(path))


@pytest.mark.parametrize(
    "path", [p for p in sorted(DISPLAYS.rglob("*")) if p.suffix in {".html", ".css", ".js"}], ids=_name
)
def test_a_screen_loads_nothing_from_another_machine(path: Path) -> None:
    assert not _ELSEWHERE.findall(_code(path))


@pytest.mark.parametrize("folder", SCREENS, ids=_name)
def test_a_screen_has_its_page_its_style_its_script_and_its_web_module(folder: Path) -> None:
    for name in ("page.html", "style.css", "screen.js"):
        assert (folder / name).is_file()
    assert (PACKAGE / "web" / f"{folder.name}.py").is_file()


def test_every_language_has_the_same_words() -> None:
    words = {path.name: _keys(json.loads(path.read_text(encoding="utf-8"))) for path in DISPLAYS.glob("words/*.json")}
    assert len(words) > 1
    first, *others = words.values()
    for other in others:
        assert other == first


def _keys(words: object, prefix: str = "") -> set[str]:
    """Every path into a catalogue, with the blanks that its sentence has: a translation that loses one lies."""
    if isinstance(words, dict):
        return {key for name, inner in words.items() for key in _keys(inner, f"{prefix}/{name}")}
    return {prefix + "".join(sorted(set(re.findall(r"\{\w+\}", str(words)))))}
